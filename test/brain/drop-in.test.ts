import { inspect } from 'node:util';
import { afterEach, describe, expect, it, vi, type MockInstance } from 'vitest';
import {
  CrossValidate,
  lookup,
  NeuralNetwork,
  NeuralNetworkGPU,
  StateError,
  utilities,
  type INeuralNetworkData,
  type INeuralNetworkDatum,
  type INeuralNetworkJSON,
  type INeuralNetworkOptions,
  type INeuralNetworkTrainOptions,
  type ITrainingStatus,
} from '../../src/brain/index.js';
import { xor } from '../support/brain-samples.js';

// What programs of brain.js do with a network apart from training it: they change its options and weights, hand it what brain.js 1 took,
// and put it into frameworks.

type Numbers = number[] | Float32Array;
const create = (options: INeuralNetworkOptions = {}): NeuralNetwork<Numbers, Numbers> =>
  new NeuralNetwork<Numbers, Numbers>({ seed: 2, hiddenLayers: [3], ...options });
const endless = { errorThresh: 1e-9, iterations: 200 };

const spyOnWarn = (): MockInstance<typeof console.warn> =>
  vi.spyOn(console, 'warn').mockImplementation(() => undefined);
const textsOf = (warn: MockInstance<typeof console.warn>): string[] =>
  warn.mock.calls.map(([text]) => String(text));

afterEach(() => {
  vi.restoreAllMocks();
});

describe('live options', () => {
  it('a callback that changes trainOpts.iterations ends the training', () => {
    const net = create();
    const { iterations } = net.train(xor, {
      ...endless,
      callbackPeriod: 1,
      callback: ({ iterations }) => {
        if (iterations === 7) net.trainOpts.iterations = 7;
      },
    });
    expect(iterations).toBe(7);
  });

  it('a learning rate that decays in a callback learns as trainings one after the other do', () => {
    const [net, twin] = [create(), create()];
    net.train(xor, {
      ...{ errorThresh: 1e-9, iterations: 30, callbackPeriod: 10, learningRate: 0.4 },
      callback: () => {
        net.trainOpts.learningRate /= 2;
      },
    });
    for (const learningRate of [0.4, 0.2, 0.1]) twin.train(xor, { ...endless, iterations: 10, learningRate });
    expect(net.weights).toEqual(twin.weights);
  });

  it.each(Object.keys(NeuralNetwork.trainDefaults))(
    '%s of trainOpts is checked when the next training starts',
    (name) => {
      const net = create();
      net.train(xor, { iterations: 1 });
      net.train(xor, { iterations: 1 });
      Object.assign(net.trainOpts, { [name]: -1 });
      expect(() => net.train(xor)).toThrow(`[${name}, -1]`);
    },
  );

  it('options that a program assigns are those of the next call', () => {
    const net = create();
    net.options.hiddenLayers = [5];
    net.trainOpts.iterations = 3;
    net.trainOpts.errorThresh = 1e-9;
    expect(net.train(xor).iterations).toBe(3);
    expect(net.sizes).toEqual([2, 5, 1]);
    net.options.binaryThresh = 1.5;
    expect(net.test(xor)).toMatchObject({ truePos: 0, falsePos: 0 });
    net.trainOpts.momentum = 5;
    expect(() => net.train(xor)).toThrow(/\[momentum, 5\]/);
  });

  it('setActivation and the fields of brain.js 1 set the options', () => {
    const net = create();
    net.setActivation('tanh');
    expect([net.activation, net.trainOpts.activation]).toEqual(['tanh', 'tanh']);
    expect(() => net.setActivation('softmax')).toThrow(RangeError);
    net.hiddenLayers = [4];
    net.binaryThresh = 0.25;
    net.leakyReluAlpha = 0.1;
    expect(net.options).toMatchObject({ hiddenLayers: [4], binaryThresh: 0.25 });
    expect(net.trainOpts.leakyReluAlpha).toBe(0.1);
    expect(NeuralNetwork.defaults).toEqual({
      ...{ leakyReluAlpha: 0.01, binaryThresh: 0.5, hiddenLayers: null, activation: 'sigmoid' },
    });
    expect(NeuralNetwork.trainDefaults).toMatchObject({ iterations: 20000, callback: null, praxis: null });
  });
});

