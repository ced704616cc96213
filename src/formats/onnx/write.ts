import { RangeFault } from '../../errors.js';
import { specFromJSON } from '../../model/json.js';
import type { Network } from '../../network.js';
import { exportNetwork } from '../portable.js';
import { encode } from './encode.js';
import { FLOAT, model, type GivenGraph, type GivenModel } from './proto.js';
import { toTensor } from './tensor.js';
import { buildGraph, INPUTS, OUTPUTS } from './write-graph.js';

/** The entry of metadata_props for everything that the graph doesn't hold: loss, dropout, seed, column names… */
export const METADATA = 'bp4';

/** The longest message that readers of Protocol Buffers accept. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Writes a network as an ONNX model (IR version 7, opset 13) for any ONNX runtime. Its input is 'inputs'
 * [batch][columns] and its output is 'outputs' [batch][outputs], both 32-bit floats with any batch size.
 *
 * Fitted transforms are part of the graph, so it takes and returns values in the user's units. For a string category it
 * takes the index, in the order of `transforms`. An unknown category becomes zeros, or 'other'
 * if it counts as that, while `predict` throws unless there is a policy for it. Training is
 * not part of the graph, but the metadata hold the whole spec, so that `fromONNX` restores the weights to the bit, with
 * loss, dropout, seed and transforms.
 * @returns the bytes of an .onnx file
 * @throws TypeError if `net` is not a Network; RangeError if a weight is NaN or infinite, two categories are equal in
 * single precision, or the file would exceed 2 GB
 * @throws StateError after `dispose`
 */
export function toONNX(net: Network): Uint8Array<ArrayBuffer> {
  const { spec: json, parameters } = exportNetwork(net);
  const bytes = 4 * parameters.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
  if (bytes > MOST_BYTES - 2 ** 24)
    throw new RangeFault({
      place: 'net',
      problem: `expected at most 2 GB of weights, the limit of ONNX, got ${bytes} bytes`,
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

/** A matrix of floats, one row per sample. */
const matrix = (name: string, width: number): NonNullable<GivenGraph['input']>[number] => ({
  name,
  type: { tensor: { elementType: FLOAT, shape: { dim: [{ name: 'batch' }, { size: width }] } } },
});
