import { describe, expect, it } from 'vitest';
import { BothWays } from '../../src/explain/input-gradients.js';
import { inputGradients, integratedGradients } from '../../src/explain/index.js';
import { Dataset } from '../../src/data/index.js';
import { Network, type Data, type NetworkSpec } from '../../src/index.js';
import { double } from '../../src/kernels/reference/numerics.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import type { ActivationName, LossSpec } from '../../src/model/spec.js';
import type { NumberTransform } from '../../src/model/transforms.js';
import { finish } from '../../src/base/work.js';
import { Samples } from '../../src/training/samples.js';
import * as golden from '../golden/input-gradients.js';
import { doubleBackprop, inDouble } from '../support/double.js';
import { randomData } from '../support/random-data.js';

// BP2 taken one layer further, compared with PyTorch, with central differences in double precision, and between engines.

const bits = (floats: Float32Array): Uint32Array => new Uint32Array(floats.slice().buffer);

/** Figures of about one after some ten roundings of 2⁻²⁴. Measured: 1.7e-7 at most. */
const TOLERANCE = 1e-6;

const specs: [name: string, spec: NetworkSpec][] = (
  [
    ['softmax', 'crossEntropy', 'tanh'],
    ['sigmoid', 'binaryCrossEntropy', 'swish'],
    ['linear', 'meanSquaredError', 'gelu'],
    ['tanh', 'huber', 'softsign'],
    ['softplus', 'quadratic', 'elu'],
    ['linear', { name: 'quantile', q: [0.1, 0.4, 0.8] }, 'softplus'],
    ['linear', 'poisson', 'sigmoid'],
  ] as [ActivationName, LossSpec, ActivationName][]
).map(([last, loss, hidden], i) => [
  `${hidden} and ${last}`,
  {
    inputs: 7,
    layers: [
      { units: 5, activation: hidden, dropout: 0.25 },
      { units: 9, activation: hidden },
      { units: 3, activation: last },
    ],
    loss,
    seed: i + 1,
  },
]);

function samplesFor({ layers }: NetworkSpec): Data {
  const { inputs, targets } = randomData(37, 7, 3, 4);
  return layers.at(-1)!.activation === 'softmax'
    ? { inputs, labels: Array.from({ length: 37 }, (_, n) => n % 3) }
    : { inputs, targets };
}

describe.each(['wasm', 'reference'] as const)('%s', (engine) => {
  describe.each(golden.cases)('$activation and $output', (expected) => {
    const create = (): Promise<Network> =>
      Network.fromJSON(
        {
          format: 'bp4',
          version: 1,
          inputs: 3,
          loss: expected.loss as 'quadratic',
          layers: golden.weights.map((weights, l) => ({
            units: weights.length,
            activation: (l === 0 ? expected.activation : expected.output) as ActivationName,
            weights,
            biases: golden.biases[l]!,
          })),
        },
        { engine },
      );
    const data: Data = {
      inputs: golden.inputs,
      ...(expected.output === 'linear'
        ? { targets: golden.labels.map((label) => [0, 1, 2].map((j) => Number(j === label))) }
        : { labels: golden.labels }),
    };

    it('computes gradients of costs and outputs as PyTorch does', async () => {
      const net = await create();
      expectClose(await inputGradients(net, data), expected.ofCost);
      for (const [output, gradients] of expected.ofOutputs.entries()) {
        expectClose(await inputGradients(net, { inputs: golden.inputs }, { output }), gradients);
      }
    });

    it('integrates gradients as PyTorch does', async () => {
      const net = await create();
      const { baseline, steps } = golden;
      const options = { output: 1, baseline, steps };
      const { attributions, outputs, ...rest } = await integratedGradients(net, data, options);
      expectClose(attributions, expected.integrated);
      expect(outputs).toEqual(net.predict(golden.inputs).filter((_, i) => i % 3 === 1));
      expect(rest.baseline).toBe(net.predict([baseline])[1]);
      expect(rest.columns).toEqual(['0', '1', '2']);
      expect(rest.largestGap).toBeLessThan(1e-3);
    });
  });
});

function expectClose(actual: Float32Array, expected: readonly (readonly number[])[]): void {
  const all = expected.flat();
  expect(actual).toHaveLength(all.length);
  for (const [i, value] of actual.entries()) expect(Math.abs(value - all[i]!)).toBeLessThan(TOLERANCE);
}

