import { describe, expect, it } from 'vitest';
import { mnist } from '../../examples/idx.mjs';
import { Network, type Diagnosis, type LayerSpec, type NetworkSpec } from '../../src/index.js';

// Two demonstrations of Nielsen's book: a saturated neuron learns slowly under the quadratic cost (chapter 3), and δ
// vanishes on its way back through layers of sigmoids (chapter 5). Diagnosis names both.

/** Chapter 3: one sigmoid neuron that is to learn the output 0 for the input 1. */
const data = { inputs: [[1]], targets: [[0]] };
const EPOCHS = 300;

interface Lesson {
  /** Before the first epoch, and after each. */
  readonly outputs: readonly number[];
  readonly diagnosis: Diagnosis;
}

async function teach(
  loss: 'quadratic' | 'binaryCrossEntropy',
  w: number,
  b: number,
  learningRate: number,
): Promise<Lesson> {
  const net = await Network.fromJSON({
    format: 'bp4',
    version: 1,
    inputs: 1,
    loss,
    layers: [{ units: 1, activation: 'sigmoid', weights: [[w]], biases: [b] }],
  });
  const output = (): number => net.predict(data.inputs)[0]!;
  const outputs = [output()];
  const diagnosis = await net.diagnose(data);
  await net.train(data, { epochs: EPOCHS, learningRate, onEpoch: () => outputs.push(output()) });
  return { outputs, diagnosis };
}

/** The same by hand, in double precision: a is the output, and the error δ is also the gradient in w and in b. */
function byHand(loss: 'quadratic' | 'binaryCrossEntropy', w: number, b: number, rate: number): number[] {
  const outputs: number[] = [];
  for (let epoch = 0; epoch <= EPOCHS; epoch++) {
    const a = 1 / (1 + Math.exp(-(w + b)));
    outputs.push(a);
    const delta = loss === 'quadratic' ? a * (a * (1 - a)) : a;
    w -= rate * delta;
    b -= rate * delta;
  }
  return outputs;
}

/** The first epoch after which the output is below one half. */
const half = ({ outputs }: Lesson): number => outputs.findIndex((a) => a < 0.5);

describe('a saturated neuron', () => {
  it.each([
    // The book's figures: where it starts, and where it is after 300 epochs.
    { loss: 'quadratic', w: 0.6, b: 0.9, rate: 0.15, from: 0.82, to: 0.09 },
    { loss: 'quadratic', w: 2, b: 2, rate: 0.15, from: 0.98, to: 0.2 },
    // And by hand.
    { loss: 'binaryCrossEntropy', w: 0.6, b: 0.9, rate: 0.15, from: 0.82, to: 0.01 },
    { loss: 'binaryCrossEntropy', w: 2, b: 2, rate: 0.15, from: 0.98, to: 0.01 },
    { loss: 'binaryCrossEntropy', w: 2, b: 2, rate: 0.005, from: 0.98, to: 0.78 },
  ] as const)(
    'the output moves from $from to $to under $loss, with w = $w and b = $b at η = $rate',
    async ({ loss, w, b, rate, from, to }) => {
      const { outputs } = await teach(loss, w, b, rate);
      expect(outputs[0]).toBeCloseTo(from, 2);
      expect(outputs.at(-1)).toBeCloseTo(to, 2);
      // 300 updates of w and b, each rounded to ε = 6e-8 of at most 2 and 4.
      for (const [epoch, a] of byHand(loss, w, b, rate).entries()) {
        expect(Math.abs(outputs[epoch]! - a)).toBeLessThan(300 * 6e-8 * 4);
      }
    },
  );

  it('a neuron learns more slowly under the quadratic cost the more it is wrong', async () => {
    const wrong = await teach('quadratic', 0.6, 0.9, 0.15);
    const veryWrong = await teach('quadratic', 2, 2, 0.15);
    expect([half(wrong), half(veryWrong)]).toEqual([36, 232]);
  });

  it('a neuron learns quickly under cross-entropy, with a larger δ the more it is wrong', async () => {
    const wrong = await teach('binaryCrossEntropy', 0.6, 0.9, 0.15);
    const veryWrong = await teach('binaryCrossEntropy', 2, 2, 0.15);
    expect([half(wrong), half(veryWrong)]).toEqual([8, 17]);
    expect(veryWrong.diagnosis.layers[0]!.delta).toBeGreaterThan(wrong.diagnosis.layers[0]!.delta);
  });

  it('diagnose reports the neuron only when it is saturated under the quadratic cost', async () => {
    expect((await teach('quadratic', 2, 2, 0.15)).diagnosis.messages).toEqual([
      'layers[0]: quadratic loss with saturated sigmoid outputs, which are wrong for 100% of the samples and hardly learn; ' +
        "try loss 'binaryCrossEntropy'",
    ]);
    expect((await teach('quadratic', 0.6, 0.9, 0.15)).diagnosis.messages).toEqual([]);
    expect((await teach('binaryCrossEntropy', 2, 2, 0.15)).diagnosis.messages).toEqual([]);
  });
});

