declare module 'virtual:digits' {
  /** The URL of the sample of MNIST. */
  const address: string;
  export default address;
}
