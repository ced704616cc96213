import { awaited, type Work } from '../base/work.js';
import type { Random } from '../base/random.js';
import type { Model } from '../model/model.js';
import { clearTally, evaluate, meanMetrics, readTally, writeTally } from './evaluate.js';
import type { Hook, ReportDraft } from './hook.js';
import { Diverged, type Snapshot } from './hooks/divergence.js';
import type { CheckedTrainOptions } from './options.js';
import type { Run } from '../model/state.js';
import type { AveragedSteps } from './average.js';
import type { Samples } from './samples.js';
import type { Window } from './window.js';
import type { Windows } from './windows.js';

/** The parts of a training run, and its progress. */
export interface Training {
  readonly model: Model;
  readonly random: Random;
  readonly windows: Windows;
  readonly validation: Samples | undefined;
  readonly options: CheckedTrainOptions;
  readonly run: Run;
  readonly snapshot: Snapshot;
  /** Takes the steps, if the weights are averaged. */
  readonly average: AveragedSteps | undefined;
}

/** Returns to the position of the run. */
export function restart({ model, windows, run }: Training): void {
  clearTally(model.tally);
  writeTally(model.tally, run);
  windows.restart(run);
}

/**
 * Stochastic gradient descent. Compare SGD in Nielsen's network.py:
 *
 *     for j in xrange(epochs):
 *         random.shuffle(training_data)
 *         mini_batches = [training_data[k:k+mini_batch_size] for k in xrange(0, n, mini_batch_size)]
 *         for mini_batch in mini_batches:
 *             self.update_mini_batch(mini_batch, eta)
 *         if test_data: self.evaluate(test_data)
 *
 * A window holds all samples, or one batch of a stream. Drawing the next mini-batch shuffles that part of the order. One call
 * of the kernels takes many mini-batches if no hook needs each. Hooks do the rest.
 */
export function* runEpochs(training: Training, hooks: readonly Hook[]): Work<void> {
  const { model, windows, validation, run, snapshot, average } = training;
  const { epochs, schedule } = training.options;
  const isStepwise = average?.isStepwise || schedule.isStepwise || hooks.some((hook) => hook.isStepwise);
  const afterStep = hooks.flatMap((hook) => hook.afterStep ?? []);
  const afterEpoch = hooks.flatMap((hook) => hook.afterEpoch ?? []);

  while (run.epoch <= epochs && !run.isOver) {
    while (windows.advance() ?? (yield* windows.load())) {
      const window = windows.current!;
      while (window.learned < window.count) {
        // random.shuffle, and the next of mini_batches
        const samples = window.draw(isStepwise ? window.size : window.samplesPerCall);
        const chosen = schedule.constant ?? chooseRate(training);
        const rate = typeof chosen === 'number' ? chosen : yield* awaited(chosen);
        // self.update_mini_batch
        const isWhole = updateMiniBatches(training, window, rate);
        if (!isWhole) yield* recoverOrDiverge(training, window, rate);
        if (
          run.loss > windows.mostLoss * run.done &&
          windows.hasGrown(run.loss / run.done, model, snapshot)
        ) {
          throw new Diverged(rate, true);
        }
        // By index, because for-of would create an iterator for each step (it may yield), and a small network's step takes less time.
        for (let h = 0; h < afterStep.length; h++) {
          const pause = afterStep[h]!(samples, samples * window.workPerSample);
          if (pause) yield pause.value;
        }
      }
    }
    average?.endEpoch();
    const report = reportEpoch(training);
    // if test_data: self.evaluate
    if (validation) report.validation = yield* evaluate(model, validation);
    beginNextEpoch(training);
    for (let h = 0; h < afterEpoch.length; h++) {
      const work = afterEpoch[h]!(report);
      if (work) yield* work;
    }
  }
}

/** Chooses η of the next step; a promise if the user's function returns one. */
function chooseRate({ run, windows, options }: Training): number | PromiseLike<number> {
  const stepsPerEpoch = countSteps(run, windows);
  const position = { epoch: run.epoch, epochs: options.epochs, step: run.step, stepsPerEpoch };
  return options.schedule.at(position, run.plateau);
}

/** The steps per epoch. For a stream, the steps of the previous epoch; 0 in the first. */
export function countSteps({ miniBatchSize, stepsPerEpoch }: Run, { count }: Windows): number {
  return count ? Math.ceil(count / miniBatchSize) : stepsPerEpoch;
}

/** Learns the samples drawn last, mini-batch by mini-batch. @returns whether it learned all of them */
function updateMiniBatches({ model, run, average }: Training, window: Window, rate: number): boolean {
  const { kernels, layout } = model;
  if (!window.isHeld) window.gather();
  const count = window.drawn - window.learned;
  const learned = (average ?? kernels).descend(
    layout.net,
    window.pointer,
    window.learned,
    count,
    window.size,
    rate,
  );
  window.learned += learned;
  run.done += learned;
  readTally(model.tally, run);
  run.step += Math.ceil(learned / window.size);
  run.learningRate = rate;
  return learned === count && !kernels.team?.isLate;
}

/**
 * Waits for a late thread, and learns the rest of the samples drawn last.
 * @throws Diverged if no thread was late: then the loss of the next step is not finite
 */
function* recoverOrDiverge(training: Training, window: Window, rate: number): Work<void> {
  const { team } = training.model.kernels;
  do {
    if (!team?.isLate) throw new Diverged(rate);
    yield team.recover();
  } while (window.learned < window.drawn && !updateMiniBatches(training, window, rate));
}

function reportEpoch({ run, options }: Training): ReportDraft {
  const { epoch, learningRate } = run;
  const { loss, accuracy } = meanMetrics(run, run.done);
  return options.schedule.constant !== undefined
    ? { epoch, loss, accuracy }
    : { epoch, loss, accuracy, learningRate };
}

function beginNextEpoch({ model, random, run }: Training): void {
  run.epoch++;
  run.done = 0;
  run.loss = 0;
  run.right = 0;
  run.stepsPerEpoch = run.step - run.epochStep;
  run.epochStep = run.step;
  random.writeState(run.epochStart);
  clearTally(model.tally);
}
