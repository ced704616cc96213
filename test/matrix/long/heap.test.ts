import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bp4Process, irisCSV } from '../../support/cli.js';

// Files larger than memory are read in batches: the build runs in a process whose heap is too small for the whole file.

const folder = mkdtempSync(join(tmpdir(), 'bp4-heap-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** MiB */
const HEAP = 24;

it('trains from a CSV file of twice the heap', () => {
  const path = join(folder, 'large.csv');
  const colors = ['red', 'green', 'blue'];
  const line = (i: number): string =>
    `${(i * 7919) % 10007},${(i * 104729) % 1299709},${colors[i % 3]},${i % 2}\n`;
  const block = Array.from({ length: 20_000 }, (_, i) => line(i)).join('');
  writeFileSync(path, 'a,b,color,kind\n');
  while (statSync(path).size < 2 * HEAP * 2 ** 20) writeFileSync(path, block, { flag: 'a' });

  const program = `
    import { createReadStream } from 'node:fs';
    import { Network } from ${JSON.stringify(new URL('../../../dist/index.js', import.meta.url).href)};
    import { DataStream, transformedWidth } from ${JSON.stringify(new URL('../../../dist/data/index.js', import.meta.url).href)};
    let arrays = 0;
    async function* chunks() {
      for await (const chunk of createReadStream(${JSON.stringify(path)})) {
        arrays = Math.max(arrays, process.memoryUsage().arrayBuffers);
        yield chunk;
      }
    }
    const options = { label: 'kind', categorical: ['color'], rowsPerBatch: 20_000 };
    const data = await DataStream.fromCSV(chunks, options);
    const transforms = await data.fitTransforms();
    const inputs = transformedWidth(transforms);
    const layers = [{ units: 2, activation: 'tanh' }, { units: 2, activation: 'softmax' }];
    const net = await Network.create({ inputs, layers, transforms });
    await net.train(data, { epochs: 1, miniBatchSize: 1000 });
    console.log(JSON.stringify({ count: data.count, classes: data.classes, inputs, arrays }));
  `;
  const flags = [`--max-old-space-size=${HEAP}`, '--input-type=module', '--eval', program];
  const printed = execFileSync(process.execPath, flags, { encoding: 'utf8' });
  const { count, arrays, ...others } = JSON.parse(printed) as Record<string, number>;
  expect(count! % 20_000).toBe(0);
  expect(others).toEqual({ classes: [0, 1], inputs: 5 });
  // memory outside the heap: as doubles, each row would take 4 × 8 bytes
  expect(arrays!).toBeLessThan(count! * 16);
}, 120_000);

describe('bp4 predict', () => {
  beforeAll(async () => {
    writeFileSync(join(folder, 'iris.csv'), irisCSV());
    const { code } = await bp4Process(['train', 'iris.csv', '--epochs', '1'], { cwd: folder });
    expect(code).toBe(0);
  });

  it('bp4 predict answers an input larger than its heap', async () => {
    const times = 3000; // 450,000 rows, 12 MB; parsed, they take about 100 MB
    const [header, ...rows] = irisCSV().trim().split('\n');
    const input = `${header!}\n${`${rows.join('\n')}\n`.repeat(times)}`;
    const env = { NODE_OPTIONS: '--max-old-space-size=30' };
    const { code, stdout } = await bp4Process(['predict', 'iris.bp4', '-'], { cwd: folder, input, env });
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(150 * times + 1);
  });
});
