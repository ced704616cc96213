import { Option } from 'commander';
import { DEFAULT_SHARDS, MOST_SHARDS } from '../../search/shard-count.js';
import { UsageError } from '../errors.js';
import type { OptionGroup } from './command.js';
import { valueOption, wholeNumber } from './values.js';

/** How a training run is divided, as far as it was said. */
export interface ShardFlags {
  /** True where no number was typed. */
  readonly shards?: number | true;
  readonly rounds?: number;
  /** True where no URL was typed. */
  readonly queue?: string | true;
}

/** How a training run is divided: what its weights depend on. */
export interface Sharding {
  readonly shards: number;
  /** Default: after each epoch. */
  readonly rounds?: number;
}

export const shardsGroup: OptionGroup = {
  heading: 'Many machines',
  options: [
    valueOption(
      '--shards [n]',
      'Split the samples into n shards and train them in parallel, in --threads threads or on the machines of --queue, averaging ' +
        'their weights after each round. The result depends on n, but not on the number of threads or machines; not for streamed ' +
        'data (8 if n is omitted)',
      wholeNumber({ min: 1, max: MOST_SHARDS }),
    ),
    valueOption(
      '--rounds <n>',
      'Number of times to average the weights of the shards (default: once per epoch)',
      wholeNumber({ min: 1 }),
    ),
    new Option(
      '--queue [url]',
      'Train the shards on the machines where bp4 worker runs, through this queue: redis://, rediss:// or postgres:// (default URL: the ' +
        'environment variable BP4_QUEUE); implies --shards; needs the packages bullmq and ioredis, or bullmq and pg',
    ),
  ],
};

/**
 * @param epochs of the training
 * @param samples to learn from; undefined for data larger than memory
 * @returns undefined for a training run that isn't divided
 * @throws UsageError naming the option that is wrong
 */
export function chooseSharding(
  { shards, rounds, queue }: ShardFlags,
  epochs: number,
  samples: number | undefined,
): Sharding | undefined {
  if (shards === undefined && queue === undefined) {
    if (rounds !== undefined) throw new UsageError('--rounds', 'it needs --shards', 'give --shards too');
    return undefined;
  }
  const flag = shards === undefined ? '--queue' : '--shards';
  if (samples === undefined)
    throw new UsageError(flag, 'data larger than memory cannot be divided', `leave ${flag} out`);
  const count = typeof shards === 'number' ? shards : DEFAULT_SHARDS;
  if (count > samples) throw new UsageError('--shards', `there are only ${samples} samples to learn from`);
  if (rounds !== undefined && rounds > epochs)
    throw new UsageError('--rounds', `there are only ${epochs} epochs`, 'give more --epochs');
  return { shards: count, ...(rounds !== undefined && { rounds }) };
}
