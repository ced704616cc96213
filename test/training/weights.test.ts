import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import {
  Network,
  type ClassWeights,
  type Data,
  type NetworkOptions,
  type TrainOptions,
} from '../../src/index.js';
import { fingerprint } from '../support/fingerprint.js';
import { expectHarmlessError, goodData, type Expected } from '../support/patient.js';
import { randomData } from '../support/random-data.js';

// Weights of samples and classes, and frozen layers.

const INPUTS = 4;
const COUNT = 9;
const engines = ['wasm', 'reference'] as const;

const specs: [string, NetworkOptions][] = [
  [
    'softmax',
    {
      inputs: INPUTS,
      layers: [
        { units: 5, activation: 'tanh' },
        { units: 3, activation: 'softmax' },
      ],
      seed: 4,
    },
  ],
  [
    'a quadratic cost',
    {
      inputs: INPUTS,
      layers: [
        { units: 6, activation: 'softplus' },
        { units: 3, activation: 'linear' },
      ],
      seed: 4,
    },
  ],
];
const [, spec] = specs[0]!;
const { inputs } = randomData(COUNT, INPUTS, 1);
const labels = Uint8Array.of(0, 1, 2, 1, 0, 2, 2, 1, 0);

/** Samples by their numbers. */
const chosen = (...numbers: number[]): { inputs: number[][]; labels: number[] } => ({
  inputs: numbers.map((n) => [...inputs.subarray(n * INPUTS, (n + 1) * INPUTS)]),
  labels: numbers.map((n) => labels[n]!),
});
const all = chosen(0, 1, 2, 3, 4, 5, 6, 7, 8);

/** By how much one step of η = 1 changes the parameters, times the number of samples: Σ of their gradients. */
async function sumOfGradients(
  spec: NetworkOptions,
  engine: 'wasm' | 'reference',
  data: Data,
  count: number,
  options: TrainOptions = {},
): Promise<number[]> {
  const net = await Network.create({ ...spec, engine });
  const parameters = (): number[] => net.layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
  const before = parameters();
  await net.train(data, { epochs: 1, miniBatchSize: count, learningRate: 1, shuffle: false, ...options });
  return parameters().map((after, i) => (before[i]! - after) * count);
}

/**
 * Parameters and gradients are about 1 in size, and rounded to single precision, half of 1.2e-7, as is each of some ten
 * terms of a sum: all that times the number of samples.
 */
const TOLERANCE = 12 * 6e-8 * (COUNT + 2);

function expectClose(one: number[], other: number[]): void {
  expect(one).toHaveLength(other.length);
  const largest = Math.max(...one.map((x, i) => Math.abs(x - other[i]!)));
  expect(largest).toBeLessThan(TOLERANCE);
  // The comparison means something: the gradients are far larger.
  expect(Math.max(...other.map(Math.abs))).toBeGreaterThan(1000 * TOLERANCE);
}

describe.each(specs)('weighted gradients with %s', (_, spec) => {
  describe.each(engines)('engine %s', (engine) => {
    it('counts a sample of weight 2 as two samples', async () => {
      const sampleWeights = [1, 2, 1, 1, 1, 2, 1, 1, 1];
      expectClose(
        await sumOfGradients(spec, engine, { ...all, sampleWeights }, COUNT),
        await sumOfGradients(spec, engine, chosen(0, 1, 1, 2, 3, 4, 5, 5, 6, 7, 8), COUNT + 2),
      );
    });

    it('ignores a sample of weight 0', async () => {
      const sampleWeights = [0, 1, 1, 0, 1, 1, 1, 1, 0];
      expectClose(
        await sumOfGradients(spec, engine, { ...all, sampleWeights }, COUNT),
        await sumOfGradients(spec, engine, chosen(1, 2, 4, 5, 6, 7), 6),
      );
    });

    it('sums the gradients of samples multiplied by their weights', async () => {
      const sampleWeights = [0.5, 2, 0, 1.25, 3, 0.1, 1, 1, 0.7];
      const ofOne = await Promise.all(
        sampleWeights.map((_, n) => sumOfGradients(spec, engine, chosen(n), 1)),
      );
      expectClose(
        await sumOfGradients(spec, engine, { ...all, sampleWeights }, COUNT),
        ofOne[0]!.map((_, i) => sampleWeights.reduce((sum, w, n) => sum + w * ofOne[n]![i]!, 0)),
      );
    });
  });
});

