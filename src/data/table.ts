import type { NumericArray } from '../training/matrix.js';
import type { Categories, PlaceOf, Plan } from './columns.js';

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

  /** @throws RangeError where a column has no value of which to take the mean */
  parts(): Parts {
    const { columns, missing } = this.#plan;
    const inputs = this.#inputs.values;
    const answers = this.#answers.values;
    const inputColumns = columns.slice(0, this.#width);
    const answerColumns = columns.slice(this.#width);
    const categories = inputColumns.map((column, k) => {
      if (!column.isCategorical) {
        if (missing === 'mean') fillIn(column.name, inputs, this.#width, k);
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

/** Puts the mean of a column where a value is missing. */
function fillIn(name: string, values: Float64Array, width: number, k: number): void {
  let sum = 0;
  let count = 0;
  for (let i = k; i < values.length; i += width) {
    if (Number.isNaN(values[i])) continue;
    sum += values[i]!;
    count++;
  }
  if (count === values.length / width) return;
  if (count === 0) throw new RangeError(`column '${name}': every value is missing; leave it out of inputs`);
  for (let i = k; i < values.length; i += width) if (Number.isNaN(values[i])) values[i] = sum / count;
}
