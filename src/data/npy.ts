import { RangeFault, TypeFault } from '../errors.js';
import { checkBytes, type Bytes } from '../base/bytes.js';
import type { DType, NPYValues } from '../formats/numpy/dtypes.js';
import { decodeNPY, type NPYArray } from '../formats/numpy/npy.js';
import { NPZ } from '../formats/numpy/npz.js';
import { checkKeys, show } from '../base/check.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import { readArrays } from './arrays.js';
import { columnOptionNames, type Categories, type ColumnOptions } from './columns.js';
import { cellDescriber, toCell, type Row, type RowSource } from './rows.js';
import { readSamples } from './recognize.js';
import type { SampleArrays } from './schema.js';

/** Samples in NumPy arrays, one file each. */
export interface NPYFiles {
  /** [n][…]: the dimensions after the first are flattened to columns. */
  readonly inputs: Bytes;
  /** [n] class indices, or strings. */
  readonly labels?: Bytes;
  /** [n] or [n][outputs], instead of labels. */
  readonly targets?: Bytes;
}

/** Names and scale for data in arrays. */
export interface ArrayOptions {
  /** The names of the input columns. */
  readonly columns?: readonly string[];
  /** The classes of the labels, in the order of the network's outputs. Default: all that occur. */
  readonly classes?: Categories;
  /** The network multiplies each input by it, for example by 1/255 for bytes. Default 1. */
  readonly inputScale?: number;
}

/** How to read a single array with one row per sample. */
export interface NPYOptions extends ColumnOptions {
  /** The names of all columns. Default '0', '1', … */
  readonly columns?: readonly string[];
}

/** The names of the arrays in an `.npz` file. */
export interface NPZNames extends ArrayOptions {
  readonly inputs: string;
  readonly labels?: string;
  readonly targets?: string;
}

export const arrayOptionNames = ['columns', 'classes', 'inputScale'];
export const roles = ['inputs', 'labels', 'targets'] as const;
type Arrays = Partial<Record<(typeof roles)[number], NPYArray>>;

/**
 * @throws FormatError naming the file that cannot be read
 * @throws TypeError or RangeError naming the option, or the row and column
 */
export function readNPYSamples(files: Bytes | NPYFiles, options: NPYOptions & ArrayOptions): SampleArrays {
  if (!isFiles(files))
    return readMatrix(decodeNPY('npy', checkBytes('files', files, 'a NumPy array')), options);
  checkKeys('files', files, roles);
  checkKeys('options', options, arrayOptionNames);
  const arrays: Arrays = {};
  for (const role of roles) {
    if (files[role] === undefined) continue;
    arrays[role] = decodeNPY(role, checkBytes(role, files[role], 'a NumPy array'));
  }
  return combineArrays(arrays, options);
}

/** Whether inputs and answers are in separate files. */
function isFiles(files: Bytes | NPYFiles): files is NPYFiles {
  return typeof files === 'object' && !ArrayBuffer.isView(files) && 'inputs' in files;
}

/**
 * @throws FormatError if the file or an array cannot be read, or no array has the name
 * @throws TypeError or RangeError naming the option, or the row and column
 */
export function readNPZSamples(bytes: Bytes, names: NPZNames): SampleArrays {
  checkKeys('options', names, [...roles, ...arrayOptionNames]);
  const npz = new NPZ('npz', bytes);
  const arrays: Arrays = {};
  for (const role of roles) {
    const name: unknown = names[role];
    if (name === undefined && role !== 'inputs') continue;
    if (typeof name !== 'string') {
      const known = npz.names.map(show).join(', ');
      throw new TypeFault({
        place: role,
        problem: `expected the name of an array, got ${show(name)}; the arrays are ${known}`,
      });
    }
    arrays[role] = npz.array(name);
  }
  const { columns, classes, inputScale } = names;
  return combineArrays(arrays, {
    ...(columns && { columns }),
    ...(classes && { classes }),
    ...(inputScale !== undefined && { inputScale }),
  });
}

