import { execFileSync } from 'node:child_process';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  Network,
  type Data,
  type EpochReport,
  type NetworkOptions,
  type TrainOptions,
} from '../../src/index.js';
import { atEveryTurn, everyLookTakes } from '../support/clock.js';
import { fingerprint } from '../support/fingerprint.js';
import { randomData } from '../support/random-data.js';
import { toRows } from '../support/rows.js';
import { amount } from '../support/thorough.js';

// The same spec, seed, data and options give the same weights to the bit: again, elsewhere, resumed, interrupted.

const spec: NetworkOptions = {
  inputs: 5,
  layers: [
    { units: 9, activation: 'relu', initializer: 'scaledNormal' },
    { units: 7, activation: 'tanh' },
    { units: 3, activation: 'sigmoid' },
  ],
  loss: 'binaryCrossEntropy',
  seed: 42,
};
/** With mini-batches of four the last is short. */
const data = randomData(23, 5, 3);
const options = { epochs: 3, miniBatchSize: 4, learningRate: 0.3 } satisfies TrainOptions;

interface Run {
  readonly weights: string;
  readonly history: readonly EpochReport[];
}

async function run(changes: Partial<NetworkOptions> = {}, more: TrainOptions = {}): Promise<Run> {
  const net = await Network.create({ ...spec, ...changes });
  const history = await net.train(data, { ...options, ...more });
  const weights = fingerprint(net);
  net.dispose();
  return { weights, history };
}

const expected = await run();

afterEach(() => {
  vi.restoreAllMocks();
});

describe('training', () => {
  it.each([
    ['once more', {}],
    ['in the reference', { engine: 'reference' }],
    ['in WebAssembly', { engine: 'wasm' }],
  ] as const)('training gives the same weights and history %s', async (_, changes) => {
    expect(await run(changes)).toEqual(expected);
  });

  it.each([
    ['another seed', { seed: 43 }, {}],
    ['the same seed negated', { seed: -42 }, {}],
    ['a seed 2³² further', { seed: 42 + 2 ** 32 }, {}],
    ['no shuffling', {}, { shuffle: false }],
    ['other mini-batches', {}, { miniBatchSize: 5 }],
  ])('training gives other weights with %s', async (_, changes, more) => {
    expect((await run(changes, more)).weights).not.toBe(expected.weights);
  });
});

/** Trains with the built package, as in another program: the task comes in as JSON, the layers go out as JSON. */
const program = `
  import { Network } from '${new URL('../../dist/index.js', import.meta.url).href}';
  const { spec, data, options } = JSON.parse(process.argv[1]);
  const net = await Network.create(spec);
  const history = await net.train(data, options);
  console.log(JSON.stringify({ engine: net.engine, network: net, history }));`;

interface Output {
  readonly engine: string;
  readonly network: Parameters<typeof Network.fromJSON>[0];
  readonly history: readonly EpochReport[];
}

