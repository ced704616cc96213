import type { Model } from '../model/model.js';
import type { Finding } from '../training/reports.js';
import type { Column, ScaleFinding } from './data-findings.js';
import type { Table } from './table.js';
import type { Change, Trials } from './trials.js';

// The causes that data, options and weights suggest, before any trial, each with the change that would show it.

/** A limit is passed by far. */
const FAR = 10;
/** A network that leaves more of the baseline's loss after many steps is stuck. */
export const STUCK = 0.5;
/** A training of fewer steps is short. */
const FEW_STEPS = 200;
/** A rate that is this many times the default of the optimizer. */
const ENORMOUS = 30;
/** The last rate of a schedule that ends below this share of its first. */
const DECAYED = 0.01;

/** The last training run, as far as it's known. */
export interface PastTraining {
  readonly steps: number;
  readonly stepsPerEpoch: number;
  readonly miniBatchSize: number;
  /** η at the start, 0 if it isn't known, and of the last step. */
  readonly firstRate: number;
  readonly lastRate: number;
  /** The default η of the optimizer. */
  readonly usualRate: number;
}

/** What was found before any trial. */
export interface Evidence {
  readonly table: Table;
  readonly inputs: readonly Column[];
  readonly targets: readonly Column[];
  readonly unscaledInputs: ScaleFinding | undefined;
  readonly unscaledTargets: ScaleFinding | undefined;
  /** Problems of the weights. */
  readonly weights: readonly Finding[];
}

/** A cause, and the change that would show it. */
export interface Suspect {
  readonly finding: Finding;
  readonly change: Change;
  /** Whether it's a cause even if the trial is too short to show it. */
  readonly isCertain?: boolean;
}

export const percent = (share: number): string => (share > 10 ? '> 1000%' : `${Math.round(100 * share)}%`);

export function suspectScales({
  unscaledInputs,
  unscaledTargets,
  table,
  inputs,
  targets,
}: Evidence): Suspect[] {
  const scaledInputs = { ...table, inputs: standardize(table.inputs, inputs) };
  return [
    ...(unscaledInputs
      ? [
          {
            finding: unscaledInputs.finding,
            isCertain: unscaledInputs.isSevere,
            change: { table: scaledInputs },
          },
        ]
      : []),
    ...(unscaledTargets
      ? [
          {
            finding: unscaledTargets.finding,
            isCertain: unscaledTargets.isSevere,
            change: { table: { ...table, targets: standardize(table.targets, targets) } },
          },
        ]
      : []),
  ];
}

/** A matrix [count][columns] with each column moved and scaled to mean 0 and variance 1. */
function standardize(values: Float32Array, columns: readonly Column[]): Float32Array {
  return values.map((x, i) => {
    const { mean, spread } = columns[i % columns.length]!;
    return spread > 0 ? (x - mean) / spread : 0;
  });
}

/** What keeps weights and gradients small: the value from which on it's suspicious, a usual one, and what it does. */
const limits = [
  ['l2', 'l2', 0.01, 0.0001, 'pulls all weights to 0'],
  ['l1', 'l1', 0.003, 0.00001, 'pulls all weights to 0'],
  ['weightDecay', 'weightDecay', 0.5, 0.01, 'pulls all weights to 0'],
  ['maxNorm', 'maxNorm', 0.5, 3, 'keeps the weights of each unit small'],
  ['clipNorm', 'clip.norm', 0.01, 1, 'makes every step tiny'],
  ['clipValue', 'clip.value', 0.001, 1, 'makes every step tiny'],
] as const;

/** How far a limit is passed; below 1, it isn't. The first three weaken as they grow, the others as they shrink. */
const excess = (name: (typeof limits)[number][0], value: number, limit: number): number =>
  name === 'l1' || name === 'l2' || name === 'weightDecay' ? value / limit : value && limit / value;

export function suspectOptions({ settings }: Trials, { spec: { layers } }: Model): Suspect[] {
  const suspects: Suspect[] = [];
  for (const [name, option, limit, usual, effect] of limits) {
    const value = settings.rule[name];
    const passed = excess(name, value, limit);
    if (passed < 1) continue;
    suspects.push({
      isCertain: passed >= FAR,
      finding: {
        code: 'regularization',
        place: option,
        problem: `${Number(value.toPrecision(3))} ${effect}`,
        cure: `leave it out, or use ${usual}`,
        option: { name: option.split('.')[0]!, values: [usual] },
        numbers: { [name]: value },
      },
      change: { rule: { [name]: 0 } },
    });
  }
  const dropped = layers.findIndex(({ dropout }) => dropout > 0.7);
  if (dropped >= 0) {
    const { dropout } = layers[dropped]!;
    suspects.push({
      isCertain: dropout > 0.9,
      finding: {
        code: 'dropout',
        layer: dropped,
        place: `layers[${dropped}]`,
        problem: `dropout drops ${percent(dropout)} of its units, so few are left to learn with`,
        cure: 'use dropout: 0.2 or none',
        option: { name: 'dropout', values: [0.2] },
        numbers: { dropout },
      },
      change: { layers: (all) => all.map((layer) => ({ ...layer, dropout: 0 })) },
    });
  }
  const hidden = layers.slice(0, -1);
  if (hidden.length > 0 && hidden.every(({ activation }) => activation === 'linear')) {
    suspects.push({
      finding: {
        code: 'linearHidden',
        place: 'layers',
        problem: 'all hidden layers are linear, so together they compute no more than a single linear layer',
        cure: "use activation 'relu' in the hidden layers",
        option: { name: 'activation', values: ['relu'] },
        numbers: { hidden: hidden.length },
      },
      change: useRelu,
    });
  }
  return suspects;
}

