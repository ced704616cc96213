import { isMissingMark } from './columns.js';
import type { RowBlocks, RowSource, SkippedRow } from './rows.js';
import { checkCount } from './samples.js';

/** Up to this many distinct values are counted. */
const MOST_DISTINCT = 1000;

/** The contents of a column. */
export interface ColumnProfile {
  readonly name: string;
  /**
   * 'number' if at least nine of ten values are numbers (in CSV, texts that hold numbers), else 'text'; 'empty' if all
   * are missing; 'other' if some are neither numbers nor text, such as objects or timestamps.
   */
  readonly kind: 'number' | 'text' | 'empty' | 'other';
  /** The number of cells that are empty, null, NaN, or a text such as 'NA' or '?'. */
  readonly missing: number;
  /** The number of distinct values, without missing ones; 1001 stands for any number above 1000. */
  readonly distinct: number;
  /** Whether the kind is 'number' and every number is an integer. */
  readonly isInteger: boolean;
  /** Whether the kind is 'number' and the numbers count up by one from 0 or 1. */
  readonly isCounter: boolean;
  /** The values of a column that holds neither numbers nor text, for example 'lists', if known. */
  readonly holds?: string;
}

/** The contents of a table, column by column. */
export interface TableProfile {
  /** The number of rows. */
  readonly count: number;
  readonly columns: readonly ColumnProfile[];
  /** Rows of a CSV text that are no data and were skipped, if there are any: at most 1000. */
  readonly skipped?: readonly SkippedRow[];
}

export const listSkipped = ({ skipped = [] }: Pick<RowSource, 'skipped'>): Pick<TableProfile, 'skipped'> =>
  skipped.length > 0 ? { skipped } : {};

/** The profile of a column that holds neither numbers nor text. @param holds names its values */
export const unsupportedColumn = (name: string, holds: string): ColumnProfile => ({
  name,
  kind: 'other',
  missing: 0,
  distinct: 0,
  isInteger: false,
  isCounter: false,
  holds,
});

/**
 * Profiles the columns of a file larger than memory in one pass.
 * @throws FormatError, TypeError or RangeError naming the row
 */
export async function profileRows({ source, blocks }: RowBlocks): Promise<TableProfile> {
  const profilers: ColumnProfiler[] = [];
  let count = 0;
  for await (const block of blocks) {
    for (const { cells } of block) {
      // A row of JSON Lines may add columns.
      for (let k = profilers.length; k < source.names!.length; k++)
        profilers.push(new ColumnProfiler(source.names![k]!, count));
      for (let k = 0; k < profilers.length; k++) profilers[k]!.add(cells[k]);
      count++;
    }
  }
  checkCount(source.place, count || undefined);
  return { count, columns: profilers.map((profiler) => profiler.result()), ...listSkipped(source) };
}

export class ColumnProfiler {
  readonly #name: string;
  #missing: number;
  #present = 0;
  #numbers = 0;
  /** The number of values that are neither numbers nor text. */
  #others = 0;
  #isLong = false;
  #isInteger = true;
  #isCounter = true;
  #last = NaN;
  readonly #distinct = new Set<unknown>();

  /** @param before the number of earlier rows without the column, which count as missing */
  constructor(name: string, before = 0) {
    this.#name = name;
    this.#missing = before;
  }

  add(value: unknown): void {
    if (isMissing(value)) {
      this.#missing++;
      return;
    }
    this.#present++;
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) this.#addNumber(number);
    else if (typeof value !== 'string') this.#others++;
    this.#isLong ||= typeof value === 'bigint';
    if (this.#distinct.size <= MOST_DISTINCT && typeof value !== 'object') this.#distinct.add(value);
  }

  #addNumber(number: number): void {
    this.#numbers++;
    this.#isInteger &&= Number.isInteger(number);
    this.#isCounter &&= this.#numbers === 1 ? number === 0 || number === 1 : number === this.#last + 1;
    this.#last = number;
  }

  result(): ColumnProfile {
    const kind = this.#kind();
    return {
      name: this.#name,
      kind,
      missing: this.#missing,
      distinct: this.#distinct.size,
      isInteger: kind === 'number' && this.#isInteger,
      isCounter: kind === 'number' && this.#isCounter,
      ...(this.#isLong && { holds: 'integers of more than 53 bits' }),
    };
  }

  #kind(): ColumnProfile['kind'] {
    if (this.#others > 0) return 'other';
    if (this.#present === 0) return 'empty';
    // The few others may be mistakes, which the reader reports.
    return this.#numbers >= 0.9 * this.#present ? 'number' : 'text';
  }
}

const isMissing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  Number.isNaN(value) ||
  (typeof value === 'string' && isMissingMark(value));
