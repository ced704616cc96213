import { checkKeys, checkName } from '../base/check.js';
import { gapOptionNames, Gaps, isInfinite, type GapOptions } from './gaps.js';
import {
  conventions,
  createReader,
  findOddity,
  isGrouped,
  LONGEST_NUMBER,
  matches,
  nameUnit,
  readBoolean,
  readDate,
  readDuration,
  readPlain,
  splitNumber,
  type ColumnFormat,
  type DateOrder,
} from './number-formats.js';
import type { RowBlocks, RowSource, SkippedRow } from './rows.js';
import { checkCount } from './samples.js';

/** Up to this many distinct values are counted. */
const MOST_DISTINCT = 1000;

/** A string, and the number of cells that hold it. */
export interface TextCount {
  readonly text: string;
  readonly count: number;
}

/** The contents of a column. */
export interface ColumnProfile {
  readonly name: string;
  /**
   * 'number' if all values are numbers, or all but a few words (in text, as JavaScript or `format` writes them); else
   * 'text'; 'empty' if all are missing; 'other' if some are neither numbers nor text, such as objects or timestamps.
   */
  readonly kind: 'number' | 'text' | 'empty' | 'other';
  /** How the numbers are written; undefined if they're plain numbers, or if the kind isn't 'number'. */
  readonly format?: ColumnFormat;
  /** What is uncertain about the format: another reading of the same texts, and the option that chooses it. */
  readonly doubt?: FormatDoubt;
  /** The number of cells that are empty, null, NaN, infinite, or a string that counts as missing, such as 'NA' or '?'. */
  readonly missing: number;
  /** The texts that count as missing, without empty ones. */
  readonly gaps: readonly TextCount[];
  /**
   * In a column of numbers, up to 1000 texts that aren't numbers; in a column of texts with a few numbers, up to 10. The
   * most frequent come first.
   */
  readonly words: readonly TextCount[];
  /** In a column of texts: texts that would count as missing in a column of numbers, such as 'None'. */
  readonly kept: readonly TextCount[];
  /** What the texts look like, if no format fits them: "ranges such as '3-12'". */
  readonly looksLike?: string;
  /** Numbers that probably stand for a missing value, such as -999. */
  readonly suspects: readonly number[];
  /** The number of distinct values, without missing ones; 1001 stands for any number above 1000. */
  readonly distinct: number;
  /** Whether the kind is 'number' and every number is an integer. */
  readonly isInteger: boolean;
  /** Whether the kind is 'number' and the numbers count up by one from 0 or 1. */
  readonly isCounter: boolean;
  /** The values of a column that holds neither numbers nor text, for example 'lists', if known. */
  readonly holds?: string;
  /** Whether some are integers of 16 to 20 digits, which JavaScript rounds. Those are usually identifiers. */
  readonly isRounded: boolean;
  /**
   * The first column that determines the values of this one, as a patient's number determines the sex. It holds texts or integers,
   * more distinct ones than this column, each in several rows; texts may have a few exceptions. Found in the first 1000 rows, for
   * columns of at most 30 distinct values, in tables of at most 100 columns.
   */
  readonly determinedBy?: string;
}

/** Another reading of a format, which the texts don't exclude. */
export interface FormatDoubt {
  readonly option: 'decimal' | 'dates';
  readonly value: string;
}

/** The contents of a table, column by column. */
export interface TableProfile {
  /** The number of rows. */
  readonly count: number;
  readonly columns: readonly ColumnProfile[];
  /** Rows of CSV text that aren't data and were skipped, if there are any: at most 1000. */
  readonly skipped?: readonly SkippedRow[];
}

export const listSkipped = ({ skipped = [] }: Pick<RowSource, 'skipped'>): Pick<TableProfile, 'skipped'> =>
  skipped.length > 0 ? { skipped } : {};

/** What is known about the texts of a table. */
export interface ProfileOptions extends GapOptions {
  /** The decimal mark of all columns. Default: inferred from the texts; if they leave it open, a point. */
  readonly decimal?: '.' | ',';
  /** The order of dates such as 01/02/2024. Default: inferred from the texts; if they leave it open, dates aren't read. */
  readonly dates?: 'dmy' | 'mdy';
}

