import { FormatError } from '../../errors.js';
import { decodeBrainFloat, decodeHalf } from '../half.js';
import { ExternalData, isExternal } from './external-data.js';
import {
  BFLOAT16,
  BOOL,
  DOUBLE,
  FLOAT,
  FLOAT16,
  INT32,
  INT64,
  INT8,
  UINT8,
  type GivenTensor,
  type Tensor,
} from './proto.js';

/** A constant of a graph. */
export interface Constant {
  readonly dims: readonly number[];
  /** In row-major order. 16-bit floats are widened; integers are exact below 2^53. */
  readonly values: Float32Array | Float64Array;
  /** Integers of 8 bits, which stand for floats only after DequantizeLinear. */
  readonly isQuantized?: true;
}

/** Numbers to write. */
export interface NamedNumbers {
  readonly name: string;
  readonly dims: readonly number[];
  readonly values: Float32Array | Float64Array | BigInt64Array;
}

/** Converts numbers to a tensor of the same type. */
export function toTensor({ name, dims, values }: NamedNumbers): GivenTensor {
  const rawData = new Uint8Array(values.byteLength);
  const view = new DataView(rawData.buffer);
  const size = values.BYTES_PER_ELEMENT;
  for (const [i, value] of values.entries()) {
    if (typeof value === 'bigint') view.setBigInt64(size * i, value, true);
    else if (size === 4) view.setFloat32(size * i, value, true);
    else view.setFloat64(size * i, value, true);
  }
  const dataType = values instanceof Float32Array ? FLOAT : values instanceof Float64Array ? DOUBLE : INT64;
  return { dims, dataType, name, rawData };
}

/** A number type: its name, its size, how to read it from raw data, and the field for data that are not raw. */
interface Type {
  readonly name: string;
  readonly bytes: number;
  readonly read: (view: DataView, at: number) => number;
  readonly field: 'floatData' | 'doubleData' | 'int32Data' | 'int64Data';
  /** Decodes the bits in the field, if they aren't the number. */
  readonly decode?: (bits: number) => number;
}

const halfType = (name: string, decode: (bits: number) => number): Type => ({
  name,
  bytes: 2,
  read: (view, at) => decode(view.getUint16(at, true)),
  field: 'int32Data',
  decode,
});

const types = new Map<number | undefined, Type>([
  [FLOAT, { name: 'float', bytes: 4, read: (view, at) => view.getFloat32(at, true), field: 'floatData' }],
  [DOUBLE, { name: 'double', bytes: 8, read: (view, at) => view.getFloat64(at, true), field: 'doubleData' }],
  [FLOAT16, halfType('float16', decodeHalf)],
  [BFLOAT16, halfType('bfloat16', decodeBrainFloat)],
  [UINT8, { name: 'uint8', bytes: 1, read: (view, at) => view.getUint8(at), field: 'int32Data' }],
  [INT8, { name: 'int8', bytes: 1, read: (view, at) => view.getInt8(at), field: 'int32Data' }],
  [INT32, { name: 'int32', bytes: 4, read: (view, at) => view.getInt32(at, true), field: 'int32Data' }],
  [BOOL, { name: 'bool', bytes: 1, read: (view, at) => view.getUint8(at), field: 'int32Data' }],
  [
    INT64,
    { name: 'int64', bytes: 8, read: (view, at) => Number(view.getBigInt64(at, true)), field: 'int64Data' },
  ],
]);

/**
 * Copies the numbers of a tensor. It checks their count against dims before it allocates memory.
 * @param place its name in error messages
 * @param external the files that hold numbers outside the model, if the tensor may refer to one
 * @throws FormatError if the numbers have an unsupported type, are in a missing file, or don't match dims
 */
export function readTensor(place: string, tensor: Tensor, external?: ExternalData): Constant {
  const { dims, dataType } = tensor;
  const type = types.get(dataType);
  if (!type) {
    const names = [...types.values()].map(({ name }) => name);
    throw new FormatError({
      place,
      problem: `expected numbers of type ${names.join(', ')}, got type ${dataType ?? 0} of TensorProto.DataType`,
      cure: 'export the model in 32-bit floats',
    });
  }
  const { bytes, read, field, decode } = type;
  const count = dims.reduce((product, size) => product * (size >= 0 ? size : NaN), 1);
  const rawData = isExternal(tensor)
    ? (external ?? new ExternalData()).read(place, tensor, bytes * count)
    : tensor.rawData;
  const isRaw = rawData !== undefined;
  const present = isRaw ? rawData.length / bytes : tensor[field].length;
  if (count !== present) {
    throw new FormatError({
      place,
      problem: `expected ${count} numbers for dims ${showShape(dims)}, got ${present}`,
    });
  }
  const values = dataType === FLOAT || decode ? new Float32Array(count) : new Float64Array(count);
  if (isRaw) {
    const view = new DataView(rawData.buffer, rawData.byteOffset, rawData.byteLength);
    for (let i = 0; i < count; i++) values[i] = read(view, bytes * i);
  } else values.set(decode ? tensor[field].map(decode) : tensor[field]);
  const isQuantized = dataType === INT8 || dataType === UINT8;
  return { dims, values, ...(isQuantized && { isQuantized }) };
}

/** Formats a shape for error messages, truncated because damaged shapes may be long. */
export const showShape = (shape: ArrayLike<number>): string =>
  `[${Array.from(shape).slice(0, 8).join()}${shape.length > 8 ? ',…' : ''}]`;

/**
 * Limits the memory of a graph to two numbers per byte of the file. This is ample for 32-bit weights that are
 * transposed, scaled and transposed again, but stops a graph that uses the same weights a thousand times.
 */
export class Budget {
  #left: number;

  constructor(bytes: number) {
    this.#left = 2 * bytes;
  }

  /** @throws FormatError if the budget is exhausted */
  floats(count: number): Float32Array {
    this.#left -= count;
    if (!(this.#left >= 0)) {
      throw new FormatError({
        place: 'bytes',
        problem: 'the graph uses the same weights in too many layers, but bp4 trains each layer separately',
      });
    }
    return new Float32Array(count);
  }
}