describe('training with weights', () => {
  const options: TrainOptions = { epochs: 3, miniBatchSize: 4, learningRate: 0.3 };
  async function train(
    data: Data,
    more: TrainOptions = {},
    engine: 'wasm' | 'reference' = 'wasm',
    threads = 1,
  ) {
    const net = await Network.create({ ...spec, engine, threads });
    const history = await net.train(data, { ...options, ...more });
    const print = fingerprint(net);
    net.dispose();
    return { history, print };
  }
  const sampleWeights = [0.5, 2, 0, 1.25, 3, 0.1, 1, 1, 0.7];

  it('gives the same bits on both engines and with two threads', async () => {
    for (const more of [{}, { classWeights: [1, 2, 3] }, { optimizer: 'adam', l2: 0.1 }] as TrainOptions[]) {
      const one = await train({ ...all, sampleWeights }, more);
      expect(await train({ ...all, sampleWeights }, more, 'reference')).toEqual(one);
      expect(await train({ ...all, sampleWeights }, more, 'wasm', 2)).toEqual(one);
    }
  });

  it('gives the same bits with weights of 1 as without weights', async () => {
    const plain = await train(all);
    expect(await train({ ...all, sampleWeights: Array<number>(COUNT).fill(1) })).toEqual(plain);
    expect(await train(all, { classWeights: [1, 1, 1] })).toEqual(plain);
    expect(await train(all, { classWeights: {} })).toEqual(plain);
  });

  it('gives the same bits for every type of array that holds the weights', async () => {
    const wholes = [1, 2, 0, 3, 1, 1, 2, 5, 1];
    const one = await train({ ...all, sampleWeights: wholes });
    for (const Kind of [Float64Array, Float32Array, Uint8Array, Int32Array]) {
      expect(await train({ ...all, sampleWeights: Kind.from(wholes) })).toEqual(one);
    }
  });

  const ofClass = [0.5, 3, 1];
  it.each<[string, ClassWeights, number[]]>([
    ['in an array', ofClass, ofClass],
    ['by label', { 0: 0.5, 1: 3, 2: 1 }, ofClass],
    ['by some labels', { 1: 3 }, [1, 3, 1]],
    ['with entries for labels that do not occur', [0.5, 3, 1, 7, 7], ofClass],
  ])('treats classWeights %s as weights of the samples', async (_, classWeights, each) => {
    const weights = all.labels.map((label) => each[label]!);
    const one = await train(all, { classWeights });
    expect(one).toEqual(await train({ ...all, sampleWeights: weights }));
    expect(one).not.toEqual(await train(all));
  });

  it("'balanced' weighs each class by its count in the training data, also where validation has other counts", async () => {
    const uneven = { ...all, labels: all.labels.map((label, n) => (n < 2 ? 2 : label)) };
    const counts = [0, 1, 2].map((label) => uneven.labels.filter((one) => one === label).length);
    const weights = counts.map((count) => uneven.labels.length / (3 * count));
    expect(new Set(counts).size).toBeGreaterThan(1);
    expect(await train(uneven, { classWeights: 'balanced' })).toEqual(
      await train(uneven, { classWeights: weights }),
    );
    const validation = { inputs: uneven.inputs, labels: uneven.labels.map(() => 0) };
    const losses = await Promise.all(
      (['balanced', weights] as const).map(async (classWeights) => {
        const net = await Network.create(spec);
        const history = await net.train(uneven, { ...options, classWeights, validation });
        return history.at(-1)!.validation!.loss;
      }),
    );
    expect(losses[0]).toBe(losses[1]);
  });

  it("'balanced' gives weight 1 to a class without samples, and counts labels of a single output", async () => {
    const net = await Network.create({ inputs: 1, layers: [{ units: 3, activation: 'softmax' }] });
    const data = { inputs: [[1], [2], [3], [4]], labels: [0, 0, 0, 1] };
    const other = await net.clone();
    await net.train(data, { epochs: 2, classWeights: 'balanced' });
    await other.train(data, { epochs: 2, classWeights: [4 / 9, 4 / 3, 1] });
    expect(net.layers).toEqual(other.layers);
    const one = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'sigmoid' }] });
    const two = await one.clone();
    await one.train(data, { epochs: 2, classWeights: 'balanced' });
    await two.train(data, { epochs: 2, classWeights: [4 / 6, 2] });
    expect(one.layers).toEqual(two.layers);
  });

  it("'balanced' refuses a stream, and targets", async () => {
    const net = await Network.create(spec);
    const stream = { batches: () => [all] };
    await expect(net.train(stream, { classWeights: 'balanced' })).rejects.toThrow(
      "classWeights: the classes of a stream aren't counted; give numbers",
    );
    const targets = all.labels.map((label) => [0, 1, 2].map((k) => Number(k === label)));
    await expect(net.train({ inputs: all.inputs, targets }, { classWeights: 'balanced' })).rejects.toThrow(
      'classWeights: for labels only',
    );
  });

  it('classWeights multiply sampleWeights', async () => {
    const weights = all.labels.map((label, n) => ofClass[label]! * Math.fround(sampleWeights[n]!));
    const both = await train({ ...all, sampleWeights }, { classWeights: ofClass });
    expect(both).toEqual(await train({ ...all, sampleWeights: weights }));
  });

  it('does not keep the weights of an earlier training', async () => {
    const [net, other] = await Promise.all([Network.create(spec), Network.create(spec)]);
    const still = { ...options, learningRate: () => 0 };
    await net.train({ ...all, sampleWeights: Array<number>(COUNT).fill(2) }, still);
    await other.train(all, still);
    expect(net.layers).toEqual(other.layers);
    expect(await net.train(all, options)).toEqual(await other.train(all, options));
  });
});

