import { checkInteger, misfit } from '../base/check.js';

// Named tensors in one binary in which nothing can be executed, as https://github.com/huggingface/safetensors defines:
//
//   u64 N, little-endian · N bytes of JSON, filled up with spaces · the tensors, one after the other, little-endian
//
// The JSON maps each name to { dtype, shape, data_offsets: [begin, end] }, counted from the end of the JSON, and
// '__metadata__' to strings by name. Nothing in it is used before it is checked.

/** A tensor of 32-bit floats, row-major. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly values: Float32Array;
}

export type Tensors = ReadonlyMap<string, Tensor>;

// A broken file must be refused soon: within these bounds reading the JSON takes 60 ms at worst (measured). A network of
// 2,000 layers is within them, and so are 50,000 numbers in full precision, or the transforms of 6,000 columns.
export const MOST_HEADER_BYTES = 2 ** 20;
/** Names, objects and arrays in a JSON text. */
export const MOST_PARTS = 2 ** 15;

/**
 * @throws RangeError where a value is NaN or infinite, or the header longer than `decode` would take
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
  // What `decode` would refuse is not written.
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

/** At most so many names, objects and arrays has a JSON text. */
const countParts = (json: string): number => json.split(/[:{[]/).length - 1;

/**
 * @throws RangeError where one of the floats is not finite
 */
export function checkFinite(name: string, view: DataView, from: number, to: number): void {
  for (let at = from; at < to; at += 4) {
    const value = view.getFloat32(at, true);
    if (value - value !== 0) throw misfit(`${name}[${(at - from) / 4}]`, value);
  }
}