/** The same network with hidden layers of relu. */
const useRelu: Change = {
  layers: (layers) =>
    layers.map((layer, l) =>
      l < layers.length - 1
        ? { units: layer.units, activation: 'relu', ...(layer.dropout && { dropout: layer.dropout }) }
        : layer,
    ),
};

/** Layers and losses with which no new network learns. */
export function suspectShape(weights: readonly Finding[]): Suspect[] {
  return weights.flatMap((finding) => {
    if (finding.code === 'vanishing' || finding.code === 'saturated') return [{ finding, change: useRelu }];
    if (finding.option?.name === 'loss') {
      return [{ finding, change: { loss: 'binaryCrossEntropy' as const } }];
    }
    return [];
  });
}

/** The training alone, if a new network with the same options learns. */
export function suspectTraining(
  { steps, stepsPerEpoch, miniBatchSize, firstRate, lastRate }: PastTraining,
  { table }: Evidence,
  left: number,
): Finding[] {
  const numbers = { taken: steps, stepsPerEpoch, miniBatchSize };
  if (steps < FEW_STEPS && stepsPerEpoch === 1 && miniBatchSize > table.count) {
    return [
      {
        code: 'largeBatch',
        place: 'miniBatchSize',
        problem: `${miniBatchSize} is more than the number of samples, so an epoch is a single step, and training took only ${steps}`,
        cure: 'use miniBatchSize: 32',
        option: { name: 'miniBatchSize', values: [32] },
        numbers,
      },
    ];
  }
  if (steps < FEW_STEPS) {
    return [
      {
        code: 'fewSteps',
        place: 'epochs',
        problem: `training took only ${steps} ${steps === 1 ? 'step' : 'steps'}`,
        cure: stepsPerEpoch === 1 ? 'use more epochs, or a smaller miniBatchSize' : 'use more epochs',
        option: { name: 'epochs' },
        numbers,
      },
    ];
  }
  if (lastRate < firstRate * DECAYED) {
    return [
      {
        code: 'rateTooSmall',
        place: 'learningRate',
        problem: `it fell from ${firstRate} to ${Number(lastRate.toPrecision(2))}, before the network had learned`,
        cure: 'let it fall more slowly',
        option: { name: 'learningRate', values: [firstRate] },
        numbers: { lastRate, firstRate },
      },
    ];
  }
  if (left < STUCK) return []; // it's still learning
  return [
    {
      code: 'badStart',
      place: 'weights',
      problem: 'this network is stuck',
      cure: 'start with new weights, from another seed',
      option: { name: 'seed', values: [1] },
      numbers: {},
    },
  ];
}

export function describeRate(rate: number, better: number): Finding {
  const isLarge = better < rate;
  return {
    code: isLarge ? 'rateTooLarge' : 'rateTooSmall',
    place: 'learningRate',
    problem: `${Number(rate.toPrecision(3))} is too ${isLarge ? 'large: steps overshoot' : 'small'}`,
    cure: `use learningRate: ${better}`,
    option: { name: 'learningRate', values: [better] },
    numbers: { rate, tried: better },
  };
}

/** Units that training with an enormous rate has saturated or killed are its result, even if another draw survives it. */
export function blameRate(
  { settings: { rate } }: Trials,
  { usualRate, steps }: PastTraining,
  weights: readonly Finding[],
): readonly Finding[] {
  const areRuined = weights.some(({ code }) => code === 'saturated' || code === 'deadUnits');
  return areRuined && steps >= FEW_STEPS && rate > ENORMOUS * usualRate
    ? [describeRate(rate, usualRate)]
    : weights;
}

const WIDE = 32;

/** Too few units, or no hidden layer. */
export function suspectSize({ spec: { layers } }: Model): Suspect {
  const hidden = layers.slice(0, -1);
  if (hidden.length === 0) {
    return {
      finding: {
        code: 'noHiddenLayer',
        place: 'layers',
        problem: 'without a hidden layer, the network computes only weighted sums of the inputs',
        cure: `add a hidden layer: { units: ${WIDE}, activation: 'relu' }`,
        numbers: { hidden: 0 },
      },
      change: { layers: (all) => [{ units: WIDE, activation: 'relu' }, ...all] },
    };
  }
  const fewest = Math.min(...hidden.map(({ units }) => units));
  const narrow = hidden.findIndex(({ units }) => units === fewest);
  const units = Math.max(WIDE, 4 * fewest);
  return {
    finding: {
      code: 'tooFewUnits',
      layer: narrow,
      place: `layers[${narrow}]`,
      problem: `${fewest} ${fewest === 1 ? 'unit is' : 'units are'} too few for this task`,
      cure: `use about ${units} units`,
      numbers: { units: fewest, tried: units },
    },
    change: {
      layers: (all) =>
        all.map((layer, l) =>
          l < all.length - 1 ? { ...layer, units: Math.max(units, layer.units) } : layer,
        ),
    },
  };
}
