export { FileError } from './file-error.js';
export { checkpointFile, loadFile, saveFile } from './files.js';
export { loadTFJS, saveTFJS } from './tfjs.js';
