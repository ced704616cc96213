import type { Work } from '../base/work.js';
import type { Model } from '../model/model.js';
import type { Finding } from '../training/reports.js';
import type { ScaleFinding } from './data-findings.js';
import { standardize, type Change, type Trials } from './trials.js';
import type { Column } from './data-findings.js';
import type { Table } from './table.js';

// Why a network that was trained hasn't learned: every cause that its options and weights suggest is tried on a new network.

/** A network that leaves less of the baseline's loss has learned well. */
export const WELL = 0.2;
/** A network that leaves more has hardly begun to learn. */
export const LEARNING = 0.8;
/** A limit is passed by far. */
const FAR = 10;
/** A trial confirms a cure if it beats the network by this share of its loss, and by this share of the baseline's. */
const BETTER = 0.3;
const LEAST_GAIN = 0.1;
/** A network that leaves more of the baseline's loss after many steps is stuck. */
const STUCK = 0.5;
/** A training of fewer steps is short. */
const FEW_STEPS = 200;
/** Factors of the learning rate to try, the likelier ones first. */
const RATE_FACTORS = [0.1, 10, 0.01, 100, 0.001, 1000];
/** A rate that is this many times the default of the optimizer. */
const ENORMOUS = 30;
/** The last rate of a schedule that ends below this share of its first. */
const DECAYED = 0.01;

