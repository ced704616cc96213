// bp4/brain beside brain.js 1.6.1 and 2.0.0-beta.24 themselves: the same training from the same weights.

import { createRequire } from 'node:module';
import { CrossValidate, likely, NeuralNetwork } from 'bp4/brain';
import { describe, expect, it, vi } from 'vitest';
import { contrast, xor } from '../support/brain-samples.ts';

const require = createRequire(import.meta.url);
const brain1 = require('brain.js-1');
const brain2 = require('brain.js-2');

/** A generator for data, so that each run has the same. */
function numbers(seed) {
  return () => (seed = (seed * 48271) % 2147483647) / 2147483647;
}

/** Mostly zeros, as images have: the first layer goes another way. */
const random = numbers(7);
const sparse = Array.from({ length: 30 }, (_, i) => ({
  input: Array.from({ length: 40 }, () => (random() < 0.8 ? 0 : random())),
  output: [i % 3, (i + 1) % 3, (i + 2) % 3].map((n) => Number(n === 0)),
}));

const copy = (json) => JSON.parse(JSON.stringify(json));

/** A JSON of brain.js 2 with weights from the generator: their own are from Math.random. */
function weightsFor(sizes, seed, options = {}) {
  const draw = numbers(seed);
  const weight = () => Math.fround(0.4 * draw() - 0.2);
  const list = (size) => Array.from({ length: size }, weight);
  return {
    type: 'NeuralNetwork',
    sizes,
    layers: sizes.map((units, l) =>
      l === 0
        ? { weights: [], biases: [] }
        : { weights: Array.from({ length: units }, () => list(sizes[l - 1])), biases: list(units) },
    ),
    inputLookup: null,
    inputLookupLength: 0,
    outputLookup: null,
    outputLookupLength: 0,
    options: { inputSize: 0, outputSize: 0, binaryThresh: 0.5 },
    trainOpts: new brain2.NeuralNetwork(options).getTrainOptsJSON(),
  };
}

/** The largest difference of weights, of which none is far above 1 here, and of biases. */
function difference(one, other) {
  let most = 0;
  for (const [l, { weights, biases }] of one.layers.entries()) {
    for (const [j, row] of weights.entries()) {
      for (const [k, w] of row.entries()) most = Math.max(most, Math.abs(w - other.layers[l].weights[j][k]));
      most = Math.max(most, Math.abs(biases[j] - other.layers[l].biases[j]));
    }
  }
  return most;
}

/** Adam of brain.js, with the biases' first moment of this step in the place of that of the step before. */
function mendAdam(net) {
  net.adjustWeights = function adjust() {
    const before = this.biases.map((biases) => biases.slice());
    this._adjustWeightsAdam();
    const { beta1, beta2, epsilon, learningRate } = this.trainOpts;
    for (let l = 1; l <= this.outputLayer; l++) {
      for (const [j, bias] of before[l].entries()) {
        const low = this.biasChangesLow[l][j] / (1 - beta1 ** this.iterations);
        const high = this.biasChangesHigh[l][j] / (1 - beta2 ** this.iterations);
        this.biases[l][j] = bias + (learningRate * low) / (Math.sqrt(high) + epsilon);
      }
    }
  };
}

