export { fromTFJS, type TFJSOptions } from './read.js';
export { toTFJS, type TFJSModel, type TFJSWeight } from './write.js';
export { filesOf, type TFJSWeights } from './weights.js';
