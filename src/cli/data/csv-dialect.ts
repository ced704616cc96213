import Papa from 'papaparse';
import { isMissingMark } from '../../data/columns.js';

/** As much of a text as tells how it is written. */
const PROBED_CHARACTERS = 2 ** 16;

/** Tried in this order; of two that do as well the first is taken. */
const delimiters = [',', ';', '\t', '|'];

/** How a CSV text is written, and whether that was told or guessed. */
export interface Dialect {
  readonly delimiter: string;
  /** Whether the first row holds names, or the names that were given. */
  readonly header: boolean | readonly string[];
}

/**
 * Guesses what is not given.
 * @param text its beginning suffices
 */
export function dialectOf(text: string, given: Partial<Dialect>): Dialect {
  const probe = wholeLines(text.replace(/^\uFEFF/, ''));
  const delimiter = given.delimiter ?? delimiterOf(probe);
  const header = given.header ?? hasNames(rowsOf(probe, delimiter));
  return { delimiter, header };
}

/** Without a last line that may be cut. */
function wholeLines(text: string): string {
  if (text.length <= PROBED_CHARACTERS) return text;
  const probe = text.slice(0, PROBED_CHARACTERS);
  const end = Math.max(probe.lastIndexOf('\n'), probe.lastIndexOf('\r'));
  return end > 0 ? probe.slice(0, end) : probe;
}

function rowsOf(text: string, delimiter: string): string[][] {
  const { data } = Papa.parse<string[]>(text, { delimiter, skipEmptyLines: true });
  return data;
}

/** That which gives most rows the same number of fields, and more than one. */
function delimiterOf(text: string): string {
  let best = delimiters[0]!;
  let most = 0;
  for (const delimiter of delimiters) {
    const widths = rowsOf(text, delimiter).map(({ length }) => length);
    const [width = 1] = widths;
    const share = widths.filter((each) => each === width).length / Math.max(widths.length, 1);
    const score = width > 1 ? share + width / 1e6 : 0; // of two that are as regular, that with more columns
    if (score > most) {
      best = delimiter;
      most = score;
    }
  }
  return best;
}

/** Names are no numbers, and differ; those that do not are names nevertheless where numbers stand below them. */
function hasNames([first = [], second = []]: readonly (readonly string[])[]): boolean {
  const texts = first.map((field) => field.trim());
  if (texts.some(isNumber) || texts.every((field) => field === '')) return false;
  if (new Set(texts).size === texts.length) return true;
  return !texts.some(isMissingMark) && second.some(isNumber);
}

const isNumber = (field: string): boolean => field.trim() !== '' && Number.isFinite(Number(field));
