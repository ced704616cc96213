import { describe, expect, it } from 'vitest';
import { Random } from '../../src/base/random.js';
import { Network, type Data } from '../../src/index.js';
import { calibrate, calibrationError, logLoss } from '../../src/metrics/index.js';

// Temperature scaling of networks that are too sure of themselves.

const random = Random.fromSeed(3);
/** Samples of overlapping classes, of which the inputs hold the logits. */
function drawSamples(rows: number, width: number): Data & { inputs: Float32Array; labels: number[] } {
  const inputs = Float32Array.from({ length: rows * width }, () => random.normal());
  const labels = Array.from({ length: rows }, (_, n) => {
    const weights = inputs.subarray(n * width, (n + 1) * width).map((z) => Math.exp(z));
    if (width === 1) return Number(random.uniform(0, 1) < weights[0]! / (1 + weights[0]!));
    let left = random.uniform(0, 1) * weights.reduce((sum, weight) => sum + weight, 0);
    return Math.max(
      0,
      weights.findIndex((weight) => (left -= weight) < 0),
    );
  });
  return { inputs, labels };
}

/** A network whose outputs are those of the truth, `times` too sure. */
async function createSure(width: number, times: number, engine: 'wasm' | 'reference'): Promise<Network> {
  const activation = width === 1 ? 'sigmoid' : 'softmax';
  const net = await Network.create({
    inputs: width,
    layers: [{ units: width, activation }],
    loss: width === 1 ? 'binaryCrossEntropy' : { name: 'crossEntropy', labelSmoothing: 0.1 },
    engine,
  });
  const identity = Array.from({ length: width * width }, (_, i) => (i % (width + 1) === 0 ? times : 0));
  net.setLayer(0, { weights: identity, biases: new Float32Array(width) });
  return net;
}

describe.each([
  ['softmax', 4],
  ['sigmoid', 1],
])('%s', (_, width) => {
  const data = drawSamples(4000, width);

  it.each([3, 0.25])('finds that the outputs are %f times too sure', async (times) => {
    const net = await createSure(width, times, 'wasm');
    const outputs = net.predict(data.inputs);
    const { temperature, before, after } = await calibrate(net, data);
    const calibrated = net.predict(data.inputs);
    // 4,000 samples determine the temperature to some percent.
    expect(Math.abs(temperature / times - 1)).toBeLessThan(0.08);
    // probabilities are rounded to single precision
    expect(before).toBeCloseTo(logLoss(outputs, data), 5);
    expect(after).toBeCloseTo(logLoss(calibrated, data), 5);
    expect(after).toBeLessThan(before);
    expect(calibrationError(calibrated, data)).toBeLessThan(0.03);
    expect(calibrationError(outputs, data)).toBeGreaterThan(0.1);
    expect(net.evaluate(data).accuracy).toBe(
      (await createSure(width, times, 'wasm')).evaluate(data).accuracy,
    );
  });

  it('finds the minimum: other temperatures have a larger loss, and a second time it finds 1', async () => {
    const net = await createSure(width, 3, 'wasm');
    const { temperature, after } = await calibrate(net, data);
    for (const factor of [0.99, 1.01]) {
      const other = await createSure(width, (3 / temperature) * factor, 'wasm');
      expect(logLoss(other.predict(data.inputs), data)).toBeGreaterThan(after);
    }
    expect((await calibrate(net, data)).temperature).toBeCloseTo(1, 6);
  });

  it('is the same in both engines', async () => {
    const [one, other] = [await createSure(width, 3, 'wasm'), await createSure(width, 3, 'reference')];
    expect(await calibrate(one, data)).toEqual(await calibrate(other, data));
    expect(one.parameters).toEqual(other.parameters);
  });

  it('counts weighted samples as often as their weights say', async () => {
    const sampleWeights = data.labels.map((_, n) => n % 3);
    const numbers = data.labels.flatMap((_, n) => new Array<number>(n % 3).fill(n));
    const repeated = {
      inputs: numbers.map((n) => data.inputs.subarray(n * width, (n + 1) * width)),
      labels: numbers.map((n) => data.labels[n]!),
    };
    const weighted = await calibrate(await createSure(width, 2, 'wasm'), { ...data, sampleWeights });
    const whole = await calibrate(await createSure(width, 2, 'wasm'), repeated);
    expect(weighted.temperature).toBeCloseTo(whole.temperature, 10);
    expect(weighted.after).toBeCloseTo(whole.after, 10);
  });
});

it('leaves missing targets out', async () => {
  const { inputs, labels } = drawSamples(400, 1);
  const create = async (): Promise<Network> => {
    const net = await Network.create({
      inputs: 2,
      layers: [{ units: 2, activation: 'sigmoid' }],
      loss: 'binaryCrossEntropy',
      missingTargets: 'ignore',
    });
    net.setLayer(0, { weights: [3, 0, 0, 3], biases: [0, 0] });
    return net;
  };
  const both = labels.flatMap((label, n) => [label, labels[399 - n]!]);
  const rows = labels.map((_, n) => [inputs[n]!, inputs[399 - n]!]);
  const one = both.map((y, i) => (i % 2 === 0 ? y : NaN));
  const whole = await calibrate(await create(), { inputs: rows, targets: both });
  const half = await calibrate(await create(), { inputs: rows, targets: one });
  expect(half.temperature).toBeCloseTo(whole.temperature, 10);
  expect(half.after).toBeCloseTo(whole.after / 2, 10);
});

describe('refuses, and leaves the network as it was', () => {
  const data: Data = { inputs: [-2, -1, 1, 2], labels: [0, 0, 1, 1] };
  it.each<[string, number, Data, string]>([
    ['samples that are all right', 1, data, 'data: nearly every sample is right'],
    ['outputs that say the contrary', -1, data, 'data: the outputs say nothing about the answers'],
    ['weights of 0', 1, { ...data, sampleWeights: [0, 0, 0, 0] }, 'sampleWeights: all are 0'],
    ['no answers', 1, { inputs: data.inputs }, 'targets: expected either'],
  ])('%s', async (_, times, data, message) => {
    const net = await createSure(1, times, 'wasm');
    const before = net.parameters;
    await expect(calibrate(net, data)).rejects.toThrow(message);
    expect(net.parameters).toEqual(before);
  });

  it('outputs that are no probabilities', async () => {
    const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }] });
    await expect(calibrate(net, { inputs: [1], targets: [1] })).rejects.toThrow(
      "net: its outputs are linear, and only probabilities can be calibrated; use 'softmax' or 'sigmoid'",
    );
  });
});
