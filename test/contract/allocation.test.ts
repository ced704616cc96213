import { Session } from 'node:inspector/promises';
import type { HeapProfiler } from 'node:inspector';
import { GCProfiler, getHeapStatistics } from 'node:v8';
import { describe, expect, it } from 'vitest';
import { Network } from '../../src/index.js';

// A program that predicts or learns one sample an event shouldn't keep the garbage collector busy.

/** The smallest object takes 12 bytes; the measurement itself takes some hundred in all. */
const NOTHING = 8;

/** Bytes of the heap that a call takes, over 100,000 calls or as many as pass without a collection. */
function bytesPerCall(call: () => unknown): number {
  for (let i = 0; i < 20_000; i++) call(); // until everything is compiled
  for (let calls = 100_000; ; calls /= 2) {
    const profiler = new GCProfiler();
    profiler.start();
    const before = getHeapStatistics().used_heap_size;
    for (let i = 0; i < calls; i++) call();
    const after = getHeapStatistics().used_heap_size;
    if (profiler.stop().statistics.length === 0) return (after - before) / calls;
  }
}

describe('a warm prediction of one row', () => {
  it.each([
    [4, 16, 3],
    [49, 24, 4],
  ])('allocates nothing in predictInto, and in predict only its result: [%i, %i, %i]', async (...sizes) => {
    const [inputs, hidden, units] = sizes;
    const net = await Network.create({
      inputs,
      layers: [
        { units: hidden, activation: 'sigmoid' },
        { units, activation: 'softmax' },
      ],
      engine: 'wasm',
    });
    const row = Float32Array.from({ length: inputs }, (_, k) => Math.sin(k + 1));
    const outputs = new Float32Array(units);
    const result = bytesPerCall(() => new Float32Array(units));
    expect(result).toBeGreaterThan(NOTHING);
    expect(bytesPerCall(() => net.predictInto(row, outputs))).toBeLessThan(NOTHING);
    expect(bytesPerCall(() => net.predict(row))).toBeLessThan(result + NOTHING);
  });
});

it('a warm step allocates only its result, and applyGradients nothing', async () => {
  const layers = [
    { units: 16, activation: 'relu' },
    { units: 2, activation: 'linear' },
  ] as const;
  const net = await Network.create({ inputs: 4, layers, seed: 1, engine: 'wasm' });
  net.useOptimizer('adam');
  const inputs = Float32Array.of(0.1, 0.2, 0.3, 0.4);
  const batch = { inputs, targets: Float32Array.of(1, 0) };
  const gradients = { inputs, delta: Float32Array.of(0.1, 0) };
  const options = { learningRate: 1e-6 };
  const numbers = [0.5, 0.25];
  const result = bytesPerCall(() => ({ loss: numbers[0]! + inputs[0]!, accuracy: numbers[1]! + inputs[1]! }));
  expect(result).toBeGreaterThan(NOTHING);
  expect(bytesPerCall(() => net.step(batch, options))).toBeLessThan(result + NOTHING);
  expect(bytesPerCall(() => net.applyGradients(gradients, options))).toBeLessThan(NOTHING);
});

/**
 * The options, checked again if they hold objects; the samples, as views; the run, the snapshot, the report, the hooks and the
 * generators of the training: 14 kB.
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
