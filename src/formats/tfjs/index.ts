/**
 * Reads and writes TensorFlow.js models: writes networks for TensorFlow.js, and reads models from TensorFlow.js and
 * Keras.
 *
 * @module bp4/tfjs
 */
export { fromTFJS, type TFJSOptions } from './read.js';
export { toTFJS, type TFJSModel, type TFJSWeight } from './write.js';
export { listFiles, type TFJSWeights } from './weights.js';
export type { FilesByName } from '../files-by-name.js';
