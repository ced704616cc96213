import { FormatError, type Fault } from '../errors.js';
import { BEGINNING, findForeign, toLatin1, type ForeignKind } from '../formats/foreign.js';

// Files that are given in place of data, and JSON in place of CSV.

/** A recognized file, in the fields of a fault. */
export interface ForeignFile extends Required<Pick<Fault, 'problem' | 'cure'>> {
  readonly format: ForeignKind['format'];
}

/**
 * Recognizes a file that is neither text nor data in a known form by its first bytes.
 * @returns what it is, and the cure; undefined for any other file
 */
export const recognizeForeign = (bytes: Uint8Array): ForeignFile | undefined => recognize(toLatin1(bytes));

function recognize(beginning: string): ForeignFile | undefined {
  const kind = findForeign(beginning, 'dataCure');
  return kind && { problem: `it is ${kind.what}`, cure: kind.dataCure!, format: kind.format };
}

/**
 * Recognizes a JSON text: an object or an array, as a whole or one on each line.
 * @param beginning the text, or at least its first line
 */
export function recognizeJSON(beginning: string): 'json' | 'jsonl' | undefined {
  const text = beginning
    .trimStart()
    .replace(/^\uFEFF/, '')
    .trimStart();
  if (!/^(?:\{\s*["}]|\[\s*[[{\]"\d-])/.test(text)) return undefined;
  const [line = '', next = ''] = text.split('\n', 2);
  const value = parseLine(line);
  if (value === undefined) return /^\{\s*(?:"|$)|^\[\s*(?:[[{]|$)/.test(line.trim()) ? 'json' : undefined;
  const isWhole = next.trim() === '' && Object.values(value).every((each) => typeof each === 'object');
  return isWhole ? 'json' : 'jsonl';
}

/** @returns an object or an array, or undefined for any other text */
function parseLine(text: string): object | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** @throws FormatError naming what the text is, if it isn't CSV */
export function refuseForeignText(text: string): void {
  const beginning = text.slice(0, BEGINNING);
  const kind = recognize(beginning);
  if (kind) throw new FormatError({ place: 'CSV', ...kind });
  const json = recognizeJSON(text);
  if (json === undefined) return;
  throw new FormatError({
    place: 'CSV',
    problem: `it is ${json === 'json' ? 'JSON' : 'JSON Lines'}`,
    cure: json === 'json' ? 'read it with fromJSON' : 'read it with fromJSONLines',
  });
}
