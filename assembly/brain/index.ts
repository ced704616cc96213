// What bp4/brain needs of the kernels, in a module of its own: brain.js trains synchronously, sample by sample.
export { addFloats } from '../gather';
export { feedForward } from '../step';
export { learn } from './learn';

/** The first byte that no constant of the module occupies: TypeScript lays out its buffers from here. */
export const heapBase: usize = __heap_base;
