import { FormatError, RangeFault, within } from '../../errors.js';
import { checkInteger, show } from '../../base/check.js';
import type { SpecJSON } from '../../model/json.js';
import type { Parameters } from '../../model/state.js';
import { takeParameters } from '../../model/file.js';
import { specFromJSON } from '../../model/json.js';
import { parseJSON } from '../../model/read-safetensors.js';
import { MOST_HEADER_BYTES } from '../../model/safetensors.js';
import type { CheckedSpec } from '../../model/spec.js';
import type { GivenNode, Node } from './proto.js';
import type { Source } from './read-graph.js';
import { readTensor } from './tensor.js';
import { buildGraph, OUTPUTS } from './write-graph.js';

/**
 * Reads a graph that bp4 wrote: the spec from the metadata, and the weights from the graph, which must equal the graph
 * that bp4 writes for this spec.
 * @param text the spec in JSON
 * @throws FormatError naming the problem, or the place where metadata and graph disagree
 */
export function readOwn(
  { graph, external }: Source,
  text: string,
): { spec: SpecJSON; parameters: readonly Parameters[] } {
  const given = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const takeValues = (name: string, shape: readonly number[]): Float32Array | Float64Array => {
    const tensor = given.get(name);
    if (tensor?.dims.join() !== shape.join()) throw disagreement(`initializer ${show(name)}`);
    return readTensor(`bytes: initializer ${show(name)}`, tensor, external).values;
  };

  const { json, spec } = parseSpec(text);
  const sizes = [spec.inputs, ...spec.layers.map(({ units }) => units)];
  const parameters = takeParameters(
    '',
    (name, ...shape) => {
      const values = takeValues(name, shape);
      if (values instanceof Float32Array) return values;
      throw disagreement(`initializer ${show(name)}`);
    },
    sizes,
  );
  const { nodes, constants } = buildGraph(spec, parameters);
  for (const [i, node] of nodes.entries()) {
    if (!graph.node[i] || serializeNode(graph.node[i]) !== serializeNode(node))
      throw disagreement(`graph.node[${i}]`);
  }
  if (graph.node.length !== nodes.length) throw disagreement(`graph.node[${nodes.length}]`);
  if (graph.output.length !== 1 || graph.output[0]!.name !== OUTPUTS) throw disagreement('graph.output');
  const read = new Set<unknown>(parameters.flatMap(({ weights, biases }) => [weights, biases]));
  for (const { name, dims, values } of constants) {
    if (read.has(values)) continue;
    const found = takeValues(name, dims);
    if (found.some((value, i) => value !== Number(values[i])))
      throw disagreement(`initializer ${show(name)}`);
  }
  return { spec: json, parameters };
}

function parseSpec(text: string): { json: SpecJSON; spec: CheckedSpec } {
  try {
    checkInteger('its length', text.length, 0, MOST_HEADER_BYTES);
    const json = parseJSON('bp4', text) as SpecJSON;
    if ((json as { format?: unknown } | null)?.format === 'bp4-ensemble') {
      throw new RangeFault({
        place: '',
        problem: 'it is an ensemble, with a branch for each network',
        cure: 'open the file that its save method wrote, with Ensemble.load of bp4/ensemble',
      });
    }
    return { json, spec: specFromJSON(json).checked };
  } catch (cause) {
    throw new FormatError(within("bytes: metadata_props 'bp4'", cause), { cause });
  }
}

/** Serializes the computation of a node, for comparison. */
function serializeNode({ opType, domain, input, output, attribute }: Node | GivenNode): string {
  return JSON.stringify([
    opType,
    domain ?? '',
    input,
    output,
    attribute?.map(({ name, f, i }) => [name, f, i]),
  ]);
}

const disagreement = (place: string): FormatError =>
  new FormatError({
    place: `bytes: ${place}`,
    problem: "is inconsistent with metadata_props 'bp4': the graph was changed after bp4 wrote it",
    cure: 'delete that entry to read the graph alone',
  });
