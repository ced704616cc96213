import { describe, expect, it } from 'vitest';
import { Network, type Data, type NetworkJSON, type NetworkOptions, type Rows } from '../../src/index.js';
import { fingerprint } from '../support/fingerprint.js';
import { toRows } from '../support/rows.js';

// In whatever array the same numbers are given, the network computes the same bits from them, and leaves them unchanged.

/** Rows of 40 are copied whole, rows of 5 number by number. */
const widths = [5, 40];
const OUTPUTS = 3;
const COUNT = 10;
const SCALE = 1 / 255;

function createSpec(inputs: number): NetworkOptions {
  return {
    inputs,
    layers: [
      { units: 6, activation: 'sigmoid' },
      { units: OUTPUTS, activation: 'softmax' },
    ],
    seed: 3,
  };
}

/** Whole numbers that every type of array can hold. */
const wholes = (length: number): number[] => Array.from({ length }, (_, i) => (i * 37) % 120);
const labels = wholes(COUNT).map((n) => n % OUTPUTS);
const oneHot = labels.map((label) => Array.from({ length: OUTPUTS }, (_, j) => (j === label ? 1 : 0)));

/** Part of a larger buffer, not from its beginning. */
function inTheMiddle(numbers: number[]): Float32Array {
  const larger = new Float32Array(numbers.length + 20);
  larger.set(numbers, 10);
  return larger.subarray(10, 10 + numbers.length);
}

function shared(numbers: number[]): Float32Array {
  const array = new Float32Array(new SharedArrayBuffer(4 * numbers.length));
  array.set(numbers);
  return array;
}

function decorated(numbers: number[]): number[] {
  return Object.assign([...numbers], { units: 'metres' });
}

const forms: [string, (numbers: number[], width: number) => Rows][] = [
  ['a Float32Array', (numbers) => Float32Array.from(numbers)],
  ['a Float64Array', (numbers) => Float64Array.from(numbers)],
  ['a Uint8Array', (numbers) => Uint8Array.from(numbers)],
  ['a Uint8ClampedArray', (numbers) => Uint8ClampedArray.from(numbers)],
  ['an Int8Array', (numbers) => Int8Array.from(numbers)],
  ['a Uint16Array', (numbers) => Uint16Array.from(numbers)],
  ['an Int16Array', (numbers) => Int16Array.from(numbers)],
  ['a Uint32Array', (numbers) => Uint32Array.from(numbers)],
  ['an Int32Array', (numbers) => Int32Array.from(numbers)],
  ['a Buffer', (numbers) => Buffer.from(numbers)],
  ['a Float32Array within a larger buffer', inTheMiddle],
  ['a Float32Array in shared memory', shared],
  ['a flat array', (numbers) => numbers],
  ['a flat array with a property', decorated],
  ['a frozen flat array', (numbers) => Object.freeze([...numbers])],
  ['an array behind a Proxy', (numbers) => new Proxy(numbers, {})],
  ['rows', (numbers, width) => toRows(numbers, width)],
  ['rows of Float32Array', (numbers, width) => toRows(numbers, width).map((row) => Float32Array.from(row))],
  ['rows of Uint8Array', (numbers, width) => toRows(numbers, width).map((row) => Uint8Array.from(row))],
];

/** A network whose outputs are its inputs. */
function identity(width: number): NetworkJSON {
  const row = (j: number): number[] => Array.from({ length: width }, (_, k) => (k === j ? 1 : 0));
  const weights = Array.from({ length: width }, (_, j) => row(j));
  const layer = {
    units: width,
    activation: 'linear',
    weights,
    biases: Array<number>(width).fill(0),
  } as const;
  return { format: 'bp4', version: 1, inputs: width, loss: 'quadratic', layers: [layer] };
}

/** Everything that a network computes from data. */
async function settle(width: number, data: Data): Promise<unknown> {
  const net = await Network.create(createSpec(width));
  const scale = data.inputScale === undefined ? {} : { inputScale: data.inputScale };
  const outcome = [
    net.predict(data.inputs, scale),
    net.evaluate(data),
    net.backprop(data),
    await net.train(data, { epochs: 2, miniBatchSize: 4, learningRate: 0.01, validation: data }),
    fingerprint(net),
  ];
  net.dispose();
  return outcome;
}

