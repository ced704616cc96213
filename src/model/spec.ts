import { RangeFault, TypeFault } from '../errors.js';
import {
  BINARY_CROSS_ENTROPY,
  BINARY_FOCAL,
  CROSS_ENTROPY,
  ELU,
  FOCAL,
  GELU,
  GELU_EXACT,
  HINGE,
  HUBER,
  LEAKY_RELU,
  LINEAR,
  LOG_COSH,
  MEAN_ABSOLUTE_ERROR,
  MEAN_SQUARED_ERROR,
  MISH,
  OWN,
  POISSON,
  QUADRATIC,
  QUANTILE,
  RELU,
  SELU,
  SIGMOID,
  SOFTMAX,
  SOFTPLUS,
  SOFTSIGN,
  SWISH,
  TANH,
} from '../kernels/codes.js';
import {
  checkEach,
  checkInteger,
  checkKeys,
  checkName,
  checkNumber,
  checkPositive,
  show,
} from '../base/check.js';
import { initializerNames, type InitializerName } from './initializers.js';
import { shortest } from '../base/shortest.js';
import { checkTransforms } from './check-transforms.js';
import type { CheckedTransforms } from './columns.js';
import type { Transforms } from './transforms.js';

/**
 * The activation σ of a layer:
 * - sigmoid 1/(1 + e⁻ᶻ), tanh z, softsign z/(1 + |z|), linear z
 * - relu max(z, 0); leakyRelu z where z > 0, else αz; elu z where z > 0, else α(eᶻ − 1)
 * - softplus ln(1 + eᶻ); swish, also called SiLU, z/(1 + e⁻ᶻ)
 * - mish z·tanh(ln(1 + eᶻ)); selu λz where z > 0, else λα(eᶻ − 1), with λ ≈ 1.0507 and α ≈ 1.6733
 * - gelu in its tanh form, as in GPT-2, ½z(1 + tanh(√(2/π)(z + 0.044715z³))); geluExact z·Φ(z), PyTorch's default, where Φ is the
 *   distribution function of N(0, 1)
 * - softmax over the layer (last layer only)
 *
 * The slope at 0 is 0 for relu, α for leakyRelu and elu, and λα for selu.
 */
export type ActivationName =
  | 'sigmoid'
  | 'tanh'
  | 'relu'
  | 'leakyRelu'
  | 'elu'
  | 'softplus'
  | 'swish'
  | 'gelu'
  | 'geluExact'
  | 'selu'
  | 'mish'
  | 'softsign'
  | 'linear'
  | 'softmax';

/**
 * The cost C of a sample. Sums over the outputs:
 * - quadratic ½ Σ (a − y)²
 * - crossEntropy −Σ y ln a; binaryCrossEntropy −Σ (y ln a + (1 − y) ln(1 − a))
 * - focal −Σ y(1 − a)^γ ln a; binaryFocal −Σ (αy(1 − a)^γ ln a + (1 − α)(1 − y)a^γ ln(1 − a)): cross-entropies in which samples that
 *   are already right count little (Lin et al. 2017)
 *
 * Means over the outputs, as in Keras and PyTorch:
 * - meanSquaredError of (a − y)²; meanAbsoluteError of |a − y|
 * - huber, with e = a − y, of ½e² where |e| ≤ δ, else δ(|e| − ½δ)
 * - hinge of max(0, 1 − ya), for targets of −1 and 1
 * - logCosh of ln cosh(a − y), which is about ½(a − y)² near 0 and |a − y| − ln 2 far from it
 * - poisson of eᵃ − ya, for counts y: an output a is the logarithm of the mean λ
 * - quantile, with e = y − a, of qe where e ≥ 0, else (q − 1)e: an output is the quantile q of y
 */
export type LossName =
  | 'quadratic'
  | 'meanSquaredError'
  | 'meanAbsoluteError'
  | 'huber'
  | 'binaryCrossEntropy'
  | 'crossEntropy'
  | 'focal'
  | 'binaryFocal'
  | 'hinge'
  | 'logCosh'
  | 'poisson'
  | 'quantile';

