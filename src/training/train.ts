import type { Random } from '../base/random.js';
import { awaited, type Work } from '../base/work.js';
import { RangeFault, TypeFault } from '../errors.js';
import type { Model } from '../model/model.js';
import type * as averaging from './average.js';
import type * as plateau from './hooks/plateau.js';
import { countSteps, restart, runEpochs, type Training } from './epochs.js';
import { evaluate } from './evaluate.js';
import { findDivergence } from './find-divergence.js';
import type { Hook } from './hook.js';
import { callOnBatch, collectReports, pauseBetweenSteps } from './hooks/callbacks.js';
import { writeCheckpoints } from './hooks/checkpoint.js';
import { assertFinite, Diverged, isSound, keepSnapshots, Snapshot } from './hooks/divergence.js';
import { pickFigure, watchBest } from './hooks/early-stopping.js';
import { measureSamples, watchMetrics } from './hooks/metrics.js';
import type { CheckedTrainOptions } from './options.js';
import type { EpochReport } from './reports.js';
import { useUpdate } from './resume.js';
import type { Run } from '../model/state.js';
import { align, Samples, type Data } from './samples.js';
import { splitSamples } from './split.js';
import { checkStream, isStream, type Stream } from './stream.js';
import { openWindows, readStream } from './windows.js';

/** Above it, the ordinary kernels are as fast. */
const MOST_TINY_UNITS = 8;

/** The training and validation data. */
export interface CheckedData {
  readonly training: Samples | Stream;
  readonly validation: Samples | undefined;
}

/**
 * Checks the data, and splits it if the options ask for it.
 * @throws TypeError, RangeError that name the problem in the data
 */
export function* readData(
  model: Model,
  data: Data | Stream,
  options: CheckedTrainOptions,
): Work<CheckedData> {
  const parts = yield* readParts(model, data, options);
  checkWatched(model, parts, options);
  return parts;
}

function* readParts(
  model: Model,
  data: Data | Stream,
  { validation, validationSplit, classWeights }: CheckedTrainOptions,
): Work<CheckedData> {
  data = align(data, model, true);
  if (isStream(data)) {
    checkStream(data);
    if (classWeights === 'balanced') {
      throw new TypeFault({
        place: 'classWeights',
        problem: "the classes of a stream aren't counted",
        cure: 'give numbers',
      });
    }
    if (validationSplit) {
      throw new TypeFault({
        place: 'validationSplit',
        problem: 'a stream cannot be split',
        cure: 'pass validation',
      });
    }
    return { training: data, validation: yield* readValidation(model, validation, classWeights) };
  }
  const samples = yield* Samples.readToTrain(data, model, '', classWeights);
  yield* samples.checkReach(model);
  return validationSplit
    ? splitSamples(samples, validationSplit, model.spec.seed)
    : { training: samples, validation: yield* readValidation(model, validation, samples.classWeights) };
}

function* readValidation(
  model: Model,
  validation: Data | undefined,
  weights: CheckedTrainOptions['classWeights'],
): Work<Samples | undefined> {
  if (validation === undefined) return undefined;
  return yield* Samples.readToTrain(validation, model, 'validation.', weights);
}

/** @throws TypeError, RangeError if the figure to watch would mean nothing */
function checkWatched(
  model: Model,
  { training, validation }: CheckedData,
  options: CheckedTrainOptions,
): void {
  const watched = validation ?? training;
  if (isStream(watched)) return;
  if (watched.weighNothing) {
    throw new RangeFault({
      place: options.validationSplit ? 'validationSplit' : `${validation ? 'validation.' : ''}sampleWeights`,
      problem: 'all are 0',
    });
  }
  if (watchesAccuracy(options)) assertClassified(model, watched);
}

/** Whether early stopping watches the accuracy, not a metric of the user's with this name. */
const watchesAccuracy = ({ earlyStopping, metrics = {} }: CheckedTrainOptions): boolean =>
  earlyStopping?.monitor === 'accuracy' && !('accuracy' in metrics);

/** @throws RangeError if accuracy means nothing for the samples */
function assertClassified(model: Model, samples: Samples): void {
  if (samples.isClassified(model)) return;
  throw new RangeFault({
    place: 'earlyStopping.monitor',
    problem: "'accuracy' has no meaning for regression or several right answers",
    cure: "use 'loss', or one of metrics",
  });
}

/** The figure that early stopping watches at the present weights, of the validation data or else of the training data. */
export function* measureWatched(
  model: Model,
  { training, validation }: CheckedData,
  options: CheckedTrainOptions,
): Work<number> {
  const { classWeights, metrics } = options;
  const { monitor } = options.earlyStopping!;
  const watched = validation ?? training;
  if (!isStream(watched)) {
    if (metrics && monitor in metrics) return (yield* measureSamples(model, watched, metrics))[monitor]!;
    return pickFigure(yield* evaluate(model, watched), monitor);
  }
  let [sum, count] = [0, 0];
  yield* readStream(model, watched, classWeights, function* (samples) {
    if (watchesAccuracy(options)) assertClassified(model, samples);
    sum += pickFigure(yield* evaluate(model, samples), monitor) * samples.count;
    count += samples.count;
  });
  return sum / count;
}

