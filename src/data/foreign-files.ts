/* eslint-disable no-control-regex -- the first bytes of files hold control characters */
import { FormatError, type Fault } from '../errors.js';

// Files that aren't what they are taken for, recognized by their first bytes.

/** What a file holds, and what to do about it. */
interface ForeignKind {
  /** Of the first characters, one for each byte. */
  readonly beginning: RegExp;
  readonly what: string;
  readonly cure: string;
  /** The format of data that it is, if it is one. */
  readonly format?: 'npz' | 'npy' | 'parquet' | 'gzip';
}

const foreignKinds: readonly ForeignKind[] = [
  {
    beginning: /^PK\x03\x04[^]*(?:xl\/|\[Content_Types\]\.xml|mimetypeapplication\/vnd\.oasis)/,
    what: 'an Excel or OpenDocument workbook',
    cure: 'save the sheet as CSV',
  },
  {
    beginning: /^PK\x03\x04[^]*\.npy/,
    what: 'NumPy arrays (.npz)',
    format: 'npz',
    cure: 'give the file a name that ends in .npz',
  },
  { beginning: /^PK(?:\x03\x04|\x05\x06)/, what: 'a zip archive', cure: 'unpack it first' },
  {
    beginning: /^\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1/,
    what: 'an old Excel workbook (.xls)',
    cure: 'save the sheet as CSV',
  },
  { beginning: /^\x1f\x8b/, what: 'compressed with gzip', format: 'gzip', cure: 'decompress it first' },
  {
    beginning: /^(?:BZh\d1AY|\xfd7zXZ\0|\x28\xb5\x2f\xfd|7z\xbc\xaf\x27\x1c|Rar!)/,
    what: 'a compressed file',
    cure: 'decompress it first',
  },
  { beginning: /^[^]{257}ustar/, what: 'a tar archive', cure: 'unpack it first' },
  {
    beginning: /^SQLite format 3\0/,
    what: 'an SQLite database',
    cure: 'export the table as CSV: sqlite3 -csv -header FILE "select * from TABLE"',
  },
  {
    beginning: /^PAR1[\0-\x1f]/,
    what: 'a Parquet file',
    format: 'parquet',
    cure: 'give it a name that ends in .parquet',
  },
  { beginning: /^(?:ARROW1\0|FEA1\0)/, what: 'an Arrow or Feather file', cure: 'save it as Parquet or CSV' },
  {
    beginning: /^\x93NUMPY/,
    what: 'a NumPy array',
    format: 'npy',
    cure: 'give the file a name that ends in .npy',
  },
  { beginning: /^\x89HDF\r\n/, what: 'an HDF5 file', cure: 'save the table as CSV or Parquet' },
  {
    beginning: /^\x80[\x02-\x05][\x95}\]c(]/,
    what: 'a Python pickle',
    cure: 'save it as CSV: df.to_csv(path, index=False)',
  },
  {
    beginning: /^RDX[23]\n/,
    what: 'an R file',
    cure: 'save it as CSV: write.csv(data, path, row.names = FALSE)',
  },
  { beginning: /^%PDF-/, what: 'a PDF document', cure: 'save the table as CSV' },
  {
    beginning: /^(?:\x89PNG|\xff\xd8\xff|GIF8[79]a)/,
    what: 'an image',
    cure: 'give a file with rows of data',
  },
  {
    beginning: /^version https:\/\/git-lfs\./,
    what: 'a Git LFS pointer, not the file itself',
    cure: 'fetch the file: git lfs pull',
  },
  {
    beginning: /^(?:\xef\xbb\xbf)?\s*<(?:!doctype html|html|head|body)\b/i,
    what: 'an HTML page',
    cure: 'download the file itself, not the page that shows it',
  },
  { beginning: /^(?:\xef\xbb\xbf)?\s*<\?xml\b/, what: 'XML', cure: 'save the table as CSV' },
  {
    beginning: /^[^]{4}\0{4}\{"(?:__metadata__|[^"]*":\{"dtype)/,
    what: 'a model, not data',
    cure: 'give a file with rows of data',
  },
];

/** A recognized file, in the fields of a fault. */
export interface ForeignFile extends Required<Pick<Fault, 'problem' | 'cure'>> {
  readonly format: ForeignKind['format'];
}

/** The characters that decide it. */
const BEGINNING = 4096;

/**
 * Recognizes a file that is neither text nor data in a known form by its first bytes.
 * @returns what it is, and the cure; undefined for any other file
 */
export function recognizeForeign(bytes: Uint8Array): ForeignFile | undefined {
  const beginning = Array.from(bytes.subarray(0, BEGINNING), (byte) => String.fromCharCode(byte)).join('');
  return recognize(beginning);
}

function recognize(beginning: string): ForeignFile | undefined {
  const kind = foreignKinds.find((each) => each.beginning.test(beginning));
  return kind && { problem: `it is ${kind.what}`, cure: kind.cure, format: kind.format };
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