describe('weighted costs', () => {
  const weights = [0.5, 2, 0, 1.25, 3, 0.125, 1, 1, 0.75];

  it.each(engines)(
    'evaluate divides the weighted cost by the number of samples, on engine %s',
    async (engine) => {
      const net = await Network.create({ ...spec, engine });
      const each = weights.map((_, n) => net.evaluate(chosen(n)).loss);
      const sum = each.reduce((sum, loss, n) => sum + weights[n]! * loss, 0);
      // The weights are exact in single precision, and the sum is of the same doubles in the same order.
      const { loss, accuracy } = net.evaluate({ ...all, sampleWeights: weights });
      expect(loss).toBe(sum / COUNT);
      expect(accuracy).toBe(net.evaluate(all).accuracy);
    },
  );

  it.each(engines)(
    'backprop, evaluate and checkGradients agree on figures worked out by hand, on engine %s',
    async (engine) => {
      const json = {
        ...(await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }] })).toJSON(),
      };
      const layers = [{ ...json.layers[0]!, weights: [[2]], biases: [0] }];
      const net = await Network.fromJSON({ ...json, loss: 'meanSquaredError', layers }, { engine });
      // Errors of 1 and 3: (½·1 + 2·9)/2; by the weight (½·2·1·1 + 2·2·3·2)/2, and by the bias (½·2·1 + 2·2·3)/2.
      const data = { inputs: [1, 2], targets: [1, 1], sampleWeights: [0.5, 2] };
      const { loss, layers: gradients } = net.backprop(data);
      expect([loss, net.evaluate(data).loss]).toEqual([9.25, 9.25]);
      expect([...gradients[0]!.weightGradients, ...gradients[0]!.biasGradients]).toEqual([12.5, 6.5]);
      expect([...gradients[0]!.delta]).toEqual([0.5 * 2, 2 * 6]);
      const { ok, worst } = await net.checkGradients(data);
      expect(ok).toBe(true);
      expect([12.5, 6.5]).toContain(worst!.analytic);
      expect((await net.diagnose(data)).layers[0]!.gradient).toBeCloseTo(12.5, 12);
    },
  );

  it.each([3, 40])(
    'a step of training goes by the weighted gradients of backprop, for %d inputs',
    async (inputs) => {
      // Of 40 inputs most are 0, so that training holds them as pairs.
      const dense = randomData(COUNT, inputs, 1).inputs;
      const sparse = dense.map((x, i) => (inputs > 32 && i % 7 ? 0 : x));
      const data = { inputs: sparse, labels: all.labels, sampleWeights: weights };
      const made = engines.map((engine) => Network.create({ ...spec, inputs, engine }));
      for (const net of await Promise.all(made)) {
        const before = net.layers;
        const gradients = net.backprop(data).layers;
        expect((await net.checkGradients(data)).ok).toBe(true);
        await net.train(data, { epochs: 1, miniBatchSize: COUNT, shuffle: false, learningRate: 1 });
        for (const [l, { weights }] of net.layers.entries()) {
          const { weightGradients } = gradients[l]!;
          weights.forEach((w, i) => expect(w).toBeCloseTo(before[l]!.weights[i]! - weightGradients[i]!, 6));
        }
      }
    },
  );

  it('class weights count in validation data as in a part that is set aside', async () => {
    const options = { epochs: 1, classWeights: [1, 4, 2], learningRate: 0.1, shuffle: false };
    const net = await Network.create(spec);
    const [{ validation } = {}] = await net.train(all, { ...options, validation: all });
    const sampleWeights = all.labels.map((label) => options.classWeights[label]!);
    expect(validation).toEqual(net.evaluate({ ...all, sampleWeights }));
    expect(validation).not.toEqual(net.evaluate(all));
  });

  it('the reports of an epoch and of a mini-batch give the weighted cost', async () => {
    const net = await Network.create(spec);
    const data = { ...all, sampleWeights: weights };
    const { loss } = net.evaluate(data);
    const batches: number[] = [];
    const options = { epochs: 1, miniBatchSize: COUNT, shuffle: false };
    const [report] = await net.train(data, { ...options, onBatch: ({ loss }) => batches.push(loss) });
    expect(report!.loss).toBe(loss);
    expect(batches).toEqual([loss]);
  });

  it('the report of validation data gives the weighted cost', async () => {
    const net = await Network.create(spec);
    const validation = { ...all, sampleWeights: weights };
    const [report] = await net.train(all, { epochs: 1, validation });
    expect(report!.validation).toEqual(net.evaluate(validation));
    expect(report!.validation).not.toEqual(net.evaluate(all));
  });
});

