import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, it, vi } from 'vitest';
import { CSVRows } from '../../src/data/csv.js';
import { Network } from '../../src/index.js';
import { createProgram } from '../../src/cli/program.js';
import { irisCSV } from '../support/cli.js';

// A command reads its data once, and encodes or decodes a model once: counted in this process, by the functions that do it.

const counts = vi.hoisted(() => ({ encode: 0, decode: 0 }));

vi.mock(import('../../src/model/safetensors.js'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    encode: (...args: Parameters<typeof original.encode>) => {
      counts.encode++;
      return original.encode(...args);
    },
  };
});

vi.mock(import('../../src/model/read-safetensors.js'), async (importOriginal) => {
  const original = await importOriginal();
  return {
    ...original,
    decode: (...args: Parameters<typeof original.decode>) => {
      counts.decode++;
      return original.decode(...args);
    },
  };
});

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-once-'));
const at = (name: string): string => join(cwd, name);
const text = irisCSV();
writeFileSync(at('iris.csv'), text);
afterAll(() => {
  vi.restoreAllMocks();
  rmSync(cwd, { recursive: true });
});

const reads = vi.spyOn(CSVRows.prototype, 'read');

/** How many characters readers of CSV were given. */
const countCharacters = (): number => reads.mock.calls.reduce((sum, [chunk]) => sum + chunk.length, 0);

function reset(): void {
  Object.assign(counts, { encode: 0, decode: 0 });
  reads.mockClear();
}

beforeEach(reset);

async function run(...argv: string[]): Promise<void> {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await createProgram('0.0.0', argv).parseAsync(argv, { from: 'user' });
  } finally {
    write.mockRestore();
  }
}

const trainIris = (...options: string[]): Promise<void> =>
  run('train', at('iris.csv'), '--epochs', '2', '--quiet', '--out', at('iris.bp4'), ...options);

it('train --report parses the data once and encodes the model once', async () => {
  await trainIris('--report', at('iris.html'));
  expect(statSync(at('iris.html')).size).toBeGreaterThan(0);
  expect(countCharacters()).toBe(text.length);
  expect(counts).toMatchObject({ encode: 1, decode: 0 });
});

it('train --checkpoint encodes the model once for each file that it writes', async () => {
  await trainIris('--checkpoint', at('run.bp4'), '--checkpoint-every', '2', '--epochs', '4', '--no-refit');
  expect(statSync(at('run.bp4')).size).toBeGreaterThan(0);
  expect(counts).toMatchObject({ encode: 3 }); // after epochs 2 and 4, and the model
});

it('evaluate --report and inspect parse the data once, decode the model once, and encode nothing', async () => {
  await trainIris();
  reset();
  await run('evaluate', at('iris.bp4'), at('iris.csv'), '--quiet', '--report', at('evaluated.html'));
  expect(countCharacters()).toBe(text.length);
  expect(counts).toMatchObject({ encode: 0, decode: 1 });
  await run('inspect', at('iris.bp4'), '--quiet');
  expect(counts).toMatchObject({ encode: 0, decode: 2 });
});

it('counts a network that is saved and loaded, and a row that is parsed', async () => {
  const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }] });
  await Network.load(net.save());
  expect(counts).toMatchObject({ encode: 1, decode: 1 });
  Array.from(new CSVRows({}).read('a,b\n', true));
  expect(countCharacters()).toBe(4);
});
