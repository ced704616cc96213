export { fromTFJS, type TFJSOptions } from './read.js';
export { toTFJS, type TFJSModel, type TFJSWeight } from './write.js';
export { listFiles, type TFJSWeights } from './weights.js';
