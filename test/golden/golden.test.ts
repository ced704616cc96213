import { describe, expect, it } from 'vitest';
import {
  Network,
  type Data,
  type InitializerName,
  type NetworkJSON,
  type NetworkOptions,
} from '../../src/index.js';
import * as activations from './activations.js';
import * as initial from './initial-weights.js';
import * as nielsen from './network.js';
import * as optimizers from './optimizers.js';
import * as softmax from './softmax.js';
import { fingerprint } from '../support/fingerprint.js';
import { mnist, type LabelledBytes } from '../../examples/idx.mjs';

// Values computed independently of bp4: by hand, or by the scripts in golden/ (each says how to run it); and tasks that a
// network is known to learn.

/**
 * The figures are of about one, and single precision errs by ε = 2⁻²⁴ = 6e-8 of it in each of the roundings behind
 * them, with random sign. Measured: 2.0e-7 at most.
 */
const TOLERANCE = 1e-6;

describe.each(['wasm', 'reference'] as const)('%s', (engine) => {
  it('computes gradients and a training step as worked out by hand', async () => {
    const net = await Network.fromJSON(
      {
        format: 'bp4',
        version: 1,
        inputs: 1,
        loss: 'quadratic',
        layers: [
          { units: 1, activation: 'sigmoid', weights: [[0.5]], biases: [-1] },
          { units: 1, activation: 'sigmoid', weights: [[2]], biases: [-1] },
        ],
      },
      { engine },
    );
    const data = { inputs: [2], targets: [1] };

    // z₁ = 0.5·2 − 1 = 0, a₁ = σ(0) = ½; z₂ = 2·½ − 1 = 0, a₂ = ½; C = ½(½ − 1)² = 0.125. With σ′(0) = ¼:
    // δ₂ = (½ − 1)·¼ = −0.125, δ₁ = 2·δ₂·¼ = −0.0625; ∂C/∂w₂ = δ₂·½, ∂C/∂w₁ = δ₁·2. Floats hold all of it exactly.
    const { loss, layers } = net.backprop(data);
    expect(loss).toBe(0.125);
    expect(
      layers.map((layer) => Object.values(layer).flatMap((numbers: Float32Array) => [...numbers])),
    ).toEqual([
      [0, 0.5, -0.0625, -0.125, -0.0625],
      [0, 0.5, -0.125, -0.0625, -0.125],
    ]);

    // With η = 8: w₁ = 0.5 + 8·0.125, b₁ = −1 + 8·0.0625; w₂ = 2 + 8·0.0625, b₂ = −1 + 8·0.125.
    await net.train(data, { epochs: 1, miniBatchSize: 1, learningRate: 8 });
    expect(net.layers.map(({ weights, biases }) => [...weights, ...biases])).toEqual([
      [1.5, -0.5],
      [2.5, 0],
    ]);

    // a₁ = σ(1.5·2 − 0.5) = σ(2.5) = 0.92414182, a₂ = σ(2.5·0.92414182) = σ(2.31035455) = 0.90973098.
    expectNear(net.predict([2]), [0.90973098]);
  });

  it('trains to the weights and outputs of network.py', async () => {
    const net = await Network.fromJSON(nielsen.network, { engine });
    await net.train(nielsen.data, nielsen.options);
    for (const [l, { weights, biases }] of net.layers.entries()) {
      expectNear(weights, nielsen.trained.layers[l]!.weights);
      expectNear(biases, nielsen.trained.layers[l]!.biases);
    }
    expectNear(net.predict(nielsen.data.inputs), nielsen.trained.outputs);
  });

  it('differentiates relu, softmax and crossEntropy as softmax.py does', async () => {
    const net = await Network.fromJSON(softmax.network, { engine });
    const { loss, layers } = net.backprop(softmax.data);
    expectNear([loss], [softmax.loss]);
    for (const [l, layer] of layers.entries()) {
      const figures = softmax.gradients[l]!;
      expectNear(layer.preActivations, figures.preActivations);
      expectNear(layer.activations, figures.activations);
      expectNear(layer.delta, figures.delta);
      expectNear(layer.weightGradients, figures.weightGradients);
      expectNear(layer.biasGradients, figures.biasGradients);
    }
  });

  async function expectFigures(json: NetworkJSON, data: Data, figures: readonly number[]): Promise<void> {
    const net = await Network.fromJSON(json, { engine });
    const { loss, layers } = net.backprop(data);
    const gradients = layers.flatMap(({ weightGradients, biasGradients }) => [
      ...weightGradients,
      ...biasGradients,
    ]);
    expectNear([loss, ...gradients], figures);
    expectNear([net.evaluate(data).loss], [figures[0]!]);
  }

  it.each(listKeys(activations.figuresOfActivations))(
    'differentiates the activation %s as PyTorch does',
    (name) =>
      expectFigures(
        activations.createNetwork(name, name, 'meanSquaredError'),
        activations.targets,
        activations.figuresOfActivations[name],
      ),
  );

  it.each(listKeys(activations.lastLayers))('differentiates a loss as PyTorch does: %s', (name) => {
    const [activation, loss, data] = activations.lastLayers[name];
    return expectFigures(
      activations.createNetwork('tanh', activation, loss),
      data,
      activations.figuresOfLosses[name],
    );
  });

  it.each(listKeys(optimizers.trainedBy))('trains to the weights of PyTorch with %s', async (name) => {
    const net = await Network.fromJSON(optimizers.network, { engine });
    await net.train(activations.targets, optimizers.pickOptions(name));
    const found = net.layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
    expectNear(found, optimizers.trainedBy[name]!);
  });

  it.each(Object.keys(initial.initialWeights) as InitializerName[])(
    'draws the same weights as initial-weights.py with %s',
    async (initializer) => {
      const { inputs, units, initialWeights } = initial;
      const net = await Network.create({
        inputs,
        layers: [{ units, activation: 'sigmoid', initializer }],
        seed: 0,
        engine,
      });
      const { weights, biases } = net.layers[0]!;
      expect([...weights]).toEqual(initialWeights[initializer].weights.map(Math.fround));
      expect([...biases]).toEqual(initialWeights[initializer].biases.map(Math.fround));
    },
  );

  it.each([0, 1, 2, 3, 4, 5, 6, 7])('learns XOR from seed %i', async (seed) => {
    const net = await Network.create({
      inputs: 2,
      layers: [
        { units: 4, activation: 'sigmoid' },
        { units: 1, activation: 'sigmoid' },
      ],
      seed,
      engine,
    });
    const data = { inputs: [0, 0, 0, 1, 1, 0, 1, 1], targets: [0, 1, 1, 0] };
    await net.train(data, { epochs: 2000, miniBatchSize: 4, learningRate: 3 });
    const { accuracy, loss } = net.evaluate(data);
    expect(accuracy).toBe(1);
    // Each answer is then within 0.2 of its target: ½·0.2² = 4·0.005. Measured over the seeds 0 to 19: 8.2e-4 at most.
    expect(loss).toBeLessThan(0.005);
  });
});

