import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import type { LayerJSON } from '../../model/json.js';
import { describeLayer, type ChainLayer } from './chain.js';
import { readFloat, holds, readArray, type Fields } from './fields.js';
import { activationNames, gelu } from './layers.js';
import { scalingKinds } from './scalings.js';

/** A layer of bp4: a Dense, and the layers that modify it. */
export interface ReadLayer {
  /** The name of the Dense. */
  readonly name: string;
  readonly units: number;
  readonly hasBiases: boolean;
  activation: LayerJSON['activation'];
  /** For leakyRelu and elu. */
  alpha?: number;
  dropout: number;
  /** Layers that fold into its weights: on its inputs, and on its sums before the activation. */
  readonly before: readonly Norm[];
  readonly after: Norm[];
}

/** A BatchNormalization. */
export interface Norm {
  readonly name: string;
  readonly epsilon: number;
  readonly hasScale: boolean;
  readonly hasOffset: boolean;
  /** Whether it has one number per channel of an image, which Flatten makes a row of. */
  readonly repeats: boolean;
}

/** The default alpha of LeakyReLU in Keras and TensorFlow.js. */
const LEAKY_ALPHA = 0.3;

/** The alpha of Keras's activation 'leaky_relu', which differs from that of its layer. */
const LEAKY_RELU_ALPHA = 0.2;

/** The layers that are activations, which may also stand in the place of a name. */
const activationLayers = new Map<
  string,
  (layer: ChainLayer) => [activation: LayerJSON['activation'], alpha?: number]
>([
  ['Softmax', (layer) => [plainActivation(layer, 'softmax', { axis: [-1, 1] })]],
  ['ReLU', readReLU],
  ['LeakyReLU', (layer) => ['leakyRelu', readAlpha(layer, LEAKY_ALPHA)]],
  ['ELU', (layer) => ['elu', readAlpha(layer, 1)]],
]);

/** How to read each class of layers. */
const readers = new Map<string, (reader: LayerReader, layer: ChainLayer) => void>([
  ['InputLayer', () => undefined],
  ...scalingKinds.map(
    (kind) => [kind, (reader: LayerReader, layer: ChainLayer) => reader.scale(layer)] as const,
  ),
  ['Flatten', (reader, layer) => reader.flatten(layer)],
  ['Dense', (reader, layer) => reader.dense(layer)],
  ['BatchNormalization', (reader, layer) => reader.normalize(layer)],
  ['Activation', (reader, layer) => reader.activate(layer, ...namedActivation(layer))],
  ...[...activationLayers].map(
    ([kind, read]) =>
      [kind, (reader: LayerReader, layer: ChainLayer) => reader.activate(layer, ...read(layer))] as const,
  ),
  ['Dropout', (reader, layer) => reader.drop(layer)],
  ['Model', (reader, layer) => reader.gelu(layer)],
  ['Functional', (reader, layer) => reader.gelu(layer)],
  ['Sequential', (reader, layer) => reader.gelu(layer)],
]);

/** Why a class of layers is not read, and what to do instead. */
const hints: readonly (readonly [kinds: RegExp, problem: string, cure: string])[] = [
  [
    /^(Gaussian|Alpha|Spatial)\w*(Noise|Dropout)|^ActivityRegularization$/,
    'is active only in training',
    'leave it out of the model before you convert it: predictions stay the same',
  ],
  [
    /^(Discretization|CategoryEncoding|StringLookup|IntegerLookup|Hashing|TextVectorization)$/,
    'is a layer that prepares the inputs',
    'leave it out of the model, and pass prepared inputs',
  ],
  [
    /Conv|Pooling|^(LSTM|GRU|SimpleRNN|RNN|Bidirectional|Embedding|TimeDistributed|MultiHeadAttention|Attention)$/,
    'is not supported, because bp4 has only dense layers',
    'use a network of Dense layers',
  ],
];

