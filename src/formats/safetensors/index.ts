/**
 * Reads and writes safetensors files, to exchange weights with PyTorch.
 *
 * @module bp4/safetensors
 */
export { fromSafetensors, type LayerActivation, type SafetensorsOptions } from './read.js';
export { toSafetensors } from './write.js';
