import { toDataError } from '../errors.js';
import { encodeModel } from '../model/model-file.js';
import type { PreparedTraining } from './prepare-training.js';
import { Progress } from './progress-bar.js';
import type { Stop } from '../terminal/stop-signals.js';
import type { Dataset } from '../../data/index.js';
import { DivergenceError } from '../../errors.js';
import { checkpointFile } from '../../node/files.js';
import { areAllFinite } from '../../model/state.js';
import { tensorBoardFile } from '../../node/tensorboard.js';
import { QueueError } from '../../queue/queue-error.js';
import type { Executor } from '../../search/executor.js';
import type { ShardedTrainOptions } from '../../search/train-in-shards.js';
import { watchedMetrics } from '../options/early-stopping.js';
import type { TrainFlags } from '../options/files.js';
import { nameStudy } from '../options/queue.js';
import { writeMessage, type Output } from '../terminal/output.js';
import type { EpochReport } from '../../training/reports.js';
import type { TrainOptions } from '../../training/options.js';

/** Where a run is saved while it trains. */
export interface SavingOptions {
  readonly resume: boolean;
  /** Where the shards train; undefined for a training run that isn't divided. */
  readonly executor: Executor | undefined;
  readonly checkpoint: string | undefined;
  /** Epochs between checkpoints; undefined for each epoch, but at most one per second. */
  readonly checkpointEvery: number | undefined;
  readonly out: string;
  /** Its signal ends the run. */
  readonly stop: Stop;
  /** The directory of an event file for TensorBoard. */
  readonly tensorboard: string | undefined;
}

/** How a run went. */
export interface TrainingRun {
  readonly history: readonly EpochReport[];
  /** Whole epochs. */
  readonly epoch: number;
  readonly seconds: number;
  /** The epoch with the best weights, 0 for the initial ones; undefined without early stopping. */
  readonly bestEpoch: number | undefined;
  readonly isStopped: boolean;
}

/** Where the shards train. What they need loads only where there are some: a fifth of the modules of a training run. */
export async function createExecutor(
  { queue: url, threads: count }: TrainFlags,
  out: string,
): Promise<Executor> {
  if (url === undefined) {
    const { threads } = await import('../../node/threads.js');
    return threads(typeof count === 'number' ? count : undefined);
  }
  const { queue } = await import('../../queue/queue.js');
  return queue(url === true ? undefined : url, { study: nameStudy(out), onWarning: writeMessage });
}

/** The multiplications of an epoch that takes a few tenths of a second. In longer epochs, the bar moves within the epoch. */
const WORK_OF_A_LONG_EPOCH = 3e8;

const MS_BETWEEN_CHECKPOINTS = 1000;

/**
 * Trains, shows the progress, and stops at the signal.
 * @throws UsageError, DataError, DivergenceError
 */
export async function runTraining(
  output: Output,
  training: PreparedTraining,
  saving: SavingOptions,
): Promise<TrainingRun> {
  const { net, train, validation, options, about } = training;
  const { sharding } = about.training;
  const samples = about.training.samples - about.training.validationSamples;
  const progress = new Progress(output, {
    task: about.task,
    ...{ epochs: options.epochs!, samples },
    isRefit: about.training.isRefit === true,
    rounds: sharding && (sharding.rounds ?? options.epochs),
    done: training.from?.epochs ?? 0,
    miniBatchSize: options.miniBatchSize!,
  });
  const { executor, stop, tensorboard } = saving;
  stop.onQuit = () => progress.stop();
  const history: EpochReport[] = [];
  const parameters = net.layers.reduce((sum, { weights }) => sum + weights.length, 0);
  const isLong = samples * parameters > WORK_OF_A_LONG_EPOCH;
  const writeCheckpoint = createCheckpoint(training, saving);
  const events = tensorboard === undefined ? undefined : tensorBoardFile(tensorboard, net);
  const trainOptions = {
    ...options,
    ...watchedMetrics(options, net.loss),
    ...(validation && { validation }),
    resume: saving.resume,
    signal: stop.signal,
    onEpoch: async (report) => {
      history.push(report);
      progress.onEpoch(report);
      await writeCheckpoint?.(report);
      await events?.onEpoch(report);
    },
  } satisfies TrainOptions;
  try {
    if (executor) {
      const { trainInShards } = await import('../../search/train-in-shards.js');
      const sharded = { ...trainOptions, ...sharding, executor } as ShardedTrainOptions;
      await trainInShards(net, train as Dataset, sharded);
    } else await net.train(train, { ...trainOptions, ...(isLong && { onBatch: progress.onBatch }) });
  } catch (error) {
    if (!stop.signal.aborted || error !== stop.signal.reason)
      throw describeFailure(error, about.training.data);
  } finally {
    progress.stop();
  }
  return {
    history,
    epoch: history.at(-1)?.epoch ?? training.from?.epochs ?? 0,
    seconds: progress.seconds,
    bestEpoch: options.earlyStopping && net.state.run?.bestEpoch,
    isStopped: stop.signal.aborted,
  };
}

/**
 * Writes checkpoints after epochs. The option `checkpoint` of `train` would encode the network each time, without what the
 * model file says about itself.
 */
function createCheckpoint(
  { net, about }: PreparedTraining,
  { checkpoint: path, checkpointEvery }: SavingOptions,
): ((report: EpochReport) => Promise<void>) | undefined {
  if (path === undefined) return undefined;
  const file = checkpointFile(path);
  let last = -Infinity;
  return async ({ epoch }) => {
    const now = performance.now();
    const isDue =
      checkpointEvery === undefined ? now - last >= MS_BETWEEN_CHECKPOINTS : epoch % checkpointEvery === 0;
    if (!isDue) return;
    const { state } = net;
    if (!areAllFinite(state.parameters)) return; // `train` reports the divergence soon
    last = now;
    await file.write(encodeModel(state, about));
  };
}

/** The error that ended `train`. Its options were checked before, so the problem is in the data. */
export function describeFailure(error: unknown, dataPath: string): unknown {
  if (error instanceof QueueError) return error;
  if (!(error instanceof DivergenceError)) return toDataError(dataPath, error);
  const { epoch, step, layer, largestGradient, option } = error;
  const place = error.place === 'train' ? '' : error.place;
  const problem = `training diverged in epoch ${epoch}, step ${step}: the gradients of layers[${layer}] overflowed`;
  return new DivergenceError({ place, problem, option }, { epoch, step, layer, largestGradient });
}
