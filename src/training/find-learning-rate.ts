import { checkInteger, checkKeys, checkPositive } from '../base/check.js';
import { exp } from '../base/exp.js';
import { log } from '../base/log.js';
import { Random } from '../base/random.js';
import type { Work } from '../base/work.js';
import { RangeFault } from '../errors.js';
import type { Model } from '../model/model.js';
import { regularizationNames, type RegularizationOptions } from '../model/regularization.js';
import { evaluate } from './evaluate.js';
import { checkTrainOptions, type TrainOptions } from './options.js';
import { align, Samples, type Data } from './samples.js';
import { learnSome, stepsOfTrial } from './rate-trials.js';

// Loaded at the first call of `findLearningRate`.

/** The options of `findLearningRate`. Those of `train` have the same defaults, and should be the same as for the training. */
export interface RateSearchOptions
  extends RegularizationOptions, Pick<TrainOptions, 'optimizer' | 'miniBatchSize' | 'classWeights'> {
  /** The first rate. Default 1e-6. */
  readonly from?: number;
  /** The last rate, unless the loss grows too far before. Default 10. */
  readonly to?: number;
  /** Steps from the first rate to the last, at least 10. Default 100. */
  readonly steps?: number;
}

/** A step at a rate of the rising schedule. */
export interface RatePoint {
  readonly learningRate: number;
  /** The mean loss of the mini-batch, before its update. */
  readonly loss: number;
  /** The exponential moving average of the losses so far, corrected for its start at 0. */
  readonly smoothed: number;
}

/** The result of `findLearningRate`. */
export interface RateSearch {
  /** The suggested η. */
  readonly learningRate: number;
  /** The steps of the rising schedule, up to where the loss grew too far. */
  readonly curve: readonly RatePoint[];
}

/** The weight of the past in the smoothed loss. */
const SMOOTHING = 0.9;

/** The rates to try: the one of the smallest smoothed loss, and each a factor of about √10 lower, two orders of magnitude in all. */
const CANDIDATES = 5;
const FACTOR = 0.3162;

/** The share of the largest drop of the loss that makes a rate good. */
const GOOD_SHARE = 0.9;

/** The loss that decides is that of at most so many samples. */
const MEASURED_SAMPLES = 1000;

/**
 * Looks for a learning rate: the range test of Smith (2017, "Cyclical learning rates for training neural networks"), then trials of
 * what it suggests.
 * @param model a copy of the network, which the search changes
 */
export function* findLearningRate(model: Model, data: Data, given: RateSearchOptions): Work<RateSearch> {
  const names = ['optimizer', 'miniBatchSize', 'classWeights', ...regularizationNames];
  checkKeys('options', given, ['from', 'to', 'steps', ...names]);
  const { from = 1e-6, to = 10, steps = 100, ...options } = given;
  const checked = checkTrainOptions(options, model.layers.length);
  const [low, high] = [checkPositive('from', from), checkPositive('to', to)];
  checkInteger('steps', steps, 10);
  if (low >= high)
    throw new RangeFault({ place: 'to', problem: `expected more than from (${from}), got ${to}` });
  const samples = yield* Samples.readToTrain(align(data, model, true), model, '', checked.classWeights);
  yield* samples.checkReach(model);
  const size = Math.min(checked.miniBatchSize, samples.count);
  model.reserve(size, checked.optimizer.slots);
  model.isWeighted = samples.areWeighted;
  const start = model.parametersAt(model.layout.parameters).slice();
  const restart = (): Random => {
    model.parametersAt(model.layout.parameters).set(start);
    model.clearSlots();
    model.useRule(checked.rule, checked.regularization.frozen);
    model.step = 0;
    return Random.fromSeed(model.spec.seed);
  };

  const curve: RatePoint[] = [];
  const rateAt = (step: number): number =>
    // Three digits, so that a report shows the exact rates.
    Number((low * exp((step / (steps - 1)) * log(high / low))).toPrecision(3));
  let [average, weight, least] = [0, 0, Infinity];
  yield* learnSome(model, samples, { size, steps, random: restart() }, rateAt, (loss, step) => {
    average = SMOOTHING * average + (1 - SMOOTHING) * loss;
    weight = SMOOTHING * weight + (1 - SMOOTHING);
    const smoothed = average / weight;
    curve.push({ learningRate: rateAt(step), loss, smoothed });
    least = Math.min(least, smoothed);
    const [{ loss: first }] = curve as [RatePoint];
    return smoothed <= least + 3 * Math.max(Math.abs(first), first - least);
  });

  const measured = samples.copySome(MEASURED_SAMPLES);
  const measure = function* (): Work<number> {
    return (yield* evaluate(model, measured)).loss;
  };
  restart();
  const before = yield* measure();
  let rate = curve.find(({ smoothed }) => smoothed === least)?.learningRate ?? low;
  const tried: { readonly rate: number; readonly drop: number }[] = [];
  let most = 0;
  for (let trial = 1; rate >= low && (trial <= CANDIDATES || most === 0); trial++) {
    const how = { size, steps: stepsOfTrial(model, size), random: restart() };
    const candidate = rate;
    if (yield* learnSome(model, samples, how, () => candidate)) {
      const drop = before - (yield* measure());
      tried.push({ rate, drop });
      if (drop > most) most = drop; // it may be NaN
    }
    rate = Number((rate * FACTOR).toPrecision(2));
  }
  if (most === 0) {
    throw new RangeFault({
      place: 'findLearningRate',
      problem: `no rate from ${from} to ${to} lowers the loss of ${before.toPrecision(3)}`,
      cure: 'scale the inputs to about 1, or pass a smaller from',
    });
  }
  // The lowest of the good ones, because longer training at a high rate is noisier, and closer to divergence.
  const best = tried.filter(({ drop }) => drop >= GOOD_SHARE * most).at(-1)!;
  return { learningRate: best.rate, curve };
}
