import { TypeFault } from '../errors.js';
import { checkKeys, checkName, show } from '../base/check.js';
import { checkTexts } from './gaps.js';

// How people write numbers, dates, times and truths, and what number each text becomes.

/** The parts of a date, in the order in which they are written. */
export type DateOrder = 'ymd' | 'dmy' | 'mdy';

/**
 * How the texts of a column become numbers. Numbers as JavaScript writes them need no format.
 *
 *   number    1.163,74 € → 1163.74: a decimal mark, a separator of thousands, and one unit before or after, which is
 *             dropped. A minus may be −, stand behind the number, or be a pair of parentheses. 5 % → 5
 *   date      days since 1970-01-01, with a fraction if there is a time. Without a time zone, it is in UTC. The order doesn't
 *             matter where the month has its English name, as in 5 Jan 2024
 *   duration  h:mm, h:mm:ss or m:ss.f, in seconds. A time of day counts from midnight
 *   boolean   true, yes, on, t, y → 1; false, no, off, f, n → 0; in upper or lower case
 *   text      not a number
 */
export type ColumnFormat = WrittenFormat & {
  /** Texts that count as missing in this column, in addition to the `gaps` of all columns. */
  readonly gaps?: readonly string[];
};

/** How a column of numbers, dates or truth words is written. */
export type WrittenFormat =
  | {
      readonly kind: 'number';
      /** Default '.'. */
      readonly decimal?: '.' | ',';
      /** The separator of thousands. A space stands for any kind of space, and ' for ’ too. Default: none. */
      readonly thousands?: ',' | '.' | ' ' | "'";
      /** A currency, '%', 'cm' or the like. Default: none. */
      readonly unit?: string;
    }
  | { readonly kind: 'date'; readonly order: DateOrder }
  | { readonly kind: 'duration' }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'text' };

/** A format of numbers. */
export type NumberFormat = Extract<ColumnFormat, { kind: 'number' }>;

/** The fields of each kind. */
const fields = {
  number: ['decimal', 'thousands', 'unit'],
  date: ['order'],
  duration: [],
  boolean: [],
  text: [],
} as const;

/** @throws TypeError or RangeError naming the column and field */
export function checkFormat(place: string, format: ColumnFormat): void {
  const given = format as Readonly<Record<string, unknown>> | null | undefined;
  const kind = checkName(`${place}.kind`, given?.kind, Object.keys(fields) as ColumnFormat['kind'][]);
  checkKeys(place, format, ['kind', 'gaps', ...fields[kind]]);
  const { decimal = '.', thousands, unit, order, gaps = [] } = given!;
  checkTexts(`${place}.gaps`, gaps);
  checkName(`${place}.decimal`, decimal, ['.', ',']);
  if (thousands !== undefined)
    checkName(
      `${place}.thousands`,
      thousands,
      [',', '.', ' ', "'"].filter((mark) => mark !== decimal),
    );
  if (kind === 'date') checkName(`${place}.order`, order, ['ymd', 'dmy', 'mdy']);
  if (unit !== undefined && typeof unit !== 'string')
    throw new TypeFault({ place: `${place}.unit`, problem: `expected a string, got ${show(unit)}` });
}

/** Describes a format in a few words: 'decimal commas'. */
export function describeFormat(format: ColumnFormat): string {
  if (format.kind === 'date') {
    const written = { ymd: '', dmy: ' with the day first', mdy: ' with the month first' }[format.order];
    return `dates${written}, as days since 1970-01-01`;
  }
  if (format.kind === 'duration') return 'times, in seconds';
  if (format.kind === 'boolean') return 'true or false, as 1 and 0';
  if (format.kind === 'text') return 'texts';
  const { decimal, thousands, unit } = format;
  const parts = [
    ...(decimal === ',' ? ['decimal commas'] : []),
    ...(thousands === undefined ? [] : [`thousands separators ${show(thousands)}`]),
    ...(unit === undefined ? [] : [unit === '%' ? 'percent' : `${nameUnit(unit)} ${show(unit)}`]),
  ];
  return parts.length > 0 ? parts.join(', ') : 'numbers in quotes, or with typographic signs or digits';
}

export const nameUnit = (unit: string): string => (isCurrency(unit) ? 'currency' : 'unit');

/** Reads a text in a format. NaN if the text isn't in this format. */
export type NumberReader = (text: string) => number;