/** @throws FormatError if the class is not supported */
export function checkKind(layer: ChainLayer): void {
  if (/^(?!Batch).+Normalization$/.test(layer.kind)) {
    throw new FormatError({
      place: describeLayer(layer),
      problem: 'is a normalization that does not fold into the weights of a Dense',
      cure: 'train without it, or with BatchNormalization',
    });
  }
  const hint = hints.find(([kinds]) => kinds.test(layer.kind));
  if (hint) {
    const [, problem, cure] = hint;
    throw new FormatError({ place: describeLayer(layer), problem, cure });
  }
  if (!readers.has(layer.kind)) {
    throw new FormatError({
      place: describeLayer(layer),
      problem: 'is not supported',
      cure: 'bp4 reads Dense, Activation, Softmax, ReLU, LeakyReLU, ELU, BatchNormalization, Dropout, Flatten, InputLayer, and Normalization or Rescaling before the first Dense',
    });
  }
}

/**
 * Merges each Dense with the layers that modify it.
 * @returns the layers, those before them that scale the inputs, and the number of inputs if the topology declares it
 * @throws FormatError naming the first unsupported layer
 */
export function readLayers(chain: readonly ChainLayer[]): {
  readonly layers: readonly ReadLayer[];
  readonly scalings: readonly ChainLayer[];
  readonly inputs: number | undefined;
} {
  const reader = new LayerReader(chain[0]);
  for (const layer of chain) readers.get(layer.kind)!(reader, layer);
  reader.checkEnd();
  if (reader.layers.length === 0)
    throw new FormatError({ place: 'layers', problem: 'expected at least one Dense' });
  return reader;
}

class LayerReader {
  readonly layers: ReadLayer[] = [];
  readonly scalings: ChainLayer[] = [];
  inputs: number | undefined;
  /** The normalizations since the last activation, which the next Dense takes. */
  #norms: { layer: ChainLayer; repeats: boolean }[] = [];
  /** The shape of a sample after the layers so far; null for an unknown size. */
  #shape: readonly unknown[] | undefined;

  /** @param first the first layer, the only one that can declare the shape of the inputs */
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

  scale(layer: ChainLayer): void {
    if (this.layers.length > 0 || this.#norms.length > 0) {
      throw new FormatError({
        place: describeLayer(layer),
        problem: 'must come directly after the inputs',
        cure: 'scale the inputs, or use BatchNormalization',
      });
    }
    this.scalings.push(layer);
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
    this.layers.push({
      name: layer.name,
      units: readCount(`${place}: units`, config['units']),
      hasBiases: config['use_bias'] !== false,
      activation: 'linear',
      dropout: 0,
      before: this.#norms.map(({ layer, repeats }) => readNorm(layer, repeats)),
      after: [],
    });
    this.#norms = [];
    this.activate(layer, ...namedActivation(layer));
  }

  /** Folds into the sums of the Dense before it; after an activation or a Dropout, or at the start, into the next Dense. */
  normalize(layer: ChainLayer): void {
    const axis: unknown = [layer.config['axis'] ?? -1].flat()[0];
    const dimensions = this.layers.length > 0 ? 1 : (this.#shape?.length ?? 1);
    if (axis !== -1 && axis !== dimensions) {
      throw new FormatError({
        place: `${describeLayer(layer)}: axis`,
        problem: `expected -1 (the last), got ${show(axis)}`,
      });
    }
    const last = this.layers.at(-1);
    if (last?.activation === 'linear' && last.dropout === 0) last.after.push(readNorm(layer, false));
    else this.#norms.push({ layer, repeats: dimensions > 1 });
  }

  /** @throws FormatError if no Dense follows a normalization after an activation */
  checkEnd(): void {
    if (this.layers.length > 0) this.#checkNorms('after the last activation');
  }

  #checkNorms(where: string): void {
    const [norm] = this.#norms;
    if (norm) {
      throw new FormatError({
        place: describeLayer(norm.layer),
        problem: `is ${where}, so that it does not fold into the weights of a Dense`,
        cure: 'move it before or after a Dense, or train without it',
      });
    }
  }

