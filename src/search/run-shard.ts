import { checkInteger, checkKeys } from '../base/check.js';
import { Random } from '../base/random.js';
import type { Dataset } from '../data/dataset.js';
import { decodeState } from '../model/file.js';
import type { NetworkState } from '../model/state.js';
import { Network } from '../network.js';
import type { EpochReport } from '../training/reports.js';
import { hashWeights } from './hash-weights.js';
import { shardKeys, type Shard } from './shard.js';
import { trainUntil, type Interruption, type TaskResult } from './task.js';

/**
 * The rows of a shard: p(i), i mod K = k, of a permutation drawn from the seed of the network.
 * @param count the number of all rows
 */
function listRows({ shard, shards }: Shard, count: number, seed: number): Uint32Array {
  const order = Random.fromSeed(seed).permutation(count);
  return order.filter((_, i) => i % shards === shard);
}

/**
 * Trains a shard from the start of its round to the end.
 * @param start the network at the start of the round, as `save` returns it
 * @returns the network, with the loss and the accuracy of its last epoch
 * @throws DivergenceError
 * @throws TypeError, RangeError if the options or the data don't fit
 * @throws the reason of the signal
 */
export async function runShard(
  shard: Shard,
  data: Dataset,
  start: Uint8Array,
  { progress, onInterrupt, signal }: Interruption,
): Promise<TaskResult> {
  const began = performance.now();
  const { train, until } = shard;
  checkKeys('train', train, shardKeys);
  const { state } = decodeState(start);
  checkInteger('until', until, state.run?.epoch, train.epochs);
  const net = progress ? await Network.load(progress.network) : await openShard(shard, state);
  try {
    const rows = data.subset(listRows(shard, data.count, state.spec.seed!));
    let last: EpochReport | undefined;
    const onEpoch = (report: EpochReport): 'stopped' | undefined => {
      last = report;
      return report.epoch === until && until < train.epochs! ? 'stopped' : undefined;
    };
    try {
      await trainUntil(net, rows, { ...train, resume: true }, signal, onEpoch);
    } catch (error) {
      if (signal?.aborted) onInterrupt?.({ network: net.save(), scores: [] });
      throw error;
    }
    const { loss, accuracy } = last!;
    return {
      ...{ state: 'complete', score: loss, accuracy, epochs: until, scores: [] },
      hash: hashWeights(net.state),
      network: net.save(),
      seconds: (performance.now() - began) / 1000,
    };
  } finally {
    net.dispose();
  }
}

/** The network at the start of a round, with a generator of the shard's own. */
async function openShard({ shard }: Shard, state: NetworkState): Promise<Network> {
  const word = new Random(state.generator).bits();
  const random = Random.fromSeed(shard * 2 ** 32 + word);
  const keys = [random.bits(), random.bits()] as const;
  const { state: generator } = random;
  return await Network.fromState({
    ...state,
    generator,
    run: { ...state.run!, keys, epochStart: [...generator] },
  });
}