describe.each(['wasm', 'reference'] as const)('weights, on %s', (engine) => {
  const options = { engine, hiddenLayers: [3] };

  it('a weight that a program writes takes effect at the next call', () => {
    const net = create(options);
    net.train(xor, endless);
    const other = new NeuralNetwork<Numbers, Numbers>({ engine }).fromJSON(net.toJSON());
    const json = net.toJSON();
    json.layers[1]!.weights[2]![1] = 0.5;
    json.layers[2]!.biases[0] = -0.25;
    const expected = new NeuralNetwork<Numbers, Numbers>({ engine }).fromJSON(json);
    other.weights[1]![2]![1] = 0.5;
    other.biases[2]![0] = -0.25;
    expect(other.run([1, 0])).toEqual(expected.run([1, 0]));
    expect(other.toJSON().layers).toEqual(json.layers);
    for (const one of [other, expected]) one.train(xor, endless);
    expect(other.toJSON().layers).toEqual(expected.toJSON().layers);
  });

  it('training shows in the arrays that a program holds, and goes on as without them', async () => {
    const [net, twin] = [create(options), create(options)];
    for (const one of [net, twin]) one.train(xor, { ...endless, iterations: 5 });
    const { weights, biases } = net;
    for (const one of [net, twin]) {
      one.train(xor, endless);
      one.trainPattern(xor[1]!);
      await one.trainAsync(xor, endless);
    }
    expect([weights, biases]).toEqual([twin.weights, twin.biases]);
    expect(net.weights).toBe(weights);
    const momentum = [net, twin].map((one) => one.trainPattern(xor[2]!, true));
    expect(momentum[0]).toBe(momentum[1]);
  });

  it('a callback may write weights, and rows and layers may be replaced', () => {
    const net = create(options);
    net.train(xor, {
      ...{ iterations: 20, errorThresh: 1e-9, callbackPeriod: 20 },
      callback: () => net.weights[2]![0]!.fill(0),
    });
    expect(net.toJSON().layers[2]!.weights).toEqual([[0, 0, 0]]);
    net.weights[1]![0] = Float32Array.of(1, 2);
    net.weights = net.weights.map((layer, l) => (l === 2 ? [Float32Array.of(3, 4, 5)] : layer));
    const [, first, second] = net.toJSON().layers;
    expect([first!.weights[0], second!.weights]).toEqual([[1, 2], [[3, 4, 5]]]);
  });

  it('what is no weight is an error that names the place', () => {
    const net = create(options);
    net.train(xor, endless);
    net.weights[1]![2]![1] = NaN;
    expect(() => net.run([1, 0])).toThrow(/weights\[1\]\[2\]\[1\]: expected a finite number, got NaN/);
    net.weights[1]![2] = Float32Array.of(1);
    expect(() => net.run([1, 0])).toThrow(/weights\[1\]\[2\]: expected 2 entries, got 1/);
  });

  it('outputs are the activations of the last run', () => {
    const net = create(options);
    net.train(xor, endless);
    const output = net.run([1, 0]);
    expect(net.outputs.map(({ length }) => length)).toEqual([2, 3, 1]);
    expect([net.outputs[0], net.outputs[2]]).toEqual([Float32Array.of(1, 0), output]);
    expect(net.runInput(Float32Array.of(0, 1))).toEqual(net.run([0, 1]));
  });
});

