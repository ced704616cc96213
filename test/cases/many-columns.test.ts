import { expect, it } from 'vitest';
import { Dataset, profileTable, suggestColumns, Table } from '../../src/data/index.js';
import { findUnknown } from '../../src/cli/model/labeled-data.js';
import { Network } from '../../src/index.js';

// A table of 48,000 columns is read in seconds only if no column is looked for among all others.

const COLUMNS = 4000;
const names = Array.from({ length: COLUMNS }, (_, k) => `g${k}`);
const wide = `${names.join()},c,kind\n${Array.from(
  { length: 12 },
  (_, n) => `${names.map((_, k) => (n * 7 + k) % 10).join()},${'rgb'[n % 3]},${'ab'[n % 2]}\n`,
).join('')}`;

/** Elements of long arrays that are searched one by one while a function runs, in the worst case. */
async function countSearched(run: () => Promise<void>): Promise<number> {
  const methods = ['includes', 'indexOf', 'find', 'findIndex', 'some'] as const;
  const prototype = Array.prototype as unknown as Record<string, (...given: unknown[]) => unknown>;
  const originals = methods.map((name) => prototype[name]!);
  let searched = 0;
  for (const [i, name] of methods.entries()) {
    prototype[name] = function (this: unknown[], ...given) {
      if (this.length >= COLUMNS) searched += this.length;
      return originals[i]!.apply(this, given);
    };
  }
  try {
    await run();
  } finally {
    for (const [i, name] of methods.entries()) prototype[name] = originals[i]!;
  }
  return searched;
}

it('a table is profiled, read, trained on and evaluated without a search for each column', async () => {
  const searched = await countSearched(async () => {
    const table = Table.fromCSV(wide);
    const { columns } = suggestColumns(profileTable(table), { ignore: ['g1'], categorical: ['g2'] });
    expect(columns.inputs).toHaveLength(COLUMNS);
    const data = Dataset.fromTable(table, { ...columns, missing: 'mean' });
    const transforms = data.fitTransforms();
    const width = COLUMNS - 2 + data.categories['g2']!.length + 3;
    const net = await Network.create({
      inputs: width,
      layers: [{ units: 2, activation: 'softmax' }],
      loss: 'crossEntropy',
      transforms,
    });
    await net.train(data, { epochs: 1, learningRate: 0.01 });
    const turned = Dataset.fromTable(table, { ...columns, inputs: [...columns.inputs].reverse() });
    net.evaluate(turned);
    expect(findUnknown(turned, transforms.inputs)).toEqual(Array(turned.count).fill(false));
    net.predict([Object.fromEntries([...names.map((name) => [name, 1]), ['c', 'r']])]);
  });
  expect(searched).toBeLessThan(20 * COLUMNS);
});
