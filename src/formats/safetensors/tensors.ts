import { misfit } from '../../base/check.js';
import { readHeader } from '../../model/read-safetensors.js';
import type { Tensor } from '../../model/safetensors.js';
import { decodeBrainFloat, decodeHalf } from '../half.js';

interface Coding {
  readonly bytes: number;
  readonly read: (data: DataView, at: number) => number;
}

const codings: Readonly<Record<string, Coding>> = {
  F32: { bytes: 4, read: (data, at) => data.getFloat32(at, true) },
  F64: { bytes: 8, read: (data, at) => data.getFloat64(at, true) },
  F16: { bytes: 2, read: (data, at) => decodeHalf(data.getUint16(at, true)) },
  BF16: { bytes: 2, read: (data, at) => decodeBrainFloat(data.getUint16(at, true)) },
};
const sizes = Object.fromEntries(Object.entries(codings).map(([dtype, { bytes }]) => [dtype, bytes]));

/**
 * Reads all tensors of a file in single precision.
 * @throws TypeError, RangeError or SyntaxError naming the invalid place, or the tensor that is not finite
 */
export function readTensors(bytes: Uint8Array): {
  metadata: ReadonlyMap<string, string>;
  tensors: ReadonlyMap<string, Tensor>;
} {
  const { metadata, places, data } = readHeader(bytes, sizes);
  const tensors = new Map<string, Tensor>();
  for (const { name, dtype, shape, begin, end } of places) {
    const { bytes, read } = codings[dtype]!;
    const values = new Float32Array((end - begin) / bytes);
    for (let i = 0; i < values.length; i++) {
      const value = read(data, begin + i * bytes);
      values[i] = value;
      if (!Number.isFinite(values[i])) throw misfit(`${name}[${i}]`, value);
    }
    tensors.set(name, { shape, values });
  }
  return { metadata, tensors };
}