describe('tolerance', () => {
  const trained = (options: INeuralNetworkOptions = {}): NeuralNetwork<Numbers, Numbers> => {
    const net = create(options);
    net.train(xor, endless);
    return net;
  };

  it('inputs of another length are cut or filled with zeros, with one warning each', () => {
    const warn = spyOnWarn();
    const net = trained();
    expect(net.run([1, 0, 5])).toEqual(net.run([1, 0]));
    expect(net.run([1, 0, 7])).toEqual(net.run([1, 0]));
    expect(net.run([1])).toEqual(net.run([1, 0]));
    expect(textsOf(warn)).toEqual([
      'bp4/brain: input: length 3 must be 2; the rest is left out. strict: true makes this an error.',
      'bp4/brain: input: length 1 must be 2; what is missing counts as 0. strict: true makes this an error.',
    ]);
    expect(() => trained({ strict: true }).run([1])).toThrow('input: length 1 must be 2');
    const [ragged, whole] = [create(), create()];
    ragged.train([...xor, { input: [1], output: [1, 5] }], endless);
    whole.train([...xor, { input: [1, 0], output: [1] }], endless);
    expect(ragged.weights).toEqual(whole.weights);
  });

  it('inputs of another length than the program states are errors, as in brain.js 2', () => {
    const net = trained({ inputSize: 2, outputSize: 1 });
    expect(() => net.run([1, 0, 5])).toThrow('input: length 3 must be 2');
    expect(() => net.train([{ input: [1, 0], output: [1, 1] }])).toThrow(
      'data[0].output: length 2 must be 1',
    );
    expect(() => create({ inputSize: 2 }).train([...xor, { input: [1], output: [1] }])).toThrow(
      'data[4].input: length 1 must be 2',
    );
  });

  it('a list for a network with keys counts by its indices, with one warning', () => {
    const warn = spyOnWarn();
    const net = new NeuralNetwork({ seed: 2 });
    net.train([{ input: { 0: 0.5, b: 1 }, output: { x: 1 } }], { iterations: 5 });
    expect(net.run([0.5, 1])).toEqual(net.run({ 0: 0.5 }));
    expect(net.run([0.2])).toEqual(net.run({ 0: 0.2 }));
    expect(textsOf(warn)).toEqual([expect.stringMatching(/got an array; its indices count as keys/)]);
    expect(net.run(Float32Array.of(0.5, 1))).toEqual(net.run({ 0: 0.5, b: 1 }));
  });

  it.each<[string, unknown, unknown, RegExp]>([
    [
      'numbers as text',
      ['1', '0.5'],
      [1, 0.5],
      /input\[0\]: expected a number, got '1'; text counts as its number/,
    ],
    ['null', [null, 1], [0, 1], /null counts as 0/],
  ])('%s in an array counts, with one warning', (_, given, expected, message) => {
    const warn = spyOnWarn();
    const net = trained();
    for (let i = 0; i < 3; i++) expect(net.run(given as Numbers)).toEqual(net.run(expected as Numbers));
    expect(textsOf(warn)).toEqual([expect.stringMatching(message)]);
    expect(() => trained({ strict: true }).run(given as Numbers)).toThrow(RangeError);
    expect(() => net.run(['a', 1] as never)).toThrow(TypeError);
  });

  it('NaN under a key counts as 0, as in brain.js', () => {
    const warn = spyOnWarn();
    const net = new NeuralNetwork<Record<string, number>, Numbers>({ seed: 1 });
    net.train([{ input: { a: NaN, b: 1 }, output: [1] }], { iterations: 2 });
    expect(net.run({ a: NaN, b: 1 })).toEqual(net.run({ b: 1 }));
    expect(textsOf(warn)).toEqual([expect.stringMatching(/data\[0\]\.input\["a"\] is NaN; .*counts as 0/)]);
  });

  it('targets out of reach, sizes that data contradict, and misspelt options warn', () => {
    const warn = spyOnWarn();
    const prices = [{ input: [1], output: [350] }];
    create().train(prices, { iterations: 1 });
    const net = create({ inputSize: 5, outputSize: 1 });
    net.train(xor, endless);
    expect(net.sizes).toEqual([2, 3, 1]);
    create({ hiddenlayers: [3], iteration: 5 } as never).train(xor, {
      learning_rate: 0.1,
      unrelated: 1,
    } as never);
    expect(textsOf(warn)).toEqual([
      expect.stringMatching(
        /data\[0\]\.output\[0\] is 350, but sigmoid reaches only 0 to 1; .*scale the outputs/,
      ),
      expect.stringMatching(/length 2 must be 5, as options\.inputSize says; the data decide/),
      expect.stringMatching(/unknown 'hiddenlayers'; .*did you mean 'hiddenLayers'\?/),
      expect.stringMatching(/did you mean 'iterations'\?/),
      expect.stringMatching(/did you mean 'learningRate'\?/),
    ]);
    expect(() => create({ strict: true }).train(prices)).toThrow(/sigmoid reaches only/);
    expect(() => create({ strict: true, hiddenlayers: [3] } as never)).toThrow(/did you mean/);
  });

  it('layer sizes may be text, and options null', () => {
    const net = create({ hiddenLayers: ['4', ' 2 '] } as never);
    net.train(xor, null);
    expect(net.sizes).toEqual([2, 4, 2, 1]);
    expect(new NeuralNetwork(null).options.binaryThresh).toBe(0.5);
    expect(() => create({ hiddenLayers: ['four'] } as never)).toThrow(/hiddenLayers\[0\]/);
  });

  it('a second trainAsync waits for the first, and a third for the second', async () => {
    const [net, twin] = [create(), create()];
    const steps = [300, 200, 100].map((iterations) => ({ errorThresh: 1e-9, iterations }));
    const failed = net.trainAsync([]).catch((error: unknown) => error);
    const statuses = await Promise.all(steps.map((step) => net.trainAsync(xor, step)));
    expect(await failed).toBeInstanceOf(RangeError);
    expect(statuses).toEqual(steps.map((step) => twin.train(xor, step)));
    expect(net.weights).toEqual(twin.weights);
    const running = net.trainAsync(xor, { ...endless, iterations: 1e5 });
    expect(() => net.train(xor)).toThrow(StateError);
    await running;
  });

  it('log gets a status that is the line of brain.js 1 as text', () => {
    const logged: unknown[] = [];
    create().train(xor, { ...endless, iterations: 10, log: (status) => logged.push(status) });
    expect(logged.map(String)).toEqual([expect.stringMatching(/^iterations: 10, training error: 0\.\d+$/)]);
  });
});

