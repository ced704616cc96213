import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { Network, type ActivationName, type Data, type LossName } from '../../src/index.js';
import { expectError, expectHarmlessError, goodData, type Expected } from '../support/patient.js';

// Data that cannot be right are refused at their place by every method that takes data, and nothing has changed then.

/** Two samples for a network of three inputs and two outputs. */
const inputs = [1, 2, 3, 4, 5, 6];
const targets = [0, 1, 1, 0];
const labels = [0, 1];

type Case = readonly [what: string, value: unknown, Class: Expected[0], message: string];

const methods: [string, (net: Network, data: Data) => unknown, (message: string) => string][] = [
  ['train', (net, data) => net.train(data), (message) => message],
  ['evaluate', (net, data) => net.evaluate(data), (message) => message],
  ['backprop', (net, data) => net.backprop(data), (message) => message],
  ['diagnose', (net, data) => net.diagnose(data), (message) => message],
  ['checkGradients', (net, data) => net.checkGradients(data), (message) => message],
  [
    'train, as validation data',
    (net, data) => net.train(goodData, { validation: data }),
    (message) =>
      message.startsWith('data:') ? message.replace('data', 'validation') : `validation.${message}`,
  ],
];

async function expectRefused(data: unknown, Class: Expected[0], message: string): Promise<void> {
  for (const [, call, placed] of methods) {
    await expectHarmlessError((net) => call(net, data as Data), [Class, placed(message)]);
  }
}

function refused(name: 'inputs' | 'targets', cases: readonly Case[]): void {
  it.each(cases)(`methods that take data reject as ${name}: %s`, async (_, values, Class, message) => {
    await expectRefused({ inputs, targets, [name]: values }, Class, `${name}${message}`);
    if (name === 'inputs') {
      const predict = (net: Network): unknown => net.predict(values as number[]);
      await expectHarmlessError(predict, [Class, `inputs${message}`]);
    }
  });
}

/** `value` at row 1, column 1 of two rows, in every form that can hold it. */
function inEveryForm(value: unknown, width: number): [form: string, rows: unknown][] {
  const values = Array<unknown>(2 * width).fill(0);
  values[width + 1] = value;
  const rows = [values.slice(0, width), values.slice(width)];
  const plain: [string, unknown][] = [
    ['a flat array', values],
    ['an array of rows', rows],
    ['an array behind a Proxy', new Proxy(values, {})],
  ];
  if (typeof value !== 'number') return plain;
  const numbers = values as number[];
  return [
    ...plain,
    ['a Float64Array', Float64Array.from(numbers)],
    ['a row in a Float64Array', [rows[0], Float64Array.from(numbers.slice(width))]],
    ['a Float64Array of another realm', runInNewContext('Float64Array.from(numbers)', { numbers })],
    // It holds what is too large for it as an infinity.
    ...(Number.isFinite(value)
      ? []
      : ([['a Float32Array', Float32Array.from(numbers)]] as [string, unknown][])),
  ];
}

const wrongNumbers: [value: unknown, Class: Expected[0], message: string][] = [
  [NaN, RangeError, ' is NaN; expected a finite number'],
  [Infinity, RangeError, ' is Infinity; expected a finite number'],
  [-Infinity, RangeError, ' is -Infinity; expected a finite number'],
  [1e39, RangeError, ' is 1e+39, too large for a 32-bit float; scale the data'],
  [-3.4028235678e38, RangeError, ' is -3.4028235678e+38, too large for a 32-bit float; scale the data'],
  ['1', TypeError, ": expected a number, got '1'"],
  [null, TypeError, ': expected a number, got null'],
  [undefined, TypeError, ': expected a number, got undefined'],
  [true, TypeError, ': expected a number, got true'],
  [1n, TypeError, ': expected a number, got 1'],
  [Symbol('one'), TypeError, ': expected a number, got Symbol(one)'],
  [[1], TypeError, ': expected a number, got an array'],
  [Object(1), TypeError, ': expected a number, got an object'],
];

function sparse(length: number, entries: Record<number, unknown> = {}): unknown[] {
  return Object.assign(Array<unknown>(length), entries);
}

function detached(): Float32Array {
  const array = new Float32Array(6);
  structuredClone(array.buffer, { transfer: [array.buffer] });
  return array;
}

const cure = 'convert it by Float64Array.from(values, Number)';