describe.each(specs)('%s', (_, spec) => {
  const data = samplesFor(spec);

  it('yields the same bits in both engines', async () => {
    const [wasm, reference] = await Promise.all(
      (['wasm', 'reference'] as const).map((engine) => Network.create({ ...spec, engine })),
    );
    expect(bits(await inputGradients(wasm!, data))).toEqual(bits(await inputGradients(reference!, data)));
    expect(bits(await inputGradients(wasm!, data, { output: 2 }))).toEqual(
      bits(await inputGradients(reference!, data, { output: 2 })),
    );
    const integrate = async (net: Network) => await integratedGradients(net, data, { output: 0, steps: 7 });
    const [one, other] = [await integrate(wasm!), await integrate(reference!)];
    expect(bits(one.attributions)).toEqual(bits(other.attributions));
    expect(one).toEqual(other);
  });

  /**
   * The step h of the differences: truncation errs by about h²/6 = 2⁻³⁸·C‴, rounding by 2⁻⁵³·C/h = 2⁻³⁵ for costs of about
   * one. Measured: 4e-9 at most.
   */
  it('agrees with central differences in double precision, to 1e-7', async () => {
    const net = await Network.create(spec);
    const h = 2 ** -18;
    const way = new BothWays(net.state, referenceKernels(double), referenceKernels(double));
    const samples = finish(Samples.read(data, way.model));
    const rows = 4;
    samples.gather(way.model, 0, rows);
    way.goForward(rows);
    way.startFromCost(rows, 0);
    const gradients = way.goBack(rows);
    const truth = inDouble(net);
    const inputs = Float64Array.from((data.inputs as Float32Array).subarray(0, rows * 7));
    const answers = data.labels
      ? { labels: (data.labels as number[]).slice(0, rows) }
      : { targets: (data.targets as Float32Array).subarray(0, rows * 3) };
    const costAt = (i: number, step: number): number => {
      truth.reserve(rows);
      doubleBackprop(truth, { inputs: Float32Array.from(inputs), ...answers });
      const { floats } = truth.views;
      floats.set(inputs, truth.views.at(truth.layout.inputs));
      floats[truth.views.at(truth.layout.inputs) + i]! += step;
      truth.kernels.feedForward(truth.layout.net, rows);
      truth.kernels.tally(truth.layout.net, truth.evaluationTally.pointer, rows, 0);
      return truth.evaluationTally.batchLoss;
    };
    for (const [i, gradient] of gradients.entries()) {
      const difference = (costAt(i, h) - costAt(i, -h)) / (2 * h);
      expect(Math.abs(difference - gradient)).toBeLessThan(1e-7);
    }
  });
});

describe('with transforms', () => {
  const transforms = {
    inputs: [
      { kind: 'standardize', mean: 50, deviation: 10, name: 'size' },
      { kind: 'oneHot', categories: ['red', 'green', 'blue'], name: 'color' },
      { kind: 'minMax', min: -1, max: 3, name: 'age' },
    ],
    targets: [{ kind: 'standardize', mean: 7, deviation: 4 }],
  } as const;
  const create = async (): Promise<Network> =>
    await Network.create({
      inputs: 5,
      layers: [
        { units: 6, activation: 'tanh' },
        { units: 1, activation: 'linear' },
      ],
      seed: 3,
      transforms,
    });
  const rows = [
    { size: 62, color: 'green', age: 1 },
    { size: 41, color: 'red', age: 2.5 },
  ];

  it('attributions are by column, and add up to the output in the units of the target', async () => {
    const net = await create();
    const { columns, attributions, outputs, baseline, largestGap } = await integratedGradients(net, {
      inputs: rows,
    });
    expect(columns).toEqual(['size', 'color', 'age']);
    expect(outputs).toEqual(net.predict(rows));
    for (const n of [0, 1]) {
      const sum = attributions.subarray(3 * n, 3 * n + 3).reduce((sum, one) => sum + one, 0);
      expect(Math.abs(sum - (outputs[n]! - baseline))).toBeLessThan(2e-3);
      expect(Math.abs(sum - (outputs[n]! - baseline))).toBeLessThanOrEqual(largestGap + 1e-6);
    }
    const finer = await integratedGradients(net, { inputs: rows }, { steps: 400 });
    expect(finer.largestGap).toBeLessThan(largestGap / 20);
  });

  it('a sample that is its own baseline has no attributions', async () => {
    const net = await create();
    const explained = await integratedGradients(net, { inputs: rows }, { baseline: rows[0]! });
    expect([...explained.attributions.subarray(0, 3)]).toEqual([0, 0, 0]);
    expect(explained.baseline).toBe(net.predict([rows[0]!])[0]);
  });

  it('a gradient of an output is in the units of the target', async () => {
    const net = await create();
    const { inputs } = transforms;
    const { spec, ...state } = net.state;
    const plain = await Network.fromState({ ...state, spec: { ...spec, transforms: { inputs } } });
    const scaled = await inputGradients(net, { inputs: rows }, { output: 0 });
    const unscaled = await inputGradients(plain, { inputs: rows }, { output: 0 });
    expect([...scaled]).toEqual([...unscaled.map((gradient) => 4 * gradient)]);
  });
});

