/**
 * Reads and writes files in Node: models, checkpoints, TensorFlow.js folders and TensorBoard's event files. Runs threads, and widens vectors.
 *
 * @module bp4/node
 */
export { FileError } from './file-error.js';
export { checkpointFile, loadFile, saveFile } from './files.js';
export { journalFile } from './journal-file.js';
export { loadONNX } from './onnx.js';
export { loadTFJS, saveTFJS } from './tfjs.js';
export { tensorBoardFile } from './tensorboard.js';
export { threads } from './threads.js';
export { enableWideVectors } from './wide-vectors.js';
