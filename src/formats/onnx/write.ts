import { RangeFault } from '../../errors.js';
import { specFromJSON } from '../../model/json.js';
import type { Network } from '../../network.js';
import { exportNetwork } from '../portable.js';
import { encode } from './encode.js';
import { FLOAT, model, type GivenGraph, type GivenModel } from './proto.js';
import { toTensor } from './tensor.js';
import { buildGraph, INPUTS, OUTPUTS } from './write-graph.js';

/** The entry of metadata_props that holds what a graph does not tell: loss, dropout, seed, names of columns… */
export const METADATA = 'bp4';

/** No reader of Protocol Buffers takes a longer message. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * A network as an ONNX model (IR version 7, opset 13): any runtime of ONNX opens it. Its input is 'inputs'
 * [batch][columns], its output 'outputs' [batch][outputs], of 32-bit floats, for any batch.
 *
 * Fitted transforms are part of the graph: it takes the user's own numbers, and answers in the user's own units. For a
 * column of categories that are strings it takes their indices, in the order of `transforms`; for a category that is none
 * of them, where `predict` throws, it sees zeros. Training is not part of it, but for `fromONNX` the metadata keep all of
 * the spec: its weights come back to the bit, and with them loss, dropout, seed and transforms.
 * @returns the bytes of a file .onnx
 * @throws TypeError where it is no network; RangeError where a weight is NaN or infinite, two categories are one in
 *   single precision, or the file would have 2 GB
 * @throws StateError after `dispose`
 */
export function toONNX(net: Network): Uint8Array<ArrayBuffer> {
  const { spec: json, parameters } = exportNetwork(net);
  const bytes = 4 * parameters.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
  if (bytes > MOST_BYTES - 2 ** 24)
    throw new RangeFault({
      place: 'net',
      problem: `expected at most 2 GB of weights, as ONNX takes, got ${bytes} bytes`,
    });
  const { checked: spec } = specFromJSON(json);
  const { nodes, constants } = buildGraph(spec, parameters);
  return encode(model, {
    irVersion: 7,
    producerName: 'bp4',
    docString: 'A multilayer perceptron, trained by backpropagation',
    graph: {
      node: nodes,
      name: 'bp4',
      initializer: constants.map(toTensor),
      input: [matrix(INPUTS, spec.transforms.inputs?.list.length ?? spec.inputs)],
      output: [matrix(OUTPUTS, spec.layers.at(-1)!.units)],
    },
    opsetImport: [{ domain: '', version: 13 }],
    metadataProps: [{ key: METADATA, value: JSON.stringify(json) }],
  } satisfies GivenModel);
}

/** Rows of so many floats, one for each sample. */
const matrix = (name: string, width: number): NonNullable<GivenGraph['input']>[number] => ({
  name,
  type: { tensor: { elementType: FLOAT, shape: { dim: [{ name: 'batch' }, { size: width }] } } },
});
