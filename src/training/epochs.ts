import { awaited, type Work } from '../base/work.js';
import type { Random } from '../base/random.js';
import type { Model } from '../model/model.js';
import { clearTally, evaluate, meanMetrics, readTally } from './evaluate.js';
import type { Hook, ReportDraft } from './hook.js';
import { Diverged } from './hooks/divergence.js';
import type { CheckedTrainOptions } from './options.js';
import type { Run } from '../model/state.js';
import type { Samples } from './samples.js';
import type { Window } from './window.js';
import type { Windows } from './windows.js';

/** What a training works on, and how far it has come. */
export interface Training {
  readonly model: Model;
  readonly random: Random;
  readonly windows: Windows;
  readonly validation: Samples | undefined;
  readonly options: CheckedTrainOptions;
  readonly run: Run;
}

/**
 * Stochastic gradient descent, to be read beside SGD in Nielsen's network.py:
 *
 *     for j in xrange(epochs):
 *         random.shuffle(training_data)
 *         mini_batches = [training_data[k:k+mini_batch_size] for k in xrange(0, n, mini_batch_size)]
 *         for mini_batch in mini_batches:
 *             self.update_mini_batch(mini_batch, eta)
 *         if test_data: self.evaluate(test_data)
 *
 * A window is all samples, or one batch of a stream. `draw` shuffles as it goes and returns the next mini-batch, or many of
 * them, which one call of the kernels learns, if no hook must be called after each. Hooks do the rest.
 */
export function* descend(training: Training, hooks: readonly Hook[]): Work<void> {
  const { model, windows, validation, run } = training;
  const { epochs, schedule } = training.options;
  const isStepwise = hooks.some((hook) => hook.isStepwise);
  const afterStep = hooks.flatMap((hook) => hook.afterStep ?? []);
  const afterEpoch = hooks.flatMap((hook) => hook.afterEpoch ?? []);

  while (run.epoch <= epochs && !run.isOver) {
    // undefined where the next batch of a stream must be loaded first
    while (windows.advance() ?? (yield* windows.load())) {
      const window = windows.current!;
      while (window.learnt < window.count) {
        // random.shuffle and mini_batches
        const samples = window.draw(isStepwise ? window.size : window.samplesPerCall);
        const chosen = schedule.constant ?? chooseRate(training);
        const rate = typeof chosen === 'number' ? chosen : yield* awaited(chosen);
        // self.update_mini_batch
        if (!learn(training, window, rate)) yield* learnRest(training, window, rate);
        // By index: for-of would make an iterator for each step, since it may yield. A small network's step takes less time.
        for (let h = 0; h < afterStep.length; h++) {
          const pause = afterStep[h]!(samples, samples * window.workPerSample);
          if (pause) yield pause.value;
        }
      }
    }
    const report = reportEpoch(training);
    if (validation) report.validation = yield* evaluate(model, validation);
    beginNextEpoch(training);
    for (let h = 0; h < afterEpoch.length; h++) {
      const work = afterEpoch[h]!(report);
      if (work) yield* work;
    }
  }
}

/** Chooses η of the next step; a promise if the user's function gives one. */
function chooseRate({ run, windows, options }: Training): number | PromiseLike<number> {
  const stepsPerEpoch = countSteps(run, windows);
  const position = { epoch: run.epoch, epochs: options.epochs, step: run.step, stepsPerEpoch };
  return options.schedule.at(position, run.plateau);
}

/** The steps of an epoch; of a stream those of the epoch before, 0 in the first. */
export function countSteps({ miniBatchSize, stepsPerEpoch }: Run, { count }: Windows): number {
  return count ? Math.ceil(count / miniBatchSize) : stepsPerEpoch;
}

/** Learns what has been drawn, mini-batch by mini-batch. @returns whether all of it */
function learn({ model, run }: Training, window: Window, rate: number): boolean {
  const { kernels, layout } = model;
  if (!window.isHeld) window.gather();
  const count = window.drawn - window.learnt;
  const learnt = kernels.descend(layout.net, window.pointer, window.learnt, count, window.size, rate);
  window.learnt += learnt;
  run.done += learnt;
  readTally(model.tally, run);
  run.step += Math.ceil(learnt / window.size);
  run.learningRate = rate;
  return learnt === count && !kernels.team?.isLate;
}

/**
 * Waits for a thread that was late, and learns what is left of the draw.
 * @throws Diverged where no thread was late: then the loss of the next step is not finite
 */
function* learnRest(training: Training, window: Window, rate: number): Work<void> {
  const { team } = training.model.kernels;
  do {
    if (!team?.isLate) throw new Diverged(rate);
    yield team.recover();
  } while (window.learnt < window.drawn && !learn(training, window, rate));
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
