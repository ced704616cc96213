export { fromONNX, type ONNXOptions } from './read.js';
export { toONNX } from './write.js';