describe('handwritten digits', () => {
  const digits = mnist('train');
  const head = ({ inputs, inputScale, labels }: LabelledBytes, count: number): Data => ({
    inputs: inputs.subarray(0, 784 * count),
    inputScale,
    labels: labels.subarray(0, count),
  });
  const spec: NetworkOptions = {
    inputs: 784,
    layers: [
      { units: 30, activation: 'sigmoid' },
      { units: 10, activation: 'sigmoid' },
    ],
    loss: 'quadratic',
    seed: 1,
  };
  const options = { miniBatchSize: 10, learningRate: 3 };

  it('learns handwritten digits to 94% in two epochs', async () => {
    const net = await Network.create(spec);
    await net.train(digits, { ...options, epochs: 2 });
    // Measured: 95.1%, and 94.4 to 95.1 over the seeds 0 to 4.
    expect(net.evaluate(mnist('t10k')).accuracy).toBeGreaterThanOrEqual(0.94);
  });

  it.each(['wasm', 'reference'] as const)(
    'trains %s to the pinned bits in 500 steps on handwritten digits',
    async (engine) => {
      const net = await Network.create({ ...spec, engine });
      await net.train(head(digits, 5000), { ...options, epochs: 1 });
      // Computed by bp4 itself: it may change only with the order of operations or of draws, and with it for all engines.
      expect(fingerprint(net)).toBe('b5d877be7c08b2a5b2f8cccc071d493f41b0cef5f426900fed839bca29467e7a');
    },
  );
});

const listKeys = <T extends object>(object: T): (keyof T)[] => Object.keys(object) as (keyof T)[];

function expectNear(found: ArrayLike<number>, figures: readonly number[]): void {
  expect(found.length).toBe(figures.length);
  for (const [i, figure] of figures.entries()) {
    expect(Math.abs(found[i]! - figure), `[${i}]`).toBeLessThanOrEqual(TOLERANCE);
  }
}
