import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import { readObject, readArray, readString, type Fields } from './fields.js';

// Reads the topology in the JSON of Keras 2, Keras 3 and TensorFlow.js as a chain of layers in the order of
// computation.

/** A layer of any class. */
export interface ChainLayer {
  readonly name: string;
  readonly kind: string;
  readonly config: Fields;
}

/** A layer's name in error messages. */
export const describeLayer = ({ name, kind }: ChainLayer): string => `layer ${show(name)} (${show(kind)})`;

/**
 * @param model the content of model.json
 * @param checkKind throws if the class of a layer is not supported
 * @throws FormatError naming the first layer that breaks the chain
 */
export function readChain(model: Fields, checkKind: (layer: ChainLayer) => void): ChainLayer[] {
  const topology = readObject('modelTopology', model['modelTopology']);
  if (model['format'] === 'graph-model' || Array.isArray(topology['node'])) {
    throw new FormatError({
      place: 'modelTopology',
      problem: 'is a graph model, which holds operators instead of layers',
      cure: 'convert the Keras model with tensorflowjs_converter --output_format=tfjs_layers_model',
    });
  }
  // Keras wraps the topology together with the loss.
  const root =
    topology['model_config'] == null ? topology : readObject('model_config', topology['model_config']);
  const kind = root['class_name'];
  if (kind === 'Sequential') {
    const { config } = root;
    const layers = Array.isArray(config) ? config : readObject('Sequential.config', config)['layers'];
    return readArray('Sequential.config.layers', layers).map((layer, i) => {
      const read = readLayer(`layers[${i}]`, layer);
      checkKind(read);
      return read;
    });
  }
  if (kind === 'Functional' || kind === 'Model') {
    return readFunctionalChain(readObject(`${kind}.config`, root['config']), checkKind);
  }
  throw new FormatError({
    place: 'modelTopology.class_name',
    problem: `expected 'Sequential', 'Functional' or 'Model', got ${show(kind)}`,
  });
}

function readLayer(place: string, value: unknown): ChainLayer {
  const fields = readObject(place, value);
  const config = readObject(`${place}.config`, fields['config']);
  return {
    name: readString(`${place}.name`, config['name'] ?? fields['name']),
    kind: readString(`${place}.class_name`, fields['class_name']),
    config,
  };
}

function readFunctionalChain(config: Fields, checkKind: (layer: ChainLayer) => void): ChainLayer[] {
  const nodes = new Map<string, { layer: ChainLayer; inbound: unknown }>();
  for (const [i, value] of readArray('config.layers', config['layers']).entries()) {
    const layer = readLayer(`layers[${i}]`, value);
    const name = readString(`layers[${i}].name`, (value as Fields)['name'] ?? layer.name);
    if (nodes.has(name))
      throw new FormatError({ place: describeLayer(layer), problem: 'has the same name as another layer' });
    checkKind(layer);
    nodes.set(name, { layer, inbound: (value as Fields)['inbound_nodes'] });
  }
  const input = readEnd('input_layers', config['input_layers']);
  const chain: ChainLayer[] = [];
  let name: string | undefined = readEnd('output_layers', config['output_layers']);
  while (name !== undefined) {
    const node = nodes.get(name);
    if (!node)
      throw new FormatError({ place: `layer ${show(name)}`, problem: 'does not exist, or is used twice' });
    nodes.delete(name);
    chain.push(node.layer);
    const source = readSource(describeLayer(node.layer), node.inbound);
    if (source === undefined && name !== input) {
      throw new FormatError({
        place: describeLayer(node.layer),
        problem: `expected input layer ${show(input)} before it`,
      });
    }
    name = source;
  }
  for (const { layer } of nodes.values()) {
    throw new FormatError({
      place: describeLayer(layer),
      problem: 'is not between the input and the output, and bp4 does not support branches',
    });
  }
  return chain.reverse();
}

/** The name in [['name', 0, 0]], or ['name', 0, 0] as Keras 3 writes it. */
function readEnd(place: string, value: unknown): string {
  const ends = readArray(place, value);
  const end = typeof ends[0] === 'string' ? ends : readArray(`${place}[0]`, ends[0]);
  if (end !== ends && ends.length > 1) {
    throw new FormatError({
      place,
      problem: `expected one, because bp4 has one input and one output, got ${ends.length}`,
    });
  }
  return readString(`${place}[0][0]`, end[0]);
}

/** The name of the previous layer; undefined if there is none. */
function readSource(place: string, inbound: unknown): string | undefined {
  const nodes = readArray(`${place}: inbound_nodes`, inbound);
  if (nodes.length === 0) return undefined;
  // In Keras 2 a node is a list of [name, node, tensor, …]; in Keras 3 its arguments are tensors.
  const [node] = nodes;
  const sources = readArray(
    `${place}: inbound_nodes[0]`,
    Array.isArray(node) ? node : (node as Fields | null)?.['args'],
  );
  if (nodes.length > 1 || sources.length !== 1) {
    throw new FormatError({
      place,
      problem: 'expected exactly one layer before it, because bp4 does not support branches',
    });
  }
  const [source] = sources;
  const history = Array.isArray(source)
    ? source
    : readObject(`${place}: inbound_nodes[0].args[0].config`, (source as Fields | null)?.['config'])[
        'keras_history'
      ];
  const [name, ...places] = readArray(`${place}: inbound_nodes[0]`, history);
  if (places[0] !== 0 || places[1] !== 0) {
    throw new FormatError({ place, problem: 'expected the first output of the previous layer' });
  }
  return readString(`${place}: inbound_nodes[0]`, name);
}