describe('invalid weights', () => {
  const wrong: [string, unknown, Expected][] = [
    ['a number in place of weights', 1, [TypeError, 'sampleWeights: expected an array of numbers, got 1']],
    ['null', null, [TypeError, 'sampleWeights: expected an array of numbers, got null']],
    ['too few weights', [1, 1], [RangeError, 'sampleWeights: expected 3, as many as rows of inputs, got 2']],
    [
      'a weight below 0',
      [1, -1, 1],
      [RangeError, 'sampleWeights[1]: expected a number of at least 0, got -1'],
    ],
    [
      'NaN',
      Float32Array.of(1, 1, NaN),
      [RangeError, 'sampleWeights[2]: expected a number of at least 0, got NaN'],
    ],
    [
      'Infinity',
      [Infinity, 1, 1],
      [RangeError, 'sampleWeights[0]: expected a number of at least 0, got Infinity'],
    ],
    ['a weight beyond single precision', [1e39, 1, 1], [RangeError, 'sampleWeights[0]: ']],
    ['a string', [1, '1', 1], [TypeError, "sampleWeights[1]: expected a number, got '1'"]],
    ['a hole', [1, , 1], [TypeError, 'sampleWeights[1]: expected a number, got undefined']], // eslint-disable-line no-sparse-arrays
  ];
  it.each(wrong)('sampleWeights reject %s', async (_, sampleWeights, [Class, message]) => {
    const data = { ...goodData, sampleWeights } as Data;
    await expectHarmlessError((net) => net.train(data), [Class, message]);
    await expectHarmlessError((net) => net.evaluate(data), [Class, message]);
    await expectHarmlessError(
      (net) => net.train(goodData, { validation: data }),
      [Class, `validation.${message as string}`],
    );
  });

  it.each<[string, unknown, Expected]>([
    [
      'a number in place of weights',
      2,
      [TypeError, "classWeights: expected numbers by label or 'balanced', got 2"],
    ],
    ['null', null, [TypeError, "classWeights: expected numbers by label or 'balanced', got null"]],
    ['a weight below 0', [1, -1], [RangeError, 'classWeights[1]: expected a number of at least 0, got -1']],
    ['NaN', { 1: NaN }, [RangeError, 'classWeights[1]: expected a number of at least 0, got NaN']],
    ['a string', ['1', 1], [TypeError, "classWeights[0]: expected a number, got '1'"]],
    ['a label that is a name', { cat: 1 }, [RangeError, 'classWeights: label: expected a whole number']],
  ])('classWeights reject %s', (_, classWeights, expected) =>
    expectHarmlessError(
      (net) => net.train(goodData, { classWeights: classWeights as ClassWeights }),
      expected,
    ),
  );

  it('classWeights reject data with targets', () =>
    expectHarmlessError(
      (net) => net.train({ inputs: goodData.inputs, targets: [[0, 1], [1, 0], [0, 1]] }, { classWeights: [1, 2] }), // prettier-ignore
      [TypeError, 'classWeights: for labels only; use sampleWeights'],
    ));
});

