import { decode } from '../../src/formats/onnx/decode.js';
import { encode } from '../../src/formats/onnx/encode.js';
import {
  attributeTypes,
  model,
  type GivenGraph,
  type GivenModel,
  type GivenNode,
  type Model,
} from '../../src/formats/onnx/proto.js';
import { toTensor } from '../../src/formats/onnx/tensor.js';

// Models as other programs may write them, in the encoding that ONNX's checker accepts (test/clients).

export type Attributes = Readonly<Record<string, number | string | readonly number[]>>;

/** @param attributes integers become ints, other numbers floats; strings and lists of ints also work */
export function node(
  opType: string,
  input: readonly string[],
  output: string,
  attributes: Attributes = {},
): GivenNode {
  return {
    input,
    output: [output],
    opType,
    name: `the ${output}`,
    attribute: Object.entries(attributes).map(([name, value]) => {
      if (typeof value === 'string')
        return { name, s: new TextEncoder().encode(value), type: attributeTypes.s };
      if (typeof value !== 'number') return { name, ints: value, type: attributeTypes.ints };
      return Number.isInteger(value)
        ? { name, i: value, type: attributeTypes.i }
        : { name, f: value, type: attributeTypes.f };
    }),
  };
}

/** 1/8, 2/8, 3/8, …: exact in every precision. */
export const numbers = (count: number): Float32Array =>
  Float32Array.from({ length: count }, (_, i) => (i + 1) / 8);

export const tensor = (name: string, ...dims: number[]): NonNullable<GivenGraph['initializer']>[number] =>
  toTensor({ name, dims, values: numbers(dims.reduce((product, size) => product * size, 1)) });

/** From 'x' [n][inputs] to 'y'. */
export function file(
  nodes: readonly GivenNode[],
  initializer: NonNullable<GivenGraph['initializer']>,
  { graph = {}, ...more }: GivenModel = {},
): Uint8Array {
  return encode(model, {
    irVersion: 8,
    graph: { node: nodes, initializer, input: [{ name: 'x' }], output: [{ name: 'y' }], ...graph },
    opsetImport: [{ version: 17 }],
    ...more,
  });
}

/** The same file with a change. */
export const changed = (bytes: Uint8Array, change: (given: Model) => GivenModel): Uint8Array =>
  encode(model, change(decode(model, bytes)));

/** The file without bp4's metadata, as if another program had written it. */
export const withoutMetadata = (bytes: Uint8Array): Uint8Array =>
  changed(bytes, (given) => ({ ...(given as GivenModel), metadataProps: [] }));
