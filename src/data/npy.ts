import { bytesOf, type Bytes } from '../base/bytes.js';
import type { DType, NPYValues } from '../formats/numpy/dtypes.js';
import { arrayOf, type NPYArray } from '../formats/numpy/npy.js';
import { NPZ } from '../formats/numpy/npz.js';
import { checkKeys, show } from '../base/check.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import { partsOfArrays } from './arrays.js';
import { columnOptionNames, type Categories, type ColumnOptions, type Origin } from './columns.js';
import { partsOfRows, type Row } from './rows.js';
import type { Parts } from './table.js';

/** Samples in arrays of NumPy, a file for each. */
export interface NPYFiles {
  /** [n][…]: what follows the first dimension are the columns. */
  readonly inputs: Bytes;
  /** [n] class indices, or strings. */
  readonly labels?: Bytes;
  /** [n] or [n][outputs], in place of labels. */
  readonly targets?: Bytes;
}

/** How arrays are to be taken. */
export interface ArrayOptions {
  /** The names of the columns. */
  readonly columns?: readonly string[];
  /** What the labels stand for, in the order of the network's outputs. Default: all that occur. */
  readonly classes?: Categories;
  /** By which the network multiplies each input: 1/255 for bytes, say. Default 1. */
  readonly inputScale?: number;
}

/** How a single array with a row for each sample is to be taken; its columns are '0', '1', … unless they are named. */
export interface NPYOptions extends ColumnOptions {
  readonly columns?: readonly string[];
}

/** Which arrays of a file of np.savez are what. */
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
 * @throws TypeError, RangeError naming the option, or the row and column
 */
export function partsOfNPY(files: Bytes | NPYFiles, options: NPYOptions & ArrayOptions): Parts {
  if (!isFiles(files))
    return partsOfMatrix(arrayOf('npy', bytesOf('files', files, 'an array of NumPy')), options);
  checkKeys('files', files, roles);
  checkKeys('options', options, arrayOptionNames);
  const arrays: Arrays = {};
  for (const role of roles) {
    if (files[role] === undefined) continue;
    arrays[role] = arrayOf(role, bytesOf(role, files[role], 'an array of NumPy'));
  }
  return partsOfNPYArrays(arrays, options);
}

/** Whether there is a file for each array. */
function isFiles(files: Bytes | NPYFiles): files is NPYFiles {
  return typeof files === 'object' && !ArrayBuffer.isView(files) && 'inputs' in files;
}

/**
 * @throws FormatError where the file, or an array, cannot be read, or there is none of that name
 * @throws TypeError, RangeError naming the option, or the row and column
 */
export function partsOfNPZ(bytes: Bytes, names: NPZNames): Parts {
  checkKeys('options', names, [...roles, ...arrayOptionNames]);
  const npz = new NPZ('npz', bytes);
  const arrays: Arrays = {};
  for (const role of roles) {
    const name: unknown = names[role];
    if (name === undefined && role !== 'inputs') continue;
    if (typeof name !== 'string') {
      const known = npz.names.map(show).join(', ');
      throw new TypeError(
        `${role}: expected the name of an array, got ${show(name)}; the arrays are ${known}`,
      );
    }
    arrays[role] = npz.array(name);
  }
  const { columns, classes, inputScale } = names;
  return partsOfNPYArrays(arrays, {
    ...(columns && { columns }),
    ...(classes && { classes }),
    ...(inputScale !== undefined && { inputScale }),
  });
}

function partsOfNPYArrays({ inputs, labels, targets }: Arrays, options: ArrayOptions): Parts {
  const { shape } = inputs!;
  const [count] = shape;
  if (count === undefined || inputs!.values.length === 0) {
    throw new RangeError(`inputs: expected at least one row of numbers, got shape (${shape.join(', ')})`);
  }
  const width = inputs!.values.length / count;
  const others = { labels, targets };
  for (const role of ['labels', 'targets'] as const) {
    const array = others[role];
    if (array && (array.shape[0] !== count || (role === 'labels' && array.values.length !== count))) {
      const expected = role === 'labels' ? `(${count})` : `(${count}, outputs)`;
      throw new RangeError(
        `${role}: expected shape ${expected}, a row for each of inputs, got (${array.shape.join(', ')})`,
      );
    }
  }
  return partsOfArrays({
    inputs: numbersOf('inputs', inputs!.values, width),
    ...(labels && { labels: isText(labels.values) ? labels.values : numbersOf('labels', labels.values) }),
    ...(targets && { targets: numbersOf('targets', targets.values, targets.values.length / count) }),
    count,
    ...options,
  });
}

const isText = (values: NPYValues): values is string[] => Array.isArray(values);

/** Numbers of 64 bits become doubles, which must hold them. @param width of a row, for error messages */
export function numbersOf(place: string, values: NPYValues, width?: number): NumericArray {
  if (isText(values)) throw new TypeError(`${place}: expected numbers, got strings`);
  if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) return values;
  const numbers = new Float64Array(values.length);
  for (let i = 0; i < values.length; i++) {
    numbers[i] = Number(values[i]);
    if (Number.isSafeInteger(numbers[i])) continue;
    const at = width === undefined ? `[${i}]` : `[${Math.floor(i / width)}][${i % width}]`;
    throw new RangeError(`${place}${at} is ${values[i]}; a number here holds 53 bits: save it as float64`);
  }
  return numbers;
}

/** A single array, whose columns are named. */
function partsOfMatrix({ dtype, shape, values }: NPYArray, options: NPYOptions): Parts {
  checkKeys('options', options, [...columnOptionNames, 'columns']);
  const [count, width] = shape;
  if (shape.length !== 2 || values.length === 0) {
    throw new RangeError(
      `npy: expected an array of two dimensions, a row for each sample, got shape (${shape.join(', ')})`,
    );
  }
  const { columns, ...others } = options;
  const names = columns ?? Array.from({ length: width! }, (_, k) => String(k));
  if (names.length !== width) {
    throw new RangeError(`columns: expected ${width} names, one for each column, got ${names.length}`);
  }
  const cells = cellsOf(values, width);
  function* rows(): Generator<Row> {
    for (let n = 0; n < count!; n++) {
      const placeOf = (name: string): string => `npy row ${n + 1}, column ${show(name)}`;
      yield { cells: cells.slice(n * width!, (n + 1) * width!), placeOf };
    }
  }
  return partsOfRows({ place: 'npy', origin: originOf(dtype), names }, rows(), others);
}

/** Strings may hold numbers: as in a text. */
export const originOf = (dtype: DType): Origin => (dtype === 'str' ? 'text' : 'values');

export const cellsOf = (values: NPYValues, width: number): NumericArray | string[] =>
  isText(values) ? values : numbersOf('npy', values, width);