/** The profile of a column that holds neither numbers nor text. @param holds names its values, if known */
export const unsupportedColumn = (name: string, holds?: string): ColumnProfile => ({
  ...emptyProfile(name),
  ...(holds !== undefined && { holds }),
  kind: 'other',
});

const emptyProfile = (name: string): ColumnProfile => ({
  name,
  kind: 'empty',
  missing: 0,
  gaps: [],
  words: [],
  kept: [],
  suspects: [],
  distinct: 0,
  isInteger: false,
  isCounter: false,
  isRounded: false,
});

/** The first rows of a column, by which others may be determined. */
const MOST_CODES = 1000;
/** A column with more distinct values isn't determined by another. */
const MOST_DETERMINED = 30;
/** Columns of wider tables aren't compared. */
const MOST_COMPARED = 100;

/** Texts may determine a column with this share of exceptions, of the rows that don't hold its most frequent value. */
const EXCEPTIONS = 0.05;

/** Whether rows with the same key have the same value, which isn't the same in all rows. */
function determines(keys: readonly number[], values: readonly number[], mayErr: boolean): boolean {
  const others = values.length - largestCount(values);
  const most = mayErr ? EXCEPTIONS * others : 0;
  const largest = new Map<number, number>();
  const counts = new Map<number, number>();
  let exceptions = 0;
  for (const [row, key] of keys.entries()) {
    const pair = key * (MOST_DETERMINED + 2) + values[row]!;
    const times = (counts.get(pair) ?? 0) + 1;
    counts.set(pair, times);
    if (times > (largest.get(key) ?? 0)) largest.set(key, times);
    else if (++exceptions > most) return false;
  }
  return others > 0;
}

function largestCount(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}

/** Profiles the columns of a table. What the texts of one column leave open, the other columns decide. */
export class TableProfiler {
  readonly #options: ProfileOptions;
  readonly #gaps: Gaps;
  readonly #columns: ColumnProfiler[] = [];

  /** @throws TypeError or RangeError naming the option */
  constructor(options: ProfileOptions = {}) {
    checkKeys('options', options, ['decimal', 'dates', ...gapOptionNames]);
    const { decimal, dates } = options;
    if (decimal !== undefined) checkName('decimal', decimal, ['.', ',']);
    if (dates !== undefined) checkName('dates', dates, ['dmy', 'mdy']);
    this.#options = options;
    this.#gaps = new Gaps(options);
  }

  get width(): number {
    return this.#columns.length;
  }