describe.each(widths)('rows of %i numbers', (width) => {
  const numbers = wholes(width * COUNT);

  describe.each([
    ['unscaled', {}],
    ['scaled', { inputScale: SCALE }],
  ])('%s inputs', (_, scale) => {
    it.each(forms)('computes the same from inputs in any form: %s', async (_, form) => {
      const plain = await settle(width, { inputs: numbers, labels, ...scale });
      expect(await settle(width, { inputs: form([...numbers], width), labels, ...scale })).toEqual(plain);
    });
  });

  it.each(forms)('computes the same from one-hot targets as from labels: %s', async (_, form) => {
    const byLabels = await settle(width, { inputs: numbers, labels });
    expect(await settle(width, { inputs: numbers, targets: form(oneHot.flat(), OUTPUTS) })).toEqual(byLabels);
  });

  it.each(forms)('reads each number of %s into its place', async (_, form) => {
    const rows = form(numbers, width);
    const net = await Network.fromJSON(identity(width));
    expect(Array.from(net.predict(rows))).toEqual(numbers);
    const { layers } = net.backprop({ inputs: new Float32Array(numbers.length), targets: rows });
    expect(Array.from(layers[0]!.delta)).toEqual(numbers.map((n) => 0 - n)); // δ = a − y, where a is 0
  });

  it('scales bytes by multiplication in single precision', async () => {
    const products = Float32Array.from(numbers, (byte) => byte * Math.fround(SCALE));
    expect(await settle(width, { inputs: Uint8Array.from(numbers), inputScale: SCALE, labels })).toEqual(
      await settle(width, { inputs: products, labels }),
    );
  });

  it('rounds doubles to single precision', async () => {
    const doubles = numbers.map((n) => n / 7);
    const singles = await settle(width, { inputs: Float32Array.from(doubles), labels });
    for (const inputs of [doubles, Float64Array.from(doubles), toRows(doubles, width)]) {
      expect(await settle(width, { inputs, labels })).toEqual(singles);
    }
  });
});

const labelForms = [Uint8Array, Int8Array, Uint16Array, Int32Array, Uint32Array, Float32Array, Float64Array];

it.each(labelForms.map((form) => [form.name, form] as const))(
  'computes the same from labels in an array of type %s',
  async (_, form) => {
    const inputs = wholes(5 * COUNT);
    const plain = await settle(5, { inputs, labels });
    expect(await settle(5, { inputs, labels: form.from(labels) })).toEqual(plain);
  },
);

it('treats labels of a single output as the targets 0 and 1', async () => {
  const spec: NetworkOptions = { inputs: 2, layers: [{ units: 1, activation: 'sigmoid' }] };
  const inputs = wholes(8);
  const bits = [0, 1, 1, 0];
  const [byLabels, byTargets] = await Promise.all([Network.create(spec), Network.create(spec)]);
  expect(await byLabels.train({ inputs, labels: bits })).toEqual(
    await byTargets.train({ inputs, targets: bits }),
  );
  expect(fingerprint(byLabels)).toBe(fingerprint(byTargets));
});

it.each([-1, 0, 1e-45, 3.4e38])('accepts the input %d', async (value) => {
  const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'tanh' }] });
  for (const inputs of [[value], [[value]], Float32Array.of(value)]) {
    expect(net.predict(inputs)[0]).not.toBeNaN();
  }
});

it("leaves the caller's arrays unchanged", async () => {
  const mine = { inputs: Float32Array.from(wholes(50)), targets: Float32Array.from(oneHot.flat()) };
  const copies = structuredClone(mine);
  await settle(5, mine);
  expect(mine).toEqual(copies);
});

it.each([5, 40])('reads a subclass of a typed array as its numbers, %i in a row', async (width) => {
  class Table extends Float32Array {
    constructor(rows: number, columns: number) {
      super(rows * columns);
    }
  }
  const net = await Network.create(createSpec(width));
  const table = new Table(2, width).fill(0.5);
  expect(net.predict(table)).toEqual(net.predict(new Float32Array(2 * width).fill(0.5)));
  expect(net.predict(Buffer.from(new Uint8Array(width).fill(7)))).toEqual(
    net.predict(new Uint8Array(width).fill(7)),
  );
});

it('returns layers that later training does not change', async () => {
  const net = await Network.create(createSpec(5));
  const before = net.layers;
  const kept = structuredClone(before);
  await net.train({ inputs: wholes(5), labels: [0] }, { epochs: 2 });
  expect(before).toEqual(kept);
  expect(net.layers).not.toEqual(kept);
});

it("returns copies of the network's arrays", async () => {
  const net = await Network.create(createSpec(5));
  const before = fingerprint(net);
  const { layers } = net.backprop({ inputs: wholes(5), labels: [0] });
  const given = net.layers.flatMap(({ weights, biases }) => [weights, biases]);
  const json = net.toJSON();
  for (const array of [...given, ...layers.flatMap((layer) => Object.values(layer) as Float32Array[])]) {
    array.fill(9);
  }
  (json.layers[0]!.weights[0] as number[]).fill(9);
  expect(fingerprint(net)).toBe(before);
});
