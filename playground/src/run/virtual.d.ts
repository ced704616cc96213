declare module 'virtual:digits' {
  /** Where the sample of MNIST lies. */
  const address: string;
  export default address;
}
