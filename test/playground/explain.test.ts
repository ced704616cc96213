import { Network } from 'bp4';
import { expect, it } from 'vitest';
import { describeCosts, explain } from '../../playground/src/page/explain.js';
import { finely, precise, short } from '../../playground/src/format.js';
import { buildScene, labelUnit, readout } from '../../playground/src/page/network/scene.js';
import { listPhases } from '../../playground/src/page/phases.js';
import { slope } from '../../playground/src/run/activations.js';
import { currentPhase, showPlace, type View, startView } from '../../playground/src/page/view.js';
import type { Problem, Settings } from '../../playground/src/protocol.js';
import { activationNames } from '../../playground/src/run/choices.js';
import { prepareTaskData } from '../../playground/src/run/task-data.js';
import { describeProblem } from '../../playground/src/run/replies.js';
import { tasks } from '../../playground/src/run/tasks.js';
import { Trainer } from '../../playground/src/run/trainer.js';

it('lists the forward phases, then BP1 and BP2 back to the first layer, then BP3, BP4, the mean and the update', () => {
  expect(listPhases(3).map(({ name, layer }) => `${name} ${String(layer)}`)).toEqual([
    ...['forward 0', 'forward 1', 'forward 2', 'BP1 2', 'BP2 1', 'BP2 0'],
    ...['BP3 undefined', 'BP4 undefined', 'mean undefined', 'update undefined'],
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
  expect(numbers('forward')).toBe('z¹₁ = 0.500·1 + 0 = 0.500 a¹₁ = tanh(0.500) = 0.462');
  expect(numbers('BP1')).toBe('δ²₁ = a²₁ − y₁ = 0.500 − 0 = 0.500');
  expect(numbers('BP2')).toMatch(/^δ¹₁ = \(Σₖ w²ₖ₁·δ²ₖ\)·σ′\(z¹₁\)/);
  expect(numbers('BP2')).toContain('(1·0.500 + 0.250·(−0.500))·0.786 = 0.295');
  expect(numbers('BP3')).toBe('∂C/∂b²₁ = δ²₁ = 0.500');
  expect(numbers('BP4')).toContain('∂C/∂w²₁₁ = δ²₁·a¹₁ = 0.500·0.462 = 0.231');
  expect(numbers('mean')).toBe('∂C/∂b²₁ = (0.500)/1 = 0.500 ∂C/∂w²₁₁ = (0.231)/1 = 0.231');
  expect(numbers('update')).toBe('w²₁₁ ← 1 − 0.1·0.231 = 0.9769');
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
  const walk = {
    step: 1,
    count: 1,
    isTrained: true,
    before: layers,
    gradients,
    after: layers,
    learningRate: 0.1,
    costs: noCosts,
  };
  const problem: Problem = {
    inputNames: ['x'],
    outputNames: ['price'],
    classNames: [],
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
  expect(explain({ ...view, index }).numbers[0]).toMatch(
    /^δ¹₁ = 2·\(a¹₁ − y₁\)·σ′\(z¹₁\) = 2·\(.* − 3\)·1 = /,
  );
  expect(explain({ ...view, index }).numbers[0]).toContain(delta.toFixed(2).replace('-', '−'));
});

it('shows the cost of the sample, and at the update also what it becomes', async () => {
  const view = await viewOfXor();
  expect(describeCosts(view)).toBe('C of this sample: 0.693');
  const index = view.phases.length - 1;
  expect(describeCosts({ ...view, index })).toMatch(/^C of this sample: 0\.693 → 0\.\d+$/);
});

it('shows BP4 of the sample on every edge, and their mean in the phase after it', async () => {
  const view = await viewOfBlobs();
  const { gradients, count } = view.walk;
  const at = (name: string): number => view.phases.findIndex((phase) => phase.name === name);
  gradients.layers.forEach(({ weightGradients, biasGradients, delta }, layer) => {
    const sums = new Float64Array(weightGradients.length);
    for (let sample = 0; sample < count; sample++) {
      const scene = buildScene({ ...view, sample, index: at('BP4') });
      const below = layer === 0 ? gradients.inputs : gradients.layers[layer - 1]!.activations;
      const fanIn = below.length / count;
      const units = delta.length / count;
      const product = (i: number): number =>
        Math.fround(delta[sample * units + Math.floor(i / fanIn)]! * below[sample * fanIn + (i % fanIn)]!);
      scene.edges[layer]!.values.forEach((value, i) => {
        expect(value).toBe(product(i));
        sums[i]! += value;
      });
      const biases = buildScene({ ...view, sample, index: at('BP3') }).units[layer + 1]!;
      expect(biases.map(({ text }) => text)).toEqual(
        Array.from(delta.subarray(sample * units, (sample + 1) * units), short),
      );
    }
    const means = buildScene({ ...view, index: at('mean') });
    expect(means.edges[layer]!.values).toBe(weightGradients);
    expect(means.units[layer + 1]!.map(({ text }) => text)).toEqual(Array.from(biasGradients, short));
    // the mean rounds in single precision
    sums.forEach((sum, i) => expect(Math.abs(sum / count - weightGradients[i]!)).toBeLessThan(1e-7));
  });
});

it('reads out the bias that z contains, and at the update what it becomes', async () => {
  const view = await viewOfBlobs();
  const place = { layer: 1, unit: 0 };
  const [before, after] = [view.walk.before, view.walk.after].map((layers) => layers[1]!.biases[0]!);
  expect(readout('outputs', place, view.walk.after, view)).toContain(`bias ${precise(before!)}, z `);
  const index = view.phases.length - 1;
  const change = after! - before!;
  expect(readout('outputs', place, view.walk.after, { ...view, index })).toContain(
    `bias ${finely(before!, change)} → ${finely(after!, change)}`,
  );
});

it('labels each unit by the numbers that it shows', async () => {
  const view = await viewOfBlobs();
  const labels = view.phases.flatMap((_, index) =>
    buildScene({ ...view, index }).units.flatMap((units, column) =>
      units.map((look, unit) => ({ look, label: labelUnit(view, { layer: column - 1, unit }, look) })),
    ),
  );
  for (const { look, label } of labels.filter(({ look: { text } }) => text !== ''))
    expect(label).toContain([look.text, ...look.notes].join(' '));
  expect(labels.find(({ look: { text } }) => text === '')?.label).toBeUndefined();
  const [looks] = buildScene(view).units;
  expect(labelUnit(view, { layer: -1, unit: 1 }, looks![1]!)).toBe(`input x₂: a ${looks![1]!.text}`);
});

it('goes to the phase of a unit that is selected in another layer', async () => {
  const view = await viewOfBlobs();
  const shown = (index: number, layer: number) =>
    currentPhase(showPlace({ ...view, index }, { layer, unit: 0 }));
  expect(shown(0, 1)).toEqual({ name: 'forward', layer: 1 });
  expect(shown(2, 0)).toEqual({ name: 'BP2', layer: 0 });
  expect(shown(3, 1)).toEqual({ name: 'BP1', layer: 1 });
  expect(shown(5, 0)).toEqual({ name: 'BP4', layer: undefined });
});

it('formats a number with enough decimals to show a given change of it', () => {
  expect([finely(0.999916, -8.4e-5), finely(-9.94117, 0.00014)]).toEqual(['0.9999160', '−9.941170']);
  expect([finely(0.05, 0.05), finely(1.7e-7, 1.7e-7), finely(0.5, 0)]).toEqual(['0.0500', '1.7e−7', '0.500']);
});

/** The first step of a network with three hidden units. */
async function viewOfBlobs(): Promise<View> {
  const settings: Settings = { ...tasks.gaussian.defaults, hidden: [3], miniBatchSize: 5 };
  const trainer = await Trainer.create(
    settings,
    await prepareTaskData(settings, undefined, () => Promise.reject(new Error('offline'))),
  );
  const walk = await trainer.walk();
  const problem = describeProblem(trainer);
  trainer.net.dispose();
  return startView(walk, problem, settings);
}

const noCosts = { before: new Float64Array(1), after: new Float64Array(1) };

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
  const measure = (): Float64Array => Float64Array.of(net.evaluate(data).loss);
  const costsBefore = measure();
  await net.train(data, { epochs: 1, miniBatchSize: 1, learningRate: 0.1 });
  const costs = { before: costsBefore, after: measure() };
  const walk = {
    step: 1,
    count: 1,
    isTrained: true,
    before,
    gradients,
    after: net.layers,
    learningRate: 0.1,
    costs,
  };
  net.dispose();
  const problem: Problem = {
    inputNames: ['x₁', 'x₂'],
    outputNames: ['class 0', 'class 1'],
    classNames: ['class 0', 'class 1'],
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
