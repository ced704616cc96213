import { Network } from 'bp4';
import { describe, expect, it } from 'vitest';
import { csvData } from '../../playground/src/run/csv.js';
import { ofType, Page, settingsFor } from './support.js';

/** A table of `count` rows. */
const table = (header: string, count: number, row: (n: number) => string): string =>
  [header, ...Array.from({ length: count }, (_, n) => row(n))].join('\n');

const flowers = table(
  'size,kind,flower',
  50,
  (n) => `${n / 4},${n % 2 ? 'a' : 'b'},${n < 25 ? 'rose' : 'lily'}`,
);

describe('csvData', () => {
  it('predicts the last column unless a target is chosen', async () => {
    expect((await csvData({ text: flowers }, 1)).outputNames).toEqual(['lily', 'rose']);
    const kinds = await csvData({ text: flowers, target: 'kind' }, 1);
    expect(kinds.outputNames).toEqual(['a', 'b']);
    expect(kinds.inputNames).toEqual(['size', 'flower lily', 'flower rose']);
    expect([kinds.inputs, kinds.train.count, kinds.test.count]).toEqual([3, 40, 10]);
  });

  it.each([
    ['words as classes', (n: number) => (n % 3 ? 'yes' : 'no'), false, ['no', 'yes']],
    ['few different whole numbers as classes', (n: number) => n % 3, false, ['0', '1', '2']],
    ['many different whole numbers as a regression', (n: number) => n % 11, true, ['y']],
    ['fractions as a regression, however few they are', (n: number) => (n % 2) + 0.5, true, ['y']],
    ['numbers with missing values as a regression', (n: number) => (n === 4 ? 'NA' : n + 0.5), true, ['y']],
  ] as const)('learns %s', async (_, value, isRegression, outputs) => {
    const data = await csvData({ text: table('x,y', 50, (n) => `${n / 4},${value(n)}`) }, 1);
    expect(data.isRegression).toBe(isRegression);
    expect(data.outputNames).toEqual(outputs);
  });

  it('drops rows with missing values', async () => {
    const data = await csvData({ text: table('x,y', 52, (n) => `${n < 2 ? '' : n / 4},${n / 3}`) }, 1);
    expect(data.train.count + data.test.count).toBe(50);
  });

  it('excludes columns that name or number the rows from the inputs', async () => {
    const text = table('id,n,x,y', 60, (n) => `sample ${n},${n},${n / 4},${n % 2}`);
    expect((await csvData({ text }, 1)).inputNames).toEqual(['x']);
  });

  it('numbers columns without a header, and accepts semicolons and a byte order mark', async () => {
    const numbers = await csvData({ text: table('1;2;0', 30, (n) => `${n / 4};${n * n};${n % 2}`) }, 1);
    expect(numbers.inputNames).toEqual(['column 1', 'column 2']);
    const marked = await csvData({ text: `\uFEFF${flowers.replaceAll(',', ';')}`, target: 'size' }, 1);
    expect(marked.outputNames).toEqual(['size']);
  });

  it('selects the rows of the test set by the seed', async () => {
    const [one, two, again] = await Promise.all([1, 2, 1].map((seed) => csvData({ text: flowers }, seed)));
    expect(one!.test.inputs).toEqual(again!.test.inputs);
    expect(one!.test.inputs).not.toEqual(two!.test.inputs);
  });
});

it.each([
  ['csv.noRows', ''],
  ['csv.oneColumn', 'one\n1.5\n2.5'],
  ["column 'y': every row has the same value", table('x,y', 9, (n) => `${n / 4},1`)],
  [
    "predict 'x' from; 'y' is left out: named like an answer, but text with 60 different values",
    table('x,y', 60, (n) => `${n / 4},word ${n}`),
  ],
  ["predict 'y' from; 'id' is left out: names its rows", table('id,y', 60, (n) => `word ${n},${n % 2}`)],
  ['CSV row 4', 'x,y\n1,2\n3,4\n5'],
  ["two are named 'x'", table('x,x,y', 9, (n) => `${n},${n},${n % 2}`)],
])('reports why a table cannot be learned: %s', async (message, text) => {
  const page = new Page();
  const [failed] = ofType(await page.open(settingsFor('csv'), { csv: { text } }), 'failed');
  expect(failed!.message).toContain(message);
});

it('rejects a chosen target that has the same value in every row', async () => {
  const text = table('x,y,z', 9, (n) => `${n / 4},1,${n % 2}`);
  await expect(csvData({ text, target: 'y' }, 1)).rejects.toThrow('csv.oneAnswer');
});