/**
 * A loss: its name, or an object with the name and a parameter.
 * - delta: δ of huber, above 0. Default 1.
 * - q: of quantile, between 0 and 1: one for all outputs, or an array with one for each output. Default 0.5, the median.
 * - gamma: γ of focal and binaryFocal, at least 0. Default 2; with 0 they are cross-entropies.
 * - alpha: α of binaryFocal, the weight of targets of 1, from 0 to 1; targets of 0 have 1 − α. Default 0.25.
 * - labelSmoothing: ε from 0 to below 1. Targets become (1 − ε)y + ε/K in training and evaluation, where K is the number of
 *   outputs, or 2 for binaryCrossEntropy. Default 0.
 */
export type LossSpec<Name extends LossName = LossName> =
  | Name
  | (Name extends 'huber'
      ? { readonly name: Name; readonly delta?: number }
      : Name extends 'quantile'
        ? { readonly name: Name; readonly q?: number | readonly number[] }
        : Name extends 'focal'
          ? { readonly name: Name; readonly gamma?: number }
          : Name extends 'binaryFocal'
            ? { readonly name: Name; readonly gamma?: number; readonly alpha?: number }
            : Name extends 'crossEntropy' | 'binaryCrossEntropy'
              ? { readonly name: Name; readonly labelSmoothing?: number }
              : { readonly name: Name });

/**
 * A loss of your own. Its functions get the outputs a and targets y of one sample, as the loss takes them: after the transforms of
 * targets. With `missingTargets: 'ignore'`, y may hold NaN. The functions must depend on nothing else. The next call overwrites the
 * rows; `checkGradients` passes `Float64Array`s.
 */
export interface OwnLoss {
  /** Not the name of another loss. A file stores the name alone, so pass the loss again to load it. */
  readonly name: string;
  /** The cost C of the sample. */
  readonly cost: (a: Float32Array, y: Float32Array) => number;
  /** ∇ₐC: ∂C/∂a of each output. May be a new array at each call, or always the same. */
  readonly slope: (a: Float32Array, y: Float32Array) => ArrayLike<number>;
}

/** A loss of your own in a file. */
export interface StoredLoss {
  readonly name: string;
  readonly own: true;
}

/** A layer: the number of units and their activation. */
export interface LayerSpec {
  readonly units: number;
  readonly activation: ActivationName;
  /** α of leakyRelu (default 0.01) or elu (default 1), above 0. */
  readonly alpha?: number;
  /** How to draw the initial weights. Default 'heNormal' for relu, leakyRelu, elu, swish, gelu, geluExact and mish; otherwise 'glorotUniform'. */
  readonly initializer?: InitializerName;
  /** p: the share of activations that training sets to 0 at random, from 0 to below 1. Not for the last layer. Default 0. */
  readonly dropout?: number;
}

/** The structure of a network. */
export interface NetworkSpec {
  /** Inputs of the first layer; with `transforms`, the inputs after them. */
  readonly inputs: number;
  readonly layers: readonly LayerSpec[];
  /** Default 'crossEntropy' for softmax, otherwise 'quadratic'. */
  readonly loss?: LossSpec | OwnLoss | StoredLoss;
  /**
   * Whether a target may be NaN. With 'ignore', that output of that sample has no cost and no δ, and accuracy doesn't count it. Means
   * still divide by all outputs and samples, so that each known target weighs the same. A sample needs at least one known target. Not
   * for softmax. Default 'error'.
   */
  readonly missingTargets?: 'error' | 'ignore' | undefined;
  /** Seed of the initial weights, the order of samples and dropout: a safe integer. Default 0. */
  readonly seed?: number;
  /**
   * Applied to all data passed to the network, and inverted for its outputs, so that you use the units of your data.
   * The loss is computed on transformed targets.
   */
  readonly transforms?: Transforms;
}

export const specNames = [
  'inputs',
  'layers',
  'loss',
  'missingTargets',
  'seed',
  'transforms',
] as const satisfies readonly (keyof NetworkSpec)[];