  /** @param before the number of earlier rows without the column, which count as missing */
  addColumn(name: string, before = 0): ColumnProfiler {
    const isCompared = this.#columns.length < MOST_COMPARED;
    const column = new ColumnProfiler(name, this.#gaps, before, isCompared ? MOST_CODES : 0);
    this.#columns.push(column);
    return column;
  }

  addRow(cells: ArrayLike<unknown>): void {
    for (let k = 0; k < this.#columns.length; k++) this.#columns[k]!.add(cells[k]);
  }

  /** @param source of the rows: decimal commas are common in files with semicolons */
  result({ delimiter, origin }: Pick<RowSource, 'delimiter' | 'origin'>): ColumnProfile[] {
    const known = this.#columns.map((column) => column.proofs(origin));
    const proves = (mark: string): boolean => known.some(({ decimal }) => decimal === mark);
    const orders = new Set(known.flatMap(({ dates }) => dates ?? []));
    const decimal = proves(',') === proves('.') ? undefined : proves(',') ? ',' : '.';
    const hints = {
      decimal: this.#options.decimal ?? decimal ?? (delimiter === ';' ? ',' : '.'),
      isDecimalSure: (this.#options.decimal ?? decimal) !== undefined,
      isDecimalForced: this.#options.decimal !== undefined,
      dates: this.#options.dates ?? (orders.size === 1 ? [...orders][0] : undefined),
      areTyped: origin === 'values',
    } as const;
    return this.#findDetermined(this.#columns.map((column) => column.result(hints)));
  }

  #findDetermined(profiles: ColumnProfile[]): ColumnProfile[] {
    if (profiles.length > MOST_COMPARED) return profiles;
    const all = profiles.map((profile, k) => ({ profile, codes: this.#columns[k]!.codes }));
    const keys = all.filter(({ profile: { kind, isInteger, distinct }, codes }) => {
      const isRepeated = distinct <= MOST_DISTINCT && new Set(codes).size <= codes.length / 2;
      return isRepeated && (kind === 'text' || (kind === 'number' && isInteger));
    });
    return all.map(({ profile, codes }) => {
      const { distinct } = profile;
      if (distinct < 2 || distinct > MOST_DETERMINED) return profile;
      const key = keys.find(
        (one) => one.profile.distinct > distinct && determines(one.codes, codes, one.profile.kind === 'text'),
      );
      return key ? { ...profile, determinedBy: key.profile.name } : profile;
    });
  }
}

/**
 * Profiles the columns of a file larger than memory in one pass.
 * @throws FormatError, TypeError or RangeError naming the option or the row
 */
export async function profileRows(
  { source, blocks }: RowBlocks,
  options: ProfileOptions = {},
): Promise<TableProfile> {
  const profiler = new TableProfiler(options);
  let count = 0;
  for await (const block of blocks) {
    for (const { cells } of block) {
      // A row of JSON Lines may add columns.
      for (let k = profiler.width; k < source.names!.length; k++)
        profiler.addColumn(source.names![k]!, count);
      profiler.addRow(cells);
      count++;
    }
  }
  checkCount(source, count || undefined);
  return { count, columns: profiler.result(source), ...listSkipped(source) };
}

/** What the other columns, or the caller, have decided. */
interface Hints {
  readonly decimal: '.' | ',';
  readonly isDecimalSure: boolean;
  readonly isDecimalForced: boolean;
  readonly dates: DateOrder | undefined;
  /** Whether numbers are stored as numbers, not as texts. */
  readonly areTyped: boolean;
}

/** A format, and the number of cells that it reads. */
interface Match {
  readonly format: ColumnFormat | undefined;
  readonly count: number;
  readonly doubt?: FormatDoubt;
}

class ColumnProfiler {
  readonly #name: string;
  readonly #gaps: Gaps;
  readonly #numbers = new Numbers();
  readonly #texts = new Texts();
  #missing: number;
  /** The number of values that are neither numbers nor text. */
  #others = 0;
  #isLong = false;
  /** The texts that count as missing in a column of numbers. */
  readonly #marks = new Map<string, number>();
  /** The distinct values, numbered by their first appearance from 1. */
  readonly #distinct = new Map<unknown, number>();
  /** The numbers of the values in the first rows; 0 for a missing one. */
  readonly codes: number[] = [];
  readonly #mostCodes: number;
  /** That of the value added last. */
  #code = 0;

  constructor(name: string, gaps: Gaps, before: number, mostCodes: number) {
    this.#name = name;
    this.#gaps = gaps;
    this.#missing = before;
    this.#mostCodes = mostCodes;
    for (let row = 0; row < Math.min(before, mostCodes); row++) this.codes.push(0);
  }

  add(value: unknown): void {
    this.#code = 0;
    this.#count(value);
    if (this.codes.length < this.#mostCodes) this.codes.push(this.#code);
  }

  #count(value: unknown): void {
    if (value === undefined || value === null || value === '' || Number.isNaN(value)) this.#missing++;
    else if (typeof value === 'string') this.#addText(value);
    else if (typeof value === 'number') this.#addNumber(value);
    else if (typeof value === 'boolean') this.#addNumber(Number(value));
    else {
      this.#others++;
      this.#isLong ||= typeof value === 'bigint';
    }
  }

  #addNumber(value: number): void {
    if (!Number.isFinite(value)) {
      count(this.#marks, String(value));
      return;
    }
    this.#numbers.add(value);
    this.#addDistinct(value);
  }

  #addText(text: string): void {
    if (this.#texts.holds(text)) {
      this.#texts.add(text);
      this.#addDistinct(text);
      return;
    }
    const number = readPlain(text);
    if (!Number.isNaN(number)) {
      this.#numbers.add(number);
      this.#texts.addPlain(text);
      this.#addDistinct(text);
    } else if (isInfinite(text) || this.#gaps.isInNumbers(text)) {
      if (text.trim() === '') this.#missing++;
      else count(this.#marks, text);
    } else {
      this.#texts.add(text);
      this.#addDistinct(text);
    }
  }

  #addDistinct(value: unknown): void {
    if (this.#distinct.size > MOST_DISTINCT) return;
    const known = this.#distinct.get(value);
    if (known !== undefined) this.#code = known;
    else {
      this.#code = this.#distinct.size + 1;
      this.#distinct.set(value, this.#code);
    }
  }

  /** What this column shows about the whole table. */
  proofs(origin: RowSource['origin']): { decimal: '.' | ',' | undefined; dates: 'dmy' | 'mdy' | undefined } {
    this.#texts.settle();
    // A table may have converted the texts of plain numbers.
    const hasPoints =
      origin === 'text' && !this.#numbers.isInteger && this.#numbers.count > this.#texts.plain;
    const decimal = hasPoints ? '.' : this.#texts.provenDecimal();
    return { decimal, dates: this.#texts.provenOrder() };
  }

  result(hints: Hints): ColumnProfile {
    if (this.#others > 0) {
      const holds = this.#isLong ? 'integers of more than 53 bits' : undefined;
      return { ...unsupportedColumn(this.#name, holds), missing: this.#missing };
    }
    const marks = [...this.#marks].map(([text, count]) => ({ text, count }));
    const present = this.#numbers.count + this.#texts.count;
    const isTruthOnly = marks.every(({ text }) => this.#gaps.isInTexts(text));
    const match = this.#texts.match(this.#numbers.count, hints, isTruthOnly);
    const { format, count } = match;
    if (count >= present && present > 0) return this.#describeNumbers(marks, match, []);
    const read = createReader(format);
    const words = this.#texts.words((text) => !Number.isNaN(read(text)));
    const areMostNumbers = count >= present / 2 && (count >= 0.9 * present || words.length <= FEW_WORDS);
    if (present === 0 || !areMostNumbers) return this.#describeTexts(marks, present, []);
    // A few numbers with words in between are categories: 2, 4, more.
    const areCategories = this.#distinct.size - words.length <= FEW_NUMBERS && count < 0.95 * present;
    return areCategories
      ? this.#describeTexts(marks, present, words.slice(0, FEW_WORDS))
      : this.#describeNumbers(marks, match, words);
  }

  #describeNumbers(
    marks: readonly TextCount[],
    { format, doubt }: Match,
    words: readonly TextCount[],
  ): ColumnProfile {
    const read = createReader(format);
    const values = format ? [...this.#distinct.keys()].map((value) => toNumber(read, value)) : undefined;
    const isInteger = values ? values.every((value) => !(value % 1)) : this.#numbers.isInteger;
    const numbers = this.#numbers;
    return {
      ...emptyProfile(this.#name),
      kind: 'number',
      ...(format && { format }),
      ...(doubt && { doubt }),
      missing: this.#missing + sum(marks),
      gaps: marks,
      words,
      ...this.#texts.describeOddity(words),
      suspects: numbers.suspects(values),
      distinct: this.#distinct.size,
      isInteger,
      isCounter: (!format || isPlain(format)) && this.#texts.count === 0 && numbers.isCounter,
      isRounded: isInteger && (values ? values.some(isRoundedId) : numbers.hasRounded),
    };
  }

  #describeTexts(marks: readonly TextCount[], present: number, words: readonly TextCount[]): ColumnProfile {
    const gaps = marks.filter(({ text }) => this.#gaps.isInTexts(text));
    const kept = marks.filter(({ text }) => !this.#gaps.isInTexts(text));
    return {
      ...emptyProfile(this.#name),
      kind: present + kept.length === 0 ? 'empty' : 'text',
      missing: this.#missing + sum(gaps),
      gaps,
      words,
      kept,
      ...this.#texts.describeOddity(),
      distinct: Math.min(this.#distinct.size + kept.length, MOST_DISTINCT + 1),
    };
  }
}

/** A column with at most this many distinct numbers, and with words among them, holds categories. */
const FEW_NUMBERS = 10;
/** A column of numbers may have this many distinct words, even if they make up half of its rows. */
const FEW_WORDS = 10;

/** Whether a format reads plain numbers as JavaScript does. */
const isPlain = (format: ColumnFormat): boolean =>
  format.kind === 'number' && format.decimal === undefined && format.thousands === undefined;

const toNumber = (read: (text: string) => number, value: unknown): number =>
  typeof value === 'string' ? read(value) : (value as number);

const sum = (counts: readonly TextCount[]): number => counts.reduce((sum, { count }) => sum + count, 0);

function count<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

/** The magnitudes of integers that doubles round but that may be ids. */
const isRoundedId = (number: number): boolean =>
  Math.abs(number) > Number.MAX_SAFE_INTEGER && Math.abs(number) < 2 ** 64;

const sentinels = [-99, -999, -9999, -99999, -999999, 999, 9999, 99999, 999999];

/** The numbers of a column. */
class Numbers {
  count = 0;
  isInteger = true;
  isCounter = true;
  hasRounded = false;
  #last = NaN;
  #least = Infinity;
  #most = -Infinity;
  readonly #sentinels = new Map<number, number>();

  add(number: number): void {
    this.count++;
    const isInteger = Number.isInteger(number);
    this.isInteger &&= isInteger;
    this.isCounter &&= this.count === 1 ? number === 0 || number === 1 : number === this.#last + 1;
    this.#last = number;
    if (isInteger && (number <= -99 || number >= 999)) {
      if (isRoundedId(number)) this.hasRounded = true;
      if (sentinels.includes(number)) {
        count(this.#sentinels, number);
        return;
      }
    }
    if (number < this.#least) this.#least = number;
    if (number > this.#most) this.#most = number;
  }

  /**
   * Repeated numbers that lie far from all others.
   * @param values all distinct numbers, if they are written in another way
   */
  suspects(values?: readonly number[]): number[] {
    const others = values?.filter((value) => Number.isFinite(value) && !this.#sentinels.has(value));
    const least = others ? Math.min(...others) : this.#least;
    const most = others ? Math.max(...others) : this.#most;
    const farthest = Math.max(Math.abs(least), Math.abs(most));
    return [...this.#sentinels].flatMap(([number, count]) => {
      const isFar = Math.abs(number) > 3 * farthest || (number < 0 && least >= 0);
      return count > 1 && isFar && least < most ? [number] : [];
    });
  }
}

/** More distinct units than a column of numbers ever has. */
const MOST_UNITS = 8;
/** More distinct words than are listed. */
const MOST_WORDS = 1000;
const orders = ['ymd', 'dmy', 'mdy'] as const;

/** Counts how many texts of a column each format can read. */
class Texts {
  /** The number of texts that are not plain numbers. */
  count = 0;
  /** The number of texts that are plain numbers. */
  plain = 0;
  /** Plain numbers without a point, and those whose points may separate thousands. */
  #whole = 0;
  #grouped = 0;
  #zerosAndOnes = 0;
  /** For each unit, the number of texts that each convention can read. */
  readonly #units = new Map<string, number[]>();
  readonly #dates = new Map<DateOrder, number>();
  #durations = 0;
  #truths = 0;
  readonly #truthValues = new Set<number>();
  /** The first distinct texts with their counts. They are examined at the end, later texts at once. */
  readonly #words = new Map<string, number>();
  #isSettled = false;
  readonly #oddities = new Map<string, { example: string; count: number }>();

  addPlain(text: string): void {
    this.plain++;
    if (text === '0' || text === '1') this.#zerosAndOnes++;
    if (!text.includes('.')) this.#whole++;
    else if (isGrouped(text)) this.#grouped++;
  }

  add(text: string): void {
    this.count++;
    const known = this.#words.get(text);
    if (known !== undefined || this.#words.size < MOST_WORDS) this.#words.set(text, (known ?? 0) + 1);
    else this.#examine(text, 1);
  }

  /** Whether it has counted a text, which is neither a plain number nor missing. */
  holds(text: string): boolean {
    return this.#words.has(text);
  }

  /** Examines the texts that were only counted. */
  settle(): void {
    if (this.#isSettled) return;
    this.#isSettled = true;
    for (const [text, times] of this.#words) this.#examine(text, times);
  }

  #examine(text: string, times: number): void {
    const truth = readBoolean(text);
    if (!Number.isNaN(truth)) {
      this.#truths += times;
      this.#truthValues.add(truth);
    }
    if (text.length > LONGEST_NUMBER || !/\p{Nd}/u.test(text)) return;
    const isNumber = this.#addNumber(text, times);
    if (this.#addTime(text, times) || isNumber) return;
    const name = findOddity(text);
    if (name === undefined) return;
    const known = this.#oddities.get(name);
    this.#oddities.set(name, { example: known?.example ?? text, count: (known?.count ?? 0) + times });
  }

  #addNumber(text: string, times: number): boolean {
    const parts = splitNumber(text);
    if (!parts) return false;
    let counts = this.#units.get(parts.unit);
    if (!counts) {
      if (this.#units.size > MOST_UNITS) return false;
      this.#units.set(parts.unit, (counts = conventions.map(() => 0)));
    }
    let isRead = false;
    for (const [i, convention] of conventions.entries()) {
      if (
        !matches(parts.digits, convention) ||
        !Number.isFinite(Number(parts.digits.replace(/[^\de]/gi, '')))
      )
        continue;
      counts[i]! += times;
      isRead = true;
    }
    return isRead;
  }

  #addTime(text: string, times: number): boolean {
    let isRead = !Number.isNaN(readDuration(text));
    if (isRead) this.#durations += times;
    for (const order of orders) {
      if (Number.isNaN(readDate(text, order))) continue;
      this.#dates.set(order, (this.#dates.get(order) ?? 0) + times);
      isRead = true;
    }
    return isRead;
  }

  /** The decimal mark, if only one fits the texts. */
  provenDecimal(): '.' | ',' | undefined {
    const pointed = this.plain - this.#whole - this.#grouped;
    let marks: Set<string> | undefined;
    for (const counts of this.#units.values()) {
      const most = Math.max(...counts);
      const best = conventions.filter((_, i) => counts[i] === most).map(({ decimal = '.' }) => decimal);
      if (most > 0 && new Set(best).size === 1) (marks ??= new Set()).add(best[0]!);
    }
    if (pointed > 0) (marks ??= new Set()).add('.');
    return marks?.size === 1 ? ([...marks][0] as '.' | ',') : undefined;
  }

  /** The order of day and month, if only one fits the dates. */
  provenOrder(): 'dmy' | 'mdy' | undefined {
    const dmy = this.#dates.get('dmy') ?? 0;
    const mdy = this.#dates.get('mdy') ?? 0;
    if (dmy === mdy) return undefined;
    return dmy > mdy ? 'dmy' : 'mdy';
  }

  /**
   * Finds the format that reads the most cells.
   * @param numbers how many cells are plain numbers
   * @param mayBeTruths whether words for true and false may be read as 1 and 0
   */
  match(numbers: number, hints: Hints, mayBeTruths: boolean): Match {
    const areTruths = mayBeTruths && this.#truthValues.size + Math.min(this.#zerosAndOnes, 1) > 1;
    const matches: Match[] = [
      { format: hints.areTyped && this.plain > 0 ? { kind: 'number' } : undefined, count: numbers },
      ...this.#matchNumbers(numbers, hints),
      ...this.#matchDates(hints),
      { format: { kind: 'duration' }, count: this.#durations },
      { format: { kind: 'boolean' }, count: areTruths ? this.#truths + this.#zerosAndOnes : 0 },
    ];
    return matches.reduce((best, match) => (match.count > best.count ? match : best));
  }

  #matchNumbers(numbers: number, hints: Hints): Match[] {
    const plain = conventions.map(({ decimal, thousands }) => {
      if (decimal !== ',') return numbers;
      return numbers - this.plain + this.#whole + (thousands === '.' ? this.#grouped : 0);
    });
    const none = this.#units.get('') ?? conventions.map(() => 0);
    const units = this.#units.size === 0 ? [['', none] as const] : [...this.#units];
    return units.flatMap(([unit, own]) => {
      // Numbers without a currency sign are in the same currency, but numbers without '%' may be fractions.
      const counts =
        unit === '' || nameUnit(unit) === 'currency'
          ? own.map((count, i) => count + plain[i]! + (unit === '' ? 0 : none[i]!))
          : own;
      return this.#chooseConvention(counts, unit, numbers, hints);
    });
  }

  /** The convention that reads the most texts. The other columns break ties. */
  #chooseConvention(counts: readonly number[], unit: string, numbers: number, hints: Hints): Match[] {
    const { decimal, isDecimalSure, isDecimalForced } = hints;
    const allowed = conventions.map((one) => !isDecimalForced || (one.decimal ?? '.') === decimal);
    const most = Math.max(...counts.filter((_, i) => allowed[i]));
    const all = conventions.filter((_, i) => allowed[i] && counts[i] === most);
    const isPlain = unit === '' && most === numbers && !isDecimalForced;
    const isOpen = this.#isOpen(all) && (isDecimalSure || !isPlain);
    const fitting = isOpen ? all.filter((one) => (one.decimal ?? '.') === decimal) : [];
    const convention = fitting[0] ?? all[0]!;
    const isSame = convention === conventions[0] || this.#grouped === 0;
    if (unit === '' && most === numbers && isSame) return [];
    const doubt = { option: 'decimal', value: convention.decimal === ',' ? '.' : ',' } as const;
    return [
      {
        // If it reads no more texts than JavaScript does, the other columns have proven it.
        count: most + (most === numbers ? 0.5 : 0),
        format: { kind: 'number', ...convention, ...(unit !== '' && { unit }) },
        ...(isOpen && !isDecimalSure && { doubt }),
      },
    ];
  }

  /** Whether texts such as 1,234 mean different numbers in the conventions that can read all of them. */
  #isOpen(all: readonly (typeof conventions)[number][]): boolean {
    if (new Set(all.map(({ decimal = '.' }) => decimal)).size < 2) return false;
    const hasMark = (text: string): boolean => /[.,]/.test(splitNumber(text)?.digits ?? '');
    return this.#grouped > 0 || [...this.#words.keys()].some(hasMark);
  }

  #matchDates({ dates }: Hints): Match[] {
    return orders.flatMap((order): Match[] => {
      const count = this.#dates.get(order) ?? 0;
      if (order === 'ymd') return [{ format: { kind: 'date', order }, count }];
      const other = this.#dates.get(order === 'dmy' ? 'mdy' : 'dmy') ?? 0;
      const isSure = count > other || dates === order;
      return isSure ? [{ format: { kind: 'date', order }, count }] : [];
    });
  }

  /** The texts that a format doesn't read, the most frequent first. */
  words(isRead: (text: string) => boolean): TextCount[] {
    return [...this.#words]
      .filter(([text]) => !isRead(text))
      .map(([text, count]) => ({ text, count }))
      .sort((a, b) => b.count - a.count);
  }

  /** @param words of a column of numbers. Default: the column holds texts */
  describeOddity(words?: readonly TextCount[]): Pick<ColumnProfile, 'looksLike' | 'doubt'> {
    const least = words ? 1 : (this.count + this.plain) / 2;
    const dmy = this.#dates.get('dmy') ?? 0;
    if (!words && dmy >= least && dmy === this.#dates.get('mdy')) {
      const [example] = this.#words.keys();
      return {
        looksLike: `dates such as '${example!}', in which day and month can't be told apart`,
        doubt: { option: 'dates', value: 'dmy' },
      };
    }
    const units = [...this.#units.keys()].filter((unit) => unit !== '');
    const found = [...this.#oddities]
      .map(([name, { example, count }]) => ({ text: `${name} such as '${example}'`, count }))
      .sort((a, b) => b.count - a.count)[0];
    if (found && found.count >= least) return { looksLike: found.text };
    let withUnits = 0;
    for (const counts of this.#units.values()) withUnits += Math.max(...counts);
    if (words || units.length === 0 || withUnits + this.plain < 2 * least * 0.9) return {};
    const names = units.slice(0, 3).map((unit) => `'${unit}'`);
    return {
      looksLike: `numbers with different units: ${[...names, ...(this.plain > 0 ? ['none'] : [])].join(', ')}`,
    };
  }
}
