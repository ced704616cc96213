import { RangeFault } from '../errors.js';
import { checkInteger, checkNumber } from '../base/check.js';
import { asArray, type NumericArray } from '../base/numeric-arrays.js';
import { checkCount as checkSameCount } from '../training/matrix.js';
import { planColumns, type Column, type ColumnOptions, type ColumnPlan } from './columns.js';
import { gatherRows } from './partition.js';
import type { OpenedRows, Row, RowBlocks, RowSource } from './rows.js';
import type { SampleArrays, Schema } from './schema.js';

/** A growing column of doubles, so that nothing is rounded before the transforms. */
export class GrowingColumn {
  #values = new Float64Array(16);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  at(index: number): number {
    return this.#values[index]!;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const larger = new Float64Array(2 * this.#length);
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values[this.#length++] = value;
  }

  /** A view, until the next `push`. */
  get values(): Float64Array {
    return this.#values.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }
}

/** Builds samples from rows of cells, one row at a time. */
export class SampleBuilder {
  readonly #plan: ColumnPlan;
  readonly #width: number;
  readonly #columns: readonly GrowingColumn[];
  readonly #whole: readonly (Float64Array | undefined)[];
  /** The indices of the rows it holds, for columns that are given as a whole. */
  readonly #kept = new GrowingColumn();
  #rows = 0;
  #count = 0;

  /**
   * @param source of rows that are read for these samples alone
   * @param whole the columns, by their place in the plan, whose numbers are given as a whole instead of row by row; NaN is filled in
   */
  constructor(plan: ColumnPlan, source?: RowSource, whole: readonly (Float64Array | undefined)[] = []) {
    this.#plan = plan;
    this.#whole = whole;
    for (const [k, { readsPlain }] of plan.columns.entries())
      if (readsPlain) source?.takeNumbers?.(plan.at[k]!);
    this.#width = plan.columns.filter(({ role }) => role === 'input').length;
    this.#columns = plan.columns.map(() => new GrowingColumn());
  }

  /** The number of rows it holds; dropped rows don't count. */
  get count(): number {
    return this.#count;
  }

