import { RangeFault, TypeFault, type Fault } from '../errors.js';
import { checkInteger, checkKeys, checkName, misfit, show } from '../base/check.js';
import { checkCategories } from '../model/check-transforms.js';
import { gapOptionNames, Gaps, isInfinite, type GapOptions } from './gaps.js';
import {
  checkFormat,
  createReader,
  describeFormat,
  findOddity,
  readPlain,
  type ColumnFormat,
  type NumberReader,
} from './number-formats.js';
import type { RowSource } from './rows.js';

/** The categories of a column: strings or numbers. */
export type Categories = readonly string[] | readonly number[];

/** How to handle a row with a missing value. */
export type MissingPolicy = 'error' | 'drop' | 'mean' | 'category';

/** The category of a missing value. */
export const MISSING = '';
/** The category into which `maxCategories` merges the rare ones. */
const OTHER = 'other';

/** Selects the columns for inputs, and for the label or targets. */
export interface ColumnOptions extends GapOptions {
  /** The input columns. Default: all columns except the label or targets. */
  readonly inputs?: readonly string[];
  /** The column of the class: a string or a number, one of `classes`. */
  readonly label?: string;
  /** The numeric columns to predict, instead of `label`. */
  readonly targets?: string | readonly string[];
  /**
   * The categorical inputs, or an object with the categories of each. A fitted transform encodes them one-hot. In
   * objects, strings are categories without being named here. Default categories: all that occur, sorted.
   */
  readonly categorical?: readonly string[] | Readonly<Record<string, Categories>>;
  /**
   * The inputs that hold short texts, such as remarks or titles. A fitted transform counts their words. A missing text is empty, and
   * never counts as a missing value.
   */
  readonly text?: readonly string[];
  /** The classes of `label`, in the order of the network's outputs. Default: all that occur, sorted. */
  readonly classes?: Categories;
  /**
   * How to handle missing values: 'error' throws a RangeError naming the row and column; 'drop' skips the row; 'mean'
   * uses the mean of the column, which must be a numeric input; 'category' keeps every row that has a label or targets: a
   * missing category becomes a category of its own, the empty text, and a missing number becomes the mean. Default
   * 'error'.
   */
  readonly missing?: MissingPolicy;
  /**
   * What replaces missing numbers with `missing: 'mean'` or `'category'`, by the name of the input: the `means` of the training data,
   * so that other files are filled in alike. Default: the means of these rows.
   */
  readonly means?: Readonly<Record<string, number>>;
  /**
   * The maximum number of categories of an input. The most frequent ones are kept, and the others become one more
   * category, 'other', also in later files. Doesn't apply to categories that you list yourself. Default: no limit.
   */
  readonly maxCategories?: number;
  /** The smallest number of rows per category of an input; categories with fewer become 'other' too. Default 1. */
  readonly minFrequency?: number;
  /**
   * How the texts of columns become numbers. Default: as JavaScript writes numbers; if a column has other texts, its
   * format is recognized from all of them (see `formats` of the result), except in `csvBatches`.
   */
  readonly formats?: Readonly<Record<string, ColumnFormat>>;
}

export const columnOptionNames = [
  ...['inputs', 'label', 'targets', 'categorical', 'classes', 'missing', 'means'],
  ...['maxCategories', 'minFrequency', 'text', 'formats'],
  ...gapOptionNames,
];

/** Whether a text in a numeric column stands for a missing value. */
export const isMissingMark = (text: string): boolean => noGaps.isInNumbers(text);

/** Whether a text is a finite number. */
export const isNumeric = (text: string): boolean => !Number.isNaN(readPlain(text));

type CellSource = Pick<RowSource, 'origin' | 'describeCell'>;

const ZERO = 48;
const NINE = 57;
const MINUS = 45;

const noGaps = new Gaps();

/** How the texts of a column are read. */
export interface TextReading {
  /** Undefined if nothing is known about them. */
  readonly format?: ColumnFormat | undefined;
  readonly gaps: Gaps;
}