describe('training, beside brain.js 2', () => {
  const activations = ['sigmoid', 'tanh', 'relu', 'leaky-relu'];
  // 1e-6 stands for 0, which brain.js refuses.
  const momenta = [1e-6, 0.1, 0.9];
  const cases = activations.flatMap((activation) =>
    momenta.flatMap((momentum) => [
      [activation, momentum, [2, 3, 1], xor],
      [activation, momentum, [40, 7, 5, 3], sparse],
    ]),
  );

  it.each(cases)(
    'trains to the weights of brain.js 2 with %s, momentum %d, sizes %j',
    (activation, momentum, sizes, data) => {
      // With 0.05 leaky-relu at momentum 0.9 is chaotic: brain.js does not follow itself from weights 1e-7 apart.
      const json = weightsFor(sizes, 3, { activation, momentum, learningRate: 0.02 });
      const theirs = new brain2.NeuralNetwork().fromJSON(copy(json));
      const ours = new NeuralNetwork().fromJSON(copy(json));
      for (const iterations of [1, 9, 190]) {
        const options = { iterations, errorThresh: 1e-9 };
        const expected = theirs.train(data, options);
        const status = ours.train(data, options);
        expect(status.iterations).toBe(expected.iterations);
        // single precision: 6e-8 to a rounding, of which there are some thousands, and a slope that multiplies them
        expect(Math.abs(status.error - expected.error)).toBeLessThan(1e-5 * expected.error + 1e-7);
        expect(difference(theirs.toJSON(), ours.toJSON())).toBeLessThan(iterations === 1 ? 1e-6 : 5e-5);
        for (const { input } of data) {
          for (const [j, output] of theirs.run(input).entries()) {
            expect(Math.abs(ours.run(input)[j] - output)).toBeLessThan(5e-5);
          }
        }
      }
    },
  );

  it('takes as many epochs as brain.js 2 to the same error', () => {
    for (const [sizes, data, options] of [
      [[2, 3, 1], xor, {}],
      [[2, 5, 1], xor, { activation: 'tanh', learningRate: 0.1 }],
      [[40, 20, 3], sparse, {}],
    ]) {
      const json = weightsFor(sizes, 5, options);
      const expected = new brain2.NeuralNetwork().fromJSON(copy(json)).train(data);
      const status = new NeuralNetwork().fromJSON(copy(json)).train(data);
      expect(expected.error).toBeLessThanOrEqual(0.005);
      expect(Math.abs(status.iterations - expected.iterations)).toBeLessThanOrEqual(
        0.002 * expected.iterations,
      );
      expect(Math.abs(status.error - expected.error)).toBeLessThan(1e-4);
    }
  });

  it.each([
    ['sigmoid', [2, 3, 1], xor],
    ['tanh', [40, 7, 3], sparse],
  ])(
    'trains with Adam to the weights of brain.js 2, once its moment of the biases is corrected: %s',
    (activation, sizes, data) => {
      const json = weightsFor(sizes, 4, { activation, praxis: 'adam', learningRate: 0.01 });
      const theirs = new brain2.NeuralNetwork().fromJSON(copy(json));
      mendAdam(theirs);
      const ours = new NeuralNetwork().fromJSON(copy(json));
      for (const iterations of [1, 9, 90]) {
        const options = { iterations, errorThresh: 1e-9 };
        const expected = theirs.train(data, options);
        const status = ours.train(data, options);
        expect(Math.abs(status.error - expected.error)).toBeLessThan(1e-5);
        expect(difference(theirs.toJSON(), ours.toJSON())).toBeLessThan(1e-4);
      }
      const asTheyAre = new brain2.NeuralNetwork().fromJSON(copy(json));
      asTheyAre.train(data.slice(0, 1), { iterations: 1 });
      expect(Array.from(asTheyAre.biases[1])).toEqual(json.layers[1].biases); // the defect
    },
  );
});

describe('training, beside brain.js 1', () => {
  it.each(['sigmoid', 'tanh', 'relu'])(
    'trains to the errors and outputs of brain.js 1 with %s',
    (activation) => {
      const theirs = new brain1.NeuralNetwork({ activation });
      const { trainOpts, ...json } = new NeuralNetwork()
        .fromJSON(weightsFor([2, 4, 1], 6, { activation, learningRate: 0.1 }))
        .toLegacyJSON();
      theirs.fromJSON(copy({ ...json, trainOpts }));
      const ours = new NeuralNetwork().fromJSON(copy({ ...json, trainOpts }));
      // they forget what is not given again
      const options = { iterations: 200, errorThresh: 1e-9, learningRate: 0.1, momentum: 0.5 };
      const expected = theirs.train(xor, options);
      const status = ours.train(xor, options);
      expect(status.iterations).toBe(expected.iterations);
      expect(Math.abs(status.error - expected.error)).toBeLessThan(1e-5);
      for (const { input } of xor)
        expect(Math.abs(ours.run(input)[0] - theirs.run(input)[0])).toBeLessThan(1e-5);
    },
  );
});

describe('files', () => {
  it('reads what brain.js 1 and 2 write, for objects and for arrays', () => {
    for (const { NeuralNetwork: Theirs } of [brain1, brain2]) {
      for (const data of [xor, contrast, [{ input: { 3: 1, a: 0.5, 1: 0.2 }, output: { z: 1, 0: 0.5 } }]]) {
        const theirs = new Theirs({ hiddenLayers: [4, 3], activation: 'tanh' });
        theirs.train(data, { iterations: 50 });
        const ours = new NeuralNetwork().fromJSON(copy(theirs.toJSON()));
        for (const { input } of data) {
          const [expected, output] = [theirs.run(input), ours.run(input)];
          expect(Object.keys(output)).toEqual(Object.keys(expected));
          for (const key of Object.keys(expected))
            expect(Math.abs(output[key] - expected[key])).toBeLessThan(1e-6);
        }
      }
    }
  });

  it('writes what brain.js 1 and 2 read', () => {
    for (const data of [xor, contrast]) {
      const ours = new NeuralNetwork({ seed: 1, hiddenLayers: [4], activation: 'tanh' });
      ours.train(data, { iterations: 50 });
      const in2 = new brain2.NeuralNetwork().fromJSON(copy(ours.toJSON()));
      const in1 = new brain1.NeuralNetwork();
      in1.fromJSON(copy(ours.toLegacyJSON()));
      for (const net of [in1, in2]) {
        for (const { input } of data) {
          const [expected, output] = [net.run(input), ours.run(input)];
          for (const key of Object.keys(expected))
            expect(Math.abs(output[key] - expected[key])).toBeLessThan(1e-6);
        }
      }
      expect(in2.toJSON().trainOpts).toEqual(ours.toJSON().trainOpts);
    }
  });

  it('converts a file of brain.js 1 for brain.js 2, which cannot read it itself', () => {
    const first = new brain1.NeuralNetwork();
    first.train(contrast, { iterations: 100 });
    const json = copy(first.toJSON());
    expect(() => new brain2.NeuralNetwork().fromJSON(copy(json)).run(contrast[0].input)).toThrow();
    const second = new brain2.NeuralNetwork().fromJSON(copy(new NeuralNetwork().fromJSON(json).toJSON()));
    for (const { input } of contrast) {
      const expected = first.run(input);
      for (const [key, output] of Object.entries(second.run(input)))
        expect(output).toBeCloseTo(expected[key], 6);
    }
  });
});

