import type { NumericArray } from '../base/numeric-arrays.js';
import type { Categories, Column, PlaceOf, Plan } from './columns.js';

/** What the columns of a dataset are: the same for all its parts. */
export interface About {
  /** How many columns of inputs, and of targets. */
  readonly width: number;
  readonly targetWidth: number;
  /** Their names, if they have any. */
  readonly columns?: readonly string[];
  readonly targetColumns?: readonly string[];
  readonly classes?: Categories;
  /** By column of the inputs; undefined where it holds numbers. */
  readonly categories?: readonly (Categories | undefined)[];
}

/** The categories of each column that has them, by its name. */
export function categoriesByName({ columns, categories = [] }: About): Record<string, Categories> {
  return Object.fromEntries(
    categories.flatMap((list, k) => (list ? [[columns?.[k] ?? String(k), list]] : [])),
  );
}

/** What a dataset is made of. */
export interface Parts {
  readonly inputs: NumericArray;
  readonly targets?: NumericArray;
  readonly labels?: NumericArray;
  readonly inputScale?: number;
  readonly about: About;
}

/** Rows of numbers, as they come; doubles, so that nothing is rounded before the transforms. */
class Rows {
  readonly #width: number;
  #values = new Float64Array(1024);
  #length = 0;

  constructor(width: number) {
    this.#width = width;
  }

  push(row: Float64Array): void {
    if (this.#length + this.#width > this.#values.length) {
      const larger = new Float64Array(2 * (this.#length + this.#width));
      larger.set(this.#values);
      this.#values = larger;
    }
    this.#values.set(row, this.#length);
    this.#length += this.#width;
  }

  get values(): Float64Array {
    return this.#values.slice(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }
}

/** Makes a dataset of rows, one after the other. */
export class Table {
  readonly #plan: Plan;
  readonly #width: number;
  readonly #row: Float64Array;
  readonly #inputs: Rows;
  readonly #answers: Rows;
  #count = 0;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.#width = plan.columns.filter(({ role }) => role === 'input').length;
    this.#row = new Float64Array(plan.columns.length);
    this.#inputs = new Rows(this.#width);
    this.#answers = new Rows(plan.columns.length - this.#width);
  }

  /** How many rows it has: those that were dropped are not among them. */
  get count(): number {
    return this.#count;
  }

  /**
   * @param cells the values of a row; where each column is in it, the plan says
   * @throws TypeError, RangeError; the table is of no use then
   */
  add(cells: ArrayLike<unknown>, placeOf: PlaceOf): void {
    const { columns, at, missing } = this.#plan;
    for (let k = 0; k < columns.length; k++) {
      const column = columns[k]!;
      if (!column.isMissing(cells[at[k]!])) continue;
      if (missing === 'drop') return;
      if (missing === 'error') {
        throw new RangeError(
          `${placeOf(column.name)} is missing; fill it in, or choose missing: 'drop' or 'mean'`,
        );
      }
      if (column.role !== 'input' || column.isCategorical) {
        throw new RangeError(
          `${placeOf(column.name)} is missing, and no number has a mean there; choose missing: 'drop'`,
        );
      }
    }
    for (let k = 0; k < columns.length; k++) {
      const column = columns[k]!;
      const value = cells[at[k]!];
      this.#row[k] = missing === 'mean' && column.isMissing(value) ? NaN : column.encode(value, placeOf);
    }
    this.#inputs.push(this.#row.subarray(0, this.#width));
    this.#answers.push(this.#row.subarray(this.#width));
    this.#count++;
  }

  /**
   * Gives its rows away: NaN is missing, and a category a provisional code. What the columns have learnt of them they keep.
   */
  drain(): { inputs: Float64Array; answers: Float64Array } {
    const drained = { inputs: this.#inputs.values, answers: this.#answers.values };
    this.#inputs.clear();
    this.#answers.clear();
    this.#count = 0;
    return drained;
  }

  /** @throws RangeError where a column has no value of which to take the mean */
  parts(): Parts {
    const { columns, missing, means } = this.#plan;
    const inputs = this.#inputs.values;
    const answers = this.#answers.values;
    const inputColumns = columns.slice(0, this.#width);
    const answerColumns = columns.slice(this.#width);
    const filling = missing === 'mean' ? (means ?? meansOf(inputs, this.#width)) : undefined;
    const categories = inputColumns.map((column, k) => {
      if (!column.isCategorical) {
        if (filling) fillIn(column, inputs, this.#width, k, filling[k]!);
        return undefined;
      }
      const { categories, meanings } = column.decide();
      for (let i = k; i < inputs.length; i += this.#width) inputs[i] = meanings[inputs[i]!]!;
      return categories;
    });
    const about = {
      width: this.#width,
      columns: inputColumns.map(({ name }) => name),
      ...(categories.some(Boolean) && { categories }),
    };
    if (answerColumns[0]?.role === 'label') {
      const { categories: classes, meanings } = answerColumns[0].decide();
      const labels = Uint32Array.from(answers, (code) => meanings[code]!);
      return { inputs, labels, about: { ...about, targetWidth: 0, classes } };
    }
    const targetColumns = answerColumns.map(({ name }) => name);
    if (targetColumns.length === 0) return { inputs, about: { ...about, targetWidth: 0 } };
    return {
      inputs,
      targets: answers,
      about: { ...about, targetWidth: targetColumns.length, targetColumns },
    };
  }
}

/** The mean of each column: of the values that are not missing, which is NaN. */
export class Means {
  readonly #sums: Float64Array;
  readonly #counts: Float64Array;

  constructor(width: number) {
    this.#sums = new Float64Array(width);
    this.#counts = new Float64Array(width);
  }

  /** @param rows the next, one after the other */
  add(rows: Float64Array): void {
    const width = this.#sums.length;
    for (let i = 0; i < rows.length; i++) {
      const value = rows[i]!;
      if (Number.isNaN(value)) continue;
      this.#sums[i % width]! += value;
      this.#counts[i % width]!++;
    }
  }

  get values(): Float64Array {
    return this.#sums.map((sum, k) => sum / this.#counts[k]!);
  }
}

function meansOf(rows: Float64Array, width: number): Float64Array {
  const means = new Means(width);
  means.add(rows);
  return means.values;
}

/** @throws RangeError where a column has no value of which to take the mean */
function fillIn({ name }: Column, values: Float64Array, width: number, k: number, mean: number): void {
  for (let i = k; i < values.length; i += width) {
    if (!Number.isNaN(values[i])) continue;
    if (Number.isNaN(mean))
      throw new RangeError(`column '${name}': every value is missing; leave it out of inputs`);
    values[i] = mean;
  }
}