describe.each<NumberTransform>([
  { kind: 'log1p', mean: 0.5, deviation: 2 },
  { kind: 'log1p', mean: -0.5, deviation: 2 },
  { kind: 'quantile', quantiles: [-3, 0, 1, 10], scores: [-1.5, -0.01, 0.3, 2] },
])('with targets of %j, whose inverse is no line', (target) => {
  const inputs = [
    [0.3, -0.4],
    [-0.6, 0.9],
  ];
  const create = (): Promise<Network> =>
    Network.create({
      inputs: 2,
      layers: [
        { units: 4, activation: 'tanh' },
        { units: 1, activation: 'linear' },
      ],
      seed: 1,
      transforms: { targets: [target] },
    });

  it('gradients of the output are the slopes of predictions', async () => {
    const net = await create();
    const gradients = await inputGradients(net, { inputs }, { output: 0 });
    const h = 2 ** -8;
    for (const [i, gradient] of gradients.entries()) {
      const at = (step: number): number =>
        net.predict(inputs.map((row, n) => row.map((x, k) => x + Number(2 * n + k === i) * step)))[
          Math.floor(i / 2)
        ]!;
      // Truncation errs by about h²/6 = 3e-6, rounding by 2⁻²⁴/h = 2e-5 of figures of about 1.
      expect(Math.abs(gradient - (at(h) - at(-h)) / (2 * h))).toBeLessThan(5e-4);
      expect(gradient).not.toBe(0);
    }
  });

  it('attributions add up to the difference of the outputs', async () => {
    const { largestGap } = await integratedGradients(await create(), { inputs }, { steps: 500 });
    expect(largestGap).toBeLessThan(0.01);
  });
});

it('puts a Dataset into the order of the network, as its training saw it', async () => {
  const net = await Network.create({ inputs: 2, layers: [{ units: 1, activation: 'tanh' }], seed: 2 });
  const objects = [
    { a: 0.5, b: -1, y: 0.25 },
    { a: 2, b: 0.75, y: -0.5 },
  ];
  const read = (...inputs: string[]): Dataset => Dataset.fromObjects(objects, { inputs, targets: ['y'] });
  await net.train(read('a', 'b'), { epochs: 1 });
  expect(await inputGradients(net, read('b', 'a'))).toEqual(await inputGradients(net, read('a', 'b')));
  const explain = async (data: Dataset) => (await integratedGradients(net, data)).attributions;
  expect(await explain(read('b', 'a'))).toEqual(await explain(read('a', 'b')));
});

it('multiplies the costs by their weights', async () => {
  const [, spec] = specs[1]!;
  const net = await Network.create(spec);
  const data = samplesFor(spec);
  const once = await inputGradients(net, data);
  const sampleWeights = new Float32Array(37).fill(2);
  sampleWeights[5] = 0;
  const twice = await inputGradients(net, { ...data, sampleWeights });
  for (const [i, gradient] of twice.entries())
    expect(gradient).toBe(Math.floor(i / 7) === 5 ? 0 : 2 * once[i]!);
});

describe('refuses, and leaves the network as it was', () => {
  it.each<[string, (net: Network) => Promise<unknown>, string]>([
    [
      'no answers',
      (net) => inputGradients(net, { inputs: [1, 2, 3, 4, 5, 6, 7] }),
      'targets: expected either targets or labels beside the inputs, got neither',
    ],
    [
      'an output that there is not',
      (net) => inputGradients(net, { inputs: [1, 2, 3, 4, 5, 6, 7] }, { output: 3 }),
      'output: expected a whole number from 0 to 2, got 3',
    ],
    [
      'no output of several',
      (net) => integratedGradients(net, { inputs: [1, 2, 3, 4, 5, 6, 7] }),
      'output: expected a whole number, got undefined',
    ],
    [
      'no steps',
      (net) => integratedGradients(net, { inputs: [1, 2, 3, 4, 5, 6, 7] }, { output: 0, steps: 0 }),
      'steps: expected a whole number of at least 1, got 0',
    ],
    [
      'a baseline of another width',
      (net) => integratedGradients(net, { inputs: [1, 2, 3, 4, 5, 6, 7] }, { output: 0, baseline: [1, 2] }),
      'baseline: inputs[0]: expected 7 values, got 2',
    ],
    [
      'NaN',
      (net) => inputGradients(net, { inputs: [1, 2, 3, 4, 5, 6, NaN] }, { output: 0 }),
      'inputs[0][6] is NaN; expected a finite number',
    ],
  ])('%s', async (_, call, message) => {
    const net = await Network.create(specs[0]![1]);
    const before = net.save();
    await expect(call(net)).rejects.toThrow(message);
    expect(net.save()).toEqual(before);
  });
});
