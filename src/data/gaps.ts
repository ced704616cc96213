import { TypeFault } from '../errors.js';
import { show } from '../base/check.js';

// Which texts stand for a missing value.

/** Missing in every column: no one chooses these as the name of a category. */
const inTexts = [
  ...['', '?', '??', '???', '--', '---', '.', '..', '...', '…', '*', '\\n', '_'],
  ...[
    'na',
    'n/a',
    'n.a.',
    '#n/a',
    '#n/a n/a',
    '#na',
    '<na>',
    'nan',
    '-nan',
    'nat',
    'null',
    '(null)',
    '<null>',
  ],
  ...['1.#ind', '-1.#ind', '1.#qnan', '-1.#qnan', '#div/0!', '#ref!', '#value!', '#name?', '#num!', '#null!'],
];

/** Missing in a column of numbers. Among texts, they may be categories. */
const inNumbers = [
  ...['-', '–', '—', 'none', '<none>', '(none)', 'nil', 'missing', '(missing)', 'unknown', '(unknown)'],
  ...[
    'undefined',
    'blank',
    '(blank)',
    'empty',
    'tbd',
    'tba',
    'nd',
    'n.d.',
    'not available',
    'not applicable',
  ],
  ...['not known', 'no data', 'unspecified', 'nodata', '#error!', '#spill!', '#calc!'],
];

const textGaps: ReadonlySet<string> = new Set(inTexts);
const numberGaps: ReadonlySet<string> = new Set([...inTexts, ...inNumbers]);
const LONGEST_GAP = Math.max(...Array.from(numberGaps, ({ length }) => length));

/** Whether a set has a text, whatever its case and the spaces around it. */
function holds(gaps: ReadonlySet<string>, text: string): boolean {
  const trimmed = text.trim();
  return trimmed.length <= LONGEST_GAP && gaps.has(trimmed.toLowerCase());
}

/** Texts that count as missing, and texts that do not, in addition to the rules. */
export interface GapOptions {
  /**
   * More texts that count as missing in every column; case-sensitive. In a column of numbers, '', 'NA', '?', '-', 'None',
   * 'unknown' and the like always count as missing; in a column of texts, only those that can't be names, such as '',
   * 'NA' and '?'.
   */
  readonly gaps?: readonly string[];
  /** Texts that don't count as missing in columns of texts, although they look like it. */
  readonly notGaps?: readonly string[];
}

export const gapOptionNames = ['gaps', 'notGaps'];

/** The texts that stand for a missing value. */
export class Gaps {
  readonly #given: ReadonlySet<string>;
  readonly #values: ReadonlySet<string>;

  /** @throws TypeError naming the option */
  constructor({ gaps = [], notGaps = [] }: GapOptions = {}) {
    checkTexts('gaps', gaps);
    checkTexts('notGaps', notGaps);
    this.#given = new Set(gaps);
    this.#values = new Set(notGaps);
  }

  /** Whether the caller named texts. */
  get hasGiven(): boolean {
    return this.#given.size > 0;
  }

  /** Whether the caller named a text. */
  isGiven(text: string): boolean {
    return this.hasGiven && this.#given.has(text);
  }

  /** Whether a text stands for a missing value in a column of numbers. */
  isInNumbers(text: string): boolean {
    return this.#given.has(text) || holds(numberGaps, text);
  }

  /** Whether a text stands for a missing value in a column of categories. */
  isInTexts(text: string): boolean {
    if (this.#given.has(text)) return true;
    return holds(textGaps, text) && !this.#values.has(text);
  }
}

/** @throws TypeError */
export function checkTexts(place: string, list: unknown): void {
  if (!Array.isArray(list) || !list.every((text) => typeof text === 'string'))
    throw new TypeFault({ place, problem: `expected an array of texts, got ${show(list)}` });
}

/** Infinity as programs write it. */
export const isInfinite = (text: string): boolean => /^\s*[-+]?(?:inf|infinity|∞|1\.#inf)\s*$/i.test(text);
