import { awaited, finished, type Work } from '../base/work.js';
import type { Random } from '../base/random.js';
import type { Model } from '../model/model.js';
import { clearTally, evaluate, meanMetrics, readTally } from './evaluate.js';
import type { Hook, ReportDraft } from './hook.js';
import { Diverged } from './hooks/divergence.js';
import type { CheckedTrainOptions } from './options.js';
import type { Run } from './run.js';
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
 *         for mini_batch in mini_batches:
 *             self.update_mini_batch(mini_batch, eta)
 *         if test_data: self.evaluate(test_data)
 *
 * Samples are drawn as they are needed, and a window is all of them, or one batch of a stream. Hooks do the rest. Where none
 * must be called after each step, a draw is many mini-batches, which one call of the kernels learns.
 */
export function* descend(training: Training, hooks: readonly Hook[]): Work<void> {
  const { model, windows, validation, run, options } = training;
  const isStepwise = hooks.some((hook) => hook.isStepwise);
  const afterStep = hooks.flatMap((hook) => hook.afterStep ?? []);
  const afterEpoch = hooks.flatMap((hook) => hook.afterEpoch ?? []);

  while (run.epoch <= options.epochs && !run.isOver) {
    for (let window = yield* windows.next(); window; window = yield* windows.next()) {
      while (window.learnt < window.count) {
        const samples = window.draw(isStepwise ? window.size : window.samplesPerCall);
        const rate = yield* takeRate(training);
        yield* learn(training, window, rate);
        for (const call of afterStep) yield* call(samples, samples * window.workPerSample) ?? NOTHING;
      }
    }
    const report = reportEpoch(training);
    if (validation) report.validation = yield* evaluate(model, validation);
    beginNextEpoch(training);
    for (const call of afterEpoch) yield* call(report) ?? NOTHING;
  }
}

const NOTHING = finished(undefined);

/** η of the next step. */
function takeRate({ run, windows, options }: Training): Work<number> {
  const { schedule, epochs } = options;
  if (schedule.constant) return schedule.constant;
  const stepsPerEpoch = countSteps(run, windows);
  const rate = schedule.at({ epoch: run.epoch, epochs, step: run.step, stepsPerEpoch }, run.plateau);
  return typeof rate === 'number' ? finished(rate) : awaited(rate);
}

/** The steps of an epoch; of a stream those of the epoch before, 0 in the first. */
export function countSteps({ miniBatchSize, stepsPerEpoch }: Run, { count }: Windows): number {
  return count ? Math.ceil(count / miniBatchSize) : stepsPerEpoch;
}

/**
 * Learns what has been drawn, mini-batch by mini-batch.
 * @throws Diverged before a step whose loss is not finite
 */
function learn(training: Training, window: Window, rate: number): Work<void> {
  const { model, run } = training;
  const { kernels, layout } = model;
  if (!window.isHeld) window.gather();
  const count = window.drawn - window.learnt;
  const learnt = kernels.descend(layout.net, window.pointer, window.learnt, count, window.size, rate);
  window.learnt += learnt;
  run.done += learnt;
  readTally(model.tally, run);
  run.step += Math.ceil(learnt / window.size);
  run.learningRate = rate;
  if (kernels.team?.isLate) return waitAndLearn(training, window, rate);
  if (learnt < count) throw new Diverged(rate);
  return NOTHING;
}

/** Waits for a thread that is late, and learns what is left. */
function* waitAndLearn(training: Training, window: Window, rate: number): Work<void> {
  yield training.model.kernels.team!.recover();
  if (window.learnt < window.drawn) yield* learn(training, window, rate);
}

function reportEpoch({ run, options }: Training): ReportDraft {
  const { epoch, learningRate } = run;
  const { loss, accuracy } = meanMetrics(run, run.done);
  return options.schedule.constant ? { epoch, loss, accuracy } : { epoch, loss, accuracy, learningRate };
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
