import type { Random } from '../base/random.js';
import type { Work } from '../base/work.js';
import { TypeFault } from '../errors.js';
import { plainRule, type Model } from '../model/model.js';
import { countSteps, restart, runEpochs, type Training } from './epochs.js';
import { findDivergence } from './find-divergence.js';
import type { Hook } from './hook.js';
import { callOnBatch, collectReports, pauseBetweenSteps } from './hooks/callbacks.js';
import { writeCheckpoints } from './hooks/checkpoint.js';
import { assertFinite, Diverged, keepSnapshots, Snapshot } from './hooks/divergence.js';
import { stopEarly } from './hooks/early-stopping.js';
import { measureValidation } from './hooks/metrics.js';
import { reduceOnPlateau } from './hooks/plateau.js';
import type { CheckedTrainOptions } from './options.js';
import type { EpochReport } from './reports.js';
import type { Run } from '../model/state.js';
import { align, Samples, type Data } from './samples.js';
import { splitSamples } from './split.js';
import { checkStream, isStream, type Stream } from './stream.js';
import { openWindows } from './windows.js';

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
  { validation, validationSplit, classWeights }: CheckedTrainOptions,
): Work<CheckedData> {
  data = align(data, model, true);
  const given = validation === undefined ? undefined : yield* Samples.read(validation, model, 'validation.');
  if (isStream(data)) {
    checkStream(data);
    if (validationSplit) {
      throw new TypeFault({
        place: 'validationSplit',
        problem: 'a stream cannot be split',
        cure: 'pass validation',
      });
    }
    return { training: data, validation: given };
  }
  const samples = yield* Samples.read(data, model, '', classWeights);
  return validationSplit
    ? splitSamples(samples, validationSplit, model.spec.seed)
    : { training: samples, validation: given };
}

/** The parts of a training other than its data and options. */
export interface TrainingContext {
  readonly model: Model;
  readonly random: Random;
  readonly run: Run;
  /** Returns the bytes of the network. */
  readonly save: () => Uint8Array<ArrayBuffer>;
  /** Diagnoses the network after each epoch. */
  readonly diagnosis: Hook | undefined;
}

/**
 * Trains to the last epoch. Yields after whole steps, and after calls of the user's functions.
 * @returns the reports of its epochs
 * @throws DivergenceError
 */
export function* train(
  context: TrainingContext,
  { training: data, validation }: CheckedData,
  options: CheckedTrainOptions,
): Work<EpochReport[]> {
  const { model, random, run } = context;
  useRule(model, run, options);
  const windows = yield* openWindows(model, random, data, options);
  try {
    const training = { model, random, windows, validation, options, run };
    const snapshot = new Snapshot(model, random, run);
    const history: EpochReport[] = [];
    const hooks = listHooks(context, training, snapshot, history);
    try {
      restart(training);
      yield* runEpochs(training, hooks);
      assertFinite(model, run);
    } catch (error) {
      if (!(error instanceof Diverged)) throw error;
      throw yield* findDivergence(training, hooks, snapshot, error.learningRate);
    }
    for (const { afterTraining } of hooks) afterTraining?.();
    return history;
  } finally {
    windows.settle();
    windows.close();
  }
}

/** The hooks of a training, in calling order. */
function listHooks(
  { model, run, save, diagnosis }: TrainingContext,
  { windows, validation, options }: Training,
  snapshot: Snapshot,
  history: EpochReport[],
): Hook[] {
  const { schedule, earlyStopping, optimizer, metrics, onBatch, onEpoch, checkpoint } = options;
  const dependsOnEpochs = Boolean(validation ?? schedule.plateau ?? earlyStopping);
  return [
    schedule.plateau && reduceOnPlateau(run.plateau, schedule.plateau),
    earlyStopping && stopEarly(model, run, earlyStopping, optimizer.slots),
    keepSnapshots(snapshot, model, dependsOnEpochs),
    metrics && measureValidation(model, validation!, metrics),
    diagnosis,
    onBatch ? callOnBatch(model, run, onBatch, () => countSteps(run, windows)) : pauseBetweenSteps(model),
    collectReports(history, onEpoch),
    checkpoint && writeCheckpoints(model, run, checkpoint, save),
  ].filter((hook): hook is Hook => hook !== undefined);
}

function useRule(model: Model, { keys, step }: Run, options: CheckedTrainOptions): void {
  const { optimizer, regularization } = options;
  model.useRule(
    {
      ...plainRule,
      ...optimizer.rule,
      ...regularization.rule,
      isPlain: Number(optimizer.name === 'sgd' && regularization.isNone),
      step,
      key0: keys[0],
      key1: keys[1],
    },
    regularization.frozen,
  );
}
