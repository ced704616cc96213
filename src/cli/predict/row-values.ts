import { Column, createReadings, MISSING } from '../../data/columns.js';
import { show } from '../../base/check.js';
import type { Transform } from '../../model/transforms.js';
import { DataError, isInputFault } from '../errors.js';
import type { ModelSignature } from '../model/signature.js';
import { refuseColumnName } from '../data/guess-columns.js';
import { findNearest } from '../options/values.js';
import { joinNames } from '../terminal/format.js';

/** The input of a network for a sample; undefined if a value is missing, and there is no prediction. */
export type Values = (number | string)[] | undefined;

/** Whether the network takes the text itself. */
const takesText = (transform: Transform | undefined): boolean =>
  transform?.kind === 'hash' || transform?.kind === 'bagOfWords';

/** Converts the cells of a row to numbers and categories, in the order of the network. */
export class RowValues {
  readonly #signature: ModelSignature;
  /** Each category, by the text or the number that stands for it; undefined where numbers are expected. */
  readonly #categories: readonly (ReadonlyMap<string, number | string> | undefined)[];
  /** These decide, as in training, whether a cell is missing, and how it becomes a number. */
  readonly #columns: readonly Column[];

  /** @param areTexts whether numbers are written as text */
  constructor(signature: ModelSignature, areTexts: boolean) {
    this.#signature = signature;
    const { inputs } = signature.reading;
    const readingOf = createReadings(signature.reading);
    this.#columns = Array.from({ length: signature.width }, (_, k) => {
      const transform = signature.transforms?.[k];
      const isText = takesText(transform);
      const categories = transform?.kind === 'oneHot' ? transform.categories : isText;
      const name = inputs?.[k] ?? String(k);
      const source = { origin: areTexts ? 'text' : 'values', describeCell: () => '' } as const;
      return new Column(source, name, 'input', categories, { isText, reading: readingOf(name) });
    });
    this.#categories = Array.from({ length: signature.width }, (_, k) => {
      const transform = signature.transforms?.[k];
      if (transform?.kind !== 'oneHot') return undefined;
      return new Map(transform.categories.map((category) => [String(category), category]));
    });
  }

  /**
   * @param row where the row is, as 'iris.csv: CSV row 12'
   * @param cells text or values, in the network's order
   * @throws DataError naming the row and column
   */
  of(row: string, cells: readonly unknown[]): Values {
    const values: (number | string)[] = [];
    for (let k = 0; k < this.#signature.width; k++) {
      const cell = cells[k];
      const value = this.#columns[k]!.isMissing(cell) ? this.#fillIn(row, k) : this.#toValue(row, cell, k);
      if (value === undefined) return undefined;
      values.push(value);
    }
    return values;
  }

  /** Handles a missing value as in training, as far as a single row allows. Undefined leaves the sample out. */
  #fillIn(row: string, k: number): number | string | undefined {
    const { reading, transforms } = this.#signature;
    const transform = transforms?.[k];
    const category = this.#categories[k]?.get(MISSING);
    if (category !== undefined) return category;
    if (reading.missing === 'drop') return undefined;
    const name = reading.inputs?.[k] ?? String(k);
    if (reading.means && Object.hasOwn(reading.means, name)) return reading.means[name];
    // If no text was missing in training, a missing one is an unknown category like any other.
    if (reading.missing === 'category' && transform?.kind === 'oneHot' && transform.unknown) return MISSING;
    throw new DataError(this.#describePlace(row, k), 'is missing', 'fill it in, or remove the row');
  }

  #toValue(row: string, cell: unknown, k: number): number | string {
    const text = String(cell);
    if (takesText(this.#signature.transforms?.[k])) return cell === undefined || cell === null ? '' : text;
    const categories = this.#categories[k];
    if (categories) {
      const category = categories.get(text) ?? categories.get(String(Number(cell)));
      if (category !== undefined) return category;
      const transform = this.#signature.transforms?.[k];
      if (transform?.kind === 'oneHot' && transform.unknown) return text;
      throw new DataError(
        this.#describePlace(row, k),
        `expected one of the learned categories ${joinNames([...categories.keys()])}, got ${show(cell)}`,
      );
    }
    const number = this.#toNumber(row, cell, k);
    if (Number.isFinite(Math.fround(number))) return number;
    throw new DataError(this.#describePlace(row, k), `expected a number, got ${show(cell)}`);
  }

  #toNumber(row: string, cell: unknown, k: number): number {
    try {
      return this.#columns[k]!.encode(cell, 0);
    } catch (error) {
      if (!isInputFault(error)) throw error;
      const cure = typeof cell === 'string' ? 'write numbers as in the training data' : undefined;
      throw new DataError(this.#describePlace(row, k), error.problem, cure, { cause: error });
    }
  }

  #describePlace(row: string, k: number): string {
    const name = this.#signature.reading.inputs?.[k];
    return `${row}, column ${name === undefined ? k + 1 : show(name)}`;
  }
}

