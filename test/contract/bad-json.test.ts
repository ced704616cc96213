import { describe, it } from 'vitest';
import { Network, type NetworkJSON } from '../../src/index.js';
import { expectError, spec, type Expected } from '../support/patient.js';

// JSON that is not of a network is refused at the place that is wrong.

const text = JSON.stringify(await Network.create(spec));

type Parsed = Record<string, unknown> & { layers: Record<string, unknown>[] };

type Change = (json: Parsed) => unknown;

const top =
  (changes: object): Change =>
  (json) => ({ ...json, ...changes });
const without =
  (name: string): Change =>
  (json) =>
    Object.fromEntries(Object.entries(json).filter(([key]) => key !== name));
const layer =
  (l: number, changes: object): Change =>
  (json) => ({ ...json, layers: json.layers.map((same, i) => (i === l ? { ...same, ...changes } : same)) });
const rowsWith = (third: unknown): unknown[] => [[1, 2, 3], [1, 2, 3], third, [1, 2, 3]];
const weight = (value: unknown): Change => layer(0, { weights: rowsWith([1, value, 3]) });

const cases: [what: string, change: Change, ...Expected][] = [
  ['undefined', () => undefined, TypeError, 'json: expected an object from toJSON, got undefined'],
  ['null', () => null, TypeError, 'json: expected an object from toJSON, got null'],
  [
    'its text',
    () => text,
    TypeError,
    /^json: expected an object from toJSON, got '.*'; parse a string with JSON\.parse$/,
  ],
  ['an array', () => [], RangeError, "json: expected format 'bp4', version 1, got format undefined"],
  [
    'an empty object',
    () => ({}),
    RangeError,
    "json: expected format 'bp4', version 1, got format undefined, version undefined",
  ],
  [
    'another format',
    top({ format: 'onnx' }),
    RangeError,
    "expected format 'bp4', version 1, got format 'onnx', version 1",
  ],
  ['no format', without('format'), RangeError, "expected format 'bp4'"],
  ['another version', top({ version: 2 }), RangeError, "got format 'bp4', version 2"],
  ['a version in words', top({ version: '1' }), RangeError, "got format 'bp4', version '1'"],
  ['no inputs', without('inputs'), TypeError, 'inputs: expected a whole number, got undefined'],
  ['no inputs at all', top({ inputs: 0 }), RangeError, 'inputs: expected a whole number from 1'],
  ['other inputs', top({ inputs: 4 }), RangeError, 'layers[0].weights[0]: expected 4 entries, got 3'],
  ['no loss', without('loss'), RangeError, /^loss: expected one of 'quadratic', .*, got undefined$/],
  [
    'another parameter of the loss',
    top({ loss: { name: 'crossEntropy', delta: 1 } }),
    TypeError,
    "loss 'crossEntropy': unknown 'delta'; the names are name, labelSmoothing",
  ],
  [
    'alpha of a layer that has none',
    layer(0, { alpha: 0.1 }),
    TypeError,
    "layers[0].alpha: applies only to 'leakyRelu' or 'elu'; leave it out for 'tanh'",
  ],
  [
    'an alpha of null',
    layer(0, { activation: 'elu', alpha: null }),
    TypeError,
    'layers[0].alpha: expected a number, got null',
  ],
  ['another loss', top({ loss: 'quadratic' }), RangeError, "loss: 'quadratic' needs a last layer of"],
  ['no layers', without('layers'), TypeError, 'layers: expected an array, got undefined'],
  ['empty layers', top({ layers: [] }), TypeError, 'layers: expected an array of at least one layer, '],
  [
    'a layer of null',
    top({ layers: [null] }),
    TypeError,
    'layers[0]: expected an object { units, activation, weights, biases }, got null',
  ],
  [
    'a layer left out',
    top({ layers: Array(2) }),
    TypeError,
    'layers[0]: expected an object { units, activation, weights, biases }, got undefined',
  ],
  [
    'no units',
    layer(1, { units: undefined }),
    TypeError,
    'layers[1].units: expected a whole number, got undefined',
  ],
  ['other units', layer(0, { units: 5 }), RangeError, 'layers[0].weights: expected 5 entries, got 4'],
  ['huge units', layer(1, { units: 1e15 }), RangeError, 'layers[1].units: expected a whole number from 1'],
  [
    'no activation',
    layer(0, { activation: undefined }),
    RangeError,
    "layers[0].activation: expected one of 'sigmoid'",
  ],
  [
    'softmax in a hidden layer',
    layer(0, { activation: 'softmax' }),
    RangeError,
    "layers[0].activation: 'softmax' is only for the last layer",
  ],
  [
    'no weights',
    layer(0, { weights: undefined }),
    TypeError,
    'layers[0].weights: expected an array, got undefined',
  ],
  [
    'weights that are an object',
    layer(0, { weights: { 0: [1, 2, 3] } }),
    TypeError,
    'layers[0].weights: expected an array, got an object',
  ],
  [
    'flat weights',
    layer(0, { weights: Array(12).fill(1) }),
    RangeError,
    'layers[0].weights: expected 4 entries, got 12',
  ],
  [
    'numbers for rows of weights',
    layer(0, { weights: [1, 2, 3, 4] }),
    TypeError,
    'layers[0].weights[0]: expected an array, got 1',
  ],
  [
    'transposed weights',
    layer(0, { weights: Array(3).fill([1, 2, 3, 4]) }),
    RangeError,
    'layers[0].weights: expected 4 entries, got 3',
  ],
  [
    'a row too few',
    layer(0, { weights: Array(3).fill([1, 2, 3]) }),
    RangeError,
    'layers[0].weights: expected 4 entries, got 3',
  ],
  [
    'a short row',
    layer(0, { weights: rowsWith([1, 2]) }),
    RangeError,
    'layers[0].weights[2]: expected 3 entries, got 2',
  ],
  [
    'a long row',
    layer(0, { weights: rowsWith([1, 2, 3, 4]) }),
    RangeError,
    'layers[0].weights[2]: expected 3 entries, got 4',
  ],
  [
    'a row left out',
    layer(0, { weights: rowsWith(undefined) }),
    TypeError,
    'layers[0].weights[2]: expected an array, got undefined',
  ],
  [
    'a hole for a row',
    layer(0, { weights: Array(4) }),
    TypeError,
    'layers[0].weights[0]: expected an array, got undefined',
  ],
  ['a weight of null', weight(null), TypeError, 'layers[0].weights[2][1]: expected a number, got null'],
  ['a weight in words', weight('1'), TypeError, "layers[0].weights[2][1]: expected a number, got '1'"],
  ['a weight of NaN', weight(NaN), RangeError, 'layers[0].weights[2][1] is NaN; expected a finite number'],
  [
    'a weight too large',
    weight(1e39),
    RangeError,
    'layers[0].weights[2][1] is 1e+39, too large for a 32-bit float',
  ],
  [
    'no biases',
    layer(1, { biases: undefined }),
    TypeError,
    'layers[1].biases: expected an array, got undefined',
  ],
  ['too few biases', layer(1, { biases: [1] }), RangeError, 'layers[1].biases: expected 2 entries, got 1'],
  [
    'a bias of null',
    layer(1, { biases: [1, null] }),
    TypeError,
    'layers[1].biases[1]: expected a number, got null',
  ],
  [
    'a hole for a bias',
    layer(1, { biases: Object.assign(Array(2), { 0: 1 }) }),
    TypeError,
    'layers[1].biases[1]: expected a number, got undefined',
  ],
  [
    'an infinite bias',
    layer(1, { biases: [1, Infinity] }),
    RangeError,
    'layers[1].biases[1] is Infinity; expected a finite number',
  ],
  ['a fractional seed', top({ seed: 0.5 }), RangeError, 'seed: expected a whole number'],
  ['a seed of null', top({ seed: null }), TypeError, 'seed: expected a whole number, got null'],
  ['a generator of null', top({ generator: null }), TypeError, 'generator: expected an array, got null'],
  ['a short generator', top({ generator: [1, 2, 3] }), RangeError, 'generator: expected 4 entries, got 3'],
  [
    'a generator of zeros',
    top({ generator: [0, 0, 0, 0] }),
    RangeError,
    'generator: expected four words that are not all 0',
  ],
  [
    'a generator with a negative word',
    top({ generator: [1, 2, 3, -4] }),
    RangeError,
    'generator[3]: expected a whole number from 0 to 4294967295, got -4',
  ],
  [
    'a generator with a word too large',
    top({ generator: [2 ** 32, 2, 3, 4] }),
    RangeError,
    'generator[0]: expected a whole number from 0 to 4294967295',
  ],
  [
    'a generator with a fractional word',
    top({ generator: [1, 2.5, 3, 4] }),
    RangeError,
    'generator[1]: expected a whole number',
  ],
  [
    'a generator in words',
    top({ generator: ['1', 2, 3, 4] }),
    TypeError,
    "generator[0]: expected a whole number, got '1'",
  ],
  [
    'a generator with holes',
    top({ generator: Object.assign(Array(4), { 0: 1 }) }),
    TypeError,
    'generator[1]: expected a whole number, got undefined',
  ],
];

const changed = (change: Change): NetworkJSON => change(JSON.parse(text) as Parsed) as NetworkJSON;

describe('fromJSON', () => {
  it.each(cases)('fromJSON rejects the JSON of a network: %s', async (_, change, Class, message) => {
    await expectError(() => Network.fromJSON(changed(change)), [Class, message]);
  });

  it.each([
    ['an unknown option', { seed: 1 }, TypeError, "options: unknown 'seed'; the names are engine"],
    ['options of null', null, TypeError, 'options: expected an object { engine, threads, loss }, got null'],
    [
      'an unknown engine',
      { engine: 'gpu' },
      RangeError,
      "engine: expected one of 'auto', 'wasm', 'reference', got 'gpu'",
    ],
  ] as const)('fromJSON rejects as its options: %s', async (_, options, Class, message) => {
    const call = (): unknown => Network.fromJSON(changed(top({})), options as { engine?: 'auto' });
    await expectError(call, [Class, message]);
  });
});
