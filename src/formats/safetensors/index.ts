export { fromSafetensors, type LayerActivation, type SafetensorsOptions } from './read.js';
export { toSafetensors } from './write.js';