function wrongMatrices(width: number): Case[] {
  const numbers = `expected a typed array, or an array of rows of ${width} numbers, got `;
  const row = `expected an array of ${width} numbers, got `;
  const good = Array<number>(width).fill(0);
  return [
    ...wrongNumbers.flatMap(([value, Class, message]) =>
      inEveryForm(value, width).map(([form, rows]): Case => [
        `${String(value)} in ${form}`,
        rows,
        Class,
        `[1][1]${message}`,
      ]),
    ),
    ['null', null, TypeError, `: ${numbers}null`],
    ['a number', 7, TypeError, `: ${numbers}7`],
    ['a string', 'abc', TypeError, `: ${numbers}'abc'`],
    ['an object', {}, TypeError, `: ${numbers}an object`],
    ['an object with a length', { length: width, 0: 1, 1: 2, 2: 3 }, TypeError, `: ${numbers}an object`],
    ['a Set', new Set(good), TypeError, `: ${numbers}an object`],
    ['a function', () => good, TypeError, `: ${numbers}a function`],
    ['an ArrayBuffer', new ArrayBuffer(24), TypeError, `: ${numbers}an object`],
    ['a DataView', new DataView(new ArrayBuffer(24)), TypeError, `: ${numbers}a DataView`],
    ['a BigInt64Array', new BigInt64Array(2 * width), TypeError, `: ${numbers}a BigInt64Array; ${cure}`],
    ['a BigUint64Array', new BigUint64Array(2 * width), TypeError, `: ${numbers}a BigUint64Array; ${cure}`],
    ['no rows', [], RangeError, `: expected at least one row of ${width}, got none`],
    ['no numbers', new Float32Array(0), RangeError, `: expected at least one row of ${width}, got none`],
    ['a transferred buffer', detached(), RangeError, `: expected at least one row of ${width}, got none`],
    [
      'one number less',
      good.slice(1),
      RangeError,
      `: expected a multiple of ${width} values, got ${width - 1}`,
    ],
    [
      'one byte more',
      new Uint8Array(width + 1),
      RangeError,
      `: expected a multiple of ${width} values, got ${width + 1}`,
    ],
    ['a short row', [good, good.slice(1)], RangeError, `[1]: expected ${width} values, got ${width - 1}`],
    ['a long row', [good, [...good, 0]], RangeError, `[1]: expected ${width} values, got ${width + 1}`],
    ['an empty row', [good, []], RangeError, `[1]: expected ${width} values, got 0`],
    ['a number for a row', [good, 0], TypeError, `[1]: ${row}0`],
    [
      'a row for a number',
      [...good.slice(1), good],
      TypeError,
      `[0][${width - 1}]: expected a number, got an array`,
    ],
    ['a string for a row', [good, 'abc'], TypeError, `[1]: ${row}'abc'`],
    ['null for a row', [good, null], TypeError, `[1]: ${row}null`],
    ['bigints for a row', [good, new BigInt64Array(width)], TypeError, `[1]: ${row}a BigInt64Array; ${cure}`],
    [
      'bigints in a row',
      [good, [1n, 2n, 3n].slice(0, width)],
      TypeError,
      '[1][0]: expected a number, got 1n',
    ],
    ['holes for rows', sparse(2, { 0: good }), TypeError, `[1]: ${row}undefined`],
    ['nothing but holes', sparse(width), TypeError, `[0]: ${row}undefined`],
    ['a hole for a number', sparse(width, { 0: 1 }), TypeError, '[0][1]: expected a number, got undefined'],
  ];
}

describe('inputs', () => refused('inputs', wrongMatrices(3)));
describe('targets', () => refused('targets', wrongMatrices(2)));

const labelRange = 'expected a whole number from 0 to 1, for 2 outputs';