/** How a column reads its values. */
interface ColumnReading {
  /** The maximum number of categories to keep. Default: no limit. */
  readonly most?: number | undefined;
  /** The smallest number of rows per category that is kept. Default 1. */
  readonly least?: number | undefined;
  /** Whether it holds texts of several words, which are never missing. */
  readonly isText?: boolean;
  readonly reading?: TextReading;
}

/** A text that isn't a plain number, in a column whose format isn't known. The profile of all its texts may find the format. */
export class UnknownFormat extends TypeFault {
  readonly column: string;
  readonly text: string;

  constructor(fault: Fault, column: string, text: string) {
    super(fault);
    this.column = column;
    this.text = text;
  }
}

/** A category with its letters in composed form, NFC, as all readers give them. */
export const composed = (category: string | number): string | number =>
  typeof category === 'string' ? category.normalize('NFC') : category;

/** An option that names columns, with composed names. A value of another type is left to the checks. */
function composeNames(value: unknown): unknown {
  if (typeof value === 'string') return composed(value);
  if (Array.isArray(value)) return value.map(composeNames);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, of]) => [name.normalize('NFC'), of as unknown]),
  );
}

const namingOptions = [
  'inputs',
  'label',
  'targets',
  'categorical',
  'means',
  'text',
  'formats',
  'answer',
  'ignore',
];

/** Options whose names of columns are found whether their letters are composed (NFC) or not. */
export function composeOptions<Options extends object>(options: Options): Options {
  const entries = Object.entries(options).map(([option, value]): [string, unknown] => [
    option,
    namingOptions.includes(option) ? composeNames(value) : value,
  ]);
  return Object.fromEntries(entries) as Options;
}

/** Encodes the values of a column as numbers. */
export class Column {
  readonly name: string;
  readonly role: 'input' | 'label' | 'target';
  readonly isText: boolean;
  readonly #source: CellSource;
  readonly #reading: TextReading;
  readonly #read: NumberReader;
  #hasBegun = false;
  readonly #given: Categories | undefined;
  /** In the given order, or in the order of first occurrence. */
  readonly #codes: Map<string | number, number>;
  /** How often each code occurs. */
  readonly #counts: number[] = [];
  /** The number of categories to keep; the others are merged. */
  readonly #most: number;
  readonly #least: number;
  /** Whether a missing value is a category. */
  #hasMissing = false;
  /** Undefined until the first value decides it. */
  #isCategorical: boolean | undefined;

  /** @param categories the categories, or whether the column is categorical; undefined if the first value decides it */
  constructor(
    source: CellSource,
    name: string,
    role: Column['role'],
    categories: Categories | boolean | undefined,
    { most = Infinity, least = 1, isText = false, reading = { gaps: noGaps } }: ColumnReading = {},
  ) {
    this.#source = source;
    this.name = name;
    this.role = role;
    this.#most = most;
    this.#least = least;
    this.isText = isText;
    this.#reading = reading;
    this.#read = createReader(reading.format?.kind === 'text' ? undefined : reading.format);
    this.#given = typeof categories === 'object' ? (categories.map(composed) as Categories) : undefined;
    this.#codes = new Map(this.#given?.map((category, code) => [category, code]));
    this.#isCategorical = this.#given ? true : (categories as boolean | undefined);
    if (categories === undefined && reading.format) this.#isCategorical = reading.format.kind === 'text';
  }

  get isCategorical(): boolean {
    return this.#isCategorical === true;
  }

  /** How its texts become numbers, if not as JavaScript writes them. */
  get format(): ColumnFormat | undefined {
    return this.#isCategorical ? undefined : this.#reading.format;
  }

  /** Whether it reads a text that is a plain number like the number. A text may be named as missing. */
  get readsPlain(): boolean {
    return this.#isCategorical === false && !this.#reading.format && !this.#reading.gaps.hasGiven;
  }