/** A checked spec, with its defaults filled in. */
export interface CheckedSpec {
  readonly inputs: number;
  /** alpha is 0 if the activation has none. */
  readonly layers: readonly Required<LayerSpec>[];
  readonly loss: LossName | 'own';
  /** If the loss is 'own': the user's, not checked yet; its functions are missing if it comes from a file. */
  readonly own: OwnLoss | StoredLoss | undefined;
  /** δ of huber or q of quantile, for all outputs or for each; γ and α of the focal losses; [0] if the loss has none. */
  readonly lossParameters: readonly number[];
  readonly labelSmoothing: number;
  readonly ignoresMissing: boolean;
  readonly seed: number;
  readonly transforms: CheckedTransforms;
}

export const activationCodes: Record<ActivationName, number> = {
  sigmoid: SIGMOID,
  tanh: TANH,
  relu: RELU,
  leakyRelu: LEAKY_RELU,
  elu: ELU,
  softplus: SOFTPLUS,
  swish: SWISH,
  gelu: GELU,
  geluExact: GELU_EXACT,
  selu: SELU,
  mish: MISH,
  softsign: SOFTSIGN,
  linear: LINEAR,
  softmax: SOFTMAX,
};

export const lossCodes: Record<LossName | 'own', number> = {
  quadratic: QUADRATIC,
  meanSquaredError: MEAN_SQUARED_ERROR,
  meanAbsoluteError: MEAN_ABSOLUTE_ERROR,
  huber: HUBER,
  binaryCrossEntropy: BINARY_CROSS_ENTROPY,
  crossEntropy: CROSS_ENTROPY,
  focal: FOCAL,
  binaryFocal: BINARY_FOCAL,
  hinge: HINGE,
  logCosh: LOG_COSH,
  poisson: POISSON,
  quantile: QUANTILE,
  own: OWN,
};

const activationNames = Object.keys(activationCodes) as ActivationName[];
export const lossNames = Object.keys(lossCodes).slice(0, -1) as LossName[];

const ofOneUnit = activationNames.filter((name) => name !== 'softmax');

/** The activations of the last layer with which each loss is valid. */
const validPartners = {
  quadratic: ofOneUnit,
  meanSquaredError: ofOneUnit,
  meanAbsoluteError: ofOneUnit,
  huber: ofOneUnit,
  binaryCrossEntropy: ['sigmoid'],
  crossEntropy: ['softmax'],
  focal: ['softmax'],
  binaryFocal: ['sigmoid'],
  hinge: ['tanh', 'linear'],
  logCosh: ofOneUnit,
  poisson: ['linear'],
  quantile: ofOneUnit,
} as const satisfies Record<LossName, readonly ActivationName[]>;

/** The losses of probabilities: σ′ cancels in their δ, so a wrong output learns even if it's saturated. */
export const crossEntropies: readonly CheckedSpec['loss'][] = [
  'binaryCrossEntropy',
  'crossEntropy',
  'binaryFocal',
  'focal',
];

export const partners: Record<LossName, readonly ActivationName[]> = validPartners;

/** The losses that are valid with an activation of the last layer. */
export type LossFor<Activation extends ActivationName> = {
  [Loss in LossName]: Activation extends (typeof validPartners)[Loss][number] ? Loss : never;
}[LossName];

/** The activation of the last layer; any activation, if the compiler doesn't know the number of layers. */
export type LastActivation<Layers extends readonly LayerSpec[]> = Layers extends readonly [
  ...unknown[],
  infer Last extends LayerSpec,
]
  ? Last['activation']
  : ActivationName;

export const defaultAlphas: Partial<Record<ActivationName, number>> = { leakyRelu: 0.01, elu: 1 };

const heActivations: readonly ActivationName[] = [
  'relu',
  'leakyRelu',
  'elu',
  'swish',
  'gelu',
  'geluExact',
  'mish',
];

/** He et al. (2015) assume units that are off for about half of their inputs. */
export const defaultInitializer = (activation: ActivationName): InitializerName =>
  heActivations.includes(activation) ? 'heNormal' : 'glorotUniform';

/** Sizes that no memory could hold are rejected before anything is computed from them. */
export const MOST_UNITS = 2 ** 28;

/**
 * @throws TypeError, RangeError if the spec is invalid; nothing is allocated
 */