/** A training, as far as it's known. */
export interface Training {
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
interface Suspect {
  readonly finding: Finding;
  readonly change: Change;
  /** Whether it's a cause even if the trial is too short to show it. */
  readonly isCertain?: boolean;
}

const percent = (share: number): string => (share > 10 ? '> 1000%' : `${Math.round(100 * share)}%`);

/** Whether a network with a change learns much more than the network did. */
const isCured = (left: number, leftAfter: number): boolean =>
  leftAfter < 0.9 && leftAfter < left - Math.max(LEAST_GAIN, BETTER * left);

/**
 * Tries the causes, from the most to the least obvious, until some are confirmed.
 * @returns the confirmed causes, the most effective first
 */
export function* findCauses(
  trials: Trials,
  model: Model,
  training: Training,
  evidence: Evidence,
): Work<Finding[]> {
  const left = yield* trials.measureNetwork();
  const same = yield* trials.try({});
  const weights = blameRate(trials, training, evidence.weights);
  // A cure must be better than a new start alone.
  const bar = Math.min(left, same);
  const confirm = function* (suspects: readonly Suspect[]): Work<Finding[]> {
    const cured: { finding: Finding; leftAfter: number }[] = [];
    for (const { finding, change } of suspects) {
      const leftAfter = yield* trials.try(change);
      if (isCured(bar, leftAfter)) cured.push({ finding, leftAfter });
    }
    return cured
      .sort((a, b) => a.leftAfter - b.leftAfter)
      .map(({ finding, leftAfter }) => withTrial(finding, left, leftAfter, trials.steps));
  };
  const findRate = function* (): Work<Finding[]> {
    const rate = yield* tryRates(trials, training, bar);
    return rate ? [withTrial(rate.finding, left, rate.leftAfter, trials.steps)] : [];
  };

  const suspects = [...suspectScales(evidence), ...suspectOptions(trials, model)];
  const ofOptions = yield* confirm(suspects);
  if (ofOptions.length > 0) return ofOptions;
  const certain = suspects.filter(({ isCertain }) => isCertain).map(({ finding }) => finding);
  if (certain.length > 0 && left > LEARNING) return certain;

  if (isCured(left, same)) {
    // A rate that is far too small or ruins weights may still learn something at first.
    if (same > STUCK || weights.length > 0) {
      const rate = yield* findRate();
      if (rate.length > 0 && (same > STUCK || rate[0]!.code === 'rateTooLarge')) return rate;
    }
    const causes = weights.length > 0 ? weights : suspectTraining(training, evidence, left);
    return causes.map((finding) => withTrial(finding, left, same, trials.steps));
  }

  const others = [...(yield* findRate()), ...(yield* confirm(suspectShape(weights)))];
  if (others.length > 0)
    return others.sort((a, b) => a.numbers['leftAfter']! - b.numbers['leftAfter']!).slice(0, 1);
  const ofSize = yield* confirm([suspectSize(model)]);
  if (ofSize.length > 0) return ofSize;
  if (same > trials.leastUseless && !(yield* hasNeighbors(evidence.table))) return [noSignal(evidence.table)];
  return left > LEARNING ? [...weights] : [];
}

/** Whether nothing can be learned about samples that weren't learned: the answers may not belong to the rows. */
export function* findNoSignal(trials: Trials, table: Table): Work<Finding[]> {
  if (yield* hasNeighbors(table)) return [];
  return (yield* trials.try({})) > trials.leastUseless ? [noSignal(table)] : [];
}

function withTrial(finding: Finding, left: number, leftAfter: number, steps: number): Finding {
  const outcome = `after ${steps} steps, a new network with the cure has ${percent(leftAfter)} of the loss of constant outputs, and this network has ${percent(left)}`;
  return {
    ...finding,
    problem: `${finding.problem} (${outcome})`,
    numbers: { ...finding.numbers, left, leftAfter, steps },
  };
}

function suspectScales({ unscaledInputs, unscaledTargets, table, inputs, targets }: Evidence): Suspect[] {
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

function suspectOptions({ settings }: Trials, { spec: { layers } }: Model): Suspect[] {
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
function suspectShape(weights: readonly Finding[]): Suspect[] {
  return weights.flatMap((finding) => {
    if (finding.code === 'vanishing' || finding.code === 'saturated') return [{ finding, change: useRelu }];
    if (finding.option?.name === 'loss') {
      return [{ finding, change: { loss: 'binaryCrossEntropy' as const } }];
    }
    return [];
  });
}

/** The training alone, if a new network with the same options learns. */
function suspectTraining(
  { steps, stepsPerEpoch, miniBatchSize, firstRate, lastRate }: Training,
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

/** The learning rate, if a new network learns much better with another one. @param bar what it must beat */
function* tryRates(
  trials: Trials,
  { usualRate }: Training,
  bar: number,
): Work<{ readonly finding: Finding; readonly leftAfter: number } | undefined> {
  const { rate } = trials.settings;
  let best: { readonly rate: number; readonly leftAfter: number } | undefined;
  for (const tried of [...RATE_FACTORS.map((factor) => rate * factor), usualRate]) {
    const rounded = Number(tried.toPrecision(2)); // the exact number that the cure names
    if (rounded === rate) continue;
    const leftAfter = yield* trials.try({ rate: rounded });
    if (isCured(bar, leftAfter) && !(best && best.leftAfter <= leftAfter))
      best = { rate: rounded, leftAfter };
    if (best && best.leftAfter < WELL) break;
  }
  return best && { finding: describeRate(rate, best.rate), leftAfter: best.leftAfter };
}

function describeRate(rate: number, better: number): Finding {
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
function blameRate(
  { settings: { rate } }: Trials,
  { usualRate, steps }: Training,
  weights: readonly Finding[],
): readonly Finding[] {
  const areRuined = weights.some(({ code }) => code === 'saturated' || code === 'deadUnits');
  return areRuined && steps >= FEW_STEPS && rate > ENORMOUS * usualRate
    ? [describeRate(rate, usualRate)]
    : weights;
}

const WIDE = 32;

/** Too few units, or no hidden layer. */
function suspectSize({ spec: { layers } }: Model): Suspect {
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

const noSignal = ({ count }: Table): Finding => ({
  code: 'noSignal',
  place: 'samples',
  problem: `the inputs say nothing about the answers: among ${count} samples, neither similar samples nor a new network help to predict the others`,
  cure: 'check that each answer belongs to its row, and that inputs and answers were not sorted or shuffled separately',
  numbers: { samples: count },
});

const MOST_COMPARED = 300;
const MOST_DISTANCES = 2e7;
/** Standard deviations by which neighbors must agree more than chance, or less. */
const SIGNIFICANT = 2.5;
const FEWEST_COMPARED = 100;

/**
 * Whether similar samples have similar answers, or opposite ones: whether the answers of nearest neighbors agree as often as those of
 * any two samples. If samples are too few to say, true.
 */
function* hasNeighbors({ count: all, width, outputs, inputs, targets }: Table): Work<boolean> {
  const count = Math.min(all, MOST_COMPARED, Math.floor(Math.sqrt(MOST_DISTANCES / width)));
  if (count < FEWEST_COMPARED) return true;
  // The squared distances between answers: of nearest neighbors, and of all pairs.
  let [near, sum, squares] = [0, 0, 0];
  for (let n = 0; n < count; n++) {
    let [ofNearest, least] = [0, Infinity];
    for (let m = 0; m < count; m++) {
      if (m === n) continue;
      const distance = squaredDistance(inputs, width, n, m);
      const difference = squaredDistance(targets, outputs, n, m);
      if (distance < least) [ofNearest, least] = [difference, distance];
      sum += difference;
      squares += difference * difference;
    }
    near += ofNearest;
    yield;
  }
  const pairs = count * (count - 1);
  const mean = sum / pairs;
  const spread = Math.sqrt(squares / pairs - mean * mean);
  return Math.abs(near / count - mean) > (SIGNIFICANT * spread) / Math.sqrt(count);
}

/** Between rows n and m of a matrix. */
function squaredDistance(values: Float32Array, width: number, n: number, m: number): number {
  let sum = 0;
  for (let k = 0; k < width; k++) {
    const difference = values[n * width + k]! - values[m * width + k]!;
    sum += difference * difference;
  }
  return sum;
}
