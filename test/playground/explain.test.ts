import { Network } from 'bp4';
import { expect, it } from 'vitest';
import { explain } from '../../playground/src/page/explain.js';
import { finely } from '../../playground/src/format.js';
import { listPhases } from '../../playground/src/page/phases.js';
import { slope } from '../../playground/src/page/slope.js';
import { type View, startView } from '../../playground/src/page/view.js';
import type { Problem, Settings } from '../../playground/src/protocol.js';
import { activationNames } from '../../playground/src/run/choices.js';
import { tasks } from '../../playground/src/run/tasks.js';

it('lists the forward phases, then BP1 and BP2 back to the first layer, then BP3, BP4 and the update', () => {
  expect(listPhases(3).map(({ name, layer }) => `${name} ${String(layer)}`)).toEqual([
    ...['forward 0', 'forward 1', 'forward 2', 'BP1 2', 'BP2 1', 'BP2 0'],
    ...['BP3 undefined', 'BP4 undefined', 'update undefined'],
  ]);
});

it.each(activationNames)('slope returns the σ′ of %s by which backprop multiplies', async (activation) => {
  // two layers of one unit; the second is linear with weight 1, so that δ of the first is δ of the second times σ′
  const net = await Network.fromJSON({
    format: 'bp4',
    version: 1,
    inputs: 1,
    loss: 'quadratic',
    layers: [
      { units: 1, activation, weights: [[1]], biases: [0] },
      { units: 1, activation: 'linear', weights: [[1]], biases: [0] },
    ],
  });
  for (const x of [-2.5, -0.3, 0.4, 1.7]) {
    const { layers } = net.backprop({ inputs: [x], targets: [5] });
    const [first, last] = [layers[0]!, layers[1]!];
    const measured = first.delta[0]! / last.delta[0]!;
    // single precision, through a quotient
    expect(Math.abs(slope(activation, x, first.activations[0]!) - measured)).toBeLessThan(1e-5);
  }
  net.dispose();
});

it('explains each phase with the numbers of the step', async () => {
  const view = await viewOfXor();
  const told = view.phases.map((phase, index) => ({ name: phase.name, ...explain({ ...view, index }) }));
  const numbers = (name: string): string => told.find((one) => one.name === name)!.numbers.join(' ');
  expect(told.every(({ words }) => words.length > 40 && words.length < 200)).toBe(true);
  // x = (1, 0), y = (0, 1), both hidden units are tanh(0.5)
  expect(numbers('forward')).toBe('z₁ = 0.500·1 + 0 = 0.500 a₁ = tanh(0.500) = 0.462');
  expect(numbers('BP1')).toBe('δ₁ = a₁ − y₁ = 0.500 − 0 = 0.500');
  expect(numbers('BP2')).toContain('(1·0.500 + 0.250·(−0.500))·0.786 = 0.295');
  expect(numbers('BP3')).toContain('mean of 1: ∂C/∂b²₁ = 0.500');
  expect(numbers('BP4')).toContain('∂C/∂w²₁₁ = δ₁·a₁ = 0.500·0.462 = 0.231');
  expect(numbers('update')).toBe('w²₁₁ ← 1.000 − 0.1·0.231 = 0.977');
});

it('explains BP1 of a regression by the squared error, whatever loss the settings name', async () => {
  const net = await Network.create({
    inputs: 1,
    layers: [{ units: 1, activation: 'linear' }],
    loss: 'meanSquaredError',
    seed: 1,
  });
  const data = { inputs: new Float32Array([1]), targets: new Float32Array([3]) };
  const gradients = net.backprop(data);
  const { layers } = net;
  net.dispose();
  const walk = { step: 1, count: 1, before: layers, gradients, after: layers, learningRate: 0.1 };
  const problem: Problem = {
    inputNames: ['x'],
    outputNames: ['price'],
    isRegression: true,
    sizes: [1, 1],
    activations: ['linear'],
    trainingCount: 1,
    testCount: 0,
    engine: 'wasm',
    stepsPerEpoch: 1,
  };
  const view = startView(walk, problem, tasks.csv.defaults);
  const index = view.phases.findIndex(({ name }) => name === 'BP1');
  const delta = 2 * (gradients.layers[0]!.activations[0]! - 3);
  expect(explain({ ...view, index }).numbers[0]).toMatch(/^δ₁ = 2·\(a₁ − y₁\)·σ′\(z₁\) = 2·\(.* − 3\)·1 = /);
  expect(explain({ ...view, index }).numbers[0]).toContain(delta.toFixed(2).replace('-', '−'));
});

it('formats a number with enough decimals to show a given change of it', () => {
  expect([finely(0.999916, -8.4e-5), finely(-9.94117, 0.00014)]).toEqual(['0.999916', '−9.94117']);
  expect([finely(0.05, 0.05), finely(1.7e-7, 1.7e-7), finely(0.5, 0)]).toEqual(['0.0500', '1.7e−7', '0.500']);
});

async function viewOfXor(): Promise<View> {
  const net = await Network.fromJSON({
    format: 'bp4',
    version: 1,
    inputs: 2,
    loss: 'crossEntropy',
    layers: [
      {
        units: 2,
        activation: 'tanh',
        weights: [
          [0.5, 1],
          [0.5, 1],
        ],
        biases: [0, 0],
      },
      {
        units: 2,
        activation: 'softmax',
        weights: [
          [1, 0.5],
          [0.25, 1.25],
        ],
        biases: [0, 0],
      },
    ],
  });
  const data = { inputs: new Float32Array([1, 0]), targets: new Float32Array([0, 1]) };
  const before = net.layers;
  const gradients = net.backprop(data);
  await net.train(data, { epochs: 1, miniBatchSize: 1, learningRate: 0.1 });
  const walk = { step: 1, count: 1, before, gradients, after: net.layers, learningRate: 0.1 };
  net.dispose();
  const problem: Problem = {
    inputNames: ['x', 'y'],
    outputNames: ['class 0', 'class 1'],
    isRegression: false,
    sizes: [2, 2, 2],
    activations: ['tanh', 'softmax'],
    trainingCount: 1,
    testCount: 0,
    engine: 'wasm',
    stepsPerEpoch: 1,
  };
  const settings: Settings = { ...tasks.xor.defaults, optimizer: 'sgd', l1: 0, l2: 0, dropout: 0 };
  return startView(walk, problem, settings);
}
