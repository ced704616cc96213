/**
 * Reads and writes NumPy files: arrays as `.npy` and `.npz`, and the weights of a network as `.npz`.
 *
 * @module bp4/numpy
 */
export { readNPY, writeNPY } from './npy.js';
export type { NPYArray, WritableValues } from './npy.js';
export { readNPZ, writeNPZ } from './npz.js';
export type { WritableArray } from './npz.js';
export { fromNPZ, toNPZ } from './network.js';
export type { NPZOptions } from './network.js';
export type { DType, NPYValues } from './dtypes.js';
export type { Bytes } from '../../base/bytes.js';
