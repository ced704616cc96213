import { afterEach, describe, expect, it, vi } from 'vitest';
import { NeuralNetwork, type BrainEngine, type TrainOptions } from '../../src/brain/index.js';
import { Random } from '../../src/base/random.js';

// Same bits from WebAssembly and from plain TypeScript; and the gradient behind a step, against central differences.

afterEach(() => {
  vi.unstubAllGlobals();
  vi.resetModules();
});

/** @param zeros the share of inputs that are zero */
function createData(inputs: number, outputs: number, count: number, zeros: number) {
  const random = Random.fromSeed(inputs + outputs);
  const row = (size: number, share: number): number[] =>
    Array.from({ length: size }, () => (random.uniform(0, 1) < share ? 0 : random.uniform(-1, 1)));
  return Array.from({ length: count }, () => ({
    input: row(inputs, zeros),
    output: row(outputs, 0).map(Math.abs),
  }));
}

type Numbers = number[] | Float32Array;

function trained(engine: BrainEngine, sizes: number[], zeros: number, options: Partial<TrainOptions>) {
  const [inputs, outputs] = [sizes[0]!, sizes.at(-1)!];
  const data = createData(inputs, outputs, 13, zeros);
  const net = new NeuralNetwork<Numbers, Numbers>({ hiddenLayers: sizes.slice(1, -1), seed: 5, engine });
  const statuses = [7, 3].map((iterations) =>
    net.train(data, { errorThresh: 1e-9, learningRate: 0.2 / inputs, iterations, ...options }),
  );
  return { statuses, weights: net.weights, biases: net.biases, output: net.run(data[3]!.input) };
}

const shapes = [
  [1, 1],
  [2, 3, 1],
  [3, 3, 2],
  [2, 4, 4],
  [5, 4, 3],
  [8, 3, 1],
  [9, 2, 2],
  [7, 5, 3, 2],
  [17, 8, 4],
  [64, 9, 5],
  [65, 33, 17, 1],
  [70, 128, 3],
  [3, 256, 2],
];

describe('parity', () => {
  it.each(shapes.map((sizes) => [sizes]))(
    'WebAssembly and TypeScript give the same bits with sizes %j',
    (sizes) => {
      for (const activation of ['sigmoid', 'tanh', 'relu', 'leaky-relu'] as const) {
        for (const options of [
          { momentum: 0.1 },
          { momentum: 0.9 },
          { praxis: 'adam', learningRate: 0.01 },
        ] as const) {
          for (const zeros of [0, 0.8]) {
            const all = { activation, leakyReluAlpha: 0.1, ...options };
            const wasm = trained('wasm', sizes, zeros, all);
            const reference = trained('reference', sizes, zeros, all);
            expect(wasm, `${activation} ${JSON.stringify(options)} ${zeros}`).toEqual(reference);
            expect(wasm.statuses[0]!.iterations).toBe(7);
          }
        }
      }
    },
  );

  it('WebAssembly and TypeScript give the same bits when changes have become too small and are dropped', () => {
    // Inputs that are zero for longer than a change lasts, and then are not.
    const data = Array.from({ length: 60 }, (_, i) => ({
      input: Array.from({ length: 20 }, (_, k) => Number((i + k) % 40 === 0)),
      output: [i % 2],
    }));
    const [wasm, reference] = (['wasm', 'reference'] as const).map((engine) => {
      const net = new NeuralNetwork<Numbers, Numbers>({ seed: 1, engine });
      const status = net.train(data, { iterations: 12, errorThresh: 1e-9, momentum: 0.5 });
      return { status, weights: net.weights };
    });
    expect(wasm).toEqual(reference);
  });

  it('runs without WebAssembly where it is refused', async () => {
    vi.resetModules();
    vi.stubGlobal('WebAssembly', {
      Module: function Module() {
        throw new Error('refused');
      },
    });
    const { NeuralNetwork: Refused, EngineError } = await import('../../src/brain/index.js');
    const net = new Refused<Numbers, Numbers>({ seed: 5, hiddenLayers: [3] });
    net.train(createData(4, 2, 5, 0), { iterations: 4 });
    vi.unstubAllGlobals();
    const same = new NeuralNetwork<Numbers, Numbers>({ seed: 5, hiddenLayers: [3], engine: 'reference' });
    same.train(createData(4, 2, 5, 0), { iterations: 4 });
    expect(net.weights).toEqual(same.weights);
    const asked = new Refused<Numbers, Numbers>({ engine: 'wasm' });
    expect(() => asked.train(createData(4, 2, 5, 0))).toThrow(EngineError);
  });
});

