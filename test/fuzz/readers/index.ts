import type { Reader } from '../reader.js';
import { dataReaders } from './data.js';
import { folderReaders } from './folders.js';
import { modelReaders } from './models.js';
import { networkReaders } from './network.js';
import { numpyReaders } from './numpy.js';
import { safetensorsReaders } from './safetensors.js';
import { tfjsReaders } from './tfjs.js';

/** Everything in bp4 that reads what others have written. */
export const readers: readonly Reader[] = [
  ...networkReaders,
  ...dataReaders,
  ...numpyReaders,
  ...safetensorsReaders,
  ...tfjsReaders,
  ...modelReaders,
  ...folderReaders,
];