/** @returns a function that reads a text as a number; NaN if it isn't one in this format */
export function createReader(format: ColumnFormat = { kind: 'number' }): NumberReader {
  if (format.kind === 'date') return (text) => readDate(text, format.order);
  if (format.kind === 'duration') return readDuration;
  if (format.kind === 'boolean') return readBoolean;
  if (format.kind === 'text') return () => NaN;
  const { decimal = '.', thousands, unit } = format;
  const isPlain = decimal === '.' && thousands === undefined && unit === undefined;
  const pattern = patternFor(decimal, thousands);
  const hasOwnUnit = unit === undefined || isCurrency(unit);
  return (text) => {
    // Without a unit or a decimal comma, most cells are plain.
    if (decimal === '.' && hasOwnUnit) {
      const number = readPlain(text);
      if (!Number.isNaN(number)) return number;
    }
    const parts = splitNumber(text);
    if (!parts || !pattern.test(parts.digits)) return NaN;
    if (parts.unit !== (unit ?? '') && (parts.unit !== '' || !hasOwnUnit)) return NaN;
    return isPlain ? toNumber(parts) : toNumber(parts, decimal, thousands);
  };
}

const ZERO = 48;
const NINE = 57;
const MINUS = 45;
const POINT = 46;

/** 10⁰ to 10¹⁵. */
const POWERS_OF_TEN = Float64Array.from({ length: 16 }, (_, k) => Number(`1e${k}`));

/**
 * Reads digits with a minus and a point, three times as fast as Number. NaN for other texts, and for more than 15 digits: fewer
 * are exact, and so is the power of ten, so that their quotient is rounded like the text.
 */
function readDecimal(text: string, from: number, to: number): number {
  const isNegative = text.charCodeAt(from) === MINUS;
  const first = isNegative ? from + 1 : from;
  if (to - first > 16) return NaN;
  let digits = 0;
  let point = to;
  for (let i = first; i < to; i++) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= NINE) digits = 10 * digits + (code - ZERO);
    else if (code === POINT && point === to) point = i;
    else return NaN;
  }
  const count = to - first - Number(point < to);
  if (count <= 0 || count > 15) return NaN;
  const size = digits / POWERS_OF_TEN[Math.max(to - 1 - point, 0)]!;
  return isNegative ? -size : size;
}

/**
 * A number as JavaScript writes it, without the forms that only programs write, such as 0x1F. NaN if it isn't one.
 * @param line the text, or one that holds it between `from` and `to`: most numbers are read without a text of their own
 */
export function readPlain(line: string, from = 0, to = line.length): number {
  const decimal = readDecimal(line, from, to);
  if (!Number.isNaN(decimal)) return decimal;
  const text = line.slice(from, to);
  const number = Number(text);
  if (!(number - number === 0)) return NaN;
  const code = text.charCodeAt(0);
  if (code > ZERO && code <= NINE) return number;
  // Number('') is 0, and Number('0x1F') is 31.
  if (code === ZERO) return /^.[box]/i.test(text) ? NaN : number;
  return /^\s*(?:[-+.\d]|$)/.test(text) && !/^\s*(?:0[box]|$)/i.test(text) ? number : NaN;
}

/** A number that is taken apart. */
export interface NumberParts {
  readonly isNegative: boolean;
  /** '' if it has none. */
  readonly unit: string;
  /** The digits with their separators; each kind of space is ' '. */
  readonly digits: string;
}