describe('frozen layers', () => {
  const deep: NetworkOptions = {
    inputs: INPUTS,
    layers: [
      { units: 6, activation: 'tanh' },
      { units: 5, activation: 'sigmoid' },
      { units: 3, activation: 'softmax' },
    ],
    seed: 4,
  };

  describe.each([[[0]], [[1]], [[2]], [[0, 1]], [[0, 2]], [[1, 2]], [[]]])('frozen: %j', (frozen) => {
    it.each(engines)(
      'frozen layers stay as they are while the others take the same step, on engine %s',
      async (engine) => {
        const [net, free] = await Promise.all([
          Network.create({ ...deep, engine }),
          Network.create({ ...deep, engine }),
        ]);
        const before = net.layers;
        const options = { epochs: 1, miniBatchSize: COUNT, learningRate: 0.5 };
        await net.train(all, { ...options, frozen });
        await free.train(all, options);
        for (const [l, layer] of net.layers.entries()) {
          expect(layer).toEqual(frozen.includes(l) ? before[l] : free.layers[l]);
          expect(free.layers[l]).not.toEqual(before[l]);
        }
      },
    );

    it.each<TrainOptions>([
      {},
      { optimizer: 'adamw' },
      { optimizer: 'momentum', l1: 0.01, l2: 0.1, penalizeBiases: true },
      { maxNorm: 0.01 },
    ])('frozen layers stay as they are over many steps with %j', async (more) => {
      const net = await Network.create(deep);
      const before = net.layers;
      await net.train(all, { epochs: 3, miniBatchSize: 2, ...more, frozen });
      const isFrozen = net.layers.map((layer, l) => isDeepStrictEqual(layer, before[l]));
      expect(isFrozen).toEqual([0, 1, 2].map((l) => frozen.includes(l)));
    });
  });

  it('frozen layers learn again in the next training', async () => {
    const net = await Network.create(deep);
    await net.train(all, { epochs: 1, frozen: [0, 1] });
    const between = net.layers;
    await net.train(all, { epochs: 1 });
    for (const [l, layer] of net.layers.entries()) expect(layer).not.toEqual(between[l]);
  });

  it('a frozen first layer stays as it is when inputs are mostly zero', async () => {
    const sparse: NetworkOptions = { ...deep, inputs: 40 };
    const data = {
      inputs: randomData(COUNT, 40, 1).inputs.map((x, i) => (i % 9 === 0 ? x : 0)),
      labels,
    };
    const nets = await Promise.all(engines.map((engine) => Network.create({ ...sparse, engine })));
    for (const net of nets) {
      const before = net.layers[0];
      await net.train(data, { epochs: 2, miniBatchSize: 2, frozen: [0] });
      expect(net.layers[0]).toEqual(before);
    }
    expect(fingerprint(nets[0]!)).toBe(fingerprint(nets[1]!));
  });

  it.each<[string, unknown, Expected]>([
    ['a number in place of an array', 0, [TypeError, 'frozen: expected an array of layers, got 0']],
    [
      'a layer that does not exist',
      [2],
      [RangeError, 'frozen[0]: expected a whole number from 0 to 1, got 2'],
    ],
    [
      'a layer counted from the end',
      [-1],
      [RangeError, 'frozen[0]: expected a whole number from 0 to 1, got -1'],
    ],
    ['a layer by name', ['first'], [TypeError, 'frozen[0]: expected a whole number']],
    ['all layers', [0, 1, 0], [RangeError, 'frozen: at least one layer must learn']],
  ])('frozen rejects %s', (_, frozen, expected) =>
    expectHarmlessError((net) => net.train(goodData, { frozen: frozen as number[] }), expected),
  );
});
