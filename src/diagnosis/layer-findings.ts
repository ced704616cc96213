import type { Layer } from '../memory/structs.js';
import type { Model } from '../model/model.js';
import { crossEntropies, type ActivationName } from '../model/spec.js';
import type { Finding, FindingCode, LayerDiagnosis } from '../training/reports.js';

// With these thresholds, MNIST causes no finding if it is learned well: networks of relu or tanh, whose layers differ in speed
// by a factor of up to 7; one or two hidden layers of sigmoids, by up to 16; and sigmoid layers that end up with 90% of
// units saturated and with stuck outputs for 4% of the samples.

/** A layer is slow if it is this many times slower than the fastest and there is a cause. */
const SLOW = 10;
/** δ vanishes or explodes if it changes by a larger factor. Two hidden layers of sigmoids reach 46, and learn well. */
const FAR = 50;
/** A layer this many times slower is reported even without a cause. */
const VERY_SLOW = 100;
/** The share of samples with stuck outputs. */
const STUCK = 0.3;
/** The loss of saturated outputs, in multiples of the baseline's. */
const FAR_WORSE = 3;
/** The loss of a regression that begins with weights that are too large. */
const HOPELESS = 30;

/** Activations that are flat on both sides of a steep middle. The others may well be flat for half of their inputs. */
const sigmoidal: readonly ActivationName[] = ['sigmoid', 'tanh', 'softsign'];

export const isSigmoidal = (activation: ActivationName): boolean => sigmoidal.includes(activation);

const percent = (share: number): string => `${Math.round(100 * share)}%`;

/** What the findings about layers go by. */
export interface Measurements {
  readonly layers: readonly LayerDiagnosis[];
  /** The share of samples with an output saturated at the wrong end. */
  readonly stuckOutputs: number;
  /** The share of the baseline's loss that the network leaves. */
  readonly left: number;
  readonly count: number;
}

/** The first layer with values that aren't finite. */
export function findInfinite(layers: readonly LayerDiagnosis[]): Finding[] {
  const layer = layers.findIndex(
    ({ delta, weights, gradient }) => !Number.isFinite(delta + weights + gradient),
  );
  if (layer < 0) return [];
  return [
    {
      code: 'notFinite',
      layer,
      place: `layers[${layer}]`,
      problem: 'W, δ or ∂C/∂W is not finite',
      cure: 'try a lower learning rate, or inputs scaled to about 1',
      option: { name: 'learningRate' },
      numbers: {},
    },
  ];
}

/** Hidden layers whose units all compute the same: they get the same gradients, and stay the same. */
export function findEqualUnits({ layers, views }: Model): Finding[] {
  const { floats } = views;
  const areEqual = ({ weights, biases, fanIn, units, stride }: Layer): boolean => {
    for (let k = 0; k <= fanIn; k++) {
      const row = k < fanIn ? views.at(weights) + k * stride : views.at(biases);
      for (let j = 1; j < units; j++) if (floats[row + j] !== floats[row]) return false;
    }
    return units > 1;
  };
  return layers.slice(0, -1).flatMap((layer, l) => {
    if (!areEqual(layer)) return [];
    const first = floats[views.at(layer.weights)]!;
    return {
      code: 'equalUnits',
      layer: l,
      place: `layers[${l}]`,
      problem: `its ${layer.units} units have the same weights, ${first === 0 ? '0' : 'so they learn the same'}, and training keeps them alike`,
      cure: 'start with random weights: those of Network.create',
      numbers: { units: layer.units, weight: first },
    };
  });
}

/** Kinds of problems that explain others, and so come first. */
const causesFirst: readonly FindingCode[] = [
  'unscaledInputs',
  'deadUnits',
  'saturatedOutputs',
  'largeWeights',
];

/** What is wrong with layers, as far as their numbers show it: causes first. A slow layer without a cause counts only alone. */
export function findLayerProblems(model: Model, measured: Measurements): Finding[] {
  const found = findInEachLayer(model, measured);
  const rank = ({ code }: Finding): number => causesFirst.indexOf(code) >>> 0;
  const causes = found.filter(({ code }) => code !== 'slowLayer').sort((a, b) => rank(a) - rank(b));
  return causes.length > 0 ? causes : found;
}

