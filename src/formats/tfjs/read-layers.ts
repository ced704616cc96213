import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import type { LayerJSON } from '../../model/json.js';
import { describeLayer, type ChainLayer } from './chain.js';
import { readFloat, holds, readArray } from './fields.js';
import { activationNames, gelu } from './layers.js';

/** A layer as bp4 has it: a Dense, and what followed it. */
export interface ReadLayer {
  /** Of the Dense. */
  readonly name: string;
  readonly units: number;
  readonly hasBiases: boolean;
  activation: LayerJSON['activation'];
  /** Of leakyRelu and elu. */
  alpha?: number;
  dropout: number;
}

/** What Keras and TensorFlow.js reckon with where LeakyReLU has no alpha. */
const LEAKY_ALPHA = 0.3;

/** What each class of layers does to those before it. */
const readers = new Map<string, (reader: LayerReader, layer: ChainLayer) => void>([
  ['InputLayer', () => undefined],
  ['Flatten', (reader, layer) => reader.flatten(layer)],
  ['Dense', (reader, layer) => reader.dense(layer)],
  ['Activation', (reader, layer) => reader.activate(layer, namedActivation(layer))],
  [
    'Softmax',
    (reader, layer) => reader.activate(layer, plainActivation(layer, 'softmax', { axis: [-1, 1] })),
  ],
  [
    'ReLU',
    (reader, layer) => {
      const plain = { max_value: [null], negative_slope: [0], threshold: [0] };
      reader.activate(layer, plainActivation(layer, 'relu', plain));
    },
  ],
  ['LeakyReLU', (reader, layer) => reader.activate(layer, 'leakyRelu', readAlpha(layer, LEAKY_ALPHA))],
  ['ELU', (reader, layer) => reader.activate(layer, 'elu', readAlpha(layer, 1))],
  ['Dropout', (reader, layer) => reader.drop(layer)],
  ['Model', (reader, layer) => reader.gelu(layer)],
  ['Functional', (reader, layer) => reader.gelu(layer)],
]);

/** The class of layers that only transforms have. */
const RESCALING = 'Rescaling';

/** @throws FormatError where bp4 has nothing for layers of this class */
export function checkKind(layer: ChainLayer): void {
  if (!readers.has(layer.kind) && layer.kind !== RESCALING) {
    throw new FormatError({
      place: describeLayer(layer),
      problem: 'is not supported',
      cure: 'bp4 reads Dense, Activation, Softmax, ReLU, LeakyReLU, ELU, Dropout, Flatten and InputLayer',
    });
  }
}

/**
 * Puts each Dense together with what follows it.
 * @returns the layers, and how many inputs there are, where the topology says so
 * @throws FormatError naming the first layer for which bp4 has nothing
 */
export function readLayers(chain: readonly ChainLayer[]): {
  readonly layers: readonly ReadLayer[];
  readonly inputs: number | undefined;
} {
  const reader = new LayerReader(chain[0]);
  for (const layer of chain) {
    const read = readers.get(layer.kind);
    if (!read) {
      throw new FormatError({
        place: describeLayer(layer),
        problem: 'is supported only as toTFJS writes it',
        cure: 'fold it into the weights, and give inputs that are scaled',
      });
    }
    read(reader, layer);
  }
  if (reader.layers.length === 0)
    throw new FormatError({ place: 'layers', problem: 'expected at least one Dense' });
  return reader;
}

class LayerReader {
  readonly layers: ReadLayer[] = [];
  inputs: number | undefined;
  /** Of a sample on its way through; null where a size is not known. */
  #shape: readonly unknown[] | undefined;

  /** @param first of the layers; it knows the shape of the inputs, or none does */
  constructor(first: ChainLayer | undefined) {
    if (!first) return;
    const { config } = first;
    const shape = config['batch_input_shape'] ?? config['batch_shape'];
    if (shape != null) this.#shape = readArray(`${describeLayer(first)}: batch_input_shape`, shape).slice(1);
  }

  flatten(layer: ChainLayer): void {
    if ((layer.config['data_format'] ?? 'channels_last') !== 'channels_last' && this.layers.length === 0) {
      throw new FormatError({
        place: `${describeLayer(layer)}: data_format`,
        problem: "expected 'channels_last'",
      });
    }
    if (this.layers.length > 0 || !this.#shape) return;
    const sizes = this.#shape;
    this.#shape = [
      sizes.every((size) => typeof size === 'number')
        ? sizes.reduce((product, size) => product * size, 1)
        : null,
    ];
  }

