import { pipeline, Readable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import * as brain from '../../src/brain/index.js';
import {
  CrossValidate,
  DivergenceError,
  FormatError,
  likely,
  lookup,
  NeuralNetwork,
  StateError,
  TrainStream,
  utilities,
  type BinaryTestResult,
  type Datum,
  type TrainingStatus,
  type TrainOptions,
} from '../../src/brain/index.js';
import { contrast, xor } from '../support/brain-samples.js';

type Numbers = number[] | Float32Array;

/** Weights that are easy to calculate with: [2, 2, 1]. */
const small = {
  type: 'NeuralNetwork',
  sizes: [2, 2, 1],
  layers: [
    { weights: [], biases: [] },
    {
      weights: [
        [0.5, -0.25],
        [0.125, 1],
      ],
      biases: [0.25, -0.5],
    },
    { weights: [[1, -2]], biases: [0.125] },
  ],
  inputLookup: null,
  inputLookupLength: 0,
  outputLookup: null,
  outputLookupLength: 0,
  options: { inputSize: 0, outputSize: 0, binaryThresh: 0.5 },
  trainOpts: { activation: 'sigmoid' },
};

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
});

describe('options', () => {
  it('NeuralNetwork has the defaults of brain.js', () => {
    const net = new NeuralNetwork();
    expect(net.options).toEqual({ inputSize: 0, outputSize: 0, binaryThresh: 0.5 });
    expect(net.trainOpts).toEqual({
      activation: 'sigmoid',
      iterations: 20000,
      errorThresh: 0.005,
      log: false,
      logPeriod: 10,
      leakyReluAlpha: 0.01,
      learningRate: 0.3,
      momentum: 0.1,
      callbackPeriod: 10,
      timeout: Infinity,
      beta1: 0.9,
      beta2: 0.999,
      epsilon: 1e-8,
    });
  });

  it.each<[keyof TrainOptions, unknown[]]>([
    ['activation', ['softmax', 1, null]],
    ['iterations', [0, -1, '5', NaN]],
    ['errorThresh', [0, 1, 2, '0.1', NaN]],
    ['log', ['yes', 1, null]],
    ['logPeriod', [0, -50, '50']],
    ['leakyReluAlpha', [0, 1, 'a']],
    ['learningRate', [0, 1, 5, '0.3', NaN]],
    ['momentum', [0, 1, 5, '0.1', NaN]],
    ['callback', ['function', 5]],
    ['callbackPeriod', [0, -1, 'a']],
    ['timeout', [0, -1, 'a']],
    ['praxis', ['sgd', 5]],
    ['beta1', [0, 1, 'a']],
    ['beta2', [0, 1]],
    ['epsilon', [0, 1]],
  ])('NeuralNetwork rejects %s out of the range of brain.js', (name, values) => {
    for (const value of values) {
      const message = `[${name}, `;
      expect(() => new NeuralNetwork({ [name]: value }), String(value)).toThrow(message);
      const net = new NeuralNetwork();
      const before = net.trainOpts;
      expect(() => net.updateTrainingOptions({ [name]: value })).toThrow(RangeError);
      expect(() => net.train(xor, { [name]: value })).toThrow(message);
      expect(net.trainOpts).toEqual(before);
      expect(net.isRunnable).toBe(false);
    }
  });

  it('NeuralNetwork keeps the options of train and of the constructor', () => {
    const net = new NeuralNetwork({ momentum: 0.2 });
    net.train(xor, { iterations: 1, learningRate: 0.5 });
    expect(net.trainOpts).toMatchObject({ momentum: 0.2, iterations: 1, learningRate: 0.5 });
  });

  it('NeuralNetwork rejects an unknown option', () => {
    expect(() => new NeuralNetwork({ hiddenLayers: [0] })).toThrow('options.hiddenLayers[0]: expected');
    expect(() => new NeuralNetwork({ hiddenLayers: 3 as never })).toThrow('options.hiddenLayers: expected');
    expect(() => new NeuralNetwork({ inputSize: -1 })).toThrow('options.inputSize: expected');
    expect(() => new NeuralNetwork({ binaryThresh: NaN })).toThrow('options.binaryThresh: expected');
    expect(() => new NeuralNetwork({ seed: 0.5 })).toThrow('options.seed: expected');
    expect(() => new NeuralNetwork({ engine: 'gpu' as never })).toThrow('options.engine: expected');
    expect(() => new NeuralNetwork([] as never)).toThrow('options: expected an object');
  });
});

