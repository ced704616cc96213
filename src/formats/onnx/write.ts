import { RangeFault } from '../../errors.js';
import type { Ensemble } from '../../ensemble/ensemble.js';
import { ensembleToJSON } from '../../ensemble/file.js';
import { specFromJSON } from '../../model/json.js';
import { checkSpec, type CheckedSpec } from '../../model/spec.js';
import type { Parameters } from '../../model/state.js';
import type { Network } from '../../network.js';
import { exportNetwork, isEnsemble } from '../portable.js';
import { encode } from './encode.js';
import { FLOAT, model, type GivenGraph, type GivenModel } from './proto.js';
import { toTensor } from './tensor.js';
import type { GraphBuilder } from './graph-builder.js';
import { buildEnsembleGraph, buildGraph, INPUTS, OUTPUTS } from './write-graph.js';

/** The entry of metadata_props for everything that the graph doesn't hold: loss, dropout, seed, column names… */
export const METADATA = 'bp4';

/** The longest message that readers of Protocol Buffers accept. */
const MOST_BYTES = 2 ** 31 - 1;

/**
 * Writes a network as an ONNX model (IR version 7, opset 13) for any ONNX runtime. Its input is 'inputs'
 * [batch][columns] and its output is 'outputs' [batch][outputs], both 32-bit floats with any batch size.
 *
 * Fitted transforms are part of the graph, so it takes and returns values in the user's units. For a string category it
 * takes the index, in the order of `transforms`. An unknown category becomes zeros, or 'other' with `unknown: 'other'`;
 * by default, `predict` throws instead. Training isn't part of the graph, but the metadata hold the whole spec, so
 * `fromONNX` restores exactly the same weights, with loss, dropout, seed and transforms.
 *
 * An Ensemble becomes a branch for each network, and the weighted mean of their outputs in double precision. `fromONNX`
 * doesn't read branches.
 * @returns the bytes of an .onnx file
 * @throws TypeError if `net` is neither a Network nor an Ensemble; RangeError if a weight is NaN or infinite, two categories
 * are equal in single precision, or the file would exceed 2 GB
 * @throws StateError after `dispose`
 */
export function toONNX(net: Network | Ensemble): Uint8Array<ArrayBuffer> {
  if (isEnsemble(net)) {
    const { members } = net;
    const branches = members.map(({ state: { spec, parameters }, weight }) => ({
      spec: checkSpec(spec),
      parameters,
      weight: Math.fround(weight),
    }));
    checkSize(branches.flatMap(({ parameters }) => parameters));
    return write(branches[0]!.spec, buildEnsembleGraph(branches), ensembleToJSON(members));
  }
  const { spec: json, parameters } = exportNetwork(net);
  checkSize(parameters);
  const { checked: spec } = specFromJSON(json);
  return write(spec, buildGraph(spec, parameters), json);
}

function checkSize(parameters: readonly Parameters[]): void {
  const bytes = 4 * parameters.reduce((sum, { weights, biases }) => sum + weights.length + biases.length, 0);
  if (bytes <= MOST_BYTES - 2 ** 24) return;
  throw new RangeFault({
    place: 'net',
    problem: `expected at most 2 GB of weights, the limit of ONNX, got ${bytes} bytes`,
  });
}

/** @param json everything that the graph doesn't hold */
const write = (
  spec: CheckedSpec,
  { nodes, constants }: GraphBuilder,
  json: object,
): Uint8Array<ArrayBuffer> =>
  encode(model, {
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

/** A matrix of floats, one row per sample. */
const matrix = (name: string, width: number): NonNullable<GivenGraph['input']>[number] => ({
  name,
  type: { tensor: { elementType: FLOAT, shape: { dim: [{ name: 'batch' }, { size: width }] } } },
});
