import type { Random } from '../base/random.js';
import { StateError } from '../errors.js';
import type { Model } from '../model/model.js';
import type { CheckedTrainOptions } from './options.js';
import type { Run } from '../model/state.js';

// Starts or resumes a training.

/** Worse than any loss. JSON can't hold Infinity. */
const WORST = Number.MAX_VALUE;

/** The number of slots that a training needs: those of its optimizer, and then one for the best parameters. */
export const countSlots = ({ optimizer, earlyStopping }: CheckedTrainOptions): number =>
  optimizer.slots + Number(earlyStopping?.restoreBest ?? false);

/**
 * A training at its start. Continues the optimizer of the last one if it's the same; otherwise clears the slots.
 * @param last how far the last training has come
 */
export function startRun(
  model: Model,
  random: Random,
  options: CheckedTrainOptions,
  last: Run | undefined,
): Run {
  const { name, decays } = options.optimizer;
  const isSame = last?.optimizer === name && last.decays.every((decay, i) => decay === decays[i]);
  if (!isSame) model.clearSlots();
  const drops = model.layers.some(({ dropBelow }) => dropBelow > 0);
  const keys = drops ? ([random.bits(), random.bits()] as const) : ([0, 0] as const);
  const worst = options.earlyStopping?.monitor === 'accuracy' ? -1 : WORST;
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
  const { name: optimizer } = options.optimizer;
  const now = { optimizer, miniBatchSize: options.miniBatchSize, shuffle: options.shuffle };
  for (const [option, value] of Object.entries(now)) {
    const before = run[option as keyof typeof now];
    if (before !== value) {
      throw new StateError({
        place: 'resume',
        problem: `${option} was ${String(before)}, and is ${String(value)}`,
      });
    }
  }
  if (slots !== countSlots(options)) {
    throw new StateError({ place: 'resume', problem: 'earlyStopping.restoreBest has changed' });
  }
}
