import { describe, expect, it } from 'vitest';
import { DivergenceError, NeuralNetwork } from '../../src/brain/index.js';
import type { BrainEngine, TrainOptions } from '../../src/brain/index.js';

// What a training leaves in the memory of a machine is read later, or never. These programs ask for it at every moment that might lose it.

const data = [
  { input: [0, 1], output: [1] },
  { input: [1, 1], output: [0] },
];

const create = (seed: number, options: Partial<TrainOptions> & { engine?: BrainEngine } = {}) =>
  new NeuralNetwork<number[], number[]>({ hiddenLayers: [2 + (seed % 6)], seed, ...options });

const once = { iterations: 1, errorThresh: 1e-9 };

describe.each(['wasm', 'reference'] as const)('on %s', (engine) => {
  // First: once the pool is full, the two networks take turns with one machine, which then holds nothing.
  it('a training that diverges restores what the training before it left, and its momentum', () => {
    const activation = 'leaky-relu';
    const [net, twin] = [create(1, { engine, activation }), create(1, { engine, activation })];
    for (const one of [net, twin]) one.train(data, { ...once, iterations: 20 });
    // The first samples change the weights before the last one fails.
    const huge = { iterations: 50, errorThresh: 1e-9, learningRate: 0.3 };
    const wild = [...data, { input: [1e30, 1e30], output: [1] }];
    expect(() => net.train(wild, huge)).toThrow(DivergenceError);
    expect(net.toJSON().layers).toEqual(twin.toJSON().layers);
    for (const one of [net, twin]) one.train(data, { ...once, learningRate: 0.3 });
    expect(net.toJSON().layers).toEqual(twin.toJSON().layers);
  });

  it('networks that train in turn, more than there are idle machines, learn as each alone', () => {
    const seeds = [1, 2, 3, 4, 5, 6, 7];
    const inTurn = seeds.map((seed) => create(seed, { engine }));
    for (let round = 0; round < 5; round++) for (const net of inTurn) net.train(data, once);
    for (const [i, seed] of seeds.entries()) {
      const alone = create(seed, { engine });
      for (let round = 0; round < 5; round++) {
        alone.train(data, once);
        alone.toJSON(); // reads the state after each training
      }
      expect(inTurn[i]!.toJSON()).toEqual(alone.toJSON());
    }
  });

  it('networks that outgrow a shared page, and come back, learn as each alone', () => {
    // 3,000 samples take more than a page, and so do the parameters of the widest network.
    const many = Array.from({ length: 3000 }, (_, i) => data[i % 2]!);
    const rounds = [data, many, data.slice(1), many.slice(0, 700), data];
    const samplesOf = (width: number, i: number) => (width > 9 ? data : rounds[i]!);
    const widths = Array.from({ length: 20 }, (_, i) => (i === 7 ? 1500 : 1 + (i % 9)));
    const make = (width: number, seed: number) =>
      new NeuralNetwork<number[], number[]>({ hiddenLayers: [width], seed, engine });
    const inTurn = widths.map(make);
    const praxes = ['adam', '', 'adam', 'adam', 'adam'] as const;
    for (const [k, praxis] of praxes.entries()) {
      for (const [i, net] of inTurn.entries()) {
        net.train(samplesOf(widths[i]!, k), { ...once, praxis });
        net.run([1, 0]);
      }
    }
    for (const [i, width] of widths.entries()) {
      const alone = make(width, i);
      for (const [k, praxis] of praxes.entries()) alone.train(samplesOf(width, k), { ...once, praxis });
      expect(inTurn[i]!.toJSON()).toEqual(alone.toJSON());
    }
  });

  it.each([
    ['momentum, Adam, momentum', ['', 'adam', '']],
    ['Adam, momentum, Adam', ['adam', '', 'adam']],
  ])('keeps the memory of each optimizer over trainings by %s', (_, order) => {
    const [net, twin] = [create(3, { engine }), create(3, { engine })];
    for (const praxis of order) {
      const options = { ...once, iterations: 3, praxis: praxis as 'adam' };
      net.train(data, options);
      twin.train(data, options);
      twin.toJSON();
      twin.run([1, 0]);
    }
    expect(net.toJSON()).toEqual(twin.toJSON());
  });
});
