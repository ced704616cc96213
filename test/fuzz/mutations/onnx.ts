import { decode } from '../../../src/formats/onnx/decode.js';
import { encode } from '../../../src/formats/onnx/encode.js';
import { model, type GivenModel } from '../../../src/formats/onnx/proto.js';
import { pick, type Mutation } from './mutation.js';

// ONNX models broken in what they say: a name, an operator, a size, an attribute, a node too many.

/** At which checks of numbers go wrong; what has more than 31 bits is written as 64. */
const numbers = [
  0,
  1,
  2,
  3,
  4,
  6,
  7,
  8,
  9,
  10,
  11,
  127,
  128,
  2 ** 31 - 1,
  2 ** 31,
  2 ** 32,
  2 ** 53 - 2,
  0.5,
];

const words = [
  ...[
    '',
    'x',
    'y',
    'inputs',
    'outputs',
    '0.weight',
    '__proto__',
    'constructor',
    'toString',
    'bp4',
    'ai.onnx.ml',
  ],
  ...[
    'Gemm',
    'MatMul',
    'Add',
    'Sub',
    'Mul',
    'Div',
    'Scaler',
    'Sigmoid',
    'Tanh',
    'Relu',
    'Elu',
    'Gelu',
    'Softmax',
  ],
  ...[
    'Abs',
    'Pow',
    'Identity',
    'Dropout',
    'Cast',
    'Flatten',
    'Reshape',
    'Constant',
    'Transpose',
    'Shape',
    'Gather',
  ],
  ...[
    'Unsqueeze',
    'Concat',
    'Split',
    'Equal',
    'Conv',
    'axis',
    'alpha',
    'transB',
    'transA',
    'value',
    'perm',
    'to',
  ],
];

/** Every place of a message where something stands: its holder, and under which key. */
function* placesIn(value: object): Generator<[holder: Record<string, unknown>, key: string]> {
  for (const [key, inner] of Object.entries(value) as [string, unknown][]) {
    if (inner === undefined) continue;
    yield [value as Record<string, unknown>, key];
    if (typeof inner === 'object' && !(inner instanceof Uint8Array)) yield* placesIn(inner as object);
  }
}

/** One thing that a model says, said otherwise. */
export const inModel: Mutation = (random, bytes) => {
  let given: GivenModel;
  try {
    given = decode(model, bytes) as GivenModel;
  } catch {
    return bytes; // broken before
  }
  const places = Array.from(placesIn(given));
  const [holder, key] = pick(random, places);
  const value = holder[key];
  if (typeof value === 'number') holder[key] = pick(random, numbers);
  else if (typeof value === 'string') {
    const others = places.map(([holder, key]) => holder[key]).filter((one) => typeof one === 'string');
    holder[key] = random.below(2) ? pick(random, words) : pick(random, others);
  } else if (value instanceof Uint8Array) holder[key] = value.subarray(random.below(value.length + 1));
  else if (Array.isArray(value)) {
    const at = random.below(value.length + 1);
    if (random.below(2)) value.splice(at, 1);
    else if (value.length > 0) value.splice(at, 0, structuredClone(pick(random, value as unknown[])));
  } else if (Array.isArray(holder)) holder.splice(Number(key), 1);
  else holder[key] = undefined;
  return encode(model, given);
};
