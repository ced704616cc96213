import { FormatError, RangeFault, TypeFault } from '../errors.js';
import type { DType, NPYValues } from '../formats/numpy/dtypes.js';
import { decodeValues, readStart, type NPYStart } from '../formats/numpy/npy.js';
import { isGzip } from '../base/inflate.js';
import { checkKeys, checkPositive } from '../base/check.js';
import { checkCategories } from '../model/check-transforms.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import { ByteReader, checkSource, type ByteSource } from './chunks.js';
import { Column, columnOptionNames, type Categories } from './columns.js';
import {
  arrayOptionNames,
  matrixSource,
  roles,
  toCells,
  toNumbers,
  type ArrayOptions,
  type NPYOptions,
} from './npy.js';
import type { Row, RowBlocks } from './rows.js';
import { surveyColumns } from './recognize.js';
import type { SampleSource } from './sample-source.js';
import { checkLabels, findLargest, listClasses } from './samples.js';
import type { SampleArrays, Schema } from './schema.js';

/** Samples in NumPy arrays. Each function opens its file from the beginning. */
export interface NPYSources {
  /** [n][…]: the dimensions after the first are flattened to columns. */
  readonly inputs: ByteSource;
  /** [n] class indices, or strings. */
  readonly labels?: ByteSource;
  /** [n] or [n][outputs], instead of labels. */
  readonly targets?: ByteSource;
}

/** Parses the header of a file; returns undefined if the bytes don't include all of it. */
export type ReadStart = (
  place: string,
  bytes: Uint8Array,
) => Omit<NPYStart, 'fortranOrder' | 'count'> | undefined;

type Role = keyof NPYSources;

const LONGEST_HEADER = 2 ** 16 + 12;
const ROWS_AT_A_TIME = 1024;

/** Reads the rows of an array on demand. */
class ArrayReader {
  readonly place: string;
  readonly shape: readonly number[];
  /** The number of values per row. */
  readonly width: number;
  readonly dtype: DType;
  readonly #layout: NPYStart['layout'];
  readonly #bytes: ByteReader;
  #left: number;

