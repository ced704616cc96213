import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import { fieldsOf, listOf, textOf, type Fields } from './fields.js';

// The topology in the JSON of Keras 2, Keras 3 and TensorFlow.js, as layers in the order in which data pass them.

/** A layer, its class unknown as yet. */
export interface ChainLayer {
  readonly name: string;
  readonly kind: string;
  readonly config: Fields;
}

/** For error messages. */
export const placeOf = ({ name, kind }: ChainLayer): string => `layer ${show(name)} (${show(kind)})`;

/**
 * @param checkKind throws where a layer is of a class that is not supported
 * @throws FormatError naming the first layer because of which it is no chain
 */
export function chainOf(modelTopology: unknown, checkKind: (layer: ChainLayer) => void): ChainLayer[] {
  const topology = fieldsOf('modelTopology', modelTopology);
  // What Keras saves has the loss beside it.
  const root =
    topology['model_config'] == null ? topology : fieldsOf('model_config', topology['model_config']);
  const kind = root['class_name'];
  if (kind === 'Sequential') {
    const { config } = root;
    const layers = Array.isArray(config) ? config : fieldsOf('Sequential.config', config)['layers'];
    return listOf('Sequential.config.layers', layers).map((layer, i) => {
      const read = layerOf(`layers[${i}]`, layer);
      checkKind(read);
      return read;
    });
  }
  if (kind === 'Functional' || kind === 'Model') {
    return functionalChainOf(fieldsOf(`${kind}.config`, root['config']), checkKind);
  }
  throw new FormatError({
    place: 'modelTopology.class_name',
    problem: `expected 'Sequential', 'Functional' or 'Model', got ${show(kind)}`,
  });
}

function layerOf(place: string, value: unknown): ChainLayer {
  const fields = fieldsOf(place, value);
  const config = fieldsOf(`${place}.config`, fields['config']);
  return {
    name: textOf(`${place}.name`, config['name'] ?? fields['name']),
    kind: textOf(`${place}.class_name`, fields['class_name']),
    config,
  };
}

function functionalChainOf(config: Fields, checkKind: (layer: ChainLayer) => void): ChainLayer[] {
  const nodes = new Map<string, { layer: ChainLayer; inbound: unknown }>();
  for (const [i, value] of listOf('config.layers', config['layers']).entries()) {
    const layer = layerOf(`layers[${i}]`, value);
    const name = textOf(`layers[${i}].name`, (value as Fields)['name'] ?? layer.name);
    if (nodes.has(name))
      throw new FormatError({ place: placeOf(layer), problem: 'has the name of another layer' });
    checkKind(layer);
    nodes.set(name, { layer, inbound: (value as Fields)['inbound_nodes'] });
  }
  const input = endOf('input_layers', config['input_layers']);
  const chain: ChainLayer[] = [];
  let name: string | undefined = endOf('output_layers', config['output_layers']);
  while (name !== undefined) {
    const node = nodes.get(name);
    if (!node)
      throw new FormatError({ place: `layer ${show(name)}`, problem: 'does not exist, or is used twice' });
    nodes.delete(name);
    chain.push(node.layer);
    const source = sourceOf(placeOf(node.layer), node.inbound);
    if (source === undefined && name !== input) {
      throw new FormatError({
        place: placeOf(node.layer),
        problem: `expected input layer ${show(input)} before it`,
      });
    }
    name = source;
  }
  for (const { layer } of nodes.values()) {
    throw new FormatError({
      place: placeOf(layer),
      problem: 'is not on the way from the input to the output, and bp4 has no branches',
    });
  }
  return chain.reverse();
}

/** The name in [['name', 0, 0]], or ['name', 0, 0] as Keras 3 writes it. */
function endOf(place: string, value: unknown): string {
  const ends = listOf(place, value);
  const end = typeof ends[0] === 'string' ? ends : listOf(`${place}[0]`, ends[0]);
  if (end !== ends && ends.length > 1) {
    throw new FormatError({
      place,
      problem: `expected one, as bp4 has one input and one output, got ${ends.length}`,
    });
  }
  return textOf(`${place}[0][0]`, end[0]);
}

/** The name of the layer before; undefined where there is none. */
function sourceOf(place: string, inbound: unknown): string | undefined {
  const nodes = listOf(`${place}: inbound_nodes`, inbound);
  if (nodes.length === 0) return undefined;
  // In Keras 2 a node is a list of [name, node, tensor, …]; in Keras 3 it has tensors as arguments.
  const [node] = nodes;
  const sources = listOf(
    `${place}: inbound_nodes[0]`,
    Array.isArray(node) ? node : (node as Fields | null)?.['args'],
  );
  if (nodes.length > 1 || sources.length !== 1) {
    throw new FormatError({
      place,
      problem: 'expected one layer before it, once, as bp4 has no branches',
    });
  }
  const [source] = sources;
  const history = Array.isArray(source)
    ? source
    : fieldsOf(`${place}: inbound_nodes[0].args[0].config`, (source as Fields | null)?.['config'])[
        'keras_history'
      ];
  const [name, ...places] = listOf(`${place}: inbound_nodes[0]`, history);
  if (places[0] !== 0 || places[1] !== 0) {
    throw new FormatError({ place, problem: 'expected the first answer of the layer before it' });
  }
  return textOf(`${place}: inbound_nodes[0]`, name);
}
