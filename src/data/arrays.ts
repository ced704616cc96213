import { RangeFault, TypeFault } from '../errors.js';
import { checkInteger, checkKeys, checkPositive, misfit, show } from '../base/check.js';
import { checkCategories } from '../model/check-transforms.js';
import { isNumericArray, plainView, type NumericArray } from '../base/numeric-arrays.js';
import { readMatrix, type Rows } from '../training/matrix.js';
import { finish } from '../base/work.js';
import { Column, type Categories } from './columns.js';
import { readSamples } from './recognize.js';
import { toCell, type Row } from './rows.js';
import { checkLabels, findLargest, listClasses, readWeights } from './samples.js';
import type { SampleArrays, Schema } from './schema.js';

/** Samples in arrays. */
export interface Arrays {
  /**
   * [n][width]: a flat or typed array of numbers in row-major order; or an array of rows, in which strings are
   * categories.
   */
  readonly inputs: Rows | readonly (readonly (number | string)[])[];
  /** [n] the class of each sample, by name or by index. */
  readonly labels?: NumericArray | readonly number[] | readonly string[];
  /** [n][outputs], instead of labels. */
  readonly targets?: Rows;
  /**
   * [n] factors for the costs of the samples, at least 0. Default all 1. `train` and `evaluate` use them; metrics and the scores of a
   * study don't.
   */
  readonly sampleWeights?: NumericArray | readonly number[];
  /** Each input is multiplied by it first. Default 1. */
  readonly inputScale?: number;
  /** The names of the input columns. */
  readonly columns?: readonly string[];
  /**
   * The names of the classes, in the order of the network's outputs. Default: all that occur, sorted; the indices if
   * labels are indices.
   */
  readonly classes?: Categories;
  /** The number of samples. Needed only if `inputs` is flat and there are no labels, and targets are flat or absent. */
  readonly count?: number;
}

/**
 * @throws TypeError or RangeError naming the row and column
 */
export function readArrays(arrays: Arrays): SampleArrays {
  checkKeys('arrays', arrays, [
    ...['inputs', 'labels', 'targets', 'sampleWeights', 'inputScale', 'columns', 'classes', 'count'],
  ]);
  const { labels, targets, sampleWeights, inputScale, classes } = arrays;
  if (labels !== undefined && targets !== undefined) {
    throw new TypeFault({
      place: 'targets',
      problem: 'expected either targets or labels, got both',
    });
  }
  if (inputScale !== undefined) checkPositive('inputScale', inputScale);
  if (classes !== undefined && labels === undefined)
    throw new TypeFault({ place: 'classes', problem: 'is set without labels', cure: 'pass labels too' });
  const { inputs, schema } = readInputs(arrays);
  const count = inputs.length / schema.width;
  const samples = {
    inputs,
    ...(inputScale !== undefined && { inputScale }),
    ...(sampleWeights !== undefined && {
      sampleWeights: readWeights('sampleWeights', sampleWeights, count),
    }),
  };
  if (labels !== undefined) return { ...samples, ...readLabels(schema, labels, count, classes) };
  if (targets === undefined) return { ...samples, schema };
  const targetWidth = findWidth('targets', targets, count);
  return {
    ...samples,
    targets: toMatrix('targets', targets, targetWidth),
    schema: { ...schema, targetWidth },
  };
}

type AnyRows = Arrays['inputs'];

/** Whether the rows are concatenated in one array. */
const isFlat = (rows: AnyRows): rows is NumericArray | readonly number[] =>
  isNumericArray(rows) || typeof rows[0] === 'number';

function checkArray(place: string, rows: unknown): asserts rows is AnyRows {
  if (!isNumericArray(rows) && !Array.isArray(rows)) {
    throw new TypeFault({
      place,
      problem: `expected a typed array, or an array of rows, got ${show(rows)}`,
    });
  }
  if (rows.length === 0) throw new RangeFault({ place, problem: 'expected at least one row, got none' });
}