describe('sizes', () => {
  it.each([
    [2, [2, 3, 1]],
    [7, [7, 3, 1]],
    [9, [9, 4, 1]],
  ])(
    'NeuralNetwork has a hidden layer of half of %i inputs, but of at least three units',
    (inputs, sizes) => {
      const net = new NeuralNetwork();
      net.train([{ input: new Array<number>(inputs).fill(1), output: [1] }], { iterations: 1 });
      expect(net.sizes).toEqual(sizes);
      expect(net.outputLayer).toBe(2);
    },
  );

  it('NeuralNetwork has the hidden layers of the option hiddenLayers, or none', () => {
    for (const hiddenLayers of [[5, 4], []]) {
      const net = new NeuralNetwork({ hiddenLayers });
      net.train(xor, { iterations: 1 });
      expect(net.sizes).toEqual([2, ...hiddenLayers, 1]);
    }
  });

  it('initialize draws weights from -0.2 to 0.2 for the sizes of the options', () => {
    const net = new NeuralNetwork({ inputSize: 20, hiddenLayers: [10], outputSize: 2 });
    net.initialize();
    expect(net.weights.map((layer) => layer.map(({ length }) => length))).toEqual([
      [],
      new Array(10).fill(20),
      [10, 10],
    ]);
    const all = net.weights.flat().flatMap((row) => Array.from(row));
    expect(Math.max(...all)).toBeLessThan(0.2);
    expect(Math.min(...all)).toBeGreaterThan(-0.2);
    expect(Math.max(...all)).toBeGreaterThan(0.18);
    expect(new Set(all).size).toBeGreaterThan(200);
    expect(net.biases.map(({ length }) => length)).toEqual([0, 10, 2]);
  });

  it('initialize takes sizes set before it, and reports a missing one', () => {
    const net = new NeuralNetwork();
    expect(() => net.initialize()).toThrow(StateError);
    net.sizes = [2, 4, 1];
    net.initialize();
    expect(net.weights[1]).toHaveLength(4);
    expect(() => (net.sizes = [2, 5, 1])).toThrow(StateError);
    expect(() => (net.sizes = [])).toThrow(RangeError);
    net.train(xor, { iterations: 1 });
    expect(net.sizes).toEqual([2, 4, 1]);
  });

  it('train of a strict network rejects data of other sizes than the options say', () => {
    const net = new NeuralNetwork({ inputSize: 3, outputSize: 1, strict: true });
    expect(() => net.train(xor)).toThrow('data[0].input: length 2 must be 3');
  });

  it('a seed repeats the initial weights, which differ by default', () => {
    const pickWeights = (options = {}): unknown => {
      const net = new NeuralNetwork({ inputSize: 2, outputSize: 1, ...options });
      net.initialize();
      return net.weights;
    };
    expect(pickWeights({ seed: 7 })).toEqual(pickWeights({ seed: 7 }));
    expect(pickWeights({ seed: 7 })).not.toEqual(pickWeights({ seed: 8 }));
    expect(pickWeights()).not.toEqual(pickWeights());
  });
});

