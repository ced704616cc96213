import { RangeFault } from '../errors.js';
import { checkEach, checkInteger, checkKeys, checkName, checkType, show } from '../base/check.js';
import { checkFinite, MOST_HEADER_BYTES, MOST_PARTS, type Tensor } from './safetensors.js';

const MOST_DEPTH = 32;
const MOST_DIMENSIONS = 8;

/**
 * Reads a file of `encode` or another program, if all tensors are 32-bit floats. The tensors are copies.
 * @throws TypeError, RangeError, SyntaxError that name the place
 */
export function decode(bytes: Uint8Array): { metadata: Map<string, string>; tensors: Map<string, Tensor> } {
  const { metadata, places, data } = readHeader(bytes, { F32: 4 });
  // All checks come before the allocations: a broken file of 100 MB is rejected in less than 100 ms.
  for (const { name, begin, end } of places) checkFinite(name, data, begin, end);
  const tensors = new Map<string, Tensor>();
  for (const { name, shape, begin, end } of places) {
    const values = new Float32Array((end - begin) / 4);
    for (let i = 0; i < values.length; i++) values[i] = data.getFloat32(begin + 4 * i, true);
    tensors.set(name, { shape, values });
  }
  return { metadata, tensors };
}

/**
 * Reads the header.
 * @param sizes the accepted types, with the bytes of one number
 * @returns the place of each tensor in the data, in ascending order
 * @throws TypeError, RangeError, SyntaxError that name the place
 */
export function readHeader(
  bytes: Uint8Array,
  sizes: Readonly<Record<string, number>>,
): { metadata: Map<string, string>; places: Place[]; data: DataView } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8)
    throw new RangeFault({ place: '', problem: `expected at least 8 bytes, got ${bytes.length}` });
  const length = view.getUint32(4, true) * 2 ** 32 + view.getUint32(0, true);
  const most = Math.min(bytes.length - 8, MOST_HEADER_BYTES);
  const start = 8 + checkInteger('length of the header', length, 0, most);
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes.subarray(8, start));
  if (!text.startsWith('{'))
    throw new RangeFault({ place: 'header', problem: `expected an object, got ${show(text)}` });
  const { __metadata__, ...entries } = parseJSON('header', text) as Record<string, object>;
  const metadata = new Map<string, string>();
  for (const [name, value] of Object.entries(__metadata__ ?? {}) as [string, unknown][]) {
    metadata.set(name, checkType(`__metadata__ ${show(name)}`, value, 'string'));
  }
  const data = new DataView(bytes.buffer, bytes.byteOffset + start, bytes.length - start);
  return { metadata, places: readPlaces(entries, sizes, data.byteLength), data };
}

export interface Place {
  readonly name: string;
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly begin: number;
  readonly end: number;
}

/** The places of the tensors, in ascending order. Each has the length of its shape, and together they cover the data. */
function readPlaces(
  entries: Readonly<Record<string, object>>,
  sizes: Readonly<Record<string, number>>,
  bytes: number,
): Place[] {
  const places = Object.entries(entries).map(([name, entry]) => {
    const place = show(name);
    checkKeys(place, entry, ['dtype', 'shape', 'data_offsets']);
    const { dtype, shape, data_offsets } = entry as Record<string, unknown>;
    const type = checkName(`${place}.dtype`, dtype, Object.keys(sizes));
    const [begin, end] = checkIntegers(`${place}.data_offsets`, data_offsets, 2, 2);
    const sides = checkIntegers(`${place}.shape`, shape, 0, MOST_DIMENSIONS);
    return { name, dtype: type, shape: sides, begin: begin!, end: end! };
  });
  places.sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, dtype, shape, begin, end } of places) {
    const next = at + shape.reduce((count, size) => count * size, sizes[dtype]!);
    if (begin !== at || end !== next) {
      throw new RangeFault({
        place: `${show(name)}.data_offsets`,
        problem: `expected [${at}, ${next}], got [${begin}, ${end}]`,
      });
    }
    at = next;
  }
  if (at !== bytes)
    throw new RangeFault({ place: '', problem: `expected ${at} bytes after the header, got ${bytes}` });
  return places;
}

function checkIntegers(place: string, value: unknown, least: number, most: number): number[] {
  const values = checkEach(place, value, (place, size) => checkInteger(place, size, 0));
  checkInteger(`${place}.length`, values.length, least, most);
  return values;
}

/**
 * JSON.parse for untrusted text.
 * @throws SyntaxError if the text isn't JSON; RangeError if it's nested too deeply, has too many parts, or has a name twice in
 *   one object, in which case JSON.parse would keep the last
 */
export function parseJSON(place: string, text: string): unknown {
  let depth = 0;
  let parts = 0;
  let names = 0;
  for (let i = 0; i < text.length; i++) {
    const character = text[i]!;
    if (character === '"') {
      while (++i < text.length && text[i] !== '"') if (text[i] === '\\') i++;
    } else if (character === ':') names++;
    else if (character === '{' || character === '[') {
      parts++;
      depth++;
    } else if (character === '}' || character === ']') depth--;
    if (depth > MOST_DEPTH || parts + names > MOST_PARTS) {
      throw new RangeFault({
        place,
        problem: `nested deeper than ${MOST_DEPTH}, or has more than ${MOST_PARTS} parts`,
      });
    }
  }
  const value: unknown = JSON.parse(text);
  if (namesIn(value) !== names) throw new RangeFault({ place, problem: 'duplicate name in an object' });
  return value;
}

function namesIn(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const values: unknown[] = Object.values(value);
  return values.reduce<number>(
    (sum, inner) => sum + namesIn(inner),
    Array.isArray(value) ? 0 : values.length,
  );
}