/** The parts of a training run other than its data and options. */
export interface TrainingContext {
  readonly model: Model;
  readonly random: Random;
  readonly run: Run;
  /** Returns the bytes of the network. */
  readonly save: () => Uint8Array<ArrayBuffer>;
  /** Diagnoses the network after each epoch. */
  readonly diagnosis: Hook | undefined;
  /** The part that `ema` and `swa` need. */
  readonly averaging: typeof averaging | undefined;
  /** The part that the schedule 'plateau' needs. */
  readonly plateau: typeof plateau | undefined;
}

/**
 * Trains to the last epoch. Yields after whole steps, and after calls of the user's functions.
 * @returns the reports of its epochs
 * @throws DivergenceError
 */
export function* train(
  context: TrainingContext,
  parts: CheckedData,
  options: CheckedTrainOptions,
): Work<EpochReport[]> {
  const { training: data, validation } = parts;
  const { model, random, run, averaging } = context;
  const { earlyStopping, optimizer } = options;
  useUpdate(model, run, options);
  const windows = yield* openWindows(model, random, data, options);
  let snapshot: Snapshot | undefined;
  try {
    if (!isStream(data)) yield* windows.watch(model, data, options.given !== undefined);
    else if (options.schedule.needsLength && run.stepsPerEpoch === 0) {
      let steps = 0;
      yield* readStream(model, data, options.classWeights, function* ({ count }) {
        steps += Math.ceil(count / options.miniBatchSize);
        yield;
      });
      run.stepsPerEpoch = steps;
    }
    const early = yield* watchBest(
      model,
      run,
      () => measureWatched(model, parts, options),
      earlyStopping,
      optimizer.slots,
    );
    const metrics = yield* watchMetrics(model, validation, options.metrics, earlyStopping?.monitor);
    const average = averaging?.averageSteps(model, run, options);
    snapshot = new Snapshot(model, random, run);
    const training = { model, random, windows, validation, options, run, snapshot, average };
    const history: EpochReport[] = [];
    const hooks = listHooks(context, training, [early, metrics], history);
    try {
      restart(training);
      for (const pause of learn(training, hooks, history)) {
        windows.keepWatched();
        yield pause;
      }
      assertFinite(model, run);
      for (const { afterTraining } of hooks) afterTraining?.();
      if (!isStream(data)) {
        // Each report is of the losses before the steps, so the last step may have raised the loss.
        const { loss } = yield* evaluate(model, windows.watched!);
        if (loss > windows.mostLoss && windows.hasGrown(loss, model, snapshot)) {
          throw new Diverged(run.learningRate, true);
        }
      }
    } catch (error) {
      if (!(error instanceof Diverged)) throw error;
      throw yield* findDivergence(training, hooks, error);
    }
    snapshot.release();
    snapshot = undefined;
    return history;
  } finally {
    windows.settle();
    windows.close();
    // Stopped by the user or by an error, before it was found to diverge.
    if (snapshot && !isSound(model)) snapshot.restore();
  }
}

/** Runs the epochs. Kernels for tiny networks, which learn the same bits, load if the training is long enough. */
function* learn(training: Training, hooks: readonly Hook[], history: EpochReport[]): Work<void> {
  const { model, windows, options } = training;
  const isTiny = model.layers.every(({ stride }) => stride <= MOST_TINY_UNITS);
  if (isTiny && model.kernels.engine === 'wasm' && options.epochs * windows.count > 2000) {
    const tiny = yield* awaited(import('./tiny.js').catch(() => undefined)); // service workers forbid import()
    if (tiny) yield* tiny.runTinyEpochs(training, hooks, history);
  }
  yield* runEpochs(training, hooks);
}

/** The hooks of a training run, in calling order. */
function listHooks(
  { model, run, save, diagnosis, plateau }: TrainingContext,
  { windows, validation, options, snapshot }: Training,
  [early, metrics]: readonly (Hook | undefined)[],
  history: EpochReport[],
): Hook[] {
  const { schedule, earlyStopping, onBatch, onEpoch, checkpoint } = options;
  const dependsOnEpochs = Boolean(validation ?? plateau ?? earlyStopping);
  return [
    plateau?.reduceOnPlateau(run.plateau, schedule.plateau!),
    metrics,
    early,
    keepSnapshots(snapshot, model, dependsOnEpochs),
    diagnosis,
    onBatch ? callOnBatch(model, run, onBatch, () => countSteps(run, windows)) : pauseBetweenSteps(model),
    collectReports(history, onEpoch),
    checkpoint && writeCheckpoints(model, run, checkpoint, save),
  ].filter((hook): hook is Hook => hook !== undefined);
}