describe('data', () => {
  it('run takes arrays, typed arrays and booleans, and returns a Float32Array', () => {
    const forms: Datum<Numbers | boolean[], Numbers>[][] = [
      xor,
      xor.map(({ input, output }) => ({
        input: Float32Array.from(input),
        output: Float32Array.from(output),
      })),
      xor.map(({ input, output }) => ({ input: input.map(Boolean), output })),
    ];
    const outputs = forms.map((data) => {
      const net = new NeuralNetwork<Numbers | boolean[], Numbers>({ seed: 1 });
      net.train(data, { iterations: 20 });
      return net.run([1, 0]);
    });
    expect(outputs[0]).toBeInstanceOf(Float32Array);
    expect(outputs[1]).toEqual(outputs[0]);
    expect(outputs[2]).toEqual(outputs[0]);
  });

  it('run takes objects: it reads a missing key as 0 and ignores an unknown one', () => {
    const options = { seed: 1 };
    const net = new NeuralNetwork<Partial<Record<string, number>>, Record<string, number>>(options);
    net.train(contrast, { iterations: 100 });
    const inRows = new NeuralNetwork<number[], number[]>(options);
    inRows.train(
      contrast.map(({ input, output }) => ({
        input: [input.r, input.g, input.b ?? 0],
        output: [output.black ?? 0, output.white ?? 0],
      })),
      { iterations: 100 },
    );
    const [black, white] = inRows.run([0.5, 0, 1]);
    expect(net.run({ r: 0.5, b: 1, alpha: 3 })).toEqual({ black, white });
    expect(net.run({ r: 0.5, b: 1, g: undefined })).toEqual({ black, white });
    expect(net.inputLookup).toEqual({ r: 0, g: 1, b: 2 });
    expect(net.outputLookup).toEqual({ black: 0, white: 1 });
    expect([net.inputLookupLength, net.outputLookupLength]).toEqual([3, 2]);
  });

  it('train accepts objects with keys of every name', () => {
    const input = JSON.parse('{ "__proto__": 1, "constructor": 0.5, "1": 0.25 }') as Record<string, number>;
    const net = new NeuralNetwork<Record<string, number>, Record<string, number>>();
    net.train([{ input, output: input }], { iterations: 5 });
    const answer = net.run(input);
    expect(Object.keys(answer).sort()).toEqual(['1', '__proto__', 'constructor']);
    expect(Object.getPrototypeOf(answer)).toBe(Object.prototype);
    const copy = new NeuralNetwork<Record<string, number>, Record<string, number>>();
    copy.fromJSON(JSON.parse(JSON.stringify(net)) as object);
    expect(copy.run(input)).toEqual(answer);
    expect(Object.keys(net.toFunction()(input)).sort()).toEqual(['1', '__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['0']).toBeUndefined();
  });

  it('addFormat adds keys before training', () => {
    const net = new NeuralNetwork<Record<string, number>, number[]>();
    net.addFormat({ input: { a: 1 }, output: [1] });
    net.addFormat({ input: { b: 1 }, output: [1] });
    expect(net.inputLookup).toEqual({ a: 0, b: 1 });
    net.train([{ input: { b: 1, c: 1 }, output: [1] }], { iterations: 1 });
    expect(net.sizes).toEqual([2, 3, 1]);
    expect(() => net.addFormat({ input: { c: 1 }, output: [1] })).toThrow(StateError);
    net.addFormat({ input: { a: 1 }, output: [1] });
  });

  it.each<[string, unknown, string]>([
    ['no array', {}, 'data: expected an array'],
    ['nothing', [], 'data: expected at least one'],
    ['no sample', [5], 'data[0]: expected { input, output }'],
    ['a ragged row', [xor[0], { input: [1], output: [1] }], 'data[1].input: length 1 must be 2'],
    ['a ragged target', [xor[0], { input: [1, 1], output: [1, 0] }], 'data[1].output: length 2 must be 1'],
    ['NaN', [{ input: [1, NaN], output: [1] }], 'data[0].input[1] is NaN'],
    ['a hole', [{ input: [1, , 1], output: [1] }], 'data[0].input[1]: expected a number'], // eslint-disable-line no-sparse-arrays
    ['what is too large', [{ input: [1e39], output: [1] }], 'data[0].input[0] is 1e+39, too large'],
    [
      'a string',
      [{ input: 'ab', output: [1] }],
      "data[0].input: expected an array or an object of numbers, got 'ab'; write text as an object",
    ],
    ['a string in an object', [{ input: { a: 'x' }, output: [1] }], 'data[0].input["a"]: expected a number'],
    [
      'an array after objects',
      [{ input: { a: 1 }, output: [1] }, xor[0]],
      'data[1].input: expected an object',
    ],
    [
      'an object after arrays',
      [xor[0], { input: { a: 1 }, output: [1] }],
      'data[1].input: expected an array of 2',
    ],
    ['no inputs', [{ input: [], output: [1] }], 'data[0].input: expected at least one number'],
    ['no outputs', [{ input: [1], output: {} }], 'data[0].output: expected at least one number'],
  ])('train of a strict network rejects data and changes nothing: %s', (_, data, message) => {
    const net = new NeuralNetwork({ strict: true });
    expect(() => net.train(data as never)).toThrow(message);
    expect([net.isRunnable, net.sizes, net.inputLookup]).toEqual([false, [], null]);
  });

  it('run of a strict network rejects invalid inputs', () => {
    const net = new NeuralNetwork<unknown, Numbers>({ strict: true });
    expect(() => net.run([1, 1])).toThrow(StateError);
    expect(() => net.test(xor)).toThrow(StateError);
    net.train(xor, { iterations: 1 });
    expect(() => net.run([1])).toThrow('input: length 1 must be 2');
    expect(() => net.run([1, NaN])).toThrow('input[1] is NaN');
    expect(() => net.run({ a: 1 })).toThrow('input: expected an array');
    expect(() => net.test([{ input: [1], output: [1] }])).toThrow('data[0].input: length 1');
  });
});

describe('training', () => {
  it('train learns XOR, and reports its error and iterations', () => {
    for (const activation of ['sigmoid', 'tanh', 'leaky-relu'] as const) {
      const net = new NeuralNetwork<number[], Numbers>({ seed: 3, activation, hiddenLayers: [5] });
      const { error, iterations } = net.train(xor, { momentum: 0.9, learningRate: 0.1, iterations: 20000 });
      expect(error).toBeLessThanOrEqual(0.005);
      expect(iterations).toBeLessThan(20000);
      for (const { input, output } of xor)
        expect(Math.abs(net.run(input)[0]! - output[0]!)).toBeLessThan(0.2);
    }
  });

  it('train takes a step that can be computed by hand', () => {
    const net = new NeuralNetwork<number[], number[]>();
    net.fromJSON(small);
    net.train([{ input: [1, 0], output: [1] }], { iterations: 1, learningRate: 0.5, momentum: 0.25 });
    // in double precision, from the weights above
    const sigmoid = (z: number): number => 1 / (1 + Math.exp(-z));
    const [h0, h1] = [sigmoid(0.25 + 0.5), sigmoid(-0.5 + 0.125)];
    const o = sigmoid(0.125 + h0 - 2 * h1);
    const d = (1 - o) * o * (1 - o);
    const [d0, d1] = [d * h0 * (1 - h0), -2 * d * h1 * (1 - h1)];
    expect(net.weights[2]![0]![0]).toBeCloseTo(1 + 0.5 * d * h0, 6);
    expect(net.weights[2]![0]![1]).toBeCloseTo(-2 + 0.5 * d * h1, 6);
    expect(net.biases[2]![0]).toBeCloseTo(0.125 + 0.5 * d, 6);
    expect(net.weights[1]![0]![0]).toBeCloseTo(0.5 + 0.5 * d0, 6);
    expect(net.weights[1]![1]![0]).toBeCloseTo(0.125 + 0.5 * d1, 6);
    expect(net.weights[1]![1]![1]).toBe(1);
    expect(net.biases[1]![1]).toBeCloseTo(-0.5 + 0.5 * d1, 6);
    // the change before, times momentum, goes on; biases have none
    const before = { weight: net.weights[2]![0]![0]!, bias: net.biases[2]![0]! };
    const hidden = sigmoid(net.biases[1]![0]! + net.weights[1]![0]![0]!);
    const output = net.run([1, 0])[0]!;
    const step = 0.5 * (1 - output) * output * (1 - output);
    net.train([{ input: [1, 0], output: [1] }], { iterations: 1 });
    expect(net.biases[2]![0]).toBeCloseTo(before.bias + step, 6);
    expect(net.weights[2]![0]![0]).toBeCloseTo(before.weight + step * hidden + 0.25 * 0.5 * d * h0, 6);
  });

  it('train stops by iterations, error and timeout', () => {
    const net = new NeuralNetwork({ seed: 1 });
    expect(net.train(xor, { iterations: 7, errorThresh: 1e-9 }).iterations).toBe(7);
    expect(net.train(xor, { iterations: 2.5 }).iterations).toBe(3);
    expect(net.train(xor, { iterations: 20000, errorThresh: 0.9 }).iterations).toBe(1);
    const { iterations } = net.train(xor, { iterations: 1e9, errorThresh: 1e-30, timeout: 20 });
    expect(iterations).toBeGreaterThan(0);
    expect(iterations).toBeLessThan(1e9);
  });

  it('train returns the error of the last epoch, each sample before its update', () => {
    const net = new NeuralNetwork<number[], number[]>();
    net.fromJSON(small);
    const { error } = net.train(xor.slice(1, 2), { iterations: 1 });
    const fresh = new NeuralNetwork<number[], number[]>().fromJSON(small);
    expect(error).toBeCloseTo((1 - fresh.run([0, 1])[0]!) ** 2, 12);
  });

  it('train logs and calls back by their periods, in the middle of training', () => {
    const lines = vi.spyOn(console, 'log').mockImplementation(() => undefined);
    const calls: TrainingStatus[] = [];
    const logged: number[] = [];
    const net = new NeuralNetwork<number[], number[]>({ seed: 1 });
    const seen: number[] = [];
    net.train(xor, {
      iterations: 100,
      errorThresh: 1e-9,
      log: ({ iterations }) => logged.push(iterations),
      logPeriod: 30,
      callback(status) {
        calls.push(status);
        seen.push(net.run([1, 0])[0]!);
        expect(() => net.train(xor)).toThrow(StateError);
      },
      callbackPeriod: 40,
    });
    expect(logged).toEqual([30, 60, 90]);
    expect(calls.map(({ iterations }) => iterations)).toEqual([40, 80]);
    const again = new NeuralNetwork<number[], number[]>({ seed: 1 });
    expect(again.train(xor, { iterations: 40, errorThresh: 1e-9 }).error).toBe(calls[0]!.error);
    expect(again.run([1, 0])[0]).toBe(seen[0]);
    again.train(xor, { iterations: 10, log: true });
    expect(lines.mock.calls.map(([line]) => line as string)).toEqual([
      expect.stringMatching(/^iterations: 10, training error: 0\.\d+$/),
    ]);
  });

  it('train keeps the weights that it reached when a callback throws', () => {
    const net = new NeuralNetwork<number[], number[]>({ seed: 1 });
    const stop = (): void => {
      throw new Error('enough');
    };
    expect(() => net.train(xor, { callback: stop, callbackPeriod: 20, errorThresh: 1e-9 })).toThrow('enough');
    const again = new NeuralNetwork<number[], number[]>({ seed: 1 });
    again.train(xor, { iterations: 20, errorThresh: 1e-9 });
    expect(net.weights).toEqual(again.weights);
  });

  it('trainAsync trains in turns with others, to the same weights', async () => {
    const options = { iterations: 50000, errorThresh: 1e-9 };
    const nets = [1, 2].map((seed) => new NeuralNetwork<number[], number[]>({ seed }));
    let turns = 0;
    const ticking = setInterval(() => turns++);
    const running = nets.map((net) => net.trainAsync(xor, options));
    expect(() => nets[0]!.train(xor)).toThrow(StateError);
    expect(() => nets[0]!.fromJSON(small)).toThrow(StateError);
    const statuses = await Promise.all(running);
    clearInterval(ticking);
    expect(turns).toBeGreaterThan(0);
    for (const [i, seed] of [1, 2].entries()) {
      const net = new NeuralNetwork<number[], number[]>({ seed });
      expect(net.train(xor, options)).toEqual(statuses[i]);
      expect(nets[i]!.weights).toEqual(net.weights);
    }
    await expect(nets[0]!.trainAsync([])).rejects.toThrow(RangeError);
  });

  it('train reports where it diverges, and leaves the network as it was', () => {
    const net = new NeuralNetwork<number[], number[]>({ seed: 1, activation: 'relu' });
    net.train(xor, { iterations: 3 });
    const before = net.weights;
    const large = [
      { input: [1, 1], output: [1] },
      { input: [1e20, 1e20], output: [1e20] },
    ];
    let error: unknown;
    try {
      net.train(large, { iterations: 100, learningRate: 0.9 });
    } catch (thrown) {
      error = thrown;
    }
    expect(error).toBeInstanceOf(DivergenceError);
    expect((error as Error).message).toMatch(/^train: diverged in iteration \d+, at data\[[01]\]/);
    expect(net.weights).toEqual(before);
    net.train(xor, { iterations: 3 });
  });

  it('trainPattern trains on one sample as train does', () => {
    const [one, two] = [new NeuralNetwork({ seed: 2 }), new NeuralNetwork({ seed: 2 })];
    let sum = 0;
    for (let epoch = 0; epoch < 3; epoch++) {
      sum = 0;
      for (const datum of xor) sum += one.trainPattern(datum, true)!;
    }
    expect(one.trainPattern(xor[0]!)).toBeNull();
    const { error } = two.train(xor, { iterations: 3, errorThresh: 1e-9 });
    two.train([xor[0]!], { iterations: 1 });
    expect(sum / 4).toBe(error);
    expect(one.weights).toEqual(two.weights);
    one.train(xor, { iterations: 2 });
    two.train(xor, { iterations: 2 });
    expect(one.weights).toEqual(two.weights);
  });

  it('train corrects the first step of Adam for weights and biases alike', () => {
    const net = new NeuralNetwork<number[], number[]>().fromJSON(small);
    const options = { iterations: 1, praxis: 'adam', learningRate: 0.125 } as const;
    net.train([{ input: [1, 1], output: [1] }], options);
    // |step| = η·|g| / (|g| + ε): all but η
    expect(net.biases[2]![0]).toBeCloseTo(0.125 + 0.125, 5);
    expect(net.weights[2]![0]![0]).toBeCloseTo(1 + 0.125, 5);
    expect(net.weights[1]![1]![0]).toBeCloseTo(0.125 - 0.125, 5);
  });

  it('train continues with what Adam and momentum remember', () => {
    for (const options of [{ praxis: 'adam', learningRate: 0.01 }, { momentum: 0.9 }] as const) {
      const [once, twice] = [new NeuralNetwork({ seed: 4 }), new NeuralNetwork({ seed: 4 })];
      once.train(xor, { iterations: 20, errorThresh: 1e-9, ...options });
      twice.train(xor, { iterations: 12, errorThresh: 1e-9, ...options });
      twice.train(xor, { iterations: 8 });
      expect(twice.weights).toEqual(once.weights);
    }
  });
});

describe('test', () => {
  it('test counts the answers of a network with one output', () => {
    const net = new NeuralNetwork<number[], number[]>({ hiddenLayers: [], binaryThresh: 0.5 });
    const passing = { ...small, sizes: [1, 1], layers: [{}, { weights: [[20]], biases: [-10] }] };
    net.fromJSON(passing);
    const rows = [
      ...[0, 0, 0].map((x) => [x, 0]), // true negatives
      ...[1, 1].map((x) => [x, 1]), // true positives
      [1, 0], // false positive
      ...[0, 0, 0, 0].map((x) => [x, 1]), // false negatives
    ].map(([x, y]) => ({ input: [x!], output: [y!] }));
    const result = net.test(rows) as BinaryTestResult;
    expect(result).toMatchObject({
      total: 10,
      ...{ trueNeg: 3, truePos: 2, falsePos: 1, falseNeg: 4 },
      precision: 2 / 3,
      recall: 2 / 6,
      accuracy: 0.5,
    });
    expect(result.error).toBeCloseTo(0.5, 3);
    expect(result.misclasses).toHaveLength(5);
    expect(result.misclasses[0]).toEqual({
      input: Float32Array.of(1),
      output: Float32Array.of(0),
      actual: 1,
      expected: 0,
    });
    expect(net.test(rows.slice(0, 3))).toMatchObject({ precision: 0, recall: 0, accuracy: 1 });
  });

  it('test compares the largest of several outputs', () => {
    const net = new NeuralNetwork<Record<string, number>, Record<string, number>>({ seed: 1 });
    net.train(contrast, { iterations: 5000 });
    const right = net.test(contrast);
    expect(Object.keys(right).sort()).toEqual(['error', 'misclasses', 'total']);
    expect(right.misclasses).toEqual([]);
    const wrong = net.test([{ input: contrast[0]!.input, output: { white: 1 } }] as never);
    expect(wrong.misclasses).toMatchObject([{ actual: 0, expected: 1 }]);
  });
});

it('exports by default all that it exports by name, except errors', () => {
  const { default: all, ...named } = brain;
  const errors = Object.keys(named).filter((name) => name.endsWith('Error'));
  expect([...Object.keys(all), ...errors].sort()).toEqual(Object.keys(named).sort());
  expect(new all.NeuralNetwork()).toBeInstanceOf(named.NeuralNetwork);
  expect(all.NeuralNetworkGPU).toBe(all.NeuralNetwork);
});

it('names what it leaves out when it is used, not before', () => {
  const { recurrent, AE, FeedForward, Recurrent, layer, praxis } = brain;
  expect(() => new recurrent.LSTM()).toThrow(
    /^LSTM is not included; bp4\/brain has only the dense NeuralNetwork.* keep brain\.js beside it/,
  );
  for (const Absent of [Recurrent, FeedForward, AE, ...Object.values(recurrent)])
    expect(() => new Absent({ hiddenLayers: [2] })).toThrow(TypeError);
  const { input } = layer;
  expect(() => (input as unknown as (size: object) => void)({ height: 2 })).toThrow(/^input is not included/);
  expect(praxis['adam']).toBeTypeOf('function');
});

describe('what programs of brain.js bring', () => {
  const create = (): NeuralNetwork<Numbers, Numbers> => new NeuralNetwork({ seed: 2 });

  it('a single sample is a list of one', async () => {
    const [single, list, slow] = [create(), create(), create()];
    const status = single.train(xor[1]!, { iterations: 20 });
    expect(list.train([xor[1]!], { iterations: 20 })).toEqual(status);
    expect(await slow.trainAsync(xor[1]!, { iterations: 20 })).toEqual(status);
    expect(single.weights).toEqual(list.weights);
    expect(single.test(xor[1]!)).toEqual(list.test([xor[1]!]));
    expect(() => single.train({ input: [1, 1] } as never)).toThrow(/expected an array of { input, output }/);
  });

  it('text, and numbers outside arrays, are rejected with the form they take', () => {
    const rejects = (data: object[], message: RegExp): void =>
      expect(() => new NeuralNetwork().train(data as never)).toThrow(message);
    rejects([{ input: 'a cold, wet day', output: [1] }], /\{ a: 1, cold: 1, wet: 1, … \}/);
    rejects([{ input: { a: 1 }, output: 'yes' }], /data\[0\]\.output: .* got 'yes'; .*\{ yes: 1 \}/);
    rejects([{ input: [1], output: 1 }], /data\[0\]\.output: .* put it in an array, \[1\]/);
    rejects(
      [
        { input: { a: 1 }, output: { b: 1 } },
        { input: 'a', output: { b: 1 } },
      ],
      /data\[1\].* as the first is/,
    );
    const net = create();
    net.train(xor, { iterations: 1 });
    expect(() => net.run('a b' as never)).toThrow(
      /input: expected an array of 2 numbers, got 'a b'; .*\{ a: 1, b: 1 \}/,
    );
  });

  it('an output key that the network does not have is rejected, unless it is 0', () => {
    const net = new NeuralNetwork<Record<string, number>, Record<string, number>>({ seed: 1 });
    net.train([{ input: { a: 1 }, output: { x: 1, y: 0 } }], { iterations: 5 });
    const before = net.weights;
    const bad = { input: { a: 1 }, output: { x: 1, z: 0.5 } };
    for (const learn of [() => net.train([bad]), () => net.trainPattern(bad)])
      expect(learn).toThrow(/output\["z"\]: the network has no such output; it has 'x', 'y'/);
    expect(net.weights).toEqual(before);
    const trained = before[1]![0]!.slice();
    net.train([{ input: { a: 1 }, output: { y: 1, z: 0 } }], { iterations: 5 });
    expect(before[1]![0]).not.toEqual(trained); // the arrays are live
    const known = { input: { a: 1 }, output: { y: 1 } };
    const { misclasses, total } = net.test([known, { input: { a: 1 }, output: { y: 0.25, z: 1 } }]);
    expect(total).toBe(2);
    expect(misclasses.at(-1)).toMatchObject({ expected: -1 });
  });

  it('warns of an input of which it knows no key, and learns from zeros', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
    const net = new NeuralNetwork();
    net.train([{ input: { a: 1, b: 0 }, output: { x: 1 } }], { iterations: 5 });
    net.train([{ input: { c: 1 }, output: { x: 1 } }], { iterations: 1 });
    expect(warn.mock.calls).toEqual([
      [
        expect.stringMatching(
          /data\[0\]\.input\["c"\]: the network has none of these inputs; it has 'a', 'b'; all inputs count as 0; train a new network/,
        ),
      ],
    ]);
    net.options.strict = true;
    expect(() => net.train([{ input: { c: 1 }, output: { x: 1 } }])).toThrow(RangeError);
    expect(net.train([{ input: { a: 1, c: 1 }, output: { x: 1 } }], { iterations: 1 }).iterations).toBe(1);
    expect(net.run({ c: 1 })).toHaveProperty('x');
  });

  it('a test of one output counts an unknown key as wrong', () => {
    const net = new NeuralNetwork<Record<string, number>, Record<string, number>>({ seed: 1 });
    net.train([{ input: { a: 1 }, output: { x: 0 } }], { iterations: 50 });
    const { misclasses, accuracy } = net.test([{ input: { a: 1 }, output: { q: 1 } }]) as BinaryTestResult;
    expect([misclasses.length, accuracy]).toEqual([1, 0]);
  });

  it.each([
    ['sigmoid', 1.5, /data\[1\]\.output\[0\] is 1\.5, but sigmoid reaches only 0 to 1/],
    ['sigmoid', -0.5, /reaches only 0 to 1/],
    ['tanh', -1.5, /tanh reaches only -1 to 1/],
    ['relu', -0.5, /relu reaches only 0 to Infinity/],
  ] as const)('a strict network rejects a target out of reach: %s, %d', (activation, target, message) => {
    const data = [xor[0]!, { input: [0, 1], output: [target] }];
    const net = new NeuralNetwork({ seed: 2, strict: true });
    expect(() => net.train(data, { activation })).toThrow(message);
    expect(net.isRunnable).toBe(false);
    expect(() => create().train(data, { activation: 'leaky-relu', iterations: 2 })).not.toThrow();
  });

  it('fromJSON names text, an object written as a string, and networks of other kinds', () => {
    const read = (json: unknown): void => void create().fromJSON(json as object);
    expect(() => read(JSON.stringify(small))).toThrow(/parse a string with JSON\.parse/);
    expect(() => read('[object Object]')).toThrow(/write it with JSON\.stringify/);
    for (const type of ['LSTM', 'GRUTimeStep', 'RNN'])
      expect(() => read({ type, options: {}, hiddenLayers: [] })).toThrow(
        /a recurrent network of type '\w+' is not read/,
      );
    expect(() => read({ type: 't', outputConnector: {}, hiddenLayers: [] })).toThrow(/recurrent/);
    expect(() => read({ ...small, type: 'FeedForward' })).toThrow(
      /a network of type 'FeedForward' is not read/,
    );
    expect(() => read({ ...small, type: 'e' })).not.toThrow();
  });

  it('CrossValidate shows the forms that it takes', () => {
    expect(() => new CrossValidate(create() as never)).toThrow(
      /pass NeuralNetwork, or \(\) => new NeuralNetwork\(options\)/,
    );
  });
});

/** The function that a source stands for. */
const fromSource = <F extends object>(source: F): F =>
  // eslint-disable-next-line @typescript-eslint/no-implied-eval, @typescript-eslint/no-base-to-string, @typescript-eslint/no-unsafe-call
  new Function(`return ${String(source)}`)() as F;

describe('toFunction', () => {
  it.each(['sigmoid', 'relu', 'leaky-relu', 'tanh'] as const)(
    'toFunction computes what run does: %s',
    (activation) => {
      const net = new NeuralNetwork<number[], Numbers>({
        seed: 1,
        activation,
        leakyReluAlpha: 0.2,
        hiddenLayers: [4, 3],
      });
      net.train(xor, { iterations: 50 });
      const call = net.toFunction();
      for (const { input } of xor) {
        expect(call(input)[0]).toBeCloseTo(net.run(input)[0]!, 5);
        expect(fromSource(call)(input)).toEqual(call(input));
      }
      expect([call.name, call.length, call([])]).toEqual(['anonymous', 1, call([0, 0])]);
    },
  );

  it.each(['sigmoid', 'relu', 'leaky-relu', 'tanh'] as const)(
    'toFunction writes a large network as loops, which compute what run does: %s',
    (activation) => {
      const net = new NeuralNetwork<number[], Numbers>({
        ...{ inputSize: 60, hiddenLayers: [40, 5], outputSize: 3, seed: 1 },
        activation,
      });
      net.initialize();
      const input = Array.from({ length: 60 }, (_, k) => (k % 7) / 7);
      const outputs = net.toFunction()(input);
      expect(outputs).toHaveLength(3);
      net.run(input).forEach((output, j) => {
        expect(outputs[j]).toBeCloseTo(output, 5);
      });
    },
  );

  it('toFunction has a source that is linear in size, and can be changed', () => {
    const net = new NeuralNetwork<number[], number[]>({
      inputSize: 60,
      hiddenLayers: [50, 50],
      outputSize: 10,
      seed: 1,
    });
    net.initialize();
    let length = 0;
    const call = net.toFunction((source) => {
      length = source.length;
      return 'return [5];';
    });
    expect(length / (60 * 50 + 50 * 50 + 50 * 10 + 110)).toBeLessThan(13);
    expect(call([])).toEqual([5]);
  });

  it('toFunction returns a closure where code from text is refused, and still its source', () => {
    const net = new NeuralNetwork<number[], Numbers>({ seed: 1 });
    net.train(xor, { iterations: 50 });
    vi.stubGlobal('Function', function refused() {
      throw new EvalError('refused');
    });
    const sources: string[] = [];
    const call = net.toFunction((source) => {
      sources.push(source);
      return source;
    });
    expect(call([1, 0])).toEqual(net.run([1, 0]));
    net.train(xor, { iterations: 50 });
    expect(call([1, 0])).not.toEqual(net.run([1, 0]));
    expect(sources[0]).toContain('Math.exp');
  });

  it('toFunction quotes keys', () => {
    const key = '"\'`${1}</script>\u2028';
    const net = new NeuralNetwork<Record<string, number>, Record<string, number>>();
    net.train([{ input: { [key]: 1 }, output: { [key]: 1 } }], { iterations: 1 });
    const call = net.toFunction();
    expect(fromSource(call)({ [key]: 1 })[key]).toBeCloseTo(net.run({ [key]: 1 })[key]!, 5);
    expect(String(call)).not.toContain('</script>');
  });
});

describe('CrossValidate', () => {
  const data = Array.from({ length: 10 }, (_, i) => xor[i % 4]!);

  it.each([
    ['brain.js 2', () => new CrossValidate(() => new NeuralNetwork<number[], number[]>({ seed: 1 }))],
    [
      'brain.js 1',
      () => new CrossValidate<number[], number[]>(NeuralNetwork, { seed: 1, hiddenLayers: [4] }),
    ],
  ])('CrossValidate accepts the calls of %s', (_, create) => {
    const validation = create();
    expect(validation.toJSON()).toMatchObject({ stats: { total: 0 }, sets: [] });
    const given = [...data];
    const json = validation.train(given, { iterations: 40, errorThresh: 1e-9 }, 4);
    expect(given).toEqual(data);
    expect(json.sets.map(({ total }) => total)).toEqual([2, 3, 2, 3]);
    expect(json.stats).toMatchObject({ total: 10, testSize: 2.5, trainSize: 7.5 });
    const { truePos, trueNeg, falsePos, falseNeg, accuracy } = json.stats;
    expect(truePos! + trueNeg! + falsePos! + falseNeg!).toBe(10);
    expect(accuracy).toBe((truePos! + trueNeg!) / 10);
    expect(json.avgs.iterations).toBe(40);
    expect(validation.toJSON()).toBe(json);
    const best = json.sets.reduce((a, b) => (b.error < a.error ? b : a));
    expect(validation.toNeuralNetwork().toJSON().layers).toEqual(best.network.layers);
    expect(create().train([...data], { iterations: 40, errorThresh: 1e-9 }, 4).avgs.error).toBe(
      json.avgs.error,
    );
  });

  it('CrossValidate takes any class with the methods of a network', () => {
    class Fake {
      readonly trainOpts = { learningRate: 0.5 };
      read: unknown;
      constructor(readonly answer: () => number) {}
      readonly train = () => ({ error: this.answer(), iterations: 3 });
      readonly test = (data: readonly unknown[]) => ({ error: 1, misclasses: [], total: data.length });
      readonly toJSON = () => 'written';
      fromJSON(json: unknown): void {
        this.read = json;
      }
    }
    const validation = new CrossValidate<number[], number[]>(Fake as never, (() => 0.25) as never);
    const { avgs, stats, sets } = validation.train(xor, {}, 2);
    expect([avgs.error, stats.total, sets[0]!.learningRate]).toEqual([0.25, 4, 0.5]);
    expect(validation.toNeuralNetwork()).toMatchObject({ read: 'written' });
  });

  it('CrossValidate rejects data that cannot be divided', () => {
    const validation = new CrossValidate(() => new NeuralNetwork<number[], number[]>());
    expect(() => validation.train(xor, {}, 5)).toThrow('Training set size is too small');
    expect(() => validation.train(xor, {}, 1)).toThrow('k: expected');
    expect(() => validation.toNeuralNetwork()).toThrow(/call train first/);
    expect(() => validation.fromJSON({ sets: [] })).toThrow(TypeError);
    expect(() => new CrossValidate(5 as never)).toThrow(TypeError);
  });
});

describe('TrainStream', () => {
  it('TrainStream trains as train does, epoch by epoch', () => {
    const net = new NeuralNetwork<Partial<Record<'a' | 'b', number>>, number[]>({ seed: 1 });
    const data = [
      { input: {}, output: [0] },
      { input: { b: 1 }, output: [1] },
      { input: { a: 1 }, output: [1] },
      { input: { a: 1, b: 1 }, output: [0] },
    ];
    const statuses: TrainingStatus[] = [];
    const called: number[] = [];
    let floods = 0;
    const flood = (): void => {
      floods++;
      for (const datum of data) stream.write(datum);
      stream.endInputs();
    };
    const stream: TrainStream<Partial<Record<'a' | 'b', number>>, number[]> = new TrainStream({
      neuralNetwork: net,
      iterations: 25,
      errorThresh: 1e-9,
      callback: ({ iterations }) => called.push(iterations),
      floodCallback: flood,
      doneTrainingCallback: (status) => statuses.push(status),
    });
    flood();
    expect(floods).toBe(26);
    expect(called).toEqual([0, 10, 20]);
    const same = new NeuralNetwork({ seed: 1 });
    // keys come in the order in which they are seen: b, a
    const status = same.train(
      xor.map(({ input, output }) => ({ input: [input[1]!, input[0]!], output })),
      { iterations: 25, errorThresh: 1e-9 },
    );
    expect(statuses).toEqual([status]);
    expect(net.weights).toEqual(same.weights);
  });

  it.each([
    ['pipe', (source: Readable, stream: NodeJS.WritableStream) => source.pipe(stream)],
    [
      'pipeline',
      (source: Readable, stream: NodeJS.WritableStream) => pipeline(source, stream, () => undefined),
    ],
  ])('TrainStream learns from a stream of Node.js, by %s', async (_, connect) => {
    const net = new NeuralNetwork<number[], number[]>({ seed: 1 });
    let finished = 0;
    const status = await new Promise<TrainingStatus>((resolve) => {
      const flood = (): void => {
        connect(Readable.from(xor), stream as never);
      };
      const stream = new TrainStream({
        neuralNetwork: net,
        iterations: 6,
        errorThresh: 1e-9,
        floodCallback: flood,
        doneTrainingCallback: resolve,
      });
      stream.on('finish', () => finished++);
      flood();
    });
    const same = new NeuralNetwork<number[], number[]>({ seed: 1 });
    expect(same.train(xor, { iterations: 6, errorThresh: 1e-9 })).toEqual(status);
    expect(net.weights).toEqual(same.weights);
    expect(finished).toBe(7); // the first pass only collects the keys
  });

  it('TrainStream calls listeners once, or until they are removed', () => {
    const stream = new TrainStream({ neuralNetwork: new NeuralNetwork<number[], number[]>() });
    const [once, removed] = [vi.fn(), vi.fn()];
    stream.once('other', once).on('other', removed).off('other', removed).once('other', removed);
    stream.removeListener('other', removed);
    expect([stream.emit('other', 5), stream.emit('other', 6)]).toEqual([true, false]);
    expect(once.mock.calls).toEqual([[5]]);
    expect(removed).not.toHaveBeenCalled();
  });

  it('TrainStream reports what is missing', () => {
    expect(() => new TrainStream({} as never)).toThrow('no neural network specified');
    const neuralNetwork = new NeuralNetwork<number[], number[]>();
    expect(() => new TrainStream({ neuralNetwork, momentum: 2 })).toThrow(RangeError);
    const stream = new TrainStream({ neuralNetwork });
    expect(() => stream.write(5 as never)).toThrow('datum: expected { input, output }');
    stream.write(xor[0]!);
    stream.endInputs();
    expect(() => stream.endInputs()).toThrow('expected 1 samples, as in the first epoch, got 0');
  });
});

describe('what stands around', () => {
  it('likely names the largest output', () => {
    const net = new NeuralNetwork<Partial<Record<string, number>>, Record<string, number>>({ seed: 1 });
    net.train(contrast, { iterations: 5000 });
    expect(likely({ r: 0.03, g: 0.7, b: 0.5 }, net)).toBe('black');
    const rows = new NeuralNetwork<number[], number[]>({ seed: 1 });
    rows.train([{ input: [1, 0], output: [-1, -0.5] }], { iterations: 1, activation: 'tanh' });
    expect(['0', '1']).toContain(likely([1, 0], rows));
  });

  it('lookup converts objects to arrays and back', () => {
    expect(lookup.toTable([{ a: 1 }, { b: 6, c: 7 }])).toEqual({ a: 0, b: 1, c: 2 });
    expect(lookup.toInputTable([{ input: { a: 1 }, output: {} }])).toEqual({ a: 0 });
    expect(lookup.toOutputTable([{ input: { a: 1 }, output: { z: 1 } }])).toEqual({ z: 0 });
    expect(lookup.toHash({ a: 6, b: 7 })).toEqual({ a: 0, b: 1 });
    expect(lookup.toArray({ a: 0, b: 1 }, { a: 6 }, 2)).toEqual(Float32Array.of(6, 0));
    expect(lookup.toArrays({ a: 0, b: 1 }, [{ b: 6 }], 2)).toEqual([Float32Array.of(0, 6)]);
    expect(lookup.toObject({ a: 0, b: 1 }, [6, 7])).toEqual({ a: 6, b: 7 });
    expect(lookup.addKeys({ b: 1 }, { a: 0 })).toEqual({ a: 0, b: 1 });
    expect(lookup.addKeys([1], { a: 0 })).toEqual({ a: 0 });
  });

  it('bp4/brain exports the utilities of brain.js', () => {
    expect(utilities.max([1, 3, 2])).toBe(3);
    expect(utilities.max({ a: -1, b: -2 })).toBe(-1);
    expect(utilities.mse([1, 2])).toBe(2.5);
    expect(utilities.ones(2)).toEqual(Float32Array.of(1, 1));
    expect(utilities.ones2D(1, 2)).toEqual([Float32Array.of(1), Float32Array.of(1)]);
    expect(utilities.zeros(2)).toEqual(Float32Array.of(0, 0));
    expect(utilities.range(2, 5)).toEqual([2, 3, 4]);
    expect(utilities.toArray({ a: 1, b: 2 })).toEqual(Float32Array.of(1, 2));
    expect(utilities.toArray([1])).toEqual(Float32Array.of(1));
    const drawn = Array.from({ length: 1000 }, () => [
      utilities.randomWeight(),
      utilities.random.randomFloat(2, 3),
      utilities.random.randomInteger(5, 8),
      utilities.random.randomN(10, 0.01),
      utilities.random.gaussRandom(),
      utilities.randos(1)[0]!,
      utilities.randos(1, 3)[0]!,
    ]);
    const [least, most] = [Math.min, Math.max].map((of) =>
      drawn[0]!.map((_, i) => of(...drawn.map((row) => row[i]!))),
    );
    expect(least!.map((x) => Math.round(10 * x) / 10)).toEqual([
      -0.2,
      2,
      5,
      10,
      expect.any(Number),
      -0.2,
      -3,
    ]);
    expect(most!.map((x) => Math.round(10 * x) / 10)).toEqual([0.2, 3, 7, 10, expect.any(Number), 0.2, 3]);
  });

  it('bp4/brain exports the errors that it throws', () => {
    for (const [error, of] of [
      [FormatError, Error],
      [StateError, Error],
    ] as const)
      expect(error.prototype).toBeInstanceOf(of);
  });
});