  isMissing(value: unknown): boolean {
    if (this.isText) return false;
    if (typeof value === 'number') return !Number.isFinite(value);
    if (value === undefined || value === null || value === '') return true;
    if (typeof value !== 'string') return false;
    const { gaps, format } = this.#reading;
    const first = value.charCodeAt(0);
    const code = first === MINUS ? value.charCodeAt(1) : first;
    // A fast path for most cells. 1.#IND counts as missing.
    if (code >= ZERO && code <= NINE && !value.includes('#')) return gaps.isGiven(value);
    // A category that is given, or that an earlier row has.
    if (this.#codes.has(value)) return false;
    const isNumber = format ? this.#isOfNumbers(format) : !this.#mayBeText;
    return isNumber ? gaps.isInNumbers(value) || isInfinite(value) : gaps.isInTexts(value);
  }

  /** Whether a column with this format holds numbers only. Words for true and false may occur among other words. */
  #isOfNumbers({ kind }: ColumnFormat): boolean {
    return kind === 'text' ? this.#isCategorical === false : kind !== 'boolean';
  }

  /** Without a format: whether the column holds texts, or may turn out to hold them. */
  get #mayBeText(): boolean {
    return this.#isCategorical ?? this.#source.origin === 'values';
  }

  /**
   * @param row the number of the row in the file
   * @returns a number, or the provisional code of a category
   * @throws TypeError or RangeError naming the row and column
   */
  encode(value: unknown, row: number): number {
    if (typeof value === 'bigint') throw this.#refuseInteger(value, row);
    if (!this.#hasBegun) this.#begin(value, row);
    return this.#isCategorical ? this.#encodeCategory(value, row) : this.#encodeNumber(value, row);
  }

  /** Counts a missing value as a category, if the column turns out to be categorical. */
  addMissing(row: number): void {
    this.#hasMissing = true;
    if (this.#given && this.#codes.get(MISSING) === undefined) this.encode(MISSING, row);
  }

  /** @throws UnknownFormat if it depends on the other values whether the first is a number */
  #begin(value: unknown, row: number): void {
    this.#hasBegun = true;
    if (typeof value === 'string' && !this.#isCategorical && !this.#reading.format) {
      const isOpen = this.#source.origin === 'values' && (/\d/.test(value) || isMissingMark(value));
      if (isOpen) throw new UnknownFormat(this.#describeMisfit(value, row), this.name, value);
    }
    this.#isCategorical ??= typeof value === 'string';
  }

  /** What is wrong with a cell that counts as missing. */
  describeGap(value: unknown): string {
    const isNumber = typeof value === 'number' || (typeof value === 'string' && isInfinite(value));
    return isNumber && !Number.isNaN(value) ? `is ${show(value)}; expected a finite number` : 'is missing';
  }

  /** A cell's name in error messages. */
  describeCell(row: number): string {
    return this.#source.describeCell(row, this.name);
  }

  #refuseInteger(value: bigint, row: number): RangeFault {
    return new RangeFault({
      place: this.describeCell(row),
      problem: `is ${value}, which needs more than the 53 bits of a JavaScript number`,
      cure: this.role === 'input' ? 'save it as float64, or leave the column out' : 'save it as text',
    });
  }

  #encodeNumber(value: unknown, row: number): number {
    const { format } = this.#reading;
    const isText = typeof value === 'string' && (this.#source.origin === 'text' || format !== undefined);
    const number = isText ? this.#read(value) : typeof value === 'boolean' ? Number(value) : value;
    if (typeof number === 'number' && !Number.isNaN(number)) return number;
    const fault = this.#describeMisfit(value, row);
    throw isText && !format ? new UnknownFormat(fault, this.name, value) : new TypeFault(fault);
  }

  /** The fault of a value that isn't a number. */
  #describeMisfit(value: unknown, row: number): Fault {
    const { format } = this.#reading;
    const oddity = typeof value === 'string' ? findOddity(value) : undefined;
    const isPlain =
      !format ||
      format.kind === 'text' ||
      (format.kind === 'number' && Object.keys(format).every((key) => key === 'kind' || key === 'gaps'));
    const expected = isPlain ? 'a number' : describeFormat(format);
    return {
      place: this.describeCell(row),
      problem: `expected ${expected}, got ${show(value)}${oddity === undefined ? '' : ` (looks like ${oddity})`}`,
      ...this.#adviseOn(value),
    };
  }

  #adviseOn(value: unknown): Pick<Fault, 'cure' | 'option'> {
    const isInput = this.role === 'input';
    const others = 'name the column in categorical, or leave it out of inputs';
    if (typeof value !== 'string') return isInput ? { cure: others, option: { name: 'categorical' } } : {};
    const cure = `name ${show(value)} in gaps, if it stands for a missing value`;
    return { cure: isInput ? `${cure}, ${others}` : cure, option: { name: 'gaps', values: [value] } };
  }

  #encodeCategory(cell: unknown, row: number): number {
    const given = this.isText ? toText(cell) : cell;
    const hasNumbers = typeof this.#given?.[0] === 'number';
    const value = typeof given === 'boolean' ? (hasNumbers ? Number(given) : String(given)) : given;
    if (typeof value !== 'string' && !Number.isFinite(value)) {
      throw new TypeFault({
        place: this.describeCell(row),
        problem: `expected a category (a string or a number), got ${show(value)}`,
      });
    }
    if (this.role === 'label' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
      throw new RangeFault({
        place: this.describeCell(row),
        problem: `is ${String(value)}; JavaScript rounds integers above 2^53, so that two classes may become one`,
        cure: 'save it as text',
      });
    }
    const category = (this.#source.origin === 'text' && hasNumbers ? Number(value) : value) as
      string | number;
    let code = this.#codes.get(category);
    if (code === undefined && this.#given && this.#merges) code = this.#codes.get(OTHER);
    if (code === undefined) {
      if (this.#given) {
        throw new RangeFault({
          place: this.describeCell(row),
          problem: `${show(value)} is not one of the ${this.role === 'input' ? 'categories' : 'classes'} ${listed(this.#given)}`,
        });
      }
      const [first] = this.#codes.keys();
      if (first !== undefined && typeof first !== typeof category) {
        throw new TypeFault({
          place: this.describeCell(row),
          problem: `expected a ${typeof first}, as in the previous rows, got ${show(value)}`,
        });
      }
      code = this.#codes.size;
      this.#codes.set(category, code);
    }
    this.#counts[code] = (this.#counts[code] ?? 0) + 1;
    return code;
  }

  /**
   * Fixes the categories, after all values have been encoded.
   * @returns the categories, and the final value of each provisional code: a numeric input category keeps its value,
   * others become an index; that of a missing value is at NaN
   */
  decide(): Decision {
    const coded = this.#given ?? this.#uncoded();
    const kept = this.#given ? undefined : this.#mostFrequent(coded);
    const isMixed = kept !== undefined || (this.#hasMissing && !this.#given);
    const categories = this.#given ?? sorted(isMixed ? this.#named(coded, kept) : coded);
    const places = new Map<string | number, number>(categories.map((category, i) => [category, i]));
    const meanings = coded.map((category, code) => {
      if (this.role === 'input' && !isMixed && typeof category === 'number') return category;
      const name = isMixed ? String(category) : category;
      return places.get(kept?.has(code) === false ? OTHER : name)!;
    });
    return {
      categories,
      meanings,
      ofMissing: places.get(MISSING) ?? places.get(OTHER),
      hasOthers: this.#merges && places.has(OTHER),
    };
  }

  /** Whether rare categories are merged. */
  get #merges(): boolean {
    return this.#most < Infinity || this.#least > 1;
  }

  /** The codes that are kept; undefined if all are. */
  #mostFrequent(coded: Categories): Set<number> | undefined {
    const codes = Array.from(coded.keys()).filter((code) => this.#counts[code]! >= this.#least);
    if (codes.length === coded.length && codes.length <= this.#most) return undefined;
    const byName = (a: number, b: number): number => (String(coded[a]) < String(coded[b]) ? -1 : 1);
    codes.sort((a, b) => this.#counts[b]! - this.#counts[a]! || byName(a, b));
    return new Set(codes.slice(0, this.#most));
  }

  /** The categories as texts, with one for missing values, and one for those that aren't kept. */
  #named(coded: Categories, kept: Set<number> | undefined): string[] {
    const names = new Set(
      coded.flatMap((category, code) => (kept?.has(code) === false ? [] : String(category))),
    );
    if (this.#hasMissing) names.add(MISSING);
    if (kept) names.add(OTHER);
    return [...names];
  }

  /** The column with its categories fixed, after all values have been encoded. Further values must be among them. */
  settled(): Column {
    const known = this.isCategorical ? this.decide().categories : false;
    return new Column(this.#source, this.name, this.role, known, {
      most: this.#most,
      least: this.#least,
      isText: this.isText,
      reading: this.#reading,
    });
  }

  /**
   * The categories in the order of their codes, as numbers if all texts are different numbers. Otherwise 01 and 1 are two
   * categories.
   */
  #uncoded(): Categories {
    const values = [...this.#codes.keys()];
    const numbers = values.map(Number);
    const areNumbers =
      !this.isText &&
      this.#source.origin === 'text' &&
      numbers.every(Number.isFinite) &&
      new Set(numbers).size === new Set(values.map(withoutEmptyFraction)).size;
    return areNumbers ? numbers : (values as string[] | number[]);
  }
}

/** A missing text is empty. */
const toText = (cell: unknown): unknown =>
  typeof cell === 'number' && Number.isFinite(cell)
    ? String(cell)
    : typeof cell === 'number'
      ? ''
      : (cell ?? '');

/** The categories of a column, and the values that samples hold for them. */
interface Decision {
  readonly categories: Categories;
  /** By provisional code. */
  readonly meanings: readonly number[];
  /** The value of a missing category. */
  readonly ofMissing: number | undefined;
  /** Whether rare categories were merged. */
  readonly hasOthers: boolean;
}

/** If other numbers of the column have fractions, 1 may be written as 1.0. */
const withoutEmptyFraction = (value: string | number): string => String(value).trim().replace(/\.0*$/, '');

function sorted(categories: Categories): Categories {
  if (typeof categories[0] === 'string') return Array.from(categories as string[]).sort();
  return [...new Set(categories as number[])].sort((a, b) => a - b);
}

/** Lists names for an error message. */
export function listed(names: Categories): string {
  const shown = names.slice(0, 10).map(show).join(', ');
  return names.length > 10 ? `${shown}, … (${names.length} in all)` : shown;
}

/** The error of a column whose values are neither numbers nor text. @param what names its values */
export const refuseColumn = (place: string, name: string, what: string): TypeFault =>
  new TypeFault({
    place: `${place}, column ${show(name)}`,
    problem: `it holds ${what}`,
    cure: 'name the inputs without it: { inputs: [name, …] }',
  });

/** The columns to read: inputs, then label or targets; and the position of each in a row. */
export interface ColumnPlan {
  readonly columns: readonly Column[];
  readonly at: readonly number[];
  readonly missing: MissingPolicy;
  /** The replacement for missing values of each input; NaN where it isn't known in advance. */
  readonly means: readonly number[];
}

/**
 * Plans which columns to read.
 * @param source a source whose names are known
 * @throws TypeError or RangeError naming the option and the available columns
 */
export function planColumns(source: RowSource, given: ColumnOptions): ColumnPlan {
  const options = composeOptions(given);
  const names = source.names!.map((name) => name.normalize('NFC'));
  const missing = checkName('missing', options.missing ?? 'error', [
    'error',
    'drop',
    'mean',
    'category',
  ] as const);
  const { maxCategories, minFrequency, text = [] } = options;
  if (maxCategories !== undefined) checkInteger('maxCategories', maxCategories);
  if (minFrequency !== undefined) checkInteger('minFrequency', minFrequency);
  const places = new Map<string, number>();
  for (const [i, name] of names.entries()) {
    if (places.has(name))
      throw new RangeFault({
        place: 'columns',
        problem: `two are named ${show(name)}`,
        cure: 'give each a unique name',
      });
    places.set(name, i);
  }
  const { label, targets = [], categorical = [], classes } = options;
  if (label !== undefined && options.targets !== undefined) {
    throw new TypeFault({ place: 'targets', problem: 'expected either targets or a label, got both' });
  }
  if (classes !== undefined && label === undefined)
    throw new TypeFault({ place: 'classes', problem: 'is set without a label', cure: 'set label too' });
  const answers = label === undefined ? [targets].flat() : [label];
  const isAnswer = new Set(answers);
  const inputs = options.inputs ?? names.filter((name) => !isAnswer.has(name));
  checkNames('inputs', inputs, names);
  checkNames(label === undefined ? 'targets' : 'label', answers, names);
  if (inputs.length === 0)
    throw new RangeFault({ place: 'inputs', problem: 'expected at least one column, got none' });
  for (const name of inputs) {
    if (isAnswer.has(name))
      throw new RangeFault({
        place: 'inputs',
        problem: `${show(name)} is the label or a target`,
        cure: 'leave it out of the inputs',
      });
  }
  const { formats = {}, means = {} } = options;
  checkKeys('means', means, inputs);
  for (const [name, mean] of Object.entries(means))
    if (!Number.isFinite(mean)) throw misfit(`means[${show(name)}]`, mean);
  checkKeys('formats', formats, names);
  for (const [name, format] of Object.entries(formats)) checkFormat(`formats[${show(name)}]`, format);
  const readingOf = createReadings(options);
  checkNames('text', text, inputs);
  const areTexts = new Set(text);
  const ofInput = findCategories(categorical, inputs, source.origin);
  const ofAnswer =
    label === undefined
      ? false
      : classes === undefined
        ? true
        : (checkCategories('classes', classes) as Categories);
  return {
    columns: [
      ...inputs.map((name) =>
        areTexts.has(name)
          ? new Column(source, name, 'input', true, { isText: true, reading: readingOf(name) })
          : new Column(source, name, 'input', ofInput(name), {
              most: maxCategories,
              least: minFrequency,
              reading: readingOf(name),
            }),
      ),
      ...answers.map(
        (name) =>
          new Column(source, name, label === undefined ? 'target' : 'label', ofAnswer, {
            reading: readingOf(name),
          }),
      ),
    ],
    at: [...inputs, ...answers].map((name) => places.get(name)!),
    missing,
    means: inputs.map((name) => (Object.hasOwn(means, name) ? means[name]! : NaN)),
  };
}

/** How each column reads its texts, by its name. @throws TypeError naming the option */
export function createReadings({
  formats = {},
  gaps = [],
  notGaps,
}: Pick<ColumnOptions, 'formats' | 'gaps' | 'notGaps'>): (name: string) => TextReading {
  const ofAll = new Gaps({ gaps, ...(notGaps && { notGaps }) });
  return (name) => {
    const format = Object.hasOwn(formats, name) ? formats[name] : undefined;
    const own = format?.gaps;
    return { format, gaps: own ? new Gaps({ gaps: [...gaps, ...own], ...(notGaps && { notGaps }) }) : ofAll };
  };
}

function findCategories(
  categorical: NonNullable<ColumnOptions['categorical']>,
  inputs: readonly string[],
  origin: RowSource['origin'],
): (name: string) => Categories | boolean | undefined {
  const others = origin === 'text' ? false : undefined;
  if (Array.isArray(categorical)) {
    checkNames('categorical', categorical, inputs);
    const named = new Set(categorical);
    return (name) => (named.has(name) ? true : others);
  }
  if (typeof categorical !== 'object' || (categorical as unknown) === null) {
    throw new TypeFault({
      place: 'categorical',
      problem: `expected an array or an object of names, got ${show(categorical)}`,
    });
  }
  checkNames('categorical', Object.keys(categorical), inputs);
  const given = new Map(
    Object.entries(categorical).map(([name, list]) => [
      name,
      checkCategories(`categorical[${show(name)}]`, list) as Categories,
    ]),
  );
  return (name) => given.get(name) ?? others;
}

function checkNames(place: string, names: unknown, known: readonly string[]): void {
  if (!Array.isArray(names))
    throw new TypeFault({
      place,
      problem: `expected an array of names of columns, got ${show(names)}`,
    });
  const all = new Set(known);
  const listedNames = new Set<unknown>();
  for (const name of names) {
    if (!all.has(name as string)) {
      throw new RangeFault({
        place,
        problem: `there is no column ${show(name)}; the columns are ${listed(known)}`,
      });
    }
    if (listedNames.has(name)) throw new RangeFault({ place, problem: `${show(name)} is listed twice` });
    listedNames.add(name);
  }
}
