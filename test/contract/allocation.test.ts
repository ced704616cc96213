import { Session } from 'node:inspector/promises';
import type { HeapProfiler } from 'node:inspector';
import { expect, it } from 'vitest';
import { Network } from '../../src/index.js';

// A program that learns one sample an event shouldn't keep the garbage collector busy.

/**
 * The options, checked again if they hold objects; the samples, as views; the run, the snapshot, the report, the hooks and the
 * generators of the training: 14 kB. Before the checked options and the rule were kept, it was more than twice as much.
 */
const MOST_BYTES = 24_000;
const CALLS = 2000;

it('a warm training of one sample allocates a bounded number of bytes', async () => {
  const layers = [{ units: 16 }, { units: 3 }].map((layer) => ({ ...layer, activation: 'sigmoid' }) as const);
  const net = await Network.create({ inputs: 4, layers, loss: 'quadratic', seed: 1 });
  const data = { inputs: new Float32Array(4).fill(0.3), targets: new Float32Array([1, 0, 0]) };
  const train = async (): Promise<void> => {
    for (let i = 0; i < CALLS; i++)
      await net.train(data, { epochs: 1, miniBatchSize: 1, learningRate: 0.01 });
  };
  await train();
  const session = new Session();
  session.connect();
  await session.post('HeapProfiler.startSampling', {
    samplingInterval: 512,
    includeObjectsCollectedByMajorGC: true,
    includeObjectsCollectedByMinorGC: true,
  });
  await train();
  const { profile } = await session.post('HeapProfiler.stopSampling');
  session.disconnect();
  const count = ({ selfSize, children }: HeapProfiler.SamplingHeapProfileNode): number =>
    children.reduce((sum, child) => sum + count(child), selfSize);
  expect(count(profile.head) / CALLS).toBeLessThan(MOST_BYTES);
});