describe('labels', () => {
  it.each<Case>([
    ['too large', [0, 2], RangeError, `labels[1] is 2; ${labelRange}`],
    ['too large, in bytes', Uint8Array.of(0, 255), RangeError, `labels[1] is 255; ${labelRange}`],
    ['negative', [-1, 0], RangeError, `labels[0] is -1; ${labelRange}`],
    ['negative, in a typed array', Int32Array.of(0, -1), RangeError, `labels[1] is -1; ${labelRange}`],
    ['fractional', [0, 0.5], RangeError, `labels[1] is 0.5; ${labelRange}`],
    ['fractional, in a typed array', Float32Array.of(0, 0.5), RangeError, `labels[1] is 0.5; ${labelRange}`],
    ['NaN', [NaN, 0], RangeError, `labels[0] is NaN; ${labelRange}`],
    ['infinite', [0, Infinity], RangeError, `labels[1] is Infinity; ${labelRange}`],
    ['strings', [0, '1'], TypeError, "labels[1]: expected a class index, got '1'"],
    ['null', [0, null], TypeError, 'labels[1]: expected a class index, got null'],
    ['rows', [[0], [1]], TypeError, 'labels[0]: expected a class index, got an array'],
    ['holes', sparse(2), TypeError, 'labels[0]: expected a class index, got undefined'],
    ['too few', [0], RangeError, 'labels: expected 2, as many as rows of inputs, got 1'],
    ['too many', [0, 1, 0], RangeError, 'labels: expected 2, as many as rows of inputs, got 3'],
    ['none', [], RangeError, 'labels: expected 2, as many as rows of inputs, got 0'],
    [
      'bigints',
      new BigInt64Array(2),
      TypeError,
      `labels: expected an array of class indices, got a BigInt64Array; ${cure}`,
    ],
    ['counted from 1', [1, 2], RangeError, `labels[1] is 2; ${labelRange}; labels count from 0`],
    [
      '-1 and 1',
      [-1, 1],
      RangeError,
      `labels[0] is -1; ${labelRange}; labels count from 0; pass -1 and 1 as targets`,
    ],
    ['a string', '01', TypeError, "labels: expected an array of class indices, got '01'"],
    ['an object', { length: 2 }, TypeError, 'labels: expected an array of class indices, got an object'],
  ])('methods that take data reject labels that are %s', async (_, wrong, Class, message) => {
    await expectRefused({ inputs, labels: wrong }, Class, message);
  });

  it.each([2, -1, 0.5, NaN])('train rejects the label %d for a single output', async (label) => {
    const net = await Network.create({ inputs: 3, layers: [{ units: 1, activation: 'sigmoid' }] });
    await expectError(
      () => net.train({ inputs, labels: [0, label] }),
      [RangeError, `labels[1] is ${label}; expected a whole number from 0 to 1, for 1 outputs`],
    );
  });
});

const names = '{ inputs, targets, labels, sampleWeights, inputScale }';
const either = 'targets: expected either targets or labels beside the inputs';

describe('data', () => {
  it.each<Case>([
    ['null', null, TypeError, `data: expected an object ${names}, got null`],
    ['a string', 'abc', TypeError, `data: expected an object ${names}, got 'abc'`],
    ['an array', [inputs, targets], TypeError, `data: expected an object ${names}, got an array`],
    [
      'a function',
      () => ({ inputs, targets }),
      TypeError,
      `data: expected an object ${names}, got a function`,
    ],
    [
      'an unknown key',
      { inputs, target: targets },
      TypeError,
      "data: unknown 'target'; did you mean 'targets'?",
    ],
    ['no inputs', { targets }, TypeError, 'inputs: expected a typed array'],
    ['neither targets nor labels', { inputs }, TypeError, either],
    ['both targets and labels', { inputs, targets, labels }, TypeError, either],
    ['undefined for both', { inputs, targets: undefined, labels: undefined }, TypeError, either],
    [
      'fewer targets',
      { inputs, targets: [0, 1] },
      RangeError,
      'targets: expected 2, as many as rows of inputs, got 1',
    ],
    [
      'more targets',
      { inputs, targets: [0, 1, 0, 1, 0, 1] },
      RangeError,
      'targets: expected 2, as many as rows of inputs, got 3',
    ],
    [
      'a scale of zero',
      { inputs, targets, inputScale: 0 },
      RangeError,
      'inputScale: expected a 32-bit float above 0, got 0',
    ],
    [
      'a negative scale',
      { inputs, targets, inputScale: -1 },
      RangeError,
      'inputScale: expected a 32-bit float above 0, got -1',
    ],
    [
      'a scale of NaN',
      { inputs, targets, inputScale: NaN },
      RangeError,
      'inputScale: expected a 32-bit float above 0, got NaN',
    ],
    [
      'a scale too large for any integer',
      { inputs, targets, inputScale: 1e30 },
      RangeError,
      'inputScale: expected at most 2^95, got 1e+30',
    ],
    [
      'a scale by which an input overflows',
      { inputs: [[1e20, 0, 0]], targets, inputScale: 1e20 },
      RangeError,
      'inputs[0][0] is 100000000000000000000, too large for a 32-bit float; scale the data',
    ],
    [
      'an infinite scale',
      { inputs, targets, inputScale: Infinity },
      RangeError,
      'inputScale: expected a 32-bit float above 0, got Infinity',
    ],
    [
      'a scale in words',
      { inputs, targets, inputScale: '1' },
      TypeError,
      "inputScale: expected a number, got '1'",
    ],
  ])('methods that take data reject as data: %s', async (_, data, Class, message) => {
    await expectRefused(data, Class, message);
  });

  it('methods that take data reject undefined as data', async () => {
    for (const [, call] of methods.slice(0, 5)) {
      await expectHarmlessError(
        (net) => call(net, undefined as unknown as Data),
        [TypeError, `data: expected an object ${names}, got undefined`],
      );
    }
  });

  it.each([
    ['unknown options', { scale: 1 }, TypeError, "options: unknown 'scale'; did you mean 'inputScale'?"],
    ['options that are a number', 0.5, TypeError, 'options: expected an object { inputScale }, got 0.5'],
    ['a scale of zero', { inputScale: 0 }, RangeError, 'inputScale: expected a 32-bit float above 0, got 0'],
  ] as const)('predict rejects %s', async (_, options, Class, message) => {
    await expectHarmlessError((net) => net.predict(inputs, options as object), [Class, message]);
  });
});

