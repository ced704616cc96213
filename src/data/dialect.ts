import Papa from 'papaparse';
import { isMissingMark, isNumeric } from './columns.js';

/** The format of a CSV text. */
export interface CSVDialect {
  /** The character between two fields. Default ','. */
  readonly delimiter?: string;
  /**
   * Whether the first row holds the column names; or an array of names for a text without a header row. Default true.
   * With false, the names are '0', '1', ….
   */
  readonly header?: boolean | readonly string[];
}

const PROBED_CHARACTERS = 2 ** 16;

/** In order of preference: the first wins a tie. */
const delimiters = [',', ';', '\t', '|'];

/**
 * Detects the dialect of a CSV text: the delimiter (`,`, `;`, tab or `|`), and whether the first row holds column
 * names.
 * @param text the text, or at least its first 64 KiB, which is all that is used
 * @param known the options that are known and need no detection
 */
export function detectDialect(text: string, known: CSVDialect = {}): Required<CSVDialect> {
  const probe = cutToLines(text.replace(/^\uFEFF/, ''));
  const delimiter = known.delimiter ?? detectDelimiter(probe);
  const header = known.header ?? hasHeader(parse(probe, delimiter));
  return { delimiter, header };
}

/** Drops the last line, which may be incomplete. */
function cutToLines(text: string): string {
  if (text.length <= PROBED_CHARACTERS) return text;
  const probe = text.slice(0, PROBED_CHARACTERS);
  const end = Math.max(probe.lastIndexOf('\n'), probe.lastIndexOf('\r'));
  return end > 0 ? probe.slice(0, end) : probe;
}

const parse = (text: string, delimiter: string): string[][] =>
  Papa.parse<string[]>(text, { delimiter, skipEmptyLines: true }).data;

/** The delimiter that splits the most rows into the same number of fields, more than one. */
function detectDelimiter(text: string): string {
  let best = delimiters[0]!;
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const widths = parse(text, delimiter).map(({ length }) => length);
    const [width = 1] = widths;
    const share = widths.filter((each) => each === width).length / Math.max(widths.length, 1);
    const score = width > 1 ? share + width / 1e6 : 0; // on a tie, more columns win
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

/** A header has no numbers. Its names are distinct, or else the second row has a number. */
function hasHeader([first = [], second = []]: readonly (readonly string[])[]): boolean {
  const names = first.map((field) => field.trim());
  if (names.some(isNumeric) || names.every((name) => name === '')) return false;
  if (new Set(names).size === names.length) return true;
  return !names.some(isMissingMark) && second.some(isNumeric);
}
