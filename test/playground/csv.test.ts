import { Network } from 'bp4';
import { describe, expect, it } from 'vitest';
import { csvLesson } from '../../playground/src/run/csv.js';
import { ofType, Page, settingsFor } from './support.js';

/** A table with as many rows as asked for. */
const table = (header: string, count: number, row: (n: number) => string): string =>
  [header, ...Array.from({ length: count }, (_, n) => row(n))].join('\n');

const flowers = table(
  'size,kind,name',
  50,
  (n) => `${n / 4},${n % 2 ? 'a' : 'b'},${n < 25 ? 'rose' : 'lily'}`,
);

describe('what is to be learnt', () => {
  it('is the last column, or the one that is chosen', async () => {
    expect((await csvLesson({ text: flowers }, 1)).outputNames).toEqual(['lily', 'rose']);
    const kinds = await csvLesson({ text: flowers, target: 'kind' }, 1);
    expect(kinds.outputNames).toEqual(['a', 'b']);
    expect(kinds.inputNames).toEqual(['size', 'name lily', 'name rose']);
    expect([kinds.inputs, kinds.train.count, kinds.test.count]).toEqual([3, 40, 10]);
  });

  it.each([
    ['words', (n: number) => (n % 3 ? 'yes' : 'no'), false, ['no', 'yes']],
    ['few whole numbers', (n: number) => n % 3, false, ['0', '1', '2']],
    ['many whole numbers', (n: number) => n % 11, true, ['y']],
    ['fractions, however few', (n: number) => (n % 2) + 0.5, true, ['y']],
    ['numbers, some of them missing', (n: number) => (n === 4 ? 'NA' : n + 0.5), true, ['y']],
  ] as const)('%s', async (_, value, isRegression, outputs) => {
    const lesson = await csvLesson({ text: table('x,y', 50, (n) => `${n / 4},${value(n)}`) }, 1);
    expect(lesson.isRegression).toBe(isRegression);
    expect(lesson.outputNames).toEqual(outputs);
  });

  it('rows in which something is missing are left out', async () => {
    const lesson = await csvLesson({ text: table('x,y', 52, (n) => `${n < 2 ? '' : n / 4},${n / 3}`) }, 1);
    expect(lesson.train.count + lesson.test.count).toBe(50);
  });

  it('names, remarks and numbers of rows are no inputs', async () => {
    const text = table('id,n,x,y', 60, (n) => `sample ${n},${n},${n / 4},${n % 2}`);
    expect((await csvLesson({ text }, 1)).inputNames).toEqual(['x']);
  });

  it('without a header the columns are numbered; semicolons, and a byte order mark, are understood', async () => {
    const numbers = await csvLesson({ text: table('1;2;0', 30, (n) => `${n / 4};${n * n};${n % 2}`) }, 1);
    expect(numbers.inputNames).toEqual(['column 1', 'column 2']);
    const marked = await csvLesson({ text: `\uFEFF${flowers.replaceAll(',', ';')}`, target: 'size' }, 1);
    expect(marked.outputNames).toEqual(['size']);
  });

  it('the seed decides which rows are for the test', async () => {
    const [one, two, again] = await Promise.all([1, 2, 1].map((seed) => csvLesson({ text: flowers }, seed)));
    expect(one!.test.inputs).toEqual(again!.test.inputs);
    expect(one!.test.inputs).not.toEqual(two!.test.inputs);
  });
});

it.each([
  ['', 'CSV: expected at least one row of data, got none'],
  ['one\n1.5\n2.5', "no column is left to predict 'one' from"],
  [table('x,y', 9, (n) => `${n / 4},1`), "column 'y': every row has the same value"],
  [
    table('x,y', 60, (n) => `${n / 4},word ${n}`),
    "predict 'x' from; 'y' is left out: text with 60 different values",
  ],
  [table('id,y', 60, (n) => `word ${n},${n % 2}`), "predict 'y' from; 'id' is left out: names its rows"],
  ['x,y\n1,2\n3,4\n5', 'CSV row 4'],
  [table('x,x,y', 9, (n) => `${n},${n},${n % 2}`), "two are named 'x'"],
])('what cannot be learnt is told: %#', async (text, message) => {
  const page = new Page();
  const [failed] = ofType(await page.open(settingsFor('csv'), { csv: { text } }), 'failed');
  expect(failed!.message).toContain(message);
});

it('a target that has too many words for classes is refused', async () => {
  const text = table('x,y', 60, (n) => `${n / 4},word ${n}`);
  await expect(csvLesson({ text, target: 'y' }, 1)).rejects.toThrow(
    'the column "y" has 60 different words, too many for classes',
  );
});

it('a target that is not there is told with those that are', async () => {
  await expect(csvLesson({ text: flowers, target: 'color' }, 1)).rejects.toThrow(
    "answer: there is no column 'color'; the columns are 'size', 'kind', 'name'",
  );
});

describe('a session', () => {
  it('learns classes; a walk shows what the network got', async () => {
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

  it('learns a regression, whose loss is of the linear outputs, in units of its deviation', async () => {
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