describe('another process', () => {
  const arrays = { inputs: Array.from(data.inputs), targets: Array.from(data.targets) };
  const task = JSON.stringify({ spec, data: arrays, options });

  it.each([
    ['with the default compilers', [], 'wasm'],
    ['with the baseline compiler alone', ['--liftoff-only'], 'wasm'],
    ['with the optimizing compiler alone', ['--no-liftoff'], 'wasm'],
    ['without WebAssembly', ['--jitless'], 'reference'],
  ])('another process gives the same weights and history %s', async (_, flags, engine) => {
    const args = [...flags, '--input-type=module', '--eval', program, task];
    const output = JSON.parse(
      execFileSync(process.execPath, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    ) as Output;
    expect(output.engine).toBe(engine);
    expect(output.history).toEqual(expected.history);
    expect(fingerprint(await Network.fromJSON(output.network))).toBe(expected.weights);
  });
});

describe('training in parts', () => {
  it.each([[[1, 2]], [[2, 1]], [[1, 1, 1]]])(
    'training in parts of %j epochs ends where one training does',
    async (parts) => {
      const net = await Network.create(spec);
      const losses: number[] = [];
      for (const epochs of parts) {
        for (const { loss } of await net.train(data, { ...options, epochs })) losses.push(loss);
      }
      expect(fingerprint(net)).toBe(expected.weights);
      expect(losses).toEqual(expected.history.map(({ loss }) => loss));
    },
  );

  it.each([
    ['wasm', 'wasm'],
    ['wasm', 'reference'],
    ['reference', 'wasm'],
  ] as const)('training continues from %s through JSON in %s as one training does', async (before, after) => {
    const first = await Network.create({ ...spec, engine: before });
    await first.train(data, { ...options, epochs: 1 });
    const text = JSON.stringify(first);
    const second = await Network.fromJSON(JSON.parse(text) as Output['network'], { engine: after });

    expect(second.engine).toBe(after);
    expect(JSON.stringify(second)).toBe(text);
    expect(second.predict(data.inputs)).toEqual(first.predict(data.inputs));
    await second.train(data, { ...options, epochs: 2 });
    expect(fingerprint(second)).toBe(expected.weights);
  });
});

it('fromJSON accepts JSON with nothing but the weights', async () => {
  const net = await Network.fromJSON({
    format: 'bp4',
    version: 1,
    inputs: 2,
    loss: 'quadratic',
    layers: [{ units: 1, activation: 'linear', weights: [[2, 0.5]], biases: [-1] }],
  });
  expect(net.predict([[3, 4]])).toEqual(Float32Array.of(7));
  await net.train({ inputs: [[3, 4]], targets: [[7]] }, { epochs: 1 });
  expect(net.layers[0]!.weights).toEqual(Float32Array.of(2, 0.5));
});

describe('without shuffling', () => {
  const inputs = toRows(data.inputs, 5);
  const targets = toRows(data.targets, 3);

  async function inOrder(samples: Data): Promise<string> {
    const net = await Network.create(spec);
    await net.train(samples, { ...options, shuffle: false });
    return fingerprint(net);
  }

  it('train takes samples in the given order without shuffling', async () => {
    const once = await inOrder(data);
    const net = await Network.create(spec);
    const { epochs, miniBatchSize, learningRate } = options;
    for (let epoch = 0; epoch < epochs; epoch++) {
      for (let first = 0; first < inputs.length; first += miniBatchSize) {
        const rows = [first, first + miniBatchSize] as const;
        const step = { inputs: inputs.slice(...rows), targets: targets.slice(...rows) };
        await net.train(step, { epochs: 1, miniBatchSize, learningRate, shuffle: false });
      }
    }
    expect(fingerprint(net)).toBe(once);
    expect(await inOrder({ inputs: [...inputs].reverse(), targets: [...targets].reverse() })).not.toBe(once);
  });

  it('train draws nothing from the generator without shuffling', async () => {
    const net = await Network.create(spec);
    const { generator } = net.toJSON();
    await net.train(data, { ...options, shuffle: false });
    expect(net.toJSON().generator).toEqual(generator);
  });
});

describe('a training', () => {
  /** Large enough that a step has turns of the event loop beside it. */
  const wide: NetworkOptions = { ...spec, layers: [{ units: 900, activation: 'tanh' }, ...spec.layers] };
  const steps: TrainOptions = { epochs: 2, miniBatchSize: 4, learningRate: 0.05 };
  /** More samples than a network has room for at first: `backprop` makes it grow. */
  const many = randomData(300, 5, 3, 2);

  async function trained(
    more: (net: Network) => TrainOptions,
    atEachTurn?: (net: Network) => void,
  ): Promise<string> {
    const net = await Network.create(wide);
    const training = (): Promise<unknown> => net.train(data, { ...steps, ...more(net) });
    await (atEachTurn ? atEveryTurn(training, () => atEachTurn(net)) : training());
    return fingerprint(net);
  }

  const meanwhile: [string, (net: Network) => unknown][] = [
    ['predict', (net) => net.predict(many.inputs)],
    ['evaluate', (net) => net.evaluate(many)],
    ['backprop', (net) => net.backprop(many)],
    ['diagnose', (net) => net.diagnose(many)],
    ['checkGradients', (net) => net.checkGradients(amount(data, many), { samples: amount(1, 2) })],
    ['toJSON', (net) => net.toJSON()],
    ["another network's training", () => run()],
    [
      'a call that fails',
      (net) => {
        expect(() => net.predict([[NaN, 1, 2, 3, 4]])).toThrow(RangeError);
      },
    ],
  ];

  it.each(meanwhile)('training is not changed by %s in onBatch', async (_, call) => {
    const undisturbed = await trained(() => ({}));
    expect(await trained((net) => ({ onBatch: () => call(net) }))).toBe(undisturbed);
  });

  it.each(meanwhile)('training is not changed by %s in onEpoch', async (_, call) => {
    const undisturbed = await trained(() => ({}));
    expect(await trained((net) => ({ onEpoch: () => call(net) }))).toBe(undisturbed);
  });

  it.each(meanwhile)('training is not changed by %s between slices', async (_, call) => {
    const undisturbed = await trained(() => ({}));
    everyLookTakes(8);
    const calls = vi.fn(call);
    const disturbed = await trained(() => ({ validation: many }), calls);
    expect(calls.mock.calls.length).toBeGreaterThan(3);
    expect(disturbed).toBe(undisturbed);
  });

  it('training is not changed by the training of another network at the same time', async () => {
    const alone = await trained(() => ({}));
    everyLookTakes(8);
    expect(await Promise.all([trained(() => ({})), run(), trained(() => ({}))])).toEqual([
      alone,
      expected,
      alone,
    ]);
  });
});