function combineArrays({ inputs, labels, targets }: Arrays, options: ArrayOptions): SampleArrays {
  const { shape } = inputs!;
  const [count] = shape;
  if (count === undefined || inputs!.values.length === 0) {
    throw new RangeFault({
      place: 'inputs',
      problem: `expected at least one row of numbers, got shape (${shape.join(', ')})`,
    });
  }
  const width = inputs!.values.length / count;
  const others = { labels, targets };
  for (const role of ['labels', 'targets'] as const) {
    const array = others[role];
    if (array && (array.shape[0] !== count || (role === 'labels' && array.values.length !== count))) {
      const expected = role === 'labels' ? `(${count})` : `(${count}, outputs)`;
      throw new RangeFault({
        place: role,
        problem: `expected shape ${expected}, a row for each row of inputs, got (${array.shape.join(', ')})`,
      });
    }
  }
  return readArrays({
    inputs: toNumbers('inputs', inputs!.values, width),
    ...(labels && { labels: isText(labels.values) ? labels.values : toNumbers('labels', labels.values) }),
    ...(targets && { targets: toNumbers('targets', targets.values, targets.values.length / count) }),
    count,
    ...options,
  });
}

const isText = (values: NPYValues): values is string[] => Array.isArray(values);

/**
 * Converts 64-bit integers to doubles.
 * @param width of a row, for error messages
 * @throws RangeError if a double cannot hold an integer exactly
 */
export function toNumbers(place: string, values: NPYValues, width?: number): NumericArray {
  if (isText(values)) throw new TypeFault({ place, problem: 'expected numbers, got strings' });
  if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) return values;
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    numbers[i] = Number(values[i]);
    if (Number.isSafeInteger(numbers[i])) continue;
    const at = width === undefined ? `[${i}]` : `[${Math.floor(i / width)}][${i % width}]`;
    throw new RangeFault({
      place: `${place}${at}`,
      problem: `is ${values[i]}; JavaScript numbers hold 53 bits: save it as float64`,
    });
  }
  return numbers;
}

function readMatrix(array: NPYArray, options: NPYOptions): SampleArrays {
  checkKeys('options', options, [...columnOptionNames, 'columns']);
  const { columns, ...others } = options;
  const { source, cells, count } = tabulate(array, columns);
  const width = source.names.length;
  function* rows(): Generator<Row> {
    for (let n = 0; n < count; n++) yield { cells: cells.slice(n * width, (n + 1) * width), number: n + 1 };
  }
  return readSamples(() => ({ source, rows: rows() }), others);
}

/** A two-dimensional array whose rows are samples. */
interface Matrix {
  readonly source: RowSource & { readonly names: readonly string[] };
  /** [count][columns]: numbers, strings, and integers that no number holds exactly. */
  readonly cells: Cells;
  readonly count: number;
}

/**
 * Names the columns of an array.
 * @throws RangeError if it does not have two dimensions, is empty, or its width differs from the number of names
 */
export function tabulate({ dtype, shape, values }: NPYArray, columns?: readonly string[]): Matrix {
  const source = matrixSource(dtype, shape, columns);
  return { source, cells: toCells(values), count: shape[0]! };
}

/**
 * @throws RangeError if the array does not have two dimensions, is empty, or its width differs from the number of names
 */
export function matrixSource(
  dtype: DType,
  shape: readonly number[],
  columns?: readonly string[],
): Matrix['source'] {
  const [, width] = shape;
  if (shape.length !== 2 || shape.includes(0)) {
    throw new RangeFault({
      place: 'npy',
      problem: `expected an array of two dimensions, a row for each sample, got shape (${shape.join(', ')})`,
      ...(!shape.includes(0) && {
        cure: 'save the inputs and the answers as columns: np.save(file, np.column_stack([x, y])); or as two arrays: np.savez(file, x=x, y=y)',
      }),
    });
  }
  const names = columns ?? Array.from({ length: width! }, (_, k) => String(k));
  if (names.length !== width) {
    throw new RangeFault({
      place: 'columns',
      problem: `expected ${width} names, one for each column, got ${names.length}`,
    });
  }
  // Strings may hold numbers, as in a text file.
  const origin = dtype === 'str' ? 'text' : 'values';
  return { place: 'npy', origin, names, describeCell: cellDescriber('npy row') };
}

type Cells = NumericArray | readonly (string | number | bigint)[];

/** Converts 64-bit integers to numbers. Those that a number can't hold stay, because their column may be ignored. */
export function toCells(values: NPYValues): Cells {
  if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) return values;
  return values.every((value) => BigInt.asIntN(54, value) === value)
    ? Float64Array.from(values, Number)
    : Array.from(values, toCell as (value: bigint) => number | bigint);
}
