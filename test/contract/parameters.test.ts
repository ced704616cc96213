import { describe, expect, it } from 'vitest';
import { Network, StateError, type NetworkOptions } from '../../src/index.js';
import { fingerprint } from '../support/fingerprint.js';
import { expectError, expectHarmlessError, goodData, spec, type Expected } from '../support/patient.js';
import { randomData } from '../support/random-data.js';
import { toRows } from '../support/rows.js';

// Weights and biases as plain numbers, and copies of networks.

// Units that are no multiple of four, so that rows in memory are padded.
const odd: NetworkOptions = {
  inputs: 3,
  layers: [
    { units: 5, activation: 'tanh' },
    { units: 4, activation: 'relu' },
    { units: 1, activation: 'linear' },
  ],
  seed: 2,
};
const { inputs } = randomData(6, 3, 1);

describe.each(['wasm', 'reference'] as const)('parameters on %s', (engine) => {
  it('are those of the layers, weights before biases', async () => {
    const net = await Network.create({ ...odd, engine });
    const expected = net.layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
    expect([...net.parameters]).toEqual(expected);
    expect(net.parameters).toHaveLength(3 * 5 + 5 + 5 * 4 + 4 + 4 + 1);
  });

  it('make another network the same', async () => {
    const net = await Network.create({ ...odd, engine });
    const other = await Network.create({ ...odd, seed: 9, engine });
    other.setParameters(net.parameters);
    expect(other.layers).toEqual(net.layers);
    expect(other.predict(inputs)).toEqual(net.predict(inputs));
    const numbers = Array.from(net.parameters, (_, i) => i / 8);
    other.setParameters(numbers);
    expect([...other.parameters]).toEqual(numbers);
    other.setParameters(Float64Array.from(numbers, (x) => x / 3));
    expect(other.parameters).toEqual(Float32Array.from(numbers, (x) => x / 3));
  });

  it('are copies', async () => {
    const net = await Network.create({ ...odd, engine });
    const before = fingerprint(net);
    net.parameters.fill(7);
    expect(fingerprint(net)).toBe(before);
  });

  it('of a layer can be set together or one by one, flat or in rows', async () => {
    const net = await Network.create({ ...odd, engine });
    const [first, second, last] = net.layers;
    const weights = Float32Array.from({ length: 20 }, (_, i) => i / 4);
    net.setLayer(1, { weights });
    expect(net.layers).toEqual([first, { ...second, weights }, last]);
    net.setLayer(1, { weights: toRows(second!.weights, 5), biases: [1, 2, 3, 4] });
    expect(net.layers).toEqual([first, { ...second, biases: Float32Array.of(1, 2, 3, 4) }, last]);
    net.setLayer(2, { biases: [0.5] });
    expect(net.layers[2]).toEqual({ ...last, biases: Float32Array.of(0.5) });
  });

  it('keep the state of the optimizer', async () => {
    const net = await Network.create({ ...odd, engine });
    const copy = await Network.create({ ...odd, engine });
    const batch = { inputs, targets: inputs.subarray(0, 6) };
    for (const each of [net, copy]) each.useOptimizer('adam');
    net.step(batch);
    copy.step(batch);
    copy.setParameters(copy.parameters);
    for (const each of [net, copy]) each.step(batch);
    expect(copy.save()).toEqual(net.save());
  });
});

describe('clone', () => {
  it('learns as the original would, and apart from it', async () => {
    const net = await Network.create({ ...odd, engine: 'reference' });
    const batch = { inputs, targets: inputs.subarray(0, 6) };
    net.useOptimizer('adam');
    net.step(batch);
    const [one, two] = [await net.clone(), await net.clone()];
    expect(one.engine).toBe('reference');
    expect(one.save()).toEqual(net.save());
    one.step(batch);
    expect(two.save()).toEqual(net.save());
    two.step(batch);
    expect(two.save()).toEqual(one.save());
  });

  it('has as many threads', async () => {
    const net = await Network.create({ ...odd, threads: 2 });
    const copy = await net.clone();
    expect(copy.threads).toBe(net.threads);
    for (const each of [net, copy]) each.dispose();
  });
});

describe('numbers that do not fit', () => {
  const wide = 3 * 4 + 4 + 4 * 2 + 2;
  it.each<[string, (net: Network) => unknown, Expected]>([
    [
      'too few',
      (net) => net.setParameters([1, 2]),
      [RangeError, `parameters: expected a multiple of ${wide} values, got 2`],
    ],
    [
      'twice as many',
      (net) => net.setParameters(new Float32Array(2 * wide)),
      [RangeError, `parameters: expected ${wide} values, got ${2 * wide}`],
    ],
    [
      'NaN',
      (net) => net.setParameters(new Float32Array(wide).fill(NaN, 5)),
      [RangeError, 'parameters[0][5] is NaN'],
    ],
    ['no array', (net) => net.setParameters(3 as never), [TypeError, 'parameters: expected a typed array']],
    [
      'a layer of others',
      (net) => net.setLayer(2, {}),
      [RangeError, 'layer: expected a whole number from 0 to 1, got 2'],
    ],
    [
      'weights of fewer units',
      (net) => net.setLayer(1, { weights: [1, 2, 3, 4] }),
      [RangeError, 'weights: expected 8 values, got 4'],
    ],
    [
      'biases that are NaN',
      (net) => net.setLayer(1, { weights: new Float32Array(8), biases: [1, NaN] }),
      [RangeError, 'biases[0][1] is NaN'],
    ],
    [
      'bias',
      (net) => net.setLayer(1, { bias: [1, 2] } as never),
      [TypeError, "parameters: unknown 'bias'; did you mean 'biases'?"],
    ],
  ])('%s: refused, and nothing changes', (_, call, expected) => expectHarmlessError(call, expected));

  it('are refused during a training', async () => {
    const net = await Network.create(spec);
    const stop = new AbortController();
    const training = net.train(goodData, { epochs: 1e9, signal: stop.signal });
    await expectError(
      () => net.setParameters(net.parameters),
      [StateError, 'setParameters: the network is being'],
    );
    await expectError(() => net.setLayer(0, {}), [StateError, 'setLayer: the network is being trained']);
    stop.abort('enough');
    await training.catch(() => undefined);
  });
});