export function checkSpec(spec: NetworkSpec): CheckedSpec {
  const inputs = checkInteger('inputs', spec.inputs, 1, MOST_UNITS);
  if (!Array.isArray(spec.layers) || spec.layers.length === 0) {
    throw new TypeFault({
      place: 'layers',
      problem: `expected an array of at least one layer, got ${show(spec.layers)}`,
    });
  }
  // Array.from visits the holes of an array; map skips them.
  const layers = Array.from(spec.layers as readonly LayerSpec[], (layer, l) =>
    checkLayer(`layers[${l}]`, layer, l === spec.layers.length - 1),
  );
  const last = layers.at(-1)!.activation;
  const {
    seed = 0,
    loss = last === 'softmax' ? 'crossEntropy' : 'quadratic',
    missingTargets = 'error',
  } = spec;
  const checkedLoss = checkLoss(loss, layers.at(-1)!);
  const transforms =
    spec.transforms === undefined ? {} : checkTransforms(spec.transforms, inputs, layers.at(-1)!.units);
  if (checkedLoss.loss === 'poisson' && transforms.given?.targets?.some(({ kind }) => kind !== 'identity')) {
    throw new RangeFault({
      place: 'transforms.targets',
      problem:
        "the outputs of 'poisson' are logarithms of the targets, so the transform can't be inverted for them",
      cure: "leave targets out, or use 'identity'",
    });
  }
  const ignoresMissing = checkName('missingTargets', missingTargets, ['error', 'ignore']) === 'ignore';
  if (ignoresMissing && last === 'softmax')
    throw new RangeFault({ place: 'missingTargets', problem: "softmax can't use 'ignore'" });
  return {
    inputs,
    layers,
    ...checkedLoss,
    ignoresMissing,
    seed: checkInteger('seed', seed, Number.MIN_SAFE_INTEGER),
    transforms,
  };
}

/** The number of weights, without biases. */
export function countWeights({ inputs, layers }: CheckedSpec): number {
  return layers.reduce((sum, { units }, l) => sum + units * (layers[l - 1]?.units ?? inputs), 0);
}

/** The spec as plain data, without defaults and without the initializers. */
export function describeSpec(spec: CheckedSpec): NetworkSpec {
  const { inputs, seed, layers, transforms } = spec;
  return {
    inputs,
    layers: layers.map(({ units, activation, alpha, dropout }) => ({
      units,
      activation,
      ...(activation in defaultAlphas && { alpha: shortest(alpha) }),
      ...(dropout > 0 && { dropout: shortest(dropout) }),
    })),
    loss: describeLoss(spec),
    ...(spec.ignoresMissing && { missingTargets: 'ignore' as const }),
    seed,
    ...(transforms.given && { transforms: structuredClone(transforms.given) }),
  };
}

function describeLoss({ loss, own, lossParameters, labelSmoothing }: CheckedSpec): LossSpec | StoredLoss {
  if (loss === 'own') return { name: own!.name, own: true };
  const [first = 0, second = 0] = lossParameters.map(shortest);
  if (loss === 'huber') return { name: loss, delta: first };
  if (loss === 'focal') return { name: loss, gamma: first };
  if (loss === 'binaryFocal') return { name: loss, gamma: first, alpha: second };
  if (loss === 'quantile') {
    const q = lossParameters.map(shortest);
    return { name: loss, q: q.length === 1 ? q[0]! : q };
  }
  return labelSmoothing ? ({ name: loss, labelSmoothing: shortest(labelSmoothing) } as LossSpec) : loss;
}

/** The parameters of each loss. */
const lossKeys: Partial<Record<LossName, readonly string[]>> = {
  huber: ['delta'],
  quantile: ['q'],
  focal: ['gamma'],
  binaryFocal: ['gamma', 'alpha'],
  crossEntropy: ['labelSmoothing'],
  binaryCrossEntropy: ['labelSmoothing'],
};

