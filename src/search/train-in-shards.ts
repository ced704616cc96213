import { checkInteger, checkKeys, show } from '../base/check.js';
import { loaded } from '../base/loaded.js';
import type { Dataset } from '../data/dataset.js';
import { TypeFault } from '../errors.js';
import { Network } from '../network.js';
import type { Checkpoint } from '../training/hooks/checkpoint.js';
import type { PlateauOptions } from '../training/hooks/plateau.js';
import {
  checkTrainOptions,
  optionNames,
  type CheckedTrainOptions,
  type TrainOptions,
} from '../training/options.js';
import type { EpochReport } from '../training/reports.js';
import type { ScheduleOptions } from '../training/schedules.js';
import { canonicalJSON } from './canonical-json.js';
import { inline, type Executor } from './executor.js';
import type { Plan } from './rounds.js';
import { DEFAULT_SHARDS, MOST_SHARDS } from './shard-count.js';
import { shardKeys } from './shard.js';
import { checkMethods } from './study.js';
import { checkDataset } from './task.js';

// Local SGD: every shard trains from the same weights for some epochs, then the mean of the shards' weights is where all go on. The
// number of shards belongs to the training, as the mini-batch size does, and not to the machines.

/** The options of `trainInShards`. */
export interface ShardedTrainOptions extends Omit<TrainOptions, 'learningRate' | 'checkpoint' | 'onBatch'> {
  /** K: the parts that the samples are divided into. The weights depend on it. Default 8. */
  readonly shards?: number;
  /** How often the weights of the shards are averaged, from 1 to the number of epochs. Default: after each epoch. */
  readonly rounds?: number;
  /** Where the shards train. The weights don't depend on it. Default: in this thread, one after the other. */
  readonly executor?: Executor;
  readonly learningRate?: number | ScheduleOptions;
  readonly checkpoint?: Pick<Checkpoint, 'everyEpochs' | 'write'>;
}

/**
 * Trains like `net.train`, but divides the samples into shards, which train side by side: in threads, or on other machines. In each
 * round every shard trains from the same weights on its own samples; then the network gets the mean of their weights, and of their
 * moments, weighted by the number of samples (local SGD: S. U. Stich, 2019). A round takes the place of an epoch wherever something
 * comes after each epoch: validation, metrics, diagnosis, early stopping (whose patience counts rounds), the schedule 'plateau',
 * `onEpoch` and `checkpoint`. One shard is plain training, bit for bit.
 *
 * The same network, seed, data and options lead to the same weights, bit for bit, with every executor.
 * @returns a report of the last epoch of each round: loss and accuracy are means over the shards
 * @throws the errors of `net.train`; a DivergenceError names the shard and the round
 * @throws TypeError if an option is a function that would run at each step, or the data isn't a Dataset of bp4/data
 * @throws RangeError if there are more shards than samples
 * @throws the errors of the executor
 * @throws the reason of `options.signal` once it is aborted; the network keeps its last whole round
 */
export async function trainInShards(
  net: Network,
  data: Dataset,
  options: ShardedTrainOptions = {},
): Promise<EpochReport[]> {
  if (!(net instanceof Network))
    throw new TypeFault({ place: 'net', problem: `expected a Network, got ${show(net)}` });
  checkKeys('options', options, [...optionNames, 'shards', 'rounds', 'executor']);
  const { shards = DEFAULT_SHARDS, rounds, executor = inline(), ...train } = options;
  const checked = checkTrainOptions(train, net.layers.length);
  const plan: Plan = {
    options: checked,
    shards: checkInteger('shards', shards, 1, MOST_SHARDS),
    rounds: checkInteger('rounds', rounds ?? checked.epochs, 1, checked.epochs),
    train: pickPlain(train, checked),
  };
  checkMethods('executor', executor, ['open', 'run', 'close']);
  checkDataset(data);
  if (shards === 1) return await net.train(data, train);
  const ending = new AbortController();
  const { signal } = checked;
  const stop = (): void => ending.abort();
  signal?.addEventListener('abort', stop);
  const assertOpen = (): unknown => net.threads; // throws if the network is disposed
  const mayGoOn = (): void => {
    assertOpen();
    signal?.throwIfAborted();
  };
  try {
    return await net.trainElsewhere(async (_, restore, model) => {
      const { trainInRounds } = await loaded('shards', import('./rounds.js'));
      return await trainInRounds(
        { net, model, restore, plan, executor, signal: ending.signal },
        data,
        mayGoOn,
      );
    }, stop);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
}

/**
 * The options of a shard.
 * @throws TypeError naming an option that isn't plain data
 */
function pickPlain(options: Partial<TrainOptions>, { epochs, schedule }: CheckedTrainOptions): Plan['train'] {
  if (options.onBatch ?? options.checkpoint?.everySteps) {
    const place = options.onBatch ? 'onBatch' : 'checkpoint.everySteps';
    throw new TypeFault({
      place,
      problem: 'shards train elsewhere, and report no steps',
      cure: 'leave it out',
    });
  }
  const names = shardKeys.filter((name) => options[name] !== undefined);
  const plain = Object.fromEntries(
    names.map((name) => [name, JSON.parse(canonicalJSON(name, options[name])) as unknown]),
  ) as Plan['train'];
  // The rate of a plateau is in the network, and changes after a round.
  const patience = Number.MAX_SAFE_INTEGER;
  const learningRate = schedule.plateau && { ...(plain.learningRate as PlateauOptions), patience };
  return { ...plain, epochs, ...(learningRate && { learningRate }) };
}