  private constructor(place: string, bytes: ByteReader, start: Pick<NPYStart, 'layout' | 'shape'>) {
    this.place = place;
    this.shape = start.shape;
    this.#left = start.shape[0] ?? 0;
    this.width = start.shape.slice(1).reduce((product, size) => product * size, 1);
    this.dtype = start.layout.dtype;
    this.#layout = start.layout;
    this.#bytes = bytes;
    if (this.#left * this.width === 0)
      throw new RangeFault({
        place,
        problem: `expected at least one row, got shape (${start.shape.join(', ')})`,
      });
  }

  static async open(place: string, source: ByteSource, readStart: ReadStart): Promise<ArrayReader> {
    const bytes = new ByteReader(place, source);
    const held = await bytes.hold(LONGEST_HEADER);
    if (isGzip(held))
      throw new FormatError({
        place,
        problem:
          'the file is compressed with gzip; decompress it with DecompressionStream, or createGunzip in Node',
      });
    const start = readStart(place, held);
    if (!start) throw new FormatError({ place, problem: 'it ends within its header' });
    await bytes.take(start.at);
    return new ArrayReader(place, bytes, start);
  }

  /**
   * Reads the next rows, fewer at the end.
   * @throws FormatError if the file is shorter or longer than its header declares
   */
  async rows(count: number): Promise<NPYValues> {
    const wanted = Math.min(count, this.#left);
    const size = this.width * this.#layout.size;
    const bytes = await this.#bytes.take(wanted * size);
    this.#left -= wanted;
    const isShort = bytes.length < wanted * size;
    if (isShort || (this.#left === 0 && (await this.#bytes.hold(1)).length > 0)) {
      throw new FormatError({
        place: this.place,
        problem: `the file ${isShort ? 'ends before' : 'goes on after'} the ${this.shape[0]} rows that its header declares`,
      });
    }
    return decodeValues(this.place, bytes, this.#layout);
  }

  close(): Promise<void> {
    return this.#bytes.close();
  }
}

/** @throws FormatError if the array is not row-major */
const readNPYStart: ReadStart = (place, bytes) => {
  const start = readStart(place, bytes);
  if (start?.fortranOrder) {
    throw new FormatError({
      place,
      problem: 'the array is in Fortran order, which cannot be read row by row',
      cure: 'save np.ascontiguousarray(array)',
    });
  }
  return start;
};

/** @throws FormatError, TypeError or RangeError naming the option, or the row and column */
export async function openArrays(files: NPYSources, options: ArrayOptions): Promise<SampleSource> {
  checkKeys('files', files, roles);
  checkKeys('options', options, arrayOptionNames);
  return openArraySamples(files, readNPYStart, options);
}

/** Opens a single array with named columns. */
export async function openMatrix(file: ByteSource, options: NPYOptions): Promise<SampleSource> {
  checkKeys('options', options, [...columnOptionNames, 'columns']);
  const { columns, ...others } = options;
  const first = await ArrayReader.open('npy', file, readNPYStart);
  await first.close();
  const { dtype, shape, width } = first;
  const rowSource = matrixSource(dtype, shape, columns);
  async function* blocks(): AsyncGenerator<Iterable<Row>, void, void> {
    const array = await ArrayReader.open('npy', file, readNPYStart);
    try {
      for (let n = 0; n < shape[0]!; n += ROWS_AT_A_TIME)
        yield readRows(await array.rows(ROWS_AT_A_TIME), n, width);
    } finally {
      await array.close();
    }
  }
  const open = (): RowBlocks => ({ source: rowSource, blocks: blocks() });
  return surveyColumns(open, others);
}

function* readRows(values: NPYValues, before: number, width: number): Generator<Row> {
  const cells = toCells(values);
  for (let n = 0; n < cells.length / width; n++)
    yield { cells: cells.slice(n * width, (n + 1) * width), number: before + n + 1 };
}

/**
 * Opens the arrays of inputs and answers, and reads the labels once.
 * @param files functions that open each array
 * @param namePlace names the file of each in error messages
 * @throws FormatError, TypeError or RangeError naming the option, or the row and column
 */
export async function openArraySamples(
  files: NPYSources,
  readStart: ReadStart,
  { columns, classes, inputScale }: ArrayOptions,
  namePlace = (role: Role): string => role,
): Promise<SampleSource> {
  for (const role of roles)
    if (role === 'inputs' || files[role] !== undefined) checkSource(namePlace(role), files[role]);
  if (files.labels && files.targets)
    throw new TypeFault({
      place: 'targets',
      problem: 'expected either targets or labels, got both',
    });
  if (classes !== undefined && !files.labels)
    throw new TypeFault({ place: 'classes', problem: 'is set without labels', cure: 'pass labels too' });
  if (inputScale !== undefined) checkPositive('inputScale', inputScale);
  const open = (role: Role): Promise<ArrayReader> =>
    ArrayReader.open(namePlace(role), files[role]!, readStart);
  const inputs = await open('inputs');
  await inputs.close();
  const [count] = inputs.shape as [number];
  if (columns && columns.length !== inputs.width)
    throw new RangeFault({
      place: 'columns',
      problem: `expected ${inputs.width} names, one for each column of inputs, got ${columns.length}`,
    });
  const labels = files.labels && (await surveyLabels(await open('labels'), count, classes));
  let targetWidth = 0;
  if (files.targets) {
    const targets = await open('targets');
    await targets.close();
    checkCount(targets, count);
    targetWidth = targets.width;
  }
  const schema = {
    width: inputs.width,
    targetWidth,
    ...(columns && { columns: [...columns] }),
    ...labels?.ofClasses,
  };
  const scale = inputScale === undefined ? {} : { inputScale };
  async function* batches(rows: number): AsyncGenerator<SampleArrays, void, undefined> {
    const opened = await open('inputs');
    const ofLabels = files.labels && (await open('labels'));
    const ofTargets = files.targets && (await open('targets'));
    try {
      for (let n = 0; n < count; n += rows) {
        yield {
          inputs: checkFinite(opened, await opened.rows(rows), n),
          ...(ofLabels && { labels: labels!.toIndices(await ofLabels.rows(rows), n) }),
          ...(ofTargets && { targets: checkFinite(ofTargets, await ofTargets.rows(rows), n) }),
          ...scale,
          schema,
        };
      }
    } finally {
      for (const array of [opened, ofLabels, ofTargets]) await array?.close();
    }
  }
  return { count, schema, ...scale, batches };
}

function checkCount({ place, shape }: ArrayReader, count: number): void {
  if (shape[0] !== count)
    throw new RangeFault({
      place,
      problem: `expected ${count} rows, one for each row of inputs, got shape (${shape.join(', ')})`,
    });
}

/** @param before the number of rows before these @throws RangeError naming the value that is not finite */
function checkFinite({ place, width, dtype }: ArrayReader, values: NPYValues, before: number): NumericArray {
  const numbers = toNumbers(place, values, width);
  if (!dtype.startsWith('float')) return numbers;
  for (let i = 0; i < numbers.length; i++) {
    if (Number.isFinite(numbers[i])) continue;
    const at = `[${before + Math.floor(i / width)}][${i % width}]`;
    throw new RangeFault({ place: `${place}${at}`, problem: `is ${numbers[i]}; expected a finite number` });
  }
  return numbers;
}

/** The classes of a file of labels. */
interface Labels {
  readonly ofClasses: Pick<Schema, 'classes' | 'hasIndices'>;
  toIndices(values: NPYValues, before: number): NumericArray;
}

/** Reads all labels once, to find the classes. */
async function surveyLabels(
  array: ArrayReader,
  count: number,
  given: Categories | undefined,
): Promise<Labels> {
  checkCount(array, count);
  if (array.width !== 1)
    throw new RangeFault({
      place: 'labels',
      problem: `expected shape (${count}), got (${array.shape.join(', ')})`,
    });
  const checked = given && (checkCategories('classes', given) as Categories);
  const cells = { origin: 'values', describeCell: (row: number) => `labels[${row}]` } as const;
  let column = new Column(cells, 'labels', 'label', checked ?? true);
  let largest = 0;
  const encode = (values: readonly string[], before: number): number[] =>
    values.map((label, n) => column.encode(label, before + n));
  const indices = (values: NPYValues, before: number): NumericArray => {
    const numbers = toNumbers('labels', values);
    checkLabels('labels', numbers, numbers.length, checked?.length, before);
    return numbers;
  };
  let isText = false;
  for (let n = 0; n < count; n += ROWS_AT_A_TIME) {
    const values = await array.rows(ROWS_AT_A_TIME);
    isText = Array.isArray(values);
    if (Array.isArray(values)) encode(values, n);
    else largest = Math.max(largest, findLargest(indices(values, n)));
  }
  await array.close();
  if (!isText) {
    return { ofClasses: checked ? { classes: checked } : listClasses(largest, count), toIndices: indices };
  }
  const { categories: classes } = column.decide();
  column = column.settled();
  const { meanings } = column.decide();
  return {
    ofClasses: { classes },
    toIndices: (values, before) =>
      Uint32Array.from(encode(values as string[], before), (code) => meanings[code]!),
  };
}