/** The positions of the network's inputs in the rows of a table. */
export interface ColumnPlaces {
  readonly at: readonly number[];
  /** The columns to print before the predictions. */
  readonly kept: readonly number[];
  /** Columns that aren't used. */
  readonly ignored: readonly string[];
}

/**
 * Finds the inputs by their names, in any order.
 * @param keep columns to print before the predictions
 * @throws DataError naming missing inputs, UsageError naming missing columns to keep
 */
export function findColumnsByName(
  path: string,
  names: readonly string[],
  { reading, width }: ModelSignature,
  keep: readonly string[],
): ColumnPlaces {
  const { inputs, label, targets = [] } = reading;
  const kept = findKept(path, names, keep);
  if (!inputs) {
    if (names.length === width) return { at: names.map((_, k) => k), kept, ignored: [] };
    throw new DataError(
      path,
      `expected ${width} columns, as many as the network takes, got ${names.length}`,
      `choose some of ${joinNames(names)} with --inputs a,b,…`,
    );
  }
  const known = new Set([...inputs, ...targets, ...keep, label]);
  const ignored = names.filter((name) => !known.has(name));
  const places = new Map(names.map((name, k) => [name, k]));
  const missing = inputs.filter((name) => !places.has(name));
  if (missing.length > 0) {
    const areNumbers = names.every((name) => name.trim() !== '' && Number.isFinite(Number(name)));
    const meant = findNearest(missing[0]!, ignored);
    const cure = areNumbers
      ? 'if its first row has no names, add --header no'
      : meant === undefined
        ? `the columns are ${joinNames(names)}`
        : `did you mean '${meant}'?`;
    const are = missing.length > 1 ? 'are no columns' : 'is no column';
    throw new DataError(path, `there ${are} ${joinNames(missing.map(show))}`, cure);
  }
  return { at: inputs.map((name) => places.get(name)!), kept, ignored };
}

/**
 * For rows without names: all columns in order, or by the numbers that the columns had in training.
 * @param keep numbers of columns to print before the predictions
 * @throws DataError where there are too few or too many, UsageError if those to be kept are missing
 */
export function findColumnsByNumber(
  row: string,
  count: number,
  { reading, width }: ModelSignature,
  keep: readonly string[],
): ColumnPlaces {
  const all = Array.from({ length: count }, (_, k) => k);
  const kept = findKept(row, all.map(String), keep);
  if (count === width) return { at: all, kept, ignored: [] };
  const at = reading.inputs?.map(Number) ?? [];
  if (at.length === width && at.every((k) => Number.isInteger(k) && k < count))
    return { at, kept, ignored: [] };
  throw new DataError(row, `expected ${width} values, as many as the network takes, got ${count}`);
}

const findKept = (path: string, names: readonly string[], keep: readonly string[]): number[] =>
  keep.map((name) => {
    const k = names.indexOf(name);
    if (k < 0) throw refuseColumnName('--keep', path, name, names);
    return k;
  });
