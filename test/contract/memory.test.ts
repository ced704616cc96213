import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { Network, type NetworkOptions } from '../../src/index.js';
import type * as Load from '../../src/kernels/load.js';
import { catchError } from '../support/patient.js';
import { randomData } from '../support/random-data.js';
import { amount } from '../support/thorough.js';

// WebAssembly memory cannot shrink and is collected late, so networks share it: one takes over what another returns.

const PAGE = 65536;

/** What was made since the test began. */
const made = { memories: 0, bytes: 0 };
/** All memories of this file, since a network may hold its data in one that another has returned. */
const memories: WebAssembly.Memory[] = [];
const { Memory } = WebAssembly;

class CountedMemory extends Memory {
  constructor(descriptor: WebAssembly.MemoryDescriptor) {
    super(descriptor);
    memories.push(this);
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
  it('allocates memory for the first of many networks and reuses it for the others', async () => {
    await lifeOfANetwork();
    expect(made.memories).toBe(1);
    const { bytes } = made;
    expect(bytes).toBeGreaterThan(PAGE);
    for (let i = 0; i < amount(200, 1000); i++) await lifeOfANetwork();
    expect(made).toEqual({ memories: 1, bytes });
  });

  it('reuses the memory of networks that are disposed of during their training', async () => {
    await lifeOfANetwork();
    for (let i = 0; i < 20; i++) {
      const net = await Network.create(spec);
      await catchError(() => net.train(data, { miniBatchSize: 10, onBatch: () => net.dispose() }));
    }
    expect(made).toEqual({ memories: 0, bytes: 0 });
  });

  it('allocates no memory for networks that cannot be created', async () => {
    await lifeOfANetwork();
    const layers = Array.from({ length: 3 }, () => ({ units: 65536, activation: 'tanh' as const }));
    const json = { format: 'bp4', version: 1, inputs: 1, loss: 'quadratic', layers: [] } as const;
    for (let i = 0; i < 20; i++) {
      expect(await catchError(() => Network.create({ ...spec, layers }))).toBeInstanceOf(RangeError);
      expect(await catchError(() => Network.fromJSON(json))).toBeInstanceOf(TypeError);
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
  ])('allocates no more memory for %s, however many samples there are', async (_, call) => {
    const net = await Network.create(spec);
    made.bytes = 0;
    for (let i = 0; i < 3; i++) await call(net);
    expect(made.bytes).toBe(0);
    net.dispose();
  });

  it.each<[string, (net: Network) => unknown]>([
    ['backprop', (net) => net.backprop(data)],
    ['train', (net) => net.train(data, { epochs: 1, miniBatchSize: 200 })],
  ])('allocates memory for %s of a large mini-batch only the first time', async (_, call) => {
    const net = await Network.create(spec);
    await call(net);
    made.bytes = 0;
    for (let i = 0; i < 3; i++) await call(net);
    expect(made.bytes).toBe(0);
    net.dispose();
  });
});

/** `note` is called with each call of the kernels. */
const kernelCalls = vi.hoisted(() => ({ note: (): void => undefined }));

vi.mock('../../src/kernels/load.js', async (importOriginal) => {
  const load = await importOriginal<typeof Load>();
  /** Disposed networks return these, and others take them. */
  const watched = new WeakSet();
  const takeKernels: typeof load.takeKernels = async (engine) => {
    const kernels = await load.takeKernels(engine);
    if (watched.has(kernels)) return kernels;
    const watching: typeof kernels = {
      ...kernels,
      feedForward: (...args) => {
        kernelCalls.note();
        kernels.feedForward(...args);
      },
      descend: (...args) => {
        kernelCalls.note();
        return kernels.descend(...args);
      },
    };
    watched.add(watching);
    return watching;
  };
  return { ...load, takeKernels };
});

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** The most memory in use while the kernels were called, beyond what the process held before. */
async function measurePeak(work: () => unknown): Promise<{ calls: number; arrays: number; wasm: number }> {
  collectGarbage();
  const before = process.memoryUsage().arrayBuffers;
  const peak = { calls: 0, arrays: 0, wasm: 0 };
  kernelCalls.note = () => {
    if (peak.calls++ % 10 > 0) return; // to ask the process is slow
    peak.arrays = Math.max(peak.arrays, process.memoryUsage().arrayBuffers - before);
    const bytes = memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0);
    peak.wasm = Math.max(peak.wasm, bytes);
  };
  await work();
  kernelCalls.note = () => undefined;
  return peak;
}

describe('data in typed arrays', () => {
  const COUNT = 20_000;
  const INPUTS = 784;
  const inputScale = 1 / 255;
  const labels = Uint8Array.from({ length: COUNT }, (_, n) => n % 10);

  const uses: [string, (net: Network, inputs: Uint8Array) => unknown][] = [
    ['train', (net, inputs) => net.train({ inputs, inputScale, labels }, { epochs: 1, miniBatchSize: 10 })],
    ['evaluate', (net, inputs) => net.evaluate({ inputs, inputScale, labels })],
    ['predict', (net, inputs) => net.predict(inputs, { inputScale })],
  ];
  const zeros = new Uint8Array(COUNT * INPUTS);
  // With so little memory, training does not hold so many numbers; of zeros it holds a bit for each.
  beforeEach(() => {
    vi.spyOn(process, 'availableMemory').mockReturnValue(2 ** 26);
  });
  const kinds: [string, Uint8Array][] = [
    ['numbers', zeros.map((_, i) => 1 + (i % 255))],
    ['zeros', zeros],
  ];
  const cases = uses.flatMap(([name, use]) =>
    kinds.map(([kind, bytes]) => [name, kind, use, bytes] as const),
  );

  it.each(cases)('%s does not copy a typed array of %s whole', async (_, __, use, bytes) => {
    const net = await Network.create({ inputs: INPUTS, layers: [{ units: 10, activation: 'softmax' }] });
    const { calls, arrays, wasm } = await measurePeak(() => use(net, bytes));
    net.dispose();
    expect(calls).toBeGreaterThan(30);
    expect(arrays).toBeLessThan(bytes.length / 3);
    expect(wasm).toBeLessThan(bytes.length / 3);
  });
});