function findInEachLayer({ spec }: Model, measured: Measurements): Finding[] {
  const { layers, stuckOutputs, left, count } = measured;
  const { layers: specs, loss } = spec;
  const speeds = layers.map(({ speed }) => speed);
  const top = Math.max(...speeds.filter((speed) => speed < Infinity));
  const fastest = speeds.indexOf(top);

  return layers.flatMap((numbers, l) => {
    const { delta, input, zeroInputs, weights, speed, saturated, dead } = numbers;
    const { units, activation } = specs[l]!;
    const ratio = top / speed;
    const isLast = l === layers.length - 1;
    const hasTwoEnds = isSigmoidal(activation);
    const than = speed ? `learns ${Math.round(ratio)} times slower than` : 'learns nothing, unlike';
    const slowness = ratio > SLOW ? ` ${than} layers[${fastest}]` : '';
    const found = (
      code: FindingCode,
      problem: string,
      cure: string,
      more?: Record<string, number>,
      option?: Finding['option'],
    ): Finding => ({
      code,
      layer: l,
      place: `layers[${l}]${slowness}`,
      problem,
      cure,
      numbers: { speed, slower: ratio, ...more },
      ...(option && { option }),
    });
    if (dead >= units / 2 && !hasTwoEnds) {
      return found(
        'deadUnits',
        `${dead} of its ${units} ${activation} units are dead (σ′ = 0 for all ${count} samples)`,
        "try initializer 'heNormal', a lower learning rate, or leakyRelu",
        { dead, units },
      );
    }
    if (isLast && stuckOutputs > STUCK && !crossEntropies.includes(loss)) {
      return found(
        'saturatedOutputs',
        `${spec.own?.name ?? loss} loss with saturated ${activation} outputs, which are wrong for ${percent(stuckOutputs)} of the samples and hardly learn`,
        `try ${activation === 'sigmoid' ? "loss 'binaryCrossEntropy'" : "activation 'linear'"}`,
        { stuck: stuckOutputs },
        activation === 'sigmoid' ? { name: 'loss', values: ['binaryCrossEntropy'] } : undefined,
      );
    }
    if (isLast && left > FAR_WORSE && crossEntropies.includes(loss)) {
      return found(
        'saturatedOutputs',
        `its ${activation} outputs are certain of wrong answers: the loss is ${left.toPrecision(2)} times that of constant outputs`,
        'start with smaller weights, those of Network.create, and try a lower learning rate',
        { left, weights },
      );
    }
    if (isLast && left > HOPELESS) {
      return found(
        'largeWeights',
        `its outputs are far too large: the loss is ${left.toPrecision(2)} times that of constant outputs`,
        'start with smaller weights, those of Network.create, and try a lower learning rate',
        { left, weights },
      );
    }
    if (!isLast && saturated > (ratio <= SLOW ? 0.98 : hasTwoEnds ? 0.5 : 0.9)) {
      const areLarge = weights > 2 * Math.sqrt(units);
      return found(
        'saturated',
        `${percent(saturated)} of its ${activation} units are saturated`,
        'try relu' +
          (areLarge ? ", initializer 'scaledNormal'" : '') +
          (l === 0 && input > 1 ? ', smaller inputs' : ''),
        { saturated, weights },
      );
    }
    if (!(ratio > SLOW)) return []; // NaN if nothing has a gradient
    if (input < 0.1) {
      const problem = `its inputs are small (about ${input.toPrecision(1)})`;
      return found(l === 0 ? 'unscaledInputs' : 'slowLayer', problem, 'scale them to about 1', { input });
    }
    if (zeroInputs > 0.9) {
      const problem = `${percent(zeroInputs)} of its inputs are 0, and weights of such inputs learn nothing`;
      return found('slowLayer', problem, 'use inputs that vary more, or more samples', { zeroInputs });
    }
    if (layers[fastest]!.delta > FAR * delta) {
      return l < fastest
        ? found(
            'vanishing',
            'δ shrinks on its way back, by σ′ and W of each layer',
            "try relu with 'heNormal', or fewer layers",
            { delta, ofFastest: layers[fastest]!.delta },
          )
        : found(
            'exploding',
            'δ grows on its way back, because W is large',
            "try initializer 'heNormal' or 'scaledNormal'",
            { delta, ofFastest: layers[fastest]!.delta },
          );
    }
    if (ratio <= VERY_SLOW) return [];
    return found(
      'slowLayer',
      `its gradients are small compared with its weights`,
      'try smaller initial weights',
      {
        weights,
      },
    );
  });
}
