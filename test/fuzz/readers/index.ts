import type { Reader } from '../reader.js';
import { brainReaders } from './brain.js';
import { dataReaders } from './data.js';
import { folderReaders } from './folders.js';
import { networkReaders } from './network.js';
import { numpyReaders } from './numpy.js';
import { onnxReaders } from './onnx.js';
import { queueReaders } from './queue.js';
import { safetensorsReaders } from './safetensors.js';
import { tfjsReaders } from './tfjs.js';

/** Everything in bp4 that reads what others have written. */
export const readers: readonly Reader[] = [
  ...networkReaders,
  ...dataReaders,
  ...numpyReaders,
  ...safetensorsReaders,
  ...tfjsReaders,
  ...brainReaders,
  ...onnxReaders,
  ...folderReaders,
  ...queueReaders,
];
