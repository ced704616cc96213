import {
  BINARY_CROSS_ENTROPY,
  CROSS_ENTROPY,
  LINEAR,
  QUADRATIC,
  RELU,
  SIGMOID,
  SOFTMAX,
  TANH,
} from '../kernels/codes.js';
import { checkInteger, checkKeys, checkName, checkNumber, show } from './check.js';
import { initializerNames, type InitializerName } from './initializers.js';

/** σ of a layer: σ(z) = 1/(1 + e⁻ᶻ), tanh z, max(z, 0), z, or softmax over the layer (last layer only). */
export type ActivationName = 'sigmoid' | 'tanh' | 'relu' | 'linear' | 'softmax';

/**
 * The cost of a sample, summed over the outputs: quadratic ½ Σ (a − y)²; crossEntropy −Σ y ln a;
 * binaryCrossEntropy −Σ (y ln a + (1 − y) ln(1 − a)).
 */
export type LossName = 'quadratic' | 'crossEntropy' | 'binaryCrossEntropy';

/** A layer: how many units, and their σ. */
export interface LayerSpec {
  readonly units: number;
  readonly activation: ActivationName;
  /** Default: 'heNormal' for relu, 'glorotUniform' for the others. */
  readonly initializer?: InitializerName;
  /** p: the share of its activations that training sets to 0, at random; not for the last layer. Default 0. */
  readonly dropout?: number;
}

/** What a network is. */
export interface NetworkSpec {
  /** How many numbers a sample has. */
  readonly inputs: number;
  readonly layers: readonly LayerSpec[];
  /** Default: 'crossEntropy' after softmax, 'quadratic' after the others. */
  readonly loss?: LossName;
  /** From which initial weights and the order of samples are drawn; a safe integer. Default 0. */
  readonly seed?: number;
}

/** A spec that was checked, its defaults filled in. */
export interface CheckedSpec {
  readonly inputs: number;
  readonly layers: readonly Required<LayerSpec>[];
  readonly loss: LossName;
  readonly seed: number;
}

export const activationCodes: Record<ActivationName, number> = {
  sigmoid: SIGMOID,
  tanh: TANH,
  relu: RELU,
  linear: LINEAR,
  softmax: SOFTMAX,
};

export const lossCodes: Record<LossName, number> = {
  quadratic: QUADRATIC,
  crossEntropy: CROSS_ENTROPY,
  binaryCrossEntropy: BINARY_CROSS_ENTROPY,
};

/** The activations of the last layer with which each loss is valid. */
export const partners: Record<LossName, readonly ActivationName[]> = {
  quadratic: ['sigmoid', 'tanh', 'relu', 'linear'],
  crossEntropy: ['softmax'],
  binaryCrossEntropy: ['sigmoid'],
};

const activationNames = Object.keys(activationCodes) as ActivationName[];
export const lossNames = Object.keys(lossCodes) as LossName[];

/** Units that no memory could hold are refused before anything is computed from them. */
const MOST_UNITS = 2 ** 28;

/**
 * @throws TypeError, RangeError where the spec is not one; nothing is allocated
 */
export function checkSpec(spec: NetworkSpec): CheckedSpec {
  const inputs = checkInteger('inputs', spec.inputs, 1, MOST_UNITS);
  if (!Array.isArray(spec.layers) || spec.layers.length === 0) {
    throw new TypeError(
      `layers: expected an array of at least one { units, activation }, got ${show(spec.layers)}`,
    );
  }
  // Array.from sees the holes of an array, where map passes over them.
  const layers = Array.from(spec.layers as readonly LayerSpec[], (layer, l) =>
    checkLayer(`layers[${l}]`, layer, l === spec.layers.length - 1),
  );
  const last = layers.at(-1)!.activation;
  const loss =
    spec.loss === undefined
      ? last === 'softmax'
        ? 'crossEntropy'
        : 'quadratic'
      : checkName('loss', spec.loss, lossNames);
  if (!partners[loss].includes(last)) {
    const losses = lossNames.filter((name) => partners[name].includes(last));
    throw new RangeError(
      `loss: '${loss}' goes with a last layer of ${partners[loss].map(show).join(', ')}; ` +
        `for '${last}' use ${losses.map(show).join(' or ')}`,
    );
  }
  const { seed = 0 } = spec;
  return { inputs, layers, loss, seed: checkInteger('seed', seed, Number.MIN_SAFE_INTEGER) };
}

function checkLayer(place: string, layer: LayerSpec, isLast: boolean): Required<LayerSpec> {
  checkKeys(place, layer, ['units', 'activation', 'initializer', 'dropout']);
  const units = checkInteger(`${place}.units`, layer.units, 1, MOST_UNITS);
  const activation = checkName(`${place}.activation`, layer.activation, activationNames);
  if (activation === 'softmax' && !isLast) {
    const others = activationNames.filter((name) => name !== 'softmax');
    throw new RangeError(
      `${place}.activation: 'softmax' is for the last layer; use one of ${others.map(show).join(', ')}`,
    );
  }
  if (activation === 'softmax' && units === 1) {
    throw new RangeError(`${place}.units: softmax of a single unit is always 1; use 2 units, or 'sigmoid'`);
  }
  const initializer =
    layer.initializer === undefined
      ? activation === 'relu'
        ? 'heNormal'
        : 'glorotUniform'
      : checkName(`${place}.initializer`, layer.initializer, initializerNames);
  const dropout = checkNumber(`${place}.dropout`, layer.dropout ?? 0, 0, 1);
  if (dropout > 0 && isLast) {
    throw new RangeError(
      `${place}.dropout: the last layer's outputs are the answer; use it in layers before`,
    );
  }
  return { units, activation, initializer, dropout };
}