describe('truth', () => {
  it.each(['sigmoid', 'tanh', 'relu', 'leaky-relu'] as const)(
    'steps against the gradient of the cost: %s',
    (activation) => {
      const [datum] = createData(4, 3, 1, 0);
      const net = new NeuralNetwork<Numbers, Numbers>({
        seed: 3,
        activation,
        leakyReluAlpha: 0.1,
        hiddenLayers: [5],
      });
      net.train([datum!], { iterations: 1 });
      const before = net.toJSON();
      const rate = 0.5;
      const after = new NeuralNetwork<Numbers, Numbers>().fromJSON(before);
      after.train([datum!], { iterations: 1, learningRate: rate });
      const layers = after.toJSON().layers;
      /** ½ Σ (a − y)², in double precision. */
      const cost = (json: typeof before): number => {
        const alpha = json.trainOpts.leakyReluAlpha;
        const sigma = {
          sigmoid: (z: number) => 1 / (1 + Math.exp(-z)),
          tanh: Math.tanh,
          relu: (z: number) => Math.max(z, 0),
          'leaky-relu': (z: number) => (z > 0 ? z : alpha * z),
        }[activation];
        let a = Array.from(Float32Array.from(datum!.input));
        for (const { weights, biases } of json.layers.slice(1))
          a = weights.map((row, j) => sigma(row.reduce((z, w, k) => z + w * a[k]!, biases[j]!)));
        return a.reduce((sum, x, j) => sum + (x - Math.fround(datum!.output[j]!)) ** 2 / 2, 0);
      };
      let compared = 0;
      const compare = (change: number, expected: number): void => {
        compared++;
        // differences of numbers of about 1, in single precision, over the rate: 1e-7
        expect(change / rate).toBeCloseTo(expected, 6);
      };
      const h = 1e-5;
      const slope = (change: (json: typeof before, by: number) => void): number => {
        const at = (by: number): number => {
          const json = structuredClone(before);
          change(json, by);
          return cost(json);
        };
        return (at(h) - at(-h)) / (2 * h);
      };
      for (const [l, { weights, biases }] of layers.entries()) {
        for (const [j, row] of weights.entries()) {
          for (const [k, w] of row.entries()) {
            const expected = slope((json, by) => (json.layers[l]!.weights[j]![k]! += by));
            compare(before.layers[l]!.weights[j]![k]! - w, expected);
          }
        }
        for (const [j, bias] of biases.entries()) {
          const expected = slope((json, by) => (json.layers[l]!.biases[j]! += by));
          compare(before.layers[l]!.biases[j]! - bias, expected);
        }
      }
      expect(compared).toBe(5 * (4 + 1) + 3 * (5 + 1));
    },
  );
});

describe('trainPattern', () => {
  const [engines, widths] = [['wasm', 'reference'] as const, [1, 3, 15, 16, 17, 33, 64, 130]];
  const cases = engines.flatMap((engine) => widths.map((width) => [engine, width] as const));

  it.each(cases)('trainPattern learns what train does from one sample: %s, %d inputs', (engine, width) => {
    for (const praxis of [null, 'adam'] as const) {
      for (const zeros of [0, 0.4, 0.6, 0.95, 1]) {
        const create = (): NeuralNetwork<Numbers, Numbers> =>
          new NeuralNetwork<Numbers, Numbers>({ hiddenLayers: [3], seed: 9, engine, praxis });
        const [one, whole] = [create(), create()];
        // Dense rows after sparse ones, and the other way round.
        const data = [...createData(width, 2, 5, zeros), ...createData(width, 2, 2, 1 - zeros)];
        for (const datum of data) {
          const error = one.trainPattern(datum, true);
          expect(whole.train([datum], { iterations: 1 }).error).toBe(error);
        }
        expect(one.weights).toEqual(whole.weights);
        expect(one.biases).toEqual(whole.biases);
      }
    }
  });
});