  /** @throws TypeError or RangeError naming the row and column; the builder must not be used afterward */
  add({ cells, number }: Row): void {
    const { columns, at, missing } = this.#plan;
    const row = this.#rows++;
    let hasGaps = false;
    for (let k = 0; k < columns.length; k++) {
      const column = columns[k]!;
      const value = cells[at[k]!];
      if (this.#whole[k] || !column.isMissing(value)) continue;
      if (missing === 'drop') return;
      hasGaps = true;
      if (missing === 'category') {
        if (column.role !== 'input') return;
        continue;
      }
      if (missing === 'error') {
        throw new RangeFault({
          place: column.describeCell(number),
          problem: column.describeGap(value),
          cure: "fill it in, or choose missing: 'drop', 'mean' or 'category'",
          option: { name: 'missing', values: ['drop', 'mean', 'category'] },
        });
      }
      if (column.role !== 'input' || column.isCategorical) {
        throw new RangeFault({
          place: column.describeCell(number),
          problem: `${column.describeGap(value)}, and only numeric inputs have a mean`,
          cure: "choose missing: 'category' or 'drop'",
          option: { name: 'missing', values: ['category', 'drop'] },
        });
      }
    }
    for (let k = 0; k < columns.length; k++) {
      if (this.#whole[k]) continue;
      const column = columns[k]!;
      const value = cells[at[k]!];
      const isFilled = hasGaps && column.isMissing(value);
      if (isFilled && missing === 'category') column.addMissing(number);
      this.#columns[k]!.push(isFilled ? NaN : column.encode(value, number));
    }
    if (this.#whole.length > 0) this.#kept.push(row);
    this.#count++;
  }

  /**
   * Returns the rows and clears them. Missing values are NaN, and categories are provisional codes. The columns keep
   * the categories they have seen.
   */
  drain(): { inputs: Float64Array; answers: Float64Array } {
    const values = this.#columns.map(({ values }) => values);
    const drained = {
      inputs: interleave(values.slice(0, this.#width)),
      answers: interleave(values.slice(this.#width)),
    };
    for (const column of this.#columns) column.clear();
    this.#count = 0;
    return drained;
  }

  /** The numbers of a column. */
  #numbersOf(k: number): Float64Array {
    const whole = this.#whole[k];
    if (!whole) return this.#columns[k]!.values;
    return this.#count === whole.length ? whole : gatherRows(whole, 1, this.#kept.values);
  }

  /** @throws RangeError if every value of a column is missing, so that it has no mean */
  build(): SampleArrays {
    const { columns, missing, means } = this.#plan;
    const inputColumns = columns.slice(0, this.#width);
    const answerColumns = columns.slice(this.#width);
    const inputs = inputColumns.map((_, k) => this.#numbersOf(k));
    const answers = answerColumns.map((_, j) => this.#numbersOf(this.#width + j));
    const filling =
      missing === 'mean' || missing === 'category'
        ? preferKnown(means, Float64Array.from(inputs, meanOf))
        : undefined;
    const withOthers = new Set<number>();
    const categories = inputColumns.map((column, k) => {
      const values = inputs[k]!;
      if (!column.isCategorical) {
        if (filling) inputs[k] = fillIn(column, values, filling[k]!);
        return undefined;
      }
      const { categories, meanings, ofMissing, hasOthers } = column.decide();
      if (hasOthers) withOthers.add(k);
      for (let n = 0; n < values.length; n++)
        values[n] = Number.isNaN(values[n]) ? ofMissing! : meanings[values[n]!]!;
      return categories;
    });
    const texts = inputColumns.flatMap(({ isText }, k) => (isText ? k : []));
    const schema = {
      width: this.#width,
      columns: inputColumns.map(({ name }) => name),
      ...(categories.some(Boolean) && { categories }),
      ...(withOthers.size > 0 && { withOthers }),
      ...(texts.length > 0 && { texts: new Set(texts) }),
      ...(filling && { means: nameMeans(inputColumns, filling) }),
      ...pickFormats(columns),
    };
    if (answerColumns[0]?.role === 'label') {
      const { categories: classes, meanings } = answerColumns[0].decide();
      const labels = Uint32Array.from(answers[0]!, (code) => meanings[code]!);
      return { inputs: interleave(inputs), labels, schema: { ...schema, targetWidth: 0, classes } };
    }
    const targetColumns = answerColumns.map(({ name }) => name);
    if (targetColumns.length === 0)
      return { inputs: interleave(inputs), schema: { ...schema, targetWidth: 0 } };
    return {
      inputs: interleave(inputs),
      targets: interleave(answers),
      schema: { ...schema, targetWidth: targetColumns.length, targetColumns },
    };
  }
}

/** Columns of the same length, in row-major order. */
function interleave(columns: readonly Float64Array[]): Float64Array {
  const count = columns[0]?.length ?? 0;
  const rows = new Float64Array(count * columns.length);
  for (let n = 0, i = 0; n < count; n++) for (let k = 0; k < columns.length; k++) rows[i++] = columns[k]![n]!;
  return rows;
}

/** The formats that the columns have, by name. */
function pickFormats(columns: readonly Column[]): Pick<Schema, 'formats'> {
  const formats = columns.flatMap(({ name, format }) =>
    format && format.kind !== 'text' ? [[name, format] as const] : [],
  );
  return formats.length > 0 ? { formats: Object.fromEntries(formats) } : {};
}

export function buildSamples({ source, rows }: OpenedRows, options: ColumnOptions): SampleArrays {
  let builder: SampleBuilder | undefined;
  for (const row of rows) {
    builder ??= new SampleBuilder(planColumns(source, options), source);
    builder.add(row);
  }
  checkCount(source, builder && builder.count);
  return builder!.build();
}

/**
 * Builds batches of samples.
 * @param planFor plans how to read the columns once their names are known
 * @param rowsPerBatch rows per batch; the last may have fewer
 * @throws TypeError or RangeError naming the row and column
 */
export async function* buildBatches(
  { source, blocks }: RowBlocks,
  planFor: (source: RowSource) => ColumnPlan,
  rowsPerBatch: number,
): AsyncGenerator<SampleArrays, void, undefined> {
  let plan: ColumnPlan | undefined;
  let builder: SampleBuilder | undefined;
  let batches = 0;
  for await (const block of blocks) {
    for (const row of block) {
      plan ??= planFor(source);
      builder ??= new SampleBuilder(plan, source);
      builder.add(row);
      if (builder.count < rowsPerBatch) continue;
      yield builder.build();
      builder = undefined;
      batches++;
    }
  }
  if (batches === 0) checkCount(source, builder && builder.count);
  if (builder && builder.count > 0) yield builder.build();
}

/**
 * @param count the number of rows that were not dropped; undefined if there were no rows
 * @throws RangeError if no row is left
 */
export function checkCount(
  { place, hasHeader }: Pick<RowSource, 'place' | 'hasHeader'>,
  count: number | undefined,
): void {
  if (count === undefined)
    throw new RangeFault({
      place,
      problem: hasHeader
        ? 'there are no rows below the header'
        : 'expected at least one row of data, got none',
      cure: hasHeader
        ? 'expected a table with columns separated by commas, tabs, semicolons or bars'
        : undefined,
    });
  if (count === 0)
    throw new RangeFault({
      place,
      problem: 'every row has a missing value',
    });
}

/** The mean of each column, without its NaNs. */
export class Means {
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;

  constructor(width: number) {
    this.#sums = new Float64Array(width);
    this.#counts = new Float64Array(width);
  }

  /** @param rows the next rows, in row-major order */
  add(rows: Float64Array): void {
    const width = this.#sums.length;
    for (let i = 0; i < rows.length; i += width) {
      for (let k = 0; k < width; k++) {
        const value = rows[i + k]!;
        if (Number.isNaN(value)) continue;
        this.#sums[k]! += value;
        this.#counts[k]!++;
      }
    }
  }

  get values(): Float64Array {
    return this.#sums.map((sum, k) => sum / this.#counts[k]!);
  }
}

function meanOf(column: Float64Array): number {
  const means = new Means(1);
  means.add(column);
  return means.values[0]!;
}

/** The means that are known in advance, and the others of these rows. */
export const preferKnown = (known: readonly number[], own: Float64Array): Float64Array =>
  own.map((mean, k) => (Number.isNaN(known[k]) ? mean : known[k]!));

/** The mean of each column of numbers, by its name. */
const nameMeans = (columns: readonly Column[], means: Float64Array): Record<string, number> =>
  Object.fromEntries(
    columns.flatMap(({ name, isCategorical }, k) => (isCategorical ? [] : [[name, means[k]!]])),
  );

/**
 * Replaces missing values. The numbers may belong to a table, so they stay as they are.
 * @throws RangeError if every value of a column is missing, so that it has no mean
 */
function fillIn({ name }: Column, values: Float64Array, mean: number): Float64Array {
  if (!values.includes(NaN)) return values;
  if (Number.isNaN(mean))
    throw new RangeFault({
      place: `column '${name}'`,
      problem: 'every value is missing',
      cure: 'leave it out of inputs',
    });
  return values.map((value) => (Number.isNaN(value) ? mean : value));
}

/** More classes than any network has outputs. */
const MOST_CLASSES = 2 ** 24;

/**
 * Checks class indices.
 * @param classes the number of classes, if known
 * @param before the number of labels before these
 * @throws TypeError or RangeError naming the index
 */
export function checkLabels(
  place: string,
  labels: NumericArray | readonly unknown[],
  count: number,
  classes = MOST_CLASSES,
  before = 0,
): void {
  checkSameCount(place, labels.length, count);
  for (let n = 0; n < count; n++) checkInteger(`${place}[${before + n}]`, labels[n], 0, classes - 1);
}

/** @throws TypeError, RangeError unless there is a number of at least 0 for each sample */
export function readWeights(
  place: string,
  weights: NumericArray | readonly unknown[],
  count: number,
): Float32Array {
  const values: ArrayLike<unknown> = asArray(place, 'an array of numbers', weights);
  checkSameCount(place, values.length, count);
  return Float32Array.from(values, (weight, n) => checkNumber(`${place}[${n}]`, weight, 0));
}

/** So many classes are nothing unusual. */
const FEW_CLASSES = 1000;

/**
 * 0, 1, … up to the largest label: classes without names.
 * @param count the number of labels
 * @throws RangeError if there are more of them than labels: the labels are ids rather than indices
 */
export function listClasses(largest: number, count: number): { classes: number[]; hasIndices: true } {
  if (largest >= Math.max(FEW_CLASSES, count)) {
    throw new RangeFault({
      place: 'labels',
      problem: `the largest of ${count} is ${largest}, and a label is the index of its class`,
      cure: 'pass the labels as texts, or number the classes from 0',
    });
  }
  return { classes: Array.from({ length: largest + 1 }, (_, label) => label), hasIndices: true };
}

/** The largest label; 0 if there are none. */
export function findLargest(labels: NumericArray | readonly number[]): number {
  let largest = 0;
  for (const label of labels) largest = Math.max(largest, label);
  return largest;
}
