// The kernels of bp4/brain, in a separate module, because brain.js trains synchronously, sample by sample.
export { addFloats } from '../gather';
export { run } from './forward';
export { learn } from './learn';

/** The first byte after the constants of the module, where the buffers of TypeScript begin. */
export const heapBase: usize = __heap_base;