function checkLoss(
  spec: LossSpec | OwnLoss | StoredLoss,
  { activation: last, units }: LayerSpec,
): Pick<CheckedSpec, 'loss' | 'own' | 'lossParameters' | 'labelSmoothing'> {
  const isObject = typeof spec === 'object' && (spec as unknown) !== null;
  // own-loss.ts checks it, before the network is created.
  if (isObject && ('cost' in spec || 'own' in spec))
    return { loss: 'own', own: spec, lossParameters: [0], labelSmoothing: 0 };
  const given: Partial<Record<'delta' | 'q' | 'gamma' | 'alpha' | 'labelSmoothing', unknown>> & {
    name: unknown;
  } = isObject ? spec : { name: spec };
  const loss = checkName(isObject ? 'loss.name' : 'loss', given.name, lossNames);
  checkKeys(`loss '${loss}'`, given, ['name', ...(lossKeys[loss] ?? [])]);
  if (!partners[loss].includes(last)) {
    const losses = lossNames.filter((name) => partners[name].includes(last));
    throw new RangeFault({
      place: 'loss',
      problem: `'${loss}' needs a last layer of ${partners[loss].map(show).join(', ')}`,
      cure: `for '${last}' use ${losses.map(show).join(' or ')}`,
      option: { name: 'loss', values: losses },
    });
  }
  const { delta = 1, q = 0.5, gamma = 2, alpha = 0.25, labelSmoothing = 0 } = given;
  let lossParameters = [0];
  if (loss === 'huber') lossParameters = [checkPositive('loss.delta', delta)];
  if (loss === 'quantile') lossParameters = checkQuantiles('loss.q', q, units);
  if (loss === 'focal' || loss === 'binaryFocal')
    lossParameters = [checkNumber('loss.gamma', gamma, 0), checkShare('loss.alpha', alpha)];
  return {
    loss,
    own: undefined,
    lossParameters,
    labelSmoothing: checkNumber('loss.labelSmoothing', labelSmoothing, 0, 1),
  };
}

/** Checks a number from 0 to 1. */
function checkShare(place: string, value: unknown): number {
  const share = checkNumber(place, value, 0);
  if (share <= 1) return share;
  throw new RangeFault({ place, problem: `expected a number from 0 to 1, got ${show(value)}` });
}

/** @param q one for all outputs, or an array with one for each */
function checkQuantiles(place: string, q: unknown, outputs: number): number[] {
  const check = (place: string, q: unknown): number => checkPositive(place, checkNumber(place, q, 0, 1));
  return Array.isArray(q) ? checkEach(place, q, check, outputs) : [check(place, q)];
}

function checkLayer(place: string, layer: LayerSpec, isLast: boolean): Required<LayerSpec> {
  checkKeys(place, layer, ['units', 'activation', 'alpha', 'initializer', 'dropout']);
  const units = checkInteger(`${place}.units`, layer.units, 1, MOST_UNITS);
  const activation = checkName(`${place}.activation`, layer.activation, activationNames);
  if (activation === 'softmax' && !isLast) {
    throw new RangeFault({
      place: `${place}.activation`,
      problem: "'softmax' is only for the last layer",
      cure: `use one of ${ofOneUnit.map(show).join(', ')}`,
      option: { name: 'activation', values: ofOneUnit },
    });
  }
  if (activation === 'softmax' && units === 1) {
    throw new RangeFault({
      place: `${place}.units`,
      problem: 'softmax of a single unit is always 1',
      cure: "use 2 units, or 'sigmoid'",
    });
  }
  const defaultAlpha = defaultAlphas[activation];
  if (layer.alpha !== undefined && defaultAlpha === undefined) {
    const names = Object.keys(defaultAlphas).map(show).join(' or ');
    throw new TypeFault({
      place: `${place}.alpha`,
      problem: `applies only to ${names}`,
      cure: `leave it out for '${activation}'`,
    });
  }
  const initializer =
    layer.initializer === undefined
      ? defaultInitializer(activation)
      : checkName(`${place}.initializer`, layer.initializer, initializerNames);
  const { dropout: share = 0 } = layer;
  const dropout = checkNumber(`${place}.dropout`, share, 0, 1);
  if (dropout > 0 && isLast) {
    throw new RangeFault({
      place: `${place}.dropout`,
      problem: 'is only for hidden layers',
      cure: 'leave it out',
    });
  }
  const { alpha: givenAlpha = defaultAlpha } = layer;
  const alpha = defaultAlpha === undefined ? 0 : checkPositive(`${place}.alpha`, givenAlpha);
  return { units, activation, alpha, initializer, dropout };
}
