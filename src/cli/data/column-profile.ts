import { isMissingMark } from '../../data/columns.js';

/** More distinct values than this are not told apart. */
const MOST_DISTINCT = 1000;

/** What stands in a column of a table: gathered row by row, in one pass, in little memory. */
export class Profile {
  readonly name: string;
  /** Rows so far. */
  count = 0;
  missing = 0;
  numbers = 0;
  /** Neither a number nor a text: an object, an array. */
  others = 0;
  /** Whether all numbers are whole. */
  areWhole = true;
  /** Whether each number is larger than that before it by one, and the first is 0 or 1. */
  isCounter = true;
  /** Up to MOST_DISTINCT. */
  readonly distinct = new Set<string | number>();
  #last = NaN;

  /** @param before rows that have had no such column: it is missing there */
  constructor(name: string, before = 0) {
    this.name = name;
    this.count = before;
    this.missing = before;
  }

  /** Of a column that holds neither numbers nor texts. */
  static ofOthers(name: string, count: number): Profile {
    const profile = new Profile(name);
    profile.count = count;
    profile.others = count;
    return profile;
  }

  add(value: unknown): void {
    this.count++;
    if (isMissing(value)) {
      this.missing++;
      return;
    }
    const number = typeof value === 'string' ? Number(value) : value;
    if (typeof number === 'number' && Number.isFinite(number)) this.#addNumber(number);
    else if (typeof value !== 'string' && typeof value !== 'boolean') this.others++;
    if (this.distinct.size <= MOST_DISTINCT && typeof value !== 'object') this.distinct.add(value as string);
  }

  #addNumber(number: number): void {
    this.numbers++;
    this.areWhole &&= Number.isInteger(number);
    this.isCounter &&= this.numbers === 1 ? number === 0 || number === 1 : number === this.#last + 1;
    this.#last = number;
  }

  get present(): number {
    return this.count - this.missing;
  }

  /** Whether it holds numbers: but for a few that may be mistakes, and that its reader is to name. */
  get isNumeric(): boolean {
    return this.present > 0 && this.numbers >= 0.9 * this.present;
  }

  /** Whether nearly every value is another, or more than could be told apart. */
  get isUnique(): boolean {
    return this.distinct.size > MOST_DISTINCT || this.distinct.size > 0.9 * this.present;
  }

  /** Whether there are so few values that each has several rows. */
  get hasFew(): boolean {
    return this.distinct.size <= 100 && this.distinct.size <= this.present / 2;
  }
}

const isMissing = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  Number.isNaN(value) ||
  (typeof value === 'string' && (value === '' || isMissingMark(value)));