describe('what stands around', () => {
  it('test returns what brain.js returns', () => {
    for (const data of [xor, contrast, sparse]) {
      const theirs = new brain2.NeuralNetwork({ hiddenLayers: [3] });
      theirs.train(data, { iterations: 30 });
      const ours = new NeuralNetwork().fromJSON(copy(theirs.toJSON()));
      const { error, misclasses, ...counts } = theirs.test(data);
      const { error: ourError, misclasses: ourMisclasses, ...ourCounts } = ours.test(data);
      expect(ourCounts).toEqual(counts);
      expect(ourMisclasses).toEqual(misclasses);
      expect(ourError).toBeCloseTo(error, 6);
    }
  });

  it('likely and toFunction return what those of brain.js return', () => {
    const theirs = new brain2.NeuralNetwork();
    theirs.train(contrast, { iterations: 1000 });
    const ours = new NeuralNetwork().fromJSON(copy(theirs.toJSON()));
    for (const { input } of contrast) {
      expect(likely(input, ours)).toBe(brain2.likely(input, theirs));
      const expected = theirs.toFunction()(input);
      const output = new Function(`return ${ours.toFunction()}`)()(input);
      for (const key of Object.keys(expected)) expect(output[key]).toBeCloseTo(expected[key], 6);
    }
  });

  it('rejects the options that brain.js rejects', () => {
    const values = [0, 1, -1, 0.5, 2, NaN, Infinity, 'a', '1', true, false, undefined, () => 0, {}, []];
    const names = Object.keys(new brain2.NeuralNetwork().getTrainOptsJSON());
    for (const name of [...names, 'callback']) {
      for (const value of values) {
        // undefined is as if it were not there; brain.js has beta1: '0.5' pass, since it compares only
        if (value === undefined) continue;
        const throws = (make) => {
          try {
            make();
            return false;
          } catch {
            return true;
          }
        };
        const expected = throws(() => new brain2.NeuralNetwork({ [name]: value }));
        const found = throws(() => new NeuralNetwork({ [name]: value }));
        expect([name, value, found]).toEqual([name, value, expected]);
      }
    }
  });

  it('CrossValidate returns the fields of brain.js', () => {
    const shape = (value) =>
      Array.isArray(value)
        ? value.slice(0, 1).map(shape)
        : typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
          ? Object.fromEntries(
              Object.keys(value)
                .sort()
                .map((key) => [key, shape(value[key])]),
            )
          : typeof value;
    const strip = ({ avgs, stats, sets }) => ({
      avgs,
      stats,
      // The last two are those of version 1.
      sets: sets.map((set) => ({ ...set, misclasses: 0, network: 0, learningRate: 0, hiddenLayers: 0 })),
    });
    const data = [...xor, ...xor, ...xor, ...xor];
    const options = { iterations: 20, errorThresh: 1e-9 };
    const theirs = new brain2.CrossValidate(() => new brain2.NeuralNetwork());
    const ours = new CrossValidate(() => new NeuralNetwork());
    expect(shape(strip(ours.train(data, options)))).toEqual(shape(strip(theirs.train([...data], options))));
    expect(ours.toNeuralNetwork().run([0, 1])).toHaveLength(1);
  });

  it('calls log and callback when brain.js does', () => {
    const times = ({ NeuralNetwork: Net }) => {
      const calls = [];
      const net = new Net();
      net.train(xor, {
        ...{ iterations: 50, errorThresh: 1e-9, logPeriod: 7, callbackPeriod: 14 },
        log: ({ iterations }) => calls.push(['log', iterations]),
        callback: ({ iterations }) => calls.push(['callback', iterations]),
      });
      return calls;
    };
    expect(times({ NeuralNetwork })).toEqual(times(brain2));
    const lines = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    new NeuralNetwork().train(xor, { iterations: 10, log: true });
    new brain2.NeuralNetwork().train(xor, { iterations: 10, log: true });
    const [one, other] = lines.mock.calls.map(([line]) => line.replace(/[\d.]+$/, ''));
    expect(one).toBe(other);
    vi.restoreAllMocks();
  });
});
