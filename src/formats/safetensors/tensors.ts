import { RangeFault } from '../../errors.js';
import { checkName, misfit, show } from '../../base/check.js';
import { readHeader } from '../../model/read-safetensors.js';
import type { Tensor } from '../../model/safetensors.js';
import { checkTensors } from './hints.js';
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

/** The bytes of each number of the types that bp4 doesn't read. */
const otherSizes = {
  ...{ I64: 8, U64: 8, C64: 8, I32: 4, U32: 4, I16: 2, U16: 2, I8: 1, U8: 1, BOOL: 1, F4: 0.5 },
  ...{ F8_E4M3: 1, F8_E5M2: 1, F8_E8M0: 1 },
};

const sizes = {
  ...Object.fromEntries(Object.entries(codings).map(([dtype, { bytes }]) => [dtype, bytes])),
  ...otherSizes,
};

/** torch.compile, DataParallel and FSDP wrap modules, and put these names before those of the tensors in them. */
const WRAPPERS = /(?<=^|\.)(?:_orig_mod|module|_fsdp_wrapped_module|_checkpoint_wrapped_module)\./g;

/** The name of a tensor without those of wrappers. */
export const unwrapName = (name: string): string => name.replace(WRAPPERS, '');

/** How many networks an AveragedModel has averaged. */
const COUNT = 'n_averaged';

/**
 * Reads all tensors of a file in single precision.
 * @returns them by their names without those of wrappers
 * @throws TypeError, RangeError or SyntaxError naming the invalid place, or the tensor that is not finite or not of a
 * Linear
 */
export function readTensors(bytes: Uint8Array): {
  metadata: ReadonlyMap<string, string>;
  tensors: ReadonlyMap<string, Tensor>;
} {
  const { metadata, places, data } = readHeader(bytes, sizes);
  const tensors = new Map<string, Tensor>();
  checkTensors(places);
  for (const { name, dtype, shape, begin, end } of places) {
    if (name === COUNT) continue;
    checkName(`${show(name)}.dtype`, dtype, Object.keys(codings));
    const { bytes, read } = codings[dtype]!;
    const values = new Float32Array((end - begin) / bytes);
    for (let i = 0; i < values.length; i++) {
      const value = read(data, begin + i * bytes);
      values[i] = value;
      if (!Number.isFinite(values[i])) throw misfit(`${name}[${i}]`, value);
    }
    const inner = unwrapName(name);
    if (tensors.has(inner)) {
      throw new RangeFault({
        place: show(name),
        problem: `the file also has ${show(inner)}, with or without the prefix of a wrapper`,
        cure: 'save one of the two',
      });
    }
    tensors.set(inner, { shape, values });
  }
  return { metadata, tensors };
}
