import { afterEach, describe, expect, it, vi } from 'vitest';
import { NeuralNetwork, type BrainEngine } from '../../src/brain/index.js';

// Networks keep what a call sets up for the next one. Whatever came before, an answer has the bits of a fresh network with the same weights.

type Values = number[] | Float32Array | Record<string, number>;
type Net = NeuralNetwork<Values, Values>;

afterEach(() => vi.restoreAllMocks());

const lists = [
  { input: [0, 0.5, 1], output: [0, 1] },
  { input: [1, 0.25, 0], output: [1, 0] },
  { input: [0.125, 0, 0], output: [0.5, 0.5] },
];
const objects = lists.map(({ input: [a, b, c], output: [no, yes] }) => ({
  input: { a: a!, b: b!, c: c! },
  output: { no: no!, yes: yes! },
}));
const once = { iterations: 1, errorThresh: 1e-12 };

const create = (engine: BrainEngine, hiddenLayers = [4]): Net =>
  new NeuralNetwork<Values, Values>({ engine, hiddenLayers, seed: 3 });

/** A network with the same weights, in a machine of its own turn. */
const copy = (net: Net, engine: BrainEngine): Net =>
  new NeuralNetwork<Values, Values>({ engine }).fromJSON(net.toJSON());

const engines = ['wasm', 'reference'] as const;

describe.each(engines)('on %s', (engine) => {
  it.each([
    ['lists', lists],
    ['objects', objects],
  ])('run answers after each kind of call as a fresh network does: %s', (_, data) => {
    const net = create(engine);
    net.train(data, once);
    const check = (): void => {
      for (const { input } of data) expect(net.run(input)).toEqual(copy(net, engine).run(input));
    };
    const steps: (() => unknown)[] = [
      () => net.train([data[1]!], once),
      () => net.train(data, { ...once, praxis: 'adam' }),
      () => net.trainPattern(data[0]!),
      () => net.train(data, { ...once, praxis: null }),
      () => net.test(data),
      () => net.train([data[2]!], { ...once, activation: 'tanh' }),
      () => net.fromJSON(create(engine).fromJSON(net.toJSON()).toJSON()),
      () => net.train([data[0]!], once),
      () => expect(() => net.run(lists === data ? [Infinity, 0, 0] : { a: Infinity })).toThrow('Infinity'),
      () => expect(() => net.train([{ input: 'a', output: 'b' } as never])).toThrow(),
      () => net.train([data[1]!, data[0]!], once),
    ];
    for (const step of steps) {
      step();
      check();
    }
  });

  it('one sample a call, two, and one again learn as networks of which everything is read in between', () => {
    const [net, twin] = [create(engine), create(engine)];
    for (let i = 0; i < 12; i++) {
      const data = lists.slice(i % 3, (i % 3) + 1 + (i % 2));
      net.train(data, once);
      twin.train(data, once);
      twin.fromJSON(twin.toJSON()); // without its momentum: so both forget
      net.fromJSON(net.toJSON());
      net.train([lists[0]!], once);
      twin.train([lists[0]!], once);
      twin.run(lists[0]!.input);
    }
    expect(net.toJSON()).toEqual(twin.toJSON());
  });

  it('more networks than there are machines answer in turn as each alone', () => {
    const nets = Array.from({ length: 300 }, (_, i) => create(engine, [2 + (i % 3)]));
    for (const net of nets) net.train(lists, once);
    const answers = nets.map((net) => net.run(lists[0]!.input));
    for (let round = 0; round < 2; round++)
      for (const [i, net] of nets.entries()) expect(net.run(lists[0]!.input)).toEqual(answers[i]);
  });

  it('a getter that runs the network disturbs no other call', () => {
    const net = create(engine);
    net.train(objects, once);
    const expected = net.run({ a: 0.5, b: 0.25, c: 1 });
    const input = {
      a: 0.5,
      get b() {
        net.run({ a: 1, b: 1, c: 1 });
        return 0.25;
      },
      c: 1,
    };
    expect(net.run(input)).toEqual(expected);
  });

  it('a missing key counts as 0 after a call that had it', () => {
    const net = create(engine);
    net.train(objects, once);
    const zero = net.run({ a: 0, b: 0.5, c: 0 });
    net.run({ a: 1, b: 1, c: 1 });
    expect(net.run({ b: 0.5 })).toEqual(zero);
  });

  it('an inherited key counts as missing', () => {
    const net = create(engine);
    net.train(objects, once);
    const inherited = Object.create({ a: 1, b: 1 }) as Record<string, number>;
    inherited['c'] = 1;
    expect(net.run(inherited)).toEqual(net.run({ c: 1 }));
  });

  it('an output named __proto__ is a key like any other', () => {
    const output = JSON.parse('{ "__proto__": 1, "b": 0 }') as Record<string, number>;
    const net = create(engine);
    net.train([{ input: [1], output }], once);
    expect(Object.keys(net.run([1]))).toEqual(['__proto__', 'b']);
  });
});

it('samples that do not fit in memory leave the network as it was', () => {
  const net = create('wasm');
  net.train(lists, once);
  const before = net.toJSON();
  vi.spyOn(WebAssembly.Memory.prototype, 'grow').mockImplementation(() => {
    throw new RangeError('no memory');
  });
  const many = Array.from({ length: 20_000 }, (_, i) => lists[i % 3]!);
  expect(() => net.train(many, once)).toThrow('the engine refuses that much memory');
  vi.restoreAllMocks();
  expect(net.toJSON()).toEqual(before);
  net.train(many, once);
  expect(net.run(lists[0]!.input)).toEqual(copy(net, 'wasm').run(lists[0]!.input));
});
