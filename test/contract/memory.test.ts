import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { Network, type Data, type NetworkOptions } from '../../src/index.js';
import { errorOf } from '../support/patient.js';
import { randomData } from '../support/random-data.js';
import { amount } from '../support/thorough.js';

// WebAssembly memory cannot shrink and is slow to be collected: what a network gives back is used again.

const PAGE = 65536;

/** What was made since the test began. */
const made = { memories: 0, bytes: 0 };
const { Memory } = WebAssembly;

class CountedMemory extends Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    made.memories++;
    made.bytes += this.buffer.byteLength;
  }

  override grow(pages: number): number {
    made.bytes += pages * PAGE;
    return super.grow(pages);
  }
}

beforeAll(() => {
  WebAssembly.Memory = CountedMemory;
});
afterAll(() => {
  WebAssembly.Memory = Memory;
});
beforeEach(() => {
  made.memories = 0;
  made.bytes = 0;
});

const spec: NetworkOptions = {
  inputs: 50,
  layers: [
    { units: 40, activation: 'relu' },
    { units: 3, activation: 'sigmoid' },
  ],
  engine: 'wasm',
};
const data = randomData(200, 50, 3);

async function lifeOfANetwork(): Promise<void> {
  const net = await Network.create(spec);
  await net.train(data, { epochs: 1, miniBatchSize: 200 });
  net.predict(data.inputs);
  net.evaluate(data);
  net.backprop(data);
  net.dispose();
}

describe('WebAssembly memory', () => {
  it('is allocated for the first of many networks and reused by the others', async () => {
    await lifeOfANetwork();
    expect(made.memories).toBe(1);
    const { bytes } = made;
    expect(bytes).toBeGreaterThan(PAGE);
    for (let i = 0; i < amount(200, 1000); i++) await lifeOfANetwork();
    expect(made).toEqual({ memories: 1, bytes });
  });

  it('is reused after networks that are disposed of during their training', async () => {
    await lifeOfANetwork();
    for (let i = 0; i < 20; i++) {
      const net = await Network.create(spec);
      await errorOf(() => net.train(data, { miniBatchSize: 10, onBatch: () => net.dispose() }));
    }
    expect(made).toEqual({ memories: 0, bytes: 0 });
  });

  it('is not allocated for networks that cannot be created', async () => {
    await lifeOfANetwork();
    const layers = Array.from({ length: 3 }, () => ({ units: 65536, activation: 'tanh' as const }));
    const json = { format: 'bp4', version: 1, inputs: 1, loss: 'quadratic', layers: [] } as const;
    for (let i = 0; i < 20; i++) {
      expect(await errorOf(() => Network.create({ ...spec, layers }))).toBeInstanceOf(RangeError);
      expect(await errorOf(() => Network.fromJSON(json))).toBeInstanceOf(TypeError);
    }
    expect(made).toEqual({ memories: 0, bytes: 0 });
  });

  it.each<[string, (net: Network) => unknown]>([
    ['predict', (net) => net.predict(data.inputs)],
    ['evaluate', (net) => net.evaluate(data)],
    ['train', (net) => net.train(data, { epochs: 1 })],
    ['validation', (net) => net.train(data, { epochs: 1, validation: data })],
    ['layers', (net) => net.layers.map(({ weights }) => weights)],
    ['toJSON', (net) => net.toJSON()],
  ])('does not grow by %s, however many samples there are', async (_, call) => {
    const net = await Network.create(spec);
    made.bytes = 0;
    for (let i = 0; i < 3; i++) await call(net);
    expect(made.bytes).toBe(0);
    net.dispose();
  });

  it.each<[string, (net: Network) => unknown]>([
    ['backprop', (net) => net.backprop(data)],
    ['train', (net) => net.train(data, { epochs: 1, miniBatchSize: 200 })],
  ])('grows by %s of a large mini-batch only the first time', async (_, call) => {
    const net = await Network.create(spec);
    await call(net);
    made.bytes = 0;
    for (let i = 0; i < 3; i++) await call(net);
    expect(made.bytes).toBe(0);
    net.dispose();
  });
});

describe('data in typed arrays', () => {
  const COUNT = 20_000;
  const INPUTS = 784;
  const bytes = new Uint8Array(COUNT * INPUTS);
  const labels = new Uint8Array(COUNT);

  const uses: [string, (net: Network, data: Data) => unknown][] = [
    ['train', (net, samples) => net.train(samples, { epochs: 1, miniBatchSize: 10 })],
    ['evaluate', (net, samples) => net.evaluate(samples)],
    ['predict', (net, { inputs }) => net.predict(inputs)],
  ];

  it.each(uses)('are not copied whole by %s', async (_, use) => {
    const net = await Network.create({ inputs: INPUTS, layers: [{ units: 10, activation: 'softmax' }] });
    const before = process.memoryUsage().arrayBuffers;
    await use(net, { inputs: bytes, labels });
    // Training holds, of inputs that are zero, a bit for each; of each sample, its target and its place in the order.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(bytes.length / 3);
    expect(made.bytes).toBeLessThan(bytes.length / 3);
    net.dispose();
  });
});
