import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNPY, writeNPY, writeNPZ, type WritableArray } from '../../src/formats/numpy/index.js';
import { bp4, readEvent, type Ran } from '../support/cli.js';

// Arrays of NumPy whose answers are of many types, in files to train on and in second files.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-numpy-'));
const put = (name: string, content: Uint8Array): void => writeFileSync(join(cwd, name), content);
const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd });
afterAll(() => rmSync(cwd, { recursive: true }));

const count = 60;
const values = Float64Array.from({ length: 3 * count }, (_, i) => Math.sin(7 * i));
const x = { values, shape: [count, 3] };
const isOne = Array.from({ length: count }, (_, n) => values[3 * n]! + values[3 * n + 1]! > 0);
const one = Uint8Array.from(isOne, Number);

/** An array whose type `writeNPY` doesn't write. */
function npy(descr: string, shape: string, data: Uint8Array): Uint8Array {
  const header = `{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117) + '\n';
  return Buffer.concat([
    Buffer.from('\x93NUMPY\x01\0', 'latin1'),
    Uint8Array.of(118, 0),
    Buffer.from(header),
    data,
  ]);
}

const train = async (y: WritableArray, ...flags: string[]): Promise<Record<string, unknown>> => {
  put('arrays.npz', writeNPZ({ x, y }));
  const ran = await run(
    'train',
    'arrays.npz',
    '--epochs',
    '2',
    '--seed',
    '1',
    '--json',
    '--out',
    'a.bp4',
    ...flags,
  );
  expect(ran.stderr).not.toMatch(/error/);
  expect(ran.code).toBe(0);
  return readEvent(ran, 'data');
};

describe('answers are classes by their values:', () => {
  it.each<[string, WritableArray, readonly number[]]>([
    ['floats', Float64Array.from(one), [0, 1]],
    ['−1 and 1', Int32Array.from(one, (value) => 2 * value - 1), [-1, 1]],
    ['floats of −1 and 1', Float32Array.from(one, (value) => 2 * value - 1), [-1, 1]],
    ['from 1 on', Uint8Array.from(one, (value) => value + 1), [1, 2]],
    ['far apart', Int32Array.from(one, (value) => value * 1e7), [0, 10000000]],
    ['64 bits', BigInt64Array.from(one, BigInt), [0, 1]],
    ['a column', { values: Float64Array.from(one), shape: [count, 1] }, [0, 1]],
    [
      'rows with a single 1',
      {
        values: Float32Array.from({ length: 2 * count }, (_, i) => Number(one[i >> 1] === i % 2)),
        shape: [count, 2],
      },
      [0, 1],
    ],
  ])('%s', async (_, y, classes) => {
    expect(await train(y)).toMatchObject({ task: 'classification', classes });
  });

  it('but not fractions, many whole numbers, or rows of numbers', async () => {
    const halves = Float64Array.from(one, (value) => value / 2);
    for (const y of [halves, Int32Array.from({ length: count }, (_, n) => n)])
      expect(await train(y)).toMatchObject({ task: 'regression' });
    const pairs = { values: values.slice(0, 2 * count), shape: [count, 2] };
    expect(await train(pairs)).toMatchObject({ task: 'regression' });
    expect((await run('inspect', 'a.bp4')).stdout).toMatch(/layers\[1\] +2 linear/);
  });
});

describe('a second file', () => {
  const only = isOne.flatMap((is, n) => (is ? [n] : []));
  const rows = {
    values: Float64Array.from(only.flatMap((n) => [...values.subarray(3 * n, 3 * n + 3)])),
    shape: [only.length, 3],
  };
  const ones = new Float64Array(only.length).fill(1);

  beforeAll(async () => {
    put('later.npz', writeNPZ({ x: rows, y: ones }));
    put('open.npz', writeNPZ({ x: rows }));
    put('other.npz', writeNPZ({ x: rows, y: Int32Array.from(ones, (_, n) => (n === 2 ? 7 : 1)) }));
    put('first.npz', writeNPZ({ x, y: Int32Array.from(one, (value) => 2 * value - 1) }));
    const ran = await run(
      'train',
      'first.npz',
      '--epochs',
      '150',
      '--seed',
      '1',
      '--out',
      'first.bp4',
      '--test',
      'later.npz',
    );
    expect(ran.code).toBe(0);
  });

  it('is compared by the values of the classes, although it lacks one', async () => {
    const ran = await run('evaluate', 'first.bp4', 'later.npz', '--json');
    expect(readEvent(ran, 'evaluation')['accuracy']).toBeGreaterThan(0.9);
    expect((await run('evaluate', 'first.bp4', 'later.npz')).stdout).toMatch(
      new RegExp(`(${only.length}|${only.length - 1}|${only.length - 2}) of ${only.length} right`),
    );
  });

  it('needs no answers for predictions', async () => {
    const { stdout, code } = await run('predict', 'first.bp4', 'open.npz');
    expect(code).toBe(0);
    expect(stdout.trim().split('\n')).toHaveLength(only.length + 1);
  });

  it('with a class that the model does not know is refused', async () => {
    expect((await run('evaluate', 'first.bp4', 'other.npz')).stderr).toMatch(
      /other\.npz: y\[2\]: 7 is not one of the classes that the model knows: -1, 1/,
    );
  });
});

describe('is refused with what to do:', () => {
  it.each<[string, Uint8Array, RegExp]>([
    [
      'gap.npz',
      writeNPZ({ x, y: Float64Array.from(one, (value, n) => (n === 3 ? NaN : value)) }),
      /y\[3\]: the answer is NaN; leave out the rows without an answer/,
    ],
    ['unnamed.npz', writeNPZ({ arr_0: x, arr_1: one }), /got arr_0, arr_1; name them when you save them/],
    [
      'sparse.npz',
      writeNPZ({ indices: one, indptr: one, data: values }),
      /it holds a sparse matrix of SciPy; save it as a dense array/,
    ],
    [
      'short.npz',
      writeNPZ({ x, y: one.slice(1) }),
      /y: expected 60 rows, one for each row of inputs, got shape \(59\)/,
    ],
    [
      'row.npy',
      writeNPY(values),
      /two dimensions.*got shape \(180\); save the inputs and the answers as columns/,
    ],
  ])('%s', async (name, bytes, message) => {
    put(name, bytes);
    const { stderr, code } = await run('train', name);
    expect(stderr).toMatch(message);
    expect(code).toBe(3);
  });
});

describe('--label and --target name the array of the answers,', () => {
  const small = Int32Array.from({ length: count }, (_, n) => n % 3);
  beforeAll(() => put('named.npz', writeNPZ({ x, y: one, digit: small })));
  const trainOn = (...flags: string[]): Promise<Ran> =>
    run('train', 'named.npz', '--epochs', '2', '--json', '--out', 'n.bp4', ...flags);

  it('and say that they are classes or numbers, in a second file too', async () => {
    const classes = readEvent(await trainOn('--label', 'digit'), 'data');
    expect(classes).toMatchObject({ task: 'classification', label: 'digit', classes: [0, 1, 2] });
    expect(readEvent(await run('evaluate', 'n.bp4', 'named.npz', '--json'), 'evaluation')['count']).toBe(
      count,
    );
    const { stderr, code } = await run('evaluate', 'n.bp4', 'arrays.npz');
    expect({ stderr, code }).toEqual({
      stderr: "bp4: arrays.npz: there is no array 'digit'; the arrays are x, y\n",
      code: 3,
    });
    const numbers = readEvent(await trainOn('--target', 'digit', '--seed', '2'), 'data');
    expect(numbers).toMatchObject({ task: 'regression', targets: ['digit'] });
    expect((await run('predict', 'n.bp4', 'named.npz')).stdout).toMatch(/^digit\n-?\d/);
  });

  it.each<[readonly string[], RegExp]>([
    [['--label', 'z'], /named\.npz: there is no array 'z'; the arrays are x, y, digit/],
    [['--target', 'y', '--label', 'y'], /--target: named\.npz has one array of answers/],
    [['--target', 'y,digit'], /--target: named\.npz has one array of answers/],
    [['--ignore', 'y'], /--ignore: named\.npz has no columns to choose from/],
  ])('or are refused: %j', async (flags, message) => {
    expect((await trainOn(...flags)).stderr).toMatch(message);
  });

  it('and fractions are no classes', async () => {
    put('halves.npz', writeNPZ({ x, y: Float64Array.from(one, (value) => value / 2) }));
    expect((await run('train', 'halves.npz', '--label', 'y')).stderr).toMatch(
      /halves\.npz: y: --label takes .* to predict its numbers, use --target y/,
    );
  });
});

it('arrays that the training does not use may hold anything', async () => {
  const y = Int32Array.from(one);
  const npz = writeNPZ({ x, y, meta: one });
  const text = Buffer.from(npz).toString('latin1').replace("'descr': '|u1'", "'descr': '|O8'");
  put('more.npz', Buffer.from(text, 'latin1'));
  expect((await run('train', 'more.npz', '--epochs', '1', '--out', 'm.bp4')).code).toBe(0);
});

it('readNPY reads strings of bytes as UTF-8, and refuses other bytes', () => {
  const texts = npy('|S4', '(3,)', Buffer.from('ja\0\0nein\xc3\xa4\0\0', 'latin1'));
  expect(readNPY(texts)).toMatchObject({ dtype: 'str', values: ['ja', 'nein', 'ä'] });
  expect(() => readNPY(npy('|S1', '(1,)', Uint8Array.of(0xe4)))).toThrow(/not a character/);
});
