import { checkInteger, misfit } from '../base/check.js';

// Named tensors in one binary without executable content, as defined by https://github.com/huggingface/safetensors:
//
//   u64 N, little-endian · N bytes of JSON, padded with spaces · the tensors, one after the other, little-endian
//
// The JSON maps each name to { dtype, shape, data_offsets: [begin, end] }, counted from the end of the JSON, and
// '__metadata__' to strings by name. Every value is checked before it is used.

/** A tensor of 32-bit floats, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type Tensors = ReadonlyMap<string, Tensor>;

// A broken file must be rejected quickly. Within these bounds reading the JSON takes about a second. They allow a network of
// 30,000 layers, 800,000 numbers in full precision, or the transforms of 100,000 columns.
export const MOST_HEADER_BYTES = 2 ** 24;
/** Names, objects and arrays in a JSON text. */
export const MOST_PARTS = 2 ** 19;

/**
 * @throws RangeError if a value is NaN or infinite, or the header is longer than `decode` accepts
 */
export function encode(
  tensors: Tensors,
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  let bytes = 0;
  const entries = Array.from(tensors, ([name, { shape, values }]) => {
    const begin = bytes;
    bytes += 4 * values.length;
    return [name, { dtype: 'F32', shape, data_offsets: [begin, bytes] }] as const;
  });
  const json = JSON.stringify({ __metadata__: metadata, ...Object.fromEntries(entries) });
  // Never writes a file that `decode` would reject.
  const texts = Object.values(metadata);
  const parts = texts.reduce((rest, text) => rest - countParts(text), countParts(json));
  for (const count of [parts, ...texts.map(countParts)])
    checkInteger('save: parts of the header', count, 0, MOST_PARTS);
  const header = new TextEncoder().encode(json);
  const start = 8 + Math.ceil(header.length / 8) * 8;
  checkInteger('save: bytes of the header', header.length, 0, MOST_HEADER_BYTES);
  const file = new Uint8Array(start + bytes).fill(0x20, 8, start);
  file.set(header, 8);
  const view = new DataView(file.buffer);
  view.setUint32(0, start - 8, true);
  let at = start;
  for (const [name, { values }] of tensors) {
    const from = at;
    for (const value of values) {
      view.setFloat32(at, value, true);
      at += 4;
    }
    checkFinite(name, view, from, at);
  }
  return file;
}

/** An upper bound on the names, objects and arrays in a JSON text. */
const countParts = (json: string): number => json.split(/[:{[]/).length - 1;

/**
 * @throws RangeError if one of the floats isn't finite
 */
export function checkFinite(name: string, view: DataView, from: number, to: number): void {
  for (let at = from; at < to; at += 4) {
    const value = view.getFloat32(at, true);
    if (value - value !== 0) throw misfit(`${name}[${(at - from) / 4}]`, value);
  }
}