function readInputs(arrays: Arrays): Pick<SampleArrays, 'inputs' | 'schema'> {
  const { inputs, labels, targets, columns, count } = arrays;
  checkArray('inputs', inputs);
  if (targets !== undefined) checkArray('targets', targets);
  let width = columns?.length;
  if (count !== undefined) checkInteger('count', count);
  const rows = labels?.length ?? (targets && !isFlat(targets) ? targets.length : count);
  if (rows !== undefined) width = findWidth('inputs', inputs, rows);
  else if (!isFlat(inputs)) width = findWidth('inputs', inputs, inputs.length);
  if (width === undefined) {
    throw new TypeFault({
      place: 'count',
      problem: 'the number of samples in a flat array is unknown',
      cure: 'set count or columns',
    });
  }
  if (columns !== undefined && columns.length !== width) {
    throw new RangeFault({
      place: 'columns',
      problem: `expected ${width} names, one for each column of inputs, got ${columns.length}`,
    });
  }
  const names = columns && { columns: [...columns] };
  const [first] = inputs;
  if (!Array.isArray(first) || !first.some((value) => typeof value === 'string')) {
    return { inputs: toMatrix('inputs', inputs as Rows, width), schema: { width, targetWidth: 0, ...names } };
  }
  const ids = columns ?? first.map((_, k) => String(k));
  const source = {
    place: 'inputs',
    origin: 'values',
    names: ids,
    describeCell: (n: number, name: string) => `inputs[${n}][${ids.indexOf(name)}]`,
  } as const;
  function* cells(): Generator<Row> {
    for (const [n, row] of (inputs as readonly unknown[][]).entries()) {
      checkRow(`inputs[${n}]`, row, ids.length);
      for (const [k, value] of row.entries()) {
        if (typeof value !== 'string') checkNumber(`inputs[${n}][${k}]`, value);
      }
      yield { cells: row.map(toCell), number: n };
    }
  }
  const samples = readSamples(() => ({ source, rows: cells() }), {});
  const { categories, formats } = samples.schema;
  return {
    inputs: samples.inputs,
    schema: {
      ...{ width, targetWidth: 0, ...names },
      ...(categories && { categories }),
      ...(formats && { formats }),
    },
  };
}

function findWidth(place: string, rows: AnyRows, count: number): number {
  if (!isFlat(rows)) {
    if (rows.length !== count)
      throw new RangeFault({
        place,
        problem: `expected ${count} rows, one for each sample, got ${rows.length}`,
      });
    const first: unknown = rows[0];
    if (!isNumericArray(first) && !Array.isArray(first)) {
      throw new TypeFault({
        place: `${place}[0]`,
        problem: `expected an array of numbers, got ${show(first)}`,
      });
    }
    if (first.length === 0)
      throw new RangeFault({ place: `${place}[0]`, problem: 'expected at least one number, got none' });
    return first.length;
  }
  const width = rows.length / count;
  if (!Number.isInteger(width)) {
    throw new RangeFault({
      place,
      problem: `expected a multiple of ${count} values, the same number for each sample, got ${rows.length}`,
    });
  }
  return width;
}

/** Keeps typed arrays. Converts other rows to doubles, so that nothing is rounded before the transforms. */
function toMatrix(place: string, rows: Rows, width: number): NumericArray {
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
    throw new TypeFault({ place, problem: `expected an array of ${width} numbers, got ${show(row)}` });
  }
  if (row.length !== width)
    throw new RangeFault({ place, problem: `expected ${width} values, got ${row.length}` });
}

function checkNumber(place: string, value: unknown): number {
  if (!Number.isFinite(value)) throw misfit(place, value);
  return value as number;
}

function readLabels(
  schema: Schema,
  labels: NonNullable<Arrays['labels']>,
  count: number,
  given: Categories | undefined,
): Pick<SampleArrays, 'labels' | 'schema'> {
  if (!isNumericArray(labels) && !Array.isArray(labels)) {
    throw new TypeFault({ place: 'labels', problem: `expected an array of classes, got ${show(labels)}` });
  }
  const checked = given && (checkCategories('classes', given) as Categories);
  if (typeof labels[0] === 'string') {
    if (labels.length !== count) checkLabels('labels', labels, count);
    const cells = { origin: 'values', describeCell: (row: number) => `labels[${row}]` } as const;
    const column = new Column(cells, 'labels', 'label', checked ?? true);
    const codes = Array.from(labels as readonly string[], (label, n) => column.encode(toCell(label), n));
    const { categories: classes, meanings } = column.decide();
    return { labels: Uint32Array.from(codes, (code) => meanings[code]!), schema: { ...schema, classes } };
  }
  checkLabels('labels', labels, count, checked?.length);
  const indices = isNumericArray(labels) ? plainView(labels) : Uint32Array.from(labels as readonly number[]);
  return {
    labels: indices,
    schema: { ...schema, ...(checked ? { classes: checked } : listClasses(findLargest(indices), count)) },
  };
}
