import type { Random } from '../base/random.js';
import { StateError } from '../errors.js';
import type { Model } from '../model/model.js';
import type { CheckedOptimizer } from '../model/optimizers.js';
import type { Run } from '../model/state.js';
import type { CheckedUpdate } from '../model/update.js';
import type { CheckedTrainOptions } from './options.js';

// Starts or resumes a training run.

/** Worse than any loss. JSON can't hold Infinity. */
const WORST = Number.MAX_VALUE;

/**
 * The number of slots that a training run needs: those of its optimizer, then one for the best parameters, then one for those from which
 * a run with averages learns.
 */
export const countSlots = ({ optimizer, earlyStopping, ema, swa }: CheckedTrainOptions): number =>
  optimizer.slots + (earlyStopping?.restoreBest ? 1 : 0) + (ema || swa ? 1 : 0);

/** Whether a run has the state of an optimizer with these parameters. */
export const isOptimizerOf = (run: Run, { name, decays }: CheckedOptimizer): boolean =>
  run.optimizer === name && run.decays.every((decay, i) => decay === decays[i]);

/** Sets the update of a run, at its step. */
export function useUpdate(
  model: Model,
  { keys, step, stepsBefore }: Run,
  { rule, regularization }: CheckedUpdate,
): void {
  model.useRule(rule, regularization.frozen);
  model.step = stepsBefore + step;
  [model.rule.key0, model.rule.key1] = keys;
}

/** What a run must know of the options. */
type RunOptions = Pick<
  CheckedTrainOptions,
  'optimizer' | 'earlyStopping' | 'ema' | 'swa' | 'miniBatchSize' | 'shuffle'
> & {
  readonly schedule: Pick<CheckedTrainOptions['schedule'], 'initial'>;
};

/**
 * A training at its start. Continues the optimizer of the last one if it's the same; otherwise clears the slots.
 * @param last how far the last training has come
 */
export function startRun(model: Model, random: Random, options: RunOptions, last: Run | undefined): Run {
  const { name, decays } = options.optimizer;
  const isSame = last !== undefined && isOptimizerOf(last, options.optimizer);
  if (!isSame) model.clearSlots();
  const drops = model.layers.some(({ dropBelow }) => dropBelow > 0);
  const keys = drops ? ([random.bits(), random.bits()] as const) : ([0, 0] as const);
  const worst = options.earlyStopping?.direction === 'maximize' ? -WORST : WORST;
  // In the order in which files are read, so that a file is the same however often the training was saved.
  return {
    epoch: 1,
    done: 0,
    epochStart: [...random.state],
    loss: 0,
    right: 0,
    step: 0,
    epochStep: 0,
    stepsBefore: isSame ? last.stepsBefore + last.step : 0,
    learningRate: options.schedule.initial,
    keys,
    stepsPerEpoch: 0,
    plateau: { rate: options.schedule.initial, best: WORST, waited: 0 },
    best: worst,
    start: worst,
    bestEpoch: 0,
    waited: 0,
    isOver: false,
    decays,
    optimizer: name,
    miniBatchSize: options.miniBatchSize,
    shuffle: options.shuffle,
    ema: options.ema,
    swa: options.swa,
  };
}

/**
 * @param slots the number of slots in the model
 * @throws StateError if there is no run to continue, or the options differ from those of the run
 */
export function assertResumable(
  run: Run | undefined,
  slots: number,
  options: CheckedTrainOptions,
): asserts run is Run {
  if (!run) {
    throw new StateError({
      place: 'resume',
      problem: 'this network was never trained',
      cure: 'leave it out',
    });
  }
  if (run.miniBatchSize === 0) {
    throw new StateError({
      place: 'resume',
      problem: 'the network has learned by single steps since its last training',
      cure: 'leave it out: the optimizer continues without it',
    });
  }
  const { name: optimizer } = options.optimizer;
  const { miniBatchSize, shuffle, ema, swa } = options;
  const now = { optimizer, miniBatchSize, shuffle, ema, swa };
  for (const [option, value] of Object.entries(now)) {
    const before = run[option as keyof typeof now];
    if (before !== value)
      throw new StateError({
        place: 'resume',
        problem: `${option} was ${String(before)}, and is ${String(value)}`,
      });
  }
  if (slots !== countSlots(options))
    throw new StateError({ place: 'resume', problem: 'earlyStopping.restoreBest has changed' });
}
