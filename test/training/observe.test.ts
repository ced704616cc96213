import { describe, expect, it } from 'vitest';
import { Network, type EpochReport, type TrainOptions } from '../../src/index.js';
import { macroF1, meanAbsoluteError } from '../../src/metrics/index.js';
import { Random } from '../../src/base/random.js';

// What reports contain on request: metrics of the validation data, and a diagnosis.

const random = Random.fromSeed(4);
const inputs = new Float32Array(60 * 5).map(() => random.uniform(-1, 1));
const labels = new Uint8Array(60).map(() => random.below(3));
const layers = [
  { units: 6, activation: 'tanh' },
  { units: 3, activation: 'softmax' },
] as const;

async function reports(engine: 'wasm' | 'reference', options: TrainOptions): Promise<EpochReport[]> {
  const net = await Network.create({ inputs: 5, layers, seed: 2, engine });
  const history = await net.train({ inputs, labels }, { epochs: 3, learningRate: 0.5, ...options });
  net.dispose();
  return history;
}

describe.each(['wasm', 'reference'] as const)('reports on engine %s', (engine) => {
  it('computes metrics from the predictions for the validation data', async () => {
    const net = await Network.create({ inputs: 5, layers, seed: 2, engine });
    const validation = { inputs: inputs.subarray(0, 100), labels: labels.subarray(0, 20) };
    const seen: number[] = [];
    await net.train(
      { inputs, labels },
      {
        epochs: 3,
        validation,
        metrics: { f1: macroF1 },
        onEpoch: (report) => {
          seen.push(report.validation!.metrics!['f1']!);
          expect(seen.at(-1)).toBe(macroF1(net.predict(validation.inputs), validation));
        },
      },
    );
    expect(seen).toHaveLength(3);
  });

  it('reports the update of an epoch in its diagnosis without changing any loss', async () => {
    const net = await Network.create({ inputs: 5, layers, seed: 2, engine });
    const before = net.layers[0]!.weights;
    const [first] = await net.train({ inputs, labels }, { epochs: 1, learningRate: 0.5, diagnose: true });
    const after = net.layers[0]!.weights;
    const norm = (numbers: readonly number[]): number =>
      Math.sqrt(numbers.reduce((sum, x) => sum + x * x, 0));
    const moved = norm(Array.from(after, (w, i) => w - before[i]!)) / norm([...before]);
    expect(first!.diagnosis!.layers[0]!.update).toBeCloseTo(moved, 12);
    expect((await net.diagnose({ inputs, labels })).layers[0]!.gradient).toBe(
      first!.diagnosis!.layers[0]!.gradient,
    );

    const told = await reports(engine, { diagnose: true });
    const plain = await reports(engine, {});
    expect(told.map(({ loss }) => loss)).toEqual(plain.map(({ loss }) => loss));
  });

  it('reports metrics and a diagnosis with validationSplit, and awaits metrics that are promises', async () => {
    const [report] = await reports(engine, {
      validationSplit: 0.25,
      diagnose: true,
      metrics: {
        count: (outputs, answers) => outputs.length / answers.outputs,
        late: (outputs) => new Promise((resolve) => setTimeout(resolve, 1, outputs.length)),
        f1: macroF1,
      },
    });
    expect(report!.validation!.metrics).toMatchObject({ count: 15, late: 45 });
    expect(report!.diagnosis!.layers).toHaveLength(2);
  });
});

it('computes metrics of a regression in the units of the targets', async () => {
  const kilograms = Array.from({ length: 40 }, (_, n) => 1000 + 10 * n);
  const transforms = { targets: [{ kind: 'standardize', mean: 1200, deviation: 100 }] } as const;
  const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }], transforms });
  const data = { inputs: kilograms.map((_, n) => n / 40), targets: kilograms };
  const [report] = await net.train(data, { epochs: 1, validation: data, metrics: { meanAbsoluteError } });
  const truth = { targets: Float32Array.from(kilograms), outputs: 1 };
  const expected = meanAbsoluteError(net.predict(data.inputs), truth);
  expect(report!.validation!.metrics!['meanAbsoluteError']).toBeCloseTo(expected, 3); // targets were rounded twice
});

it.each([
  ['metrics without validation data', { metrics: { macroF1 } }, 'metrics: need validation data'],
  [
    'a metric that is a string',
    { validationSplit: 0.2, metrics: { f1: 'macro' } },
    'metrics.f1: expected a function',
  ],
  ['null as metrics', { validationSplit: 0.2, metrics: null }, 'metrics: expected an object'],
  ['0 as metrics', { validationSplit: 0.2, metrics: 0 }, 'metrics: expected an object'],
  ['0 as diagnose', { diagnose: 0 }, 'diagnose: expected a boolean'],
  ['a string as diagnose', { diagnose: 'yes' }, 'diagnose: expected a boolean'],
])('training rejects %s', async (_, options, message) => {
  await expect(reports('wasm', options as unknown as TrainOptions)).rejects.toThrow(message);
});