it('rejects a target with too many distinct texts for classes', async () => {
  const text = table('x,y', 60, (n) => `${n / 4},word ${n}`);
  await expect(csvData({ text, target: 'y' }, 1)).rejects.toMatchObject({
    key: 'csv.tooManyClasses',
    values: { column: 'y', distinct: 60 },
  });
});

it('rejects an unknown target and lists the columns that exist', async () => {
  await expect(csvData({ text: flowers, target: 'color' }, 1)).rejects.toThrow(
    "answer: there is no column 'color'; the columns are 'size', 'kind', 'flower'",
  );
});

describe('a session on a CSV file', () => {
  it('learns classes from a CSV file, and shows in a walk the inputs that the network received', async () => {
    const page = new Page();
    const settings = settingsFor('csv');
    const [opened] = ofType(await page.open(settings, { csv: { text: flowers } }), 'opened');
    expect(opened!.problem).toMatchObject({
      inputNames: ['size', 'kind a', 'kind b'],
      sizes: [3, 16, 2],
      isRegression: false,
    });
    const [walk] = ofType(await page.ask({ type: 'step' }), 'walk');
    const { gradients, count } = walk!.walk;
    const { inputs, targets } = gradients;
    for (let n = 0; n < count; n++) {
      expect([...inputs.subarray(3 * n + 1, 3 * n + 3)].sort()).toEqual([0, 1]);
      expect([...targets.subarray(2 * n, 2 * n + 2)].sort()).toEqual([0, 1]);
    }
    const first = walk!.walk.before[0]!;
    const { preActivations } = gradients.layers[0]!;
    const z = [0, 1, 2].reduce((sum, k) => sum + first.weights[k]! * inputs[k]!, first.biases[0]!);
    expect(preActivations[0]).toBeCloseTo(z, 5);
    await page.open(settings, { csv: { text: flowers }, steps: 500 });
    expect(page.reports.at(-1)!.testAccuracy).toBeGreaterThanOrEqual(0.9);
  });

  it('learns a regression on standardized targets, and exports a network that predicts in the units of the file', async () => {
    const text = table('x,y', 100, (n) => `${n / 2},${1000 + 50 * n}`);
    const page = new Page();
    const [opened] = ofType(await page.open(settingsFor('csv'), { csv: { text }, steps: 1000 }), 'opened');
    expect(opened!.problem).toMatchObject({ isRegression: true, activations: ['tanh', 'linear'] });
    expect(opened!.progress.confusion).toBeUndefined();
    expect(page.reports.at(-1)!.testLoss).toBeLessThan(0.01);
    expect(page.reports.at(-1)).toMatchObject({ accuracy: NaN, testAccuracy: NaN });
    const [walk] = ofType(await page.ask({ type: 'step' }), 'walk');
    expect(Math.max(...walk!.walk.gradients.targets.map(Math.abs))).toBeLessThan(2); // standardized
    const [exported] = ofType(await page.ask({ type: 'export', format: 'json' }), 'exported');
    const net = await Network.fromJSON(JSON.parse(exported!.text) as Parameters<typeof Network.fromJSON>[0]);
    expect(net.predict([[25]])[0]! / 3500).toBeCloseTo(1, 1); // in the units of the file
  });
});

it('says which of the table’s own columns matter, on the test data', async () => {
  // only the kind decides; the size is noise
  const text = table('size,kind,flower', 60, (n) => `${(n * 7) % 11},${n % 2 ? 'a' : 'b'},${n % 2}`);
  const page = new Page();
  await page.open(settingsFor('csv'), { csv: { text }, steps: 300 });
  const { hash, step } = page.progress;
  const [reply] = ofType(await page.ask({ type: 'explain', id: 7 }), 'explained');
  expect(reply!.id).toBe(7);
  const { samples, columns } = reply!.importance!;
  expect(samples).toBe(12);
  expect(columns.map(({ column }) => column)).toEqual(['size', 'kind']);
  expect(columns[1]!.importance).toBeGreaterThan(1);
  expect(columns[1]!.importance).toBeGreaterThan(5 * Math.abs(columns[0]!.importance));
  // the run stays as it is
  await page.ask({ type: 'pause' });
  expect(page.progress).toMatchObject({ hash, step });
});

it('says of no column that it matters without test data', async () => {
  const page = new Page();
  await page.open(settingsFor('csv'), { csv: { text: 'a,b\n1,2\n3,4\n5,7' } });
  const [reply] = ofType(await page.ask({ type: 'explain', id: 1 }), 'explained');
  expect(reply).toMatchObject({ importance: undefined });
});