describe('frameworks', () => {
  /** Wraps all objects that are read through it, as Vue's `reactive` does. */
  const wrap = <T extends object>(target: T): T =>
    new Proxy(target, { get: (of, name, receiver) => Reflect.get(of, name, receiver) as unknown });

  it('works through a Proxy', async () => {
    const [net, twin] = [wrap(create()), create()];
    for (const one of [net, twin]) {
      one.train(xor, endless);
      one.trainPattern(xor[1]!);
      await one.trainAsync(xor, endless);
    }
    expect(net.run([1, 0])).toEqual(twin.run([1, 0]));
    expect(net.toJSON()).toEqual(twin.toJSON());
    expect(net.toFunction()([1, 0])[0]).toBeCloseTo(twin.run([1, 0])[0]!, 6);
    expect((net as unknown as { __v_skip: boolean }).__v_skip).toBe(true);
    const validation = wrap(new CrossValidate(() => create()));
    expect(validation.train(xor, endless, 2).sets).toHaveLength(2);
  });

  it('console.log shows sizes, options and how far it is trained', () => {
    const net = create({ learningRate: 0.4 });
    expect(inspect(net)).toMatch(/^NeuralNetwork \{\n?\s*sizes: \[\]/);
    const { error } = net.train(xor, { ...endless, iterations: 25 });
    net.train(xor, { ...endless, iterations: 5 });
    const text = inspect(net, { breakLength: Infinity });
    expect(text).toMatch(/sizes: \[ 2, 3, 1 \].*hiddenLayers: \[ 3 \].*learningRate: 0\.4.*iterations: 30/s);
    expect(error).toBeGreaterThan(0);
    expect(text).not.toMatch(/_state|machine/);
  });

  it('a network as text names the library, its class and sizes', () => {
    const net = new NeuralNetworkGPU();
    expect(net.toString()).toBe('[bp4/brain NeuralNetwork()]');
    net.train(xor, { ...endless, iterations: 1 });
    expect(net.toString()).toBe('[bp4/brain NeuralNetwork(2, 3, 1)]');
    expect(Object.keys(net)).not.toContain('toString');
  });

  it('toFunction writes an anonymous function, as new Function does', () => {
    const net = create();
    net.train(xor, endless);
    expect(net.toFunction().toString()).toMatch(/^function anonymous\(input\n\) \{\n/);
  });
});

describe('names of brain.js', () => {
  it("its README's first program compiles and runs", () => {
    const config = { binaryThresh: 0.5, hiddenLayers: [3], activation: 'sigmoid', leakyReluAlpha: 0.01 };
    const net = new NeuralNetwork(config);
    const data: INeuralNetworkDatum<INeuralNetworkData, INeuralNetworkData>[] = xor;
    const options: INeuralNetworkTrainOptions = { iterations: 10 };
    const status: ITrainingStatus = net.train(data, options);
    const json: INeuralNetworkJSON = net.toJSON();
    expect(status.iterations).toBe(10);
    expect(new NeuralNetworkGPU().fromJSON({ ...json, type: 'NeuralNetworkGPU' }).run([1, 0])).toEqual(
      net.run([1, 0]),
    );
  });

  it('a single size makes a network that is written and read, and trained on data of any size', () => {
    const net = create({ outputSize: 4, activation: 'tanh' });
    net.sizes = [1];
    const json = net.toJSON();
    expect([json.sizes, json.layers]).toEqual([[1], [{ weights: [], biases: [] }]]);
    const read = new NeuralNetwork<Numbers, Numbers>().fromJSON(structuredClone(json));
    expect([read.sizes, read.options.outputSize, read.activation]).toEqual([[1], 4, 'tanh']);
    expect(() => read.run([1])).toThrow('network not runnable');
    read.train([{ input: [1, 0], output: [1, 1, 0, 0] }], { iterations: 1 });
    expect(read.sizes).toEqual([2, 3, 4]);
    expect(new NeuralNetwork().fromJSON({ sizes: [], layers: [] }).isRunnable).toBe(false);
  });

  it('options holds all that the constructor takes, as in brain.js 2; JSON leaves functions out', () => {
    const net = create({ learningRate: 0.4, mine: 'x', log: () => undefined } as INeuralNetworkOptions);
    expect(net.options).toMatchObject({ hiddenLayers: [3], learningRate: 0.4, mine: 'x' });
    net.train(xor, endless);
    const json = structuredClone(net.toJSON());
    expect(json.options).toMatchObject({ learningRate: 0.4, mine: 'x' });
    expect(new NeuralNetwork().fromJSON(json).options).toEqual(json.options);
  });

  it.each<[string, INeuralNetworkDatum<Record<string, number>, Record<string, number>>[] | typeof xor]>([
    ['lists', xor],
    [
      'objects',
      [
        { input: { a: 1 }, output: { x: 1 } },
        { input: { b: 0.5 }, output: { x: 0 } },
      ],
    ],
  ])('prepTraining and trainingTick train epoch by epoch as train does: %s', (_, data) => {
    const [net, twin] = [new NeuralNetwork({ seed: 1 }), new NeuralNetwork({ seed: 1 })];
    const [calls, twinCalls]: ITrainingStatus[][] = [[], []];
    const options = { iterations: 25, errorThresh: 1e-9, callbackPeriod: 10 };
    const { preparedData, status, endTime } = net.prepTraining(data, {
      ...options,
      callback: (one) => calls!.push(one),
    });
    let ticks = 0;
    while (net.trainingTick(preparedData, status, endTime)) ticks++;
    expect(twin.train(data, { ...options, callback: (one) => twinCalls!.push(one) })).toEqual(status);
    expect([ticks, calls]).toEqual([25, twinCalls]);
    expect(net.toJSON().layers).toEqual(twin.toJSON().layers);
    expect(net.run(data[0]!.input)).toEqual(twin.run(data[0]!.input));
  });

  it('a class that answers by its own runInput or run is tested by it', () => {
    class Parity extends NeuralNetwork<Numbers, Numbers> {
      override runInput(input: ArrayLike<number>): Float32Array {
        return Float32Array.of(input[0]! ^ input[1]!);
      }
    }
    expect(new Parity().test(xor)).toMatchObject({ accuracy: 1, error: 0, misclasses: [] });
  });

  it('formatData, verifyIsInitialized and the validations answer as in brain.js', () => {
    const net = new NeuralNetwork<Record<string, number>, Record<string, number>>({ seed: 1 });
    const data = [
      { input: { a: 1 }, output: { x: 1 } },
      { input: { b: 0.5 }, output: { x: 0 } },
    ];
    expect(net.formatData(data)).toEqual([
      { input: Float32Array.of(1, 0), output: Float32Array.of(1) },
      { input: Float32Array.of(0, 0.5), output: Float32Array.of(0) },
    ]);
    expect(net.inputLookup).toEqual({ a: 0, b: 1 });
    net.verifyIsInitialized(data);
    expect(net.sizes).toEqual([2, 3, 1]);
    expect(() => net.validateInput([1])).toThrow(/input length 1 must match options.inputSize of 2/);
    expect(() => net.validateData([{ input: [1, 2], output: [] }])).toThrow(/output at index 0 length/);
    expect(() => net.validateTrainingOptions({ momentum: 3 })).toThrow(RangeError);
    expect(net.getTrainOptsJSON()).toMatchObject({ log: false, timeout: 'Infinity', activation: 'sigmoid' });
    const twin = new NeuralNetwork<Record<string, number>, Record<string, number>>({ seed: 1 });
    twin.train(data, { iterations: 1 });
    expect(net.calculateTrainingError(data)).toBe(twin.trained!.error);
    net.trainPatterns(data);
    twin.train(data, { iterations: 1 });
    expect(net.weights).toEqual(twin.weights);
  });

  it('CrossValidate recognizes binary results', () => {
    const validation = new CrossValidate(() => create());
    expect(CrossValidate.isBinaryResults(validation.toJSON())).toBe(false);
    const json = validation.train(xor, endless, 2);
    expect(CrossValidate.isBinaryResults(json)).toBe(true);
    expect(CrossValidate.isBinaryStats(json.stats)).toBe(true);
    expect(CrossValidate.isBinaryPartitionResults(json.sets[0]!)).toBe(true);
  });

  it('lookup reads lists of objects', () => {
    const lists = [[{ a: 1 }, { b: 2 }], [{ c: 3, a: 1 }]];
    expect(lookup.toTable2D(lists)).toEqual({ a: 0, b: 1, c: 2 });
    expect(lookup.toInputTable2D([{ input: lists[0]! }])).toEqual({ a: 0, b: 1 });
    expect(lookup.toOutputTable2D([{ output: lists[1]! }])).toEqual({ c: 0, a: 1 });
    expect(lookup.toArrayShort({ a: 0, b: 1, c: 2 }, { a: 6, c: 7 })).toEqual(Float32Array.of(6));
    expect(lookup.toObjectPartial({ a: 0, b: 1, c: 2 }, [7, 8], 1)).toEqual({ b: 7, c: 8 });
    expect(lookup.lookupFromArray(['a', 'b'])).toEqual({ b: 0, a: 1 });
    expect(lookup.dataShape([{ input: [0], output: [1] }])).toEqual(['array', 'datum', 'array', 'number']);
  });

  it('toSVG draws a network, its JSON or its sizes, and names what it needs', () => {
    const net = create();
    expect(() => utilities.toSVG(net)).toThrow(/sizes not set correctly; train the network first/);
    net.train(xor, endless);
    const svg = utilities.toSVG(net);
    expect(svg.match(/<rect/g)).toHaveLength(2);
    expect(svg.match(/<circle/g)).toHaveLength(4);
    expect(svg.match(/class="connection"/g)).toHaveLength(2 + 6 + 3 + 1);
    expect(utilities.toSVG(net.toJSON())).toBe(svg);
    expect(utilities.toSVG({ inputSize: 2, hiddenLayers: [3], outputSize: 1 })).toBe(svg);
    const inputs = { color: 'red', className: 'i', labels: ['one'] };
    expect(() => utilities.toSVG(net, { inputs })).toThrow(/not enough labels/);
  });

  it('DataFormatter numbers characters and reads them back', () => {
    const formatter = new utilities.DataFormatter(['abc', 'bd']);
    expect(formatter.toIndexes('bad')).toEqual([1, 0, 3]);
    expect(formatter.toCharacters([1, 0, 3])).toEqual(['b', 'a', 'd']);
    expect(() => utilities.DataFormatter.fromString('ab').setup(['c'])).toThrow(/already setup/);
    const copy = utilities.DataFormatter.fromJSON(formatter.toJSON());
    expect(copy.format(['cab'])).toEqual([[2, 0, 1]]);
  });
});
