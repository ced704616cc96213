import { checkInteger, checkKeys, checkPositive, misfit, show } from '../base/check.js';
import { checkCategories } from '../model/check-transforms.js';
import { isNumericArray, plainView, type NumericArray } from '../base/numeric-arrays.js';
import { readMatrix, type Rows } from '../training/matrix.js';
import { finish } from '../base/work.js';
import { Column, planOf, type Categories } from './columns.js';
import { checkLabels, classesOf } from './labels.js';
import { Table, type About, type Parts } from './table.js';

/** Samples in arrays. */
export interface Arrays {
  /** [n][width]: numbers in a typed array or a flat array, row after row; or rows, in which strings are categories. */
  readonly inputs: Rows | readonly (readonly (number | string)[])[];
  /** [n] the class of each sample: by name, or by index. */
  readonly labels?: NumericArray | readonly number[] | readonly string[];
  /** [n][outputs], in place of labels. */
  readonly targets?: Rows;
  /** By which each input is multiplied before all else. Default 1. */
  readonly inputScale?: number;
  /** The names of the columns of the inputs. */
  readonly columns?: readonly string[];
  /** The names of the classes, in the order of the network's outputs. Default: all that occur, sorted; of indices, the indices. */
  readonly classes?: Categories;
  /** How many samples there are, where nothing else tells: inputs in one flat array, and targets too, or none. */
  readonly count?: number;
}

/**
 * @throws TypeError, RangeError naming the row and column
 */
export function partsOfArrays(arrays: Arrays): Parts {
  checkKeys('arrays', arrays, ['inputs', 'labels', 'targets', 'inputScale', 'columns', 'classes', 'count']);
  const { labels, targets, inputScale, classes } = arrays;
  if (labels !== undefined && targets !== undefined) {
    throw new TypeError('targets: expected either targets or labels beside the inputs, got both');
  }
  if (inputScale !== undefined) checkPositive('inputScale', inputScale);
  if (classes !== undefined && labels === undefined)
    throw new TypeError('classes: they are those of labels; give them too');
  const { inputs, about } = inputsOf(arrays);
  const count = inputs.length / about.width;
  const scale = inputScale === undefined ? {} : { inputScale };
  if (labels !== undefined) return { inputs, ...scale, ...labelled(about, labels, count, classes) };
  if (targets === undefined) return { inputs, ...scale, about };
  const targetWidth = widthOf('targets', targets, count);
  return {
    inputs,
    ...scale,
    targets: matrix('targets', targets, targetWidth),
    about: { ...about, targetWidth },
  };
}

type AnyRows = Arrays['inputs'];

/** Whether rows lie one after the other in one array. */
const isFlat = (rows: AnyRows): rows is NumericArray | readonly number[] =>
  isNumericArray(rows) || typeof rows[0] === 'number';

function checkArray(place: string, rows: unknown): asserts rows is AnyRows {
  if (!isNumericArray(rows) && !Array.isArray(rows)) {
    throw new TypeError(`${place}: expected a typed array, or an array of rows, got ${show(rows)}`);
  }
  if (rows.length === 0) throw new RangeError(`${place}: expected at least one row, got none`);
}

function inputsOf(arrays: Arrays): Pick<Parts, 'inputs' | 'about'> {
  const { inputs, labels, targets, columns, count } = arrays;
  checkArray('inputs', inputs);
  if (targets !== undefined) checkArray('targets', targets);
  let width = columns?.length;
  if (count !== undefined) checkInteger('count', count);
  const rows = labels?.length ?? (targets && !isFlat(targets) ? targets.length : count);
  if (rows !== undefined) width = widthOf('inputs', inputs, rows);
  else if (!isFlat(inputs)) width = widthOf('inputs', inputs, inputs.length);
  if (width === undefined) {
    throw new TypeError(
      'count: a flat array does not tell how many samples it holds; give count, or the names of the columns',
    );
  }
  if (columns !== undefined && columns.length !== width) {
    throw new RangeError(
      `columns: expected ${width} names, one for each column of inputs, got ${columns.length}`,
    );
  }
  const names = columns && { columns: [...columns] };
  const [first] = inputs;
  if (!Array.isArray(first) || !first.some((value) => typeof value === 'string')) {
    return { inputs: matrix('inputs', inputs as Rows, width), about: { width, targetWidth: 0, ...names } };
  }
  const ids = columns ?? first.map((_, k) => String(k));
  const table = new Table(planOf(ids, 'values', {}));
  for (const [n, row] of (inputs as readonly unknown[][]).entries()) {
    checkRow(`inputs[${n}]`, row, width);
    for (const [k, value] of row.entries()) {
      if (typeof value !== 'string') checkNumber(`inputs[${n}][${k}]`, value);
    }
    table.add(row, (name) => `inputs[${n}][${ids.indexOf(name)}]`);
  }
  const parts = table.parts();
  const { categories } = parts.about;
  return {
    inputs: parts.inputs,
    about: { width, targetWidth: 0, ...names, ...(categories && { categories }) },
  };
}

