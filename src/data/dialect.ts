import Papa from 'papaparse';
import { isMissingMark, isNumeric } from './columns.js';
import type { CSVDialect } from './csv.js';

/** How much of a text is looked at. */
const PROBED_CHARACTERS = 2 ** 16;

/** Tried in this order; of two that fit equally well, the first is taken. */
const delimiters = [',', ';', '\t', '|'];

/**
 * Detects how a CSV text is written: the delimiter, one of `,`, `;`, tab and `|`, and whether the first row holds names.
 * @param text its beginning is enough: 64 KiB
 * @param known what need not be detected
 */
export function detectDialect(text: string, known: CSVDialect = {}): Required<CSVDialect> {
  const probe = cutToLines(text.replace(/^\uFEFF/, ''));
  const delimiter = known.delimiter ?? detectDelimiter(probe);
  const header = known.header ?? hasHeader(parse(probe, delimiter));
  return { delimiter, header };
}

/** Without a last line that may be cut. */
function cutToLines(text: string): string {
  if (text.length <= PROBED_CHARACTERS) return text;
  const probe = text.slice(0, PROBED_CHARACTERS);
  const end = Math.max(probe.lastIndexOf('\n'), probe.lastIndexOf('\r'));
  return end > 0 ? probe.slice(0, end) : probe;
}

const parse = (text: string, delimiter: string): string[][] =>
  Papa.parse<string[]>(text, { delimiter, skipEmptyLines: true }).data;

/** The delimiter that gives most rows the same number of fields, and more than one. */
function detectDelimiter(text: string): string {
  let best = delimiters[0]!;
  let bestScore = 0;
  for (const delimiter of delimiters) {
    const widths = parse(text, delimiter).map(({ length }) => length);
    const [width = 1] = widths;
    const share = widths.filter((each) => each === width).length / Math.max(widths.length, 1);
    const score = width > 1 ? share + width / 1e6 : 0; // if equally regular, the one with more columns
    if (score > bestScore) {
      best = delimiter;
      bestScore = score;
    }
  }
  return best;
}

/** Names are not numbers, and differ from each other; if not, they are names only where numbers stand below them. */
function hasHeader([first = [], second = []]: readonly (readonly string[])[]): boolean {
  const names = first.map((field) => field.trim());
  if (names.some(isNumeric) || names.every((name) => name === '')) return false;
  if (new Set(names).size === names.length) return true;
  return !names.some(isMissingMark) && second.some(isNumeric);
}
