import { trainKeys, type PlainTrainOptions, type Task } from './task.js';

// A shard is a part of the rows in one round of a sharded training: like a task, a pure function of plain data, a dataset and a
// network.

/** The training of a shard in a round. */
export interface Shard {
  /** Its number, from 0. */
  readonly shard: number;
  /** K, the number of all. */
  readonly shards: number;
  /** From 1. */
  readonly round: number;
  /** The last epoch of the round. */
  readonly until: number;
  /** The options of the whole training. */
  readonly train: Omit<PlainTrainOptions, 'earlyStopping'>;
  /** SHA-256 of the network that the round starts from, as `save` returns it. */
  readonly start: string;
}

/** The options of a training run that a shard takes. */
export const shardKeys = trainKeys.filter((name) => name !== 'earlyStopping');

export const isShard = (task: Task | Shard): task is Shard => 'shards' in task;

/** The place of a fault. */
export const describePlace = (task: Task | Shard): string =>
  isShard(task) ? `shard ${task.shard}, round ${task.round}` : `trial ${task.trial}, fold ${task.fold}`;