describe('targets that are not probabilities', () => {
  it.each([
    ['binaryCrossEntropy', 'sigmoid', [0, 1, 0.5, -1], 'targets[1][1] is -1; expected a number from 0 to 1'],
    [
      'binaryCrossEntropy',
      'sigmoid',
      new Uint8Array([0, 1, 0, 255]),
      'targets[1][1] is 255; expected a number from 0 to 1',
    ],
    ['crossEntropy', 'softmax', [0.5, -0.5, 2, 3], 'targets[0][1] is -0.5; expected a number of at least 0'],
  ] as const)(
    'train and backprop reject targets that are not probabilities with %s after %s',
    async (loss, activation, targets, message) => {
      const net = await Network.create({ inputs: 1, layers: [{ units: 2, activation }], loss });
      const before = net.layers;
      await expectError(() => net.train({ inputs: [1, 2], targets }), [RangeError, message]);
      await expectError(() => net.backprop({ inputs: [1, 2], targets }), [RangeError, message]);
      expect(net.layers).toEqual(before);
    },
  );
});

it('train and backprop reject a mini-batch for which there is no memory', async () => {
  const net = await Network.create({ inputs: 1, layers: [{ units: 10_000, activation: 'softmax' }] });
  const many = new Uint8Array(30_000);
  const before = net.layers[0]!.weights;
  const tooMuch: Expected = [RangeError, /^layers: \[1, 10000\] with mini-batches of 30000 needs 4\.5 GiB/];
  await expectError(() => net.backprop({ inputs: many, labels: many }), tooMuch);
  await expectError(() => net.train({ inputs: many, labels: many }, { miniBatchSize: 30_000 }), tooMuch);
  expect(net.layers[0]!.weights).toEqual(before);
  await net.train({ inputs: [1], labels: [2] }, { epochs: 1 });
});

describe('targets that the outputs never reach', () => {
  it.each<[string, LossName, number[], string]>([
    [
      'sigmoid',
      'quadratic',
      [0.5, 300],
      'targets[0][1] is 300; expected a number from 0 to 1 for sigmoid outputs',
    ],
    [
      'tanh',
      'meanSquaredError',
      [-2, 0],
      'targets[0][0] is -2; expected a number from -1 to 1 for tanh outputs',
    ],
    ['relu', 'huber', [1, -0.5], 'targets[0][1] is -0.5; expected a number of at least 0 for relu outputs'],
    ['softmax', 'crossEntropy', [1, 1], 'targets[0]: expected one right answer for softmax, got 2'],
    ['softmax', 'crossEntropy', [0, 0], 'targets[0]: expected one right answer for softmax, got 0'],
    [
      'softmax',
      'crossEntropy',
      [60, 40],
      'targets[0][0] is 60; expected a number from 0 to 1 for softmax outputs',
    ],
  ])('train refuses those of %s with %s: %j', async (activation, loss, row, message) => {
    const net = await Network.create({
      inputs: 1,
      layers: [{ units: 2, activation: activation as ActivationName }],
      loss,
    });
    const before = net.layers;
    const data = { inputs: [[1]], targets: [row] };
    await expectError(() => net.train(data), [RangeError, message]);
    await expectError(() => net.train({ batches: () => [data] }), [RangeError, `batches[0].${message}`]);
    expect(net.layers).toEqual(before);
    expect(Number.isFinite(net.evaluate(data).loss)).toBe(true); // of other data, they are only far away
  });
});