const parts = /^([-+]?) ?([^\d\s.,'+-]{0,4}\.?) ?([-+]?) ?([.,]?\d[\d.,' ]*(?:e[-+]?\d+)?) ?(\D*)$/i;
/** Not parts of a unit: they belong to ranges, lists and other texts. */
const noUnit = /[,;:()<>=±°'"?!#*_[\]{}\\|~]|^-|^\+|^\//;
const LONGEST_UNIT = 12;
/** A longer text holds no number. */
export const LONGEST_NUMBER = 60;

/** Takes a text apart that holds one number, perhaps with a unit; undefined for other texts. */
export function splitNumber(text: string): NumberParts | undefined {
  if (text.length > LONGEST_NUMBER) return undefined;
  let rest = normalize(text);
  let isNegative = false;
  if (/^\(.*\)$/.test(rest)) {
    isNegative = true;
    rest = rest.slice(1, -1).trim();
  } else if (/\d ?\D{0,3}-$/.test(rest)) {
    isNegative = true;
    rest = rest.slice(0, -1).trim();
  }
  const found = parts.exec(rest);
  if (!found) return undefined;
  const [, before, prefix, after, digits, suffix] = found as unknown as string[] & { length: 6 };
  const sign = before! + after!;
  if (sign.length > 1 || (isNegative && sign !== '')) return undefined;
  const isUnit = suffix!.length <= LONGEST_UNIT && !noUnit.test(suffix!);
  if ((prefix !== '' && (suffix !== '' || !isCurrency(prefix!))) || !isUnit) return undefined;
  return {
    isNegative: isNegative || sign === '-',
    unit: (prefix! || suffix!).trim(),
    digits: digits!.trim(),
  };
}

const signs = '$€£¥￥₹₽₩₺₴₫₪฿₦₱';
const codes =
  'USD EUR GBP JPY CHF CNY RMB INR AUD CAD NZD SEK NOK DKK PLN CZK HUF RUB BRL MXN ZAR KRW TRY SGD HKD ILS THB';

const isCurrency = (unit: string): boolean =>
  codes.split(' ').includes(unit) ||
  ['kr', 'kr.', 'Fr', 'Fr.', 'zł', 'Rs', 'Rs.'].includes(unit) ||
  (/^[A-Z]{0,3}.$/u.test(unit) && signs.includes(unit.at(-1)!));

/** Typographic signs, full-width marks and the digits of all scripts become those of ASCII, and every space ' '. */
function normalize(text: string): string {
  const trimmed = text.trim();
  // Most texts have only ASCII, where all but ` and the control characters stay as they are.
  if (/^[ -_a-~]*$/.test(trimmed)) return trimmed;
  return trimmed
    .replace(/[\uFF01-\uFF5E]/g, (mark) => String.fromCharCode(mark.charCodeAt(0) - 0xfee0))
    .replace(/[^\P{Nd}0-9]/gu, toDigit)
    .replace(/[٫٬٪]/g, (mark) => ({ '٫': '.', '٬': ',', '٪': '%' })[mark]!)
    .replace(/[\u2010-\u2013\u2212\uFE63]/g, '-')
    .replace(/\s/g, ' ')
    .replace(/[’‘`´]/g, "'");
}

/** Unicode lists the ten digits of each script in a row, and scripts may follow each other. */
function toDigit(digit: string): string {
  const code = digit.codePointAt(0)!;
  let first = code;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first--;
  return String((code - first) % 10);
}

const escaped = (mark: string): string => (mark === '.' ? '\\.' : mark);

const patterns = new Map<string, RegExp>();

/** The digits of a number with these marks. Groups hold three digits, or two as in 1,23,456. */
function patternFor(decimal: string, thousands: string | undefined): RegExp {
  const key = decimal + (thousands ?? '');
  const known = patterns.get(key);
  if (known) return known;
  const mark = thousands === undefined ? undefined : escaped(thousands);
  const whole = `\\d+${mark === undefined ? '' : `|[1-9]\\d{0,2}(?:${mark}\\d{3})+|[1-9]\\d?(?:${mark}\\d\\d)+${mark}\\d{3}`}`;
  const point = escaped(decimal);
  const pattern = new RegExp(`^(?:(?:${whole})(?:${point}\\d*)?|${point}\\d+)(?:e[-+]?\\d+)?$`, 'i');
  patterns.set(key, pattern);
  return pattern;
}

function toNumber({ isNegative, digits }: NumberParts, decimal = '.', thousands?: string): number {
  const whole = thousands === undefined ? digits : digits.replaceAll(thousands, '');
  const number = Number(decimal === '.' ? whole : whole.replace(decimal, '.'));
  if (!Number.isFinite(number)) return NaN;
  return isNegative ? -number : number;
}

/** The marks of numbers, in order of preference. */
export const conventions: readonly Pick<NumberFormat, 'decimal' | 'thousands'>[] = [
  {},
  { thousands: ',' },
  { decimal: ',' },
  { decimal: ',', thousands: '.' },
  { thousands: ' ' },
  { decimal: ',', thousands: ' ' },
  { thousands: "'" },
  { decimal: ',', thousands: "'" },
];

/** Whether digits are a number with these marks. */
export const matches = (
  digits: string,
  { decimal = '.', thousands }: Pick<NumberFormat, 'decimal' | 'thousands'>,
): boolean => patternFor(decimal, thousands).test(digits);

/** Whether the point of a plain number may separate thousands. */
export const isGrouped = (text: string): boolean =>
  text.at(-4) === '.' && matches(text.trim().replace(/^[-+]/, ''), { decimal: ',', thousands: '.' });

const truths: Readonly<Record<string, number>> = {
  ...{ true: 1, yes: 1, on: 1, t: 1, y: 1, '1': 1 },
  ...{ false: 0, no: 0, off: 0, f: 0, n: 0, '0': 0 },
};
const LONGEST_TRUTH = Math.max(...Object.keys(truths).map(({ length }) => length));

/** 1 or 0; NaN if the text is neither. */
export function readBoolean(text: string): number {
  const trimmed = text.trim();
  if (trimmed.length > LONGEST_TRUTH) return NaN;
  const word = trimmed.toLowerCase();
  return Object.hasOwn(truths, word) ? truths[word]! : NaN;
}

const SECONDS_PER_DAY = 86_400;
const time = /^(\d{1,4}):([0-5]\d)(?::([0-5]\d(?:[.,]\d+)?))? ?(?:([ap])\.?m\.?)?$/i;
const lap = /^(\d{1,4}):([0-5]\d\.\d+)$/;

/** Seconds of h:mm, h:mm:ss or m:ss.f; NaN if the text is none of them. */
export function readDuration(text: string): number {
  const plain = normalize(text);
  const sign = plain.startsWith('-') ? -1 : 1;
  const rest = sign < 0 ? plain.slice(1) : plain;
  const ofLap = lap.exec(rest);
  if (ofLap) return sign * (60 * Number(ofLap[1]) + Number(ofLap[2]));
  const found = time.exec(rest);
  if (!found) return NaN;
  const [, hours, minutes, seconds = '0', half] = found;
  let hour = Number(hours);
  if (half !== undefined) {
    if (hour < 1 || hour > 12) return NaN;
    hour = (hour % 12) + (half.toLowerCase() === 'p' ? 12 : 0);
  }
  return sign * (3600 * hour + 60 * Number(minutes) + Number(seconds.replace(',', '.')));
}

const yearFirst = /^(\d{4})([-/.])(\d{1,2})(?:\2(\d{1,2}))?(?:[T ] ?(.+))?$/;
const yearLast = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d\d)(?:,? (.+))?$/;
/** 5 Jan 2024, 05-Jan-24, 05JAN2024 and Friday, 5 January 2024. */
const namedDayFirst =
  /^(?:[a-z]{3,9},? )?(\d{1,2})[-/. ]{0,2}([a-z]{3,9})[-/., ]{0,2}(\d{4}|\d\d)(?:,? (.+))?$/i;
/** Jan 5, 2024 and Friday, January 5, 2024. */
const namedMonthFirst =
  /^(?:[a-z]{3,9},? )?([a-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?:,? (.+))?$/i;
const months = [
  ...['january', 'february', 'march', 'april', 'may', 'june', 'july', 'august', 'september', 'october'],
  ...['november', 'december'],
];
const zone = / ?(?:Z|UTC|GMT|([-+])(\d\d):?(\d\d)?)$/i;

/** Days since 1970-01-01; NaN if the text isn't a date in this order. A date that names its month is one in each. */
export function readDate(text: string, order: DateOrder): number {
  const parts = splitDate(normalize(text), order);
  if (!parts) return NaN;
  const { year, month, day, clock } = parts;
  const whole = year > 99 ? year : year + (year < 70 ? 2000 : 1900);
  const date = new Date(Date.UTC(whole, month - 1, day));
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return NaN;
  return date.getTime() / 1000 / SECONDS_PER_DAY + (clock === undefined ? 0 : readClock(clock));
}

/** The parts of a date; the month counts from 1. */
interface DateParts {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly clock: string | undefined;
}

function splitDate(text: string, order: DateOrder): DateParts | undefined {
  const found = (order === 'ymd' ? yearFirst : yearLast).exec(text);
  if (!found) return splitNamedDate(text);
  const [, first, mark, second, third, clock] = found;
  if (order === 'ymd' && third === undefined && (mark === '.' || clock !== undefined)) return undefined;
  if (order === 'ymd')
    return { year: Number(first), month: Number(second), day: Number(third ?? '1'), clock };
  const [day, month] = order === 'dmy' ? [first, second] : [second, first];
  return { year: Number(third), month: Number(month), day: Number(day), clock };
}

function splitNamedDate(text: string): DateParts | undefined {
  const [, day, name, year, clock] = namedDayFirst.exec(text) ?? [];
  const turned = name === undefined ? namedMonthFirst.exec(text) : undefined;
  const [month = name, date = day, ofYear = year, time = clock] = turned?.slice(1) ?? [];
  if (month === undefined) return undefined;
  const index = months.findIndex((full) => full.startsWith(month.toLowerCase()));
  return index < 0 ? undefined : { year: Number(ofYear), month: index + 1, day: Number(date), clock: time };
}

/** The part of a day that a time with or without a zone makes. */
function readClock(text: string): number {
  const offset = zone.exec(text);
  const [, sign, hours = '0', minutes = '0'] = offset ?? [];
  const seconds = readDuration(offset ? text.slice(0, offset.index) : text);
  if (!(seconds >= 0 && seconds <= SECONDS_PER_DAY)) return NaN;
  const shift = 3600 * Number(hours) + 60 * Number(minutes);
  return (seconds - (sign === '-' ? -shift : shift)) / SECONDS_PER_DAY;
}

/** What texts look like that no format reads, in order of preference. */
const oddities: readonly (readonly [pattern: RegExp, name: string])[] = [
  [/^[-+]?0x[\da-f]+$/i, 'hexadecimal numbers'],
  [/^[-+]?0[bo][0-7]+$/i, 'binary or octal numbers'],
  [/^[-+]?\d+(?:_\d+)+(?:\.\d+)?$/, 'numbers with underscores'],
  [/^[-+]?\d+(?:\.\d*)?(?:e\+?\d+)?$/i, 'numbers too large for a double'],
  [/^\d+(?:\.\d+)?\s*\/\s*\d+(?:\.\d+)?\D*$/, 'fractions'],
  [/^\d.*(?:±|\+\/-)/, 'numbers with an uncertainty'],
  [/^(?:[<>≤≥~≈]|under|over|below|above)=?\s*[-+]?\d/i, 'limits'],
  [/^\d[\d.,]*\s*(?:\+|or more|and over)$/i, 'limits'],
  [/\d\s*[°º]/, 'degrees'],
  [/^[-+]?\d+(?:[.,]\d*)?(?:d[-+]?\d+|\s*[x×*]\s*10\D{0,2}-?\d+)$/i, 'powers of ten'],
  [
    /^(?:\d+(?:\.\d+)?\s*(?:d|days?|h|hrs?|hours?|m|min|minutes?|s|sec|seconds?)\s*){2,}$/i,
    'times with units',
  ],
  [
    /^(?:\w+,? )?(?:\d{1,2}[-. ]+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[-., ]+\d{1,4}\b/i,
    'dates with names of months',
  ],
  [/^\d{4}[- ]?[QW]\d{1,2}$/i, 'quarters or weeks'],
  [/^[-+]?\p{Sc}?\d[\d.,]*\D{0,3}\s*(?:[-–—]|to|\.\.+)\s*[-+]?\p{Sc}?\d[\d.,]*\s*[^\d-]{0,12}$/iu, 'ranges'],
];

const isTime = (text: string): boolean =>
  !Number.isNaN(readDuration(text)) ||
  (['ymd', 'dmy', 'mdy'] as const).some((order) => !Number.isNaN(readDate(text, order)));

/** What a text looks like that no format reads: 'ranges'. Undefined for a text of another kind. */
export function findOddity(text: string): string | undefined {
  const plain = text.trim();
  if (!Number.isNaN(readPlain(plain))) return undefined;
  const name = oddities.find(([pattern]) => pattern.test(plain))?.[1];
  if (name !== undefined || splitNumber(plain) || isTime(plain)) return name;
  return hasDigitsOnly(plain) ? 'numbers with other marks' : undefined;
}

/** Digits and punctuation without letters, such as an amount or a date. One expression for both would take quadratic time. */
export const hasDigitsOnly = (text: string): boolean => /\d/.test(text) && !/\p{L}/u.test(text);