  dense(layer: ChainLayer): void {
    const place = describeLayer(layer);
    const { config } = layer;
    if (this.layers.length === 0 && this.#shape) {
      if (this.#shape.length !== 1) {
        throw new FormatError({
          place,
          problem: `its input has ${this.#shape.length} dimensions`,
          cure: 'put a Flatten before it',
        });
      }
      const [size] = this.#shape;
      if (size != null) this.inputs = readCount(`${place}: its input`, size);
    }
    const activation = namedActivation(layer);
    this.layers.push({
      name: layer.name,
      units: readCount(`${place}: units`, config['units']),
      hasBiases: config['use_bias'] !== false,
      activation,
      ...(activation === 'elu' && { alpha: 1 }),
      dropout: 0,
    });
  }

  activate(layer: ChainLayer, activation: LayerJSON['activation'], alpha?: number): void {
    const last = this.#last(layer);
    if (activation === 'linear') return;
    if (last.dropout > 0)
      throw new FormatError({
        place: describeLayer(layer),
        problem: 'follows a Dropout, and bp4 drops out after the activation',
        cure: 'swap the two',
      });
    // With α = 1 the sign stays, so that LeakyReLU then makes it α.
    const isElu = last.activation === 'elu' && last.alpha === 1 && activation === 'leakyRelu';
    if (last.activation !== 'linear' && !isElu) {
      throw new FormatError({
        place: describeLayer(layer),
        problem: `is a second activation of one layer, after '${last.activation}', and bp4 has one`,
      });
    }
    if (!isElu) last.activation = activation;
    if (alpha !== undefined) last.alpha = alpha;
  }

  drop(layer: ChainLayer): void {
    const place = `${describeLayer(layer)}: rate`;
    const rate = readFloat(place, layer.config['rate']);
    if (!(rate >= 0 && rate < 1))
      throw new FormatError({ place, problem: `expected a number from 0 to below 1, got ${rate}` });
    if (rate === 0) return;
    const last = this.#last(layer);
    if (last.dropout > 0)
      throw new FormatError({
        place: describeLayer(layer),
        problem: 'is a second Dropout of one layer, and bp4 has one',
      });
    last.dropout = rate;
  }

  /** A model within the model is read if it is gelu as `toTFJS` writes it. */
  gelu(layer: ChainLayer): void {
    const { config } = gelu(layer.name, this.#last(layer).units);
    if (!holds(layer.config, config)) {
      throw new FormatError({
        place: describeLayer(layer),
        problem: 'is a model within the model, which is not supported',
        cure: 'put its layers in its place',
      });
    }
    this.activate(layer, 'gelu');
  }

  #last(layer: ChainLayer): ReadLayer {
    const last = this.layers.at(-1);
    if (!last)
      throw new FormatError({
        place: describeLayer(layer),
        problem: 'expected a Dense before it, since bp4 leaves inputs as they are',
      });
    return last;
  }
}

function readCount(place: string, value: unknown): number {
  if (!Number.isSafeInteger(value) || (value as number) < 1) {
    throw new FormatError({ place, problem: `expected a whole number of at least 1, got ${show(value)}` });
  }
  return value as number;
}

function namedActivation(layer: ChainLayer): LayerJSON['activation'] {
  const name = layer.config['activation'] ?? 'linear';
  const activation = activationNames.get(name);
  if (activation) return activation;
  const hint =
    name === 'gelu'
      ? "that is the form with erf, and bp4 has the tanh form, 'gelu_new'"
      : `bp4 reads ${[...activationNames.keys()].map(show).join(', ')}`;
  throw new FormatError({
    place: describeLayer(layer),
    problem: `activation ${show(name)} is not supported`,
    cure: hint,
  });
}

/** @param plain for what may stand in the config besides, the values that change nothing */
function plainActivation(
  layer: ChainLayer,
  activation: LayerJSON['activation'],
  plain: Readonly<Record<string, readonly unknown[]>>,
): LayerJSON['activation'] {
  for (const [key, values] of Object.entries(plain)) {
    const value = layer.config[key] ?? values[0];
    if (!values.includes(value)) {
      throw new FormatError({
        place: `${describeLayer(layer)}: ${key}`,
        problem: `expected ${show(values[0])}, got ${show(value)}`,
      });
    }
  }
  return activation;
}

/** Keras 3 calls it negative_slope in LeakyReLU. */
function readAlpha(layer: ChainLayer, fallback: number): number {
  const place = `${describeLayer(layer)}: alpha`;
  const alpha = readFloat(place, layer.config['alpha'] ?? layer.config['negative_slope'] ?? fallback);
  if (alpha <= 0) throw new FormatError({ place, problem: `expected a number above 0, got ${alpha}` });
  return alpha;
}