  activate(layer: ChainLayer, activation: LayerJSON['activation'], alpha?: number): void {
    const last = this.#last(layer);
    if (activation === 'linear') return;
    this.#checkNorms('between two activations');
    if (last.dropout > 0)
      throw new FormatError({
        place: describeLayer(layer),
        problem: 'follows a Dropout, but bp4 applies dropout after the activation',
        cure: 'swap the two',
      });
    // ELU with α = 1 keeps the sign, so a following LeakyReLU scales its negative part to α.
    const isElu = last.activation === 'elu' && last.alpha === 1 && activation === 'leakyRelu';
    if (last.activation !== 'linear' && !isElu) {
      throw new FormatError({
        place: describeLayer(layer),
        problem: `is the second activation of a layer, after '${last.activation}', but bp4 supports one`,
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
    const last = this.#last(layer, 'leave it out of the model: predictions stay the same');
    if (last.dropout > 0)
      throw new FormatError({
        place: describeLayer(layer),
        problem: 'is the second Dropout of a layer, but bp4 supports one',
      });
    last.dropout = rate;
  }

  /** Reads a nested model, which must be gelu as `toTFJS` writes it. */
  gelu(layer: ChainLayer): void {
    const { config } = gelu(layer.name, this.layers.at(-1)?.units ?? 0);
    if (!holds(layer.config, config)) {
      throw new FormatError({
        place: describeLayer(layer),
        problem: 'is a nested model, which is not supported',
        cure: 'replace it with its layers',
      });
    }
    this.activate(layer, 'gelu');
  }

  #last(layer: ChainLayer, cure?: string): ReadLayer {
    const last = this.layers.at(-1);
    if (!last)
      throw new FormatError({
        place: describeLayer(layer),
        problem: 'expected a Dense before it, because bp4 does not change its inputs',
        cure,
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

const readNorm = (layer: ChainLayer, repeats: boolean): Norm => {
  const place = `${describeLayer(layer)}: epsilon`;
  const epsilon = readFloat(place, layer.config['epsilon'] ?? KERAS_EPSILON);
  if (epsilon < 0)
    throw new FormatError({ place, problem: `expected a number of at least 0, got ${epsilon}` });
  return {
    name: layer.name,
    epsilon,
    hasScale: layer.config['scale'] !== false,
    hasOffset: layer.config['center'] !== false,
    repeats,
  };
};

/** The default epsilon of BatchNormalization in Keras and TensorFlow.js. */
const KERAS_EPSILON = 1e-3;

/** An activation by name, or as the object that Keras writes for a function or for a layer. */
function namedActivation(layer: ChainLayer): [activation: LayerJSON['activation'], alpha?: number] {
  let given = layer.config['activation'] ?? 'linear';
  // Keras 3 can wrap the name in a layer.
  const outer = given as Fields;
  if (outer['class_name'] === 'Activation')
    given = (outer['config'] as Fields | null)?.['activation'] ?? given;
  const { class_name: kind, config } = typeof given === 'object' ? (given as Fields) : {};
  const nested = typeof config === 'object' && config !== null ? (config as Fields) : {};
  const asLayer = typeof kind === 'string' ? activationLayers.get(kind) : undefined;
  if (asLayer) return asLayer({ ...layer, config: nested });
  const name = typeof given !== 'object' ? given : typeof config === 'string' ? config : (kind ?? given);
  if (name === 'leaky_relu') return ['leakyRelu', LEAKY_RELU_ALPHA];
  const activation = activationNames.get(name);
  if (activation) return activation === 'elu' ? ['elu', 1] : [activation];
  throw new FormatError({
    place: describeLayer(layer),
    problem: `activation ${show(name)} is not supported`,
    cure: `bp4 reads ${[...activationNames.keys()].map(show).join(', ')}`,
  });
}

/** @param plain for other options in the config, the values that have no effect */
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

/** With a slope below 0, it's another name of leakyRelu. */
function readReLU(layer: ChainLayer): [activation: LayerJSON['activation'], alpha?: number] {
  plainActivation(layer, 'relu', { max_value: [null], threshold: [0] });
  const slope = layer.config['negative_slope'];
  return slope == null || slope === 0 ? ['relu'] : ['leakyRelu', readAlpha(layer, 0)];
}

/** In Keras 3, LeakyReLU has negative_slope instead of alpha. */
function readAlpha(layer: ChainLayer, fallback: number): number {
  const place = `${describeLayer(layer)}: alpha`;
  const alpha = readFloat(place, layer.config['alpha'] ?? layer.config['negative_slope'] ?? fallback);
  if (alpha <= 0) throw new FormatError({ place, problem: `expected a number above 0, got ${alpha}` });
  return alpha;
}