function widthOf(place: string, rows: AnyRows, count: number): number {
  if (!isFlat(rows)) {
    if (rows.length !== count)
      throw new RangeError(`${place}: expected ${count} rows, as many as the others, got ${rows.length}`);
    const first: unknown = rows[0];
    if (!isNumericArray(first) && !Array.isArray(first)) {
      throw new TypeError(`${place}[0]: expected an array of numbers, got ${show(first)}`);
    }
    if (first.length === 0) throw new RangeError(`${place}[0]: expected at least one number, got none`);
    return first.length;
  }
  const width = rows.length / count;
  if (!Number.isInteger(width)) {
    throw new RangeError(
      `${place}: expected a multiple of ${count} values, as many for each sample, got ${rows.length}`,
    );
  }
  return width;
}

/** Rows of numbers: typed arrays where they are, others as doubles, so that nothing is rounded before the transforms. */
function matrix(place: string, rows: Rows, width: number): NumericArray {
  if (isNumericArray(rows)) return finish(readMatrix(place, rows, width)).values;
  const flat = isFlat(rows);
  const count = flat ? rows.length / width : rows.length;
  const values = new Float64Array(count * width);
  for (let n = 0; n < count; n++) {
    const row: unknown = flat ? rows.slice(n * width, (n + 1) * width) : rows[n];
    checkRow(`${place}[${n}]`, row, width);
    for (let k = 0; k < width; k++) values[n * width + k] = checkNumber(`${place}[${n}][${k}]`, row[k]);
  }
  return values;
}

function checkRow(place: string, row: unknown, width: number): asserts row is ArrayLike<unknown> {
  if (!isNumericArray(row) && !Array.isArray(row)) {
    throw new TypeError(`${place}: expected an array of ${width} numbers, got ${show(row)}`);
  }
  if (row.length !== width) throw new RangeError(`${place}: expected ${width} values, got ${row.length}`);
}

function checkNumber(place: string, value: unknown): number {
  if (!Number.isFinite(value)) throw misfit(place, value);
  return value as number;
}

function labelled(
  about: About,
  labels: NonNullable<Arrays['labels']>,
  count: number,
  given: Categories | undefined,
): Pick<Parts, 'labels' | 'about'> {
  if (!isNumericArray(labels) && !Array.isArray(labels)) {
    throw new TypeError(`labels: expected an array of classes, got ${show(labels)}`);
  }
  const checked = given && (checkCategories('classes', given) as Categories);
  if (typeof labels[0] === 'string') {
    if (labels.length !== count) checkLabels('labels', labels, count);
    const column = new Column('labels', 'label', 'values', checked ?? true);
    const codes = Array.from(labels as readonly string[], (label, n) =>
      column.encode(label, () => `labels[${n}]`),
    );
    const { categories: classes, meanings } = column.decide();
    return { labels: Uint32Array.from(codes, (code) => meanings[code]!), about: { ...about, classes } };
  }
  checkLabels('labels', labels, count, checked?.length);
  const indices = isNumericArray(labels) ? plainView(labels) : Uint32Array.from(labels as readonly number[]);
  return { labels: indices, about: { ...about, classes: checked ?? classesOf(indices) } };
}