/** Chapter 5: the first 1,000 images, and layers of 30 units. */
const digits = mnist('train');
const first1000 = {
  ...digits,
  inputs: digits.inputs.subarray(0, 1000 * 784),
  labels: digits.labels.subarray(0, 1000),
};

async function makeLayers(depth: number, activation: 'sigmoid' | 'relu'): Promise<Network> {
  const hidden: LayerSpec = {
    units: 30,
    activation,
    initializer: activation === 'relu' ? 'heNormal' : 'scaledNormal',
  };
  const spec: NetworkSpec = {
    inputs: 784,
    layers: [
      ...Array.from({ length: depth }, () => hidden),
      { units: 10, activation: 'sigmoid', initializer: 'scaledNormal' },
    ],
    loss: 'quadratic',
    seed: 1,
  };
  return await Network.create(spec);
}

describe('δ over layers of sigmoids', () => {
  /** ‖∂C/∂b‖ over 1,000 images as training begins. Weights are drawn, in the book too: to within a factor of two. */
  it.each([
    [1, [0.07, 0.31]],
    [2, [0.012, 0.06, 0.283]],
    [3, [0.003, 0.017, 0.07, 0.285]],
  ])(
    'the gradients at a depth of %d are within a factor of two of those in the book',
    async (depth, book) => {
      const net = await makeLayers(depth, 'sigmoid');
      const speeds = net.backprop(first1000).layers.map(({ biasGradients }) => Math.hypot(...biasGradients));
      expect(speeds).toHaveLength(book.length);
      for (const [l, speed] of speeds.entries()) {
        expect(Math.abs(Math.log2(speed / book[l]!)), `layers[${l}]: ${speed}`).toBeLessThan(1);
      }
    },
  );

  it('δ vanishes on its way back through five layers of sigmoids, and diagnose reports it', async () => {
    const { layers, messages } = await (await makeLayers(4, 'sigmoid')).diagnose(first1000);
    // Each layer lets a fifth of it through: σ′ is a quarter at most.
    for (const [l, { delta }] of layers.slice(1).entries())
      expect(delta / layers[l]!.delta).toBeGreaterThan(3);
    expect(layers[4]!.delta / layers[0]!.delta).toBeGreaterThan(500);
    expect(messages[0]).toMatch(
      /^layers\[0\] learns \d{3} times slower than layers\[4\]: δ shrinks on its way back, by σ′ and W of each layer; try relu/,
    );
  });

  it.each([
    [1, 'sigmoid'],
    [2, 'sigmoid'],
    [4, 'relu'],
  ] as const)('diagnose reports nothing at a depth of %d with %s', async (depth, activation) => {
    expect((await (await makeLayers(depth, activation)).diagnose(first1000)).messages).toEqual([]);
  });
});
