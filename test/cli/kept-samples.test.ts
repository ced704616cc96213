import fs from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, expect, it, vi } from 'vitest';
import { keepSamples } from '../../src/cli/data/kept-samples.js';
import type { SampleSource } from '../../src/data/sample-source.js';
import type { SampleArrays } from '../../src/data/schema.js';
import { DataStream } from '../../src/data/index.js';

const TEXT = `x,y,kind\n${Array.from({ length: 50 }, (_, n) => `${n / 7},${-n},${'abc'[n % 3]!}`).join('\n')}\n`;

afterEach(() => {
  vi.restoreAllMocks();
});

/** A source of samples that counts how often their text is read. */
async function openSource(): Promise<{ source: SampleSource; parses: () => number }> {
  let opened = 0;
  const open = (): string[] => {
    opened++;
    return [TEXT];
  };
  const { source } = await DataStream.fromCSV(open, { label: 'kind' });
  const before = opened;
  return { source: keepSamples(source), parses: () => opened - before };
}

async function readAll(source: SampleSource, rows: number, most = Infinity): Promise<SampleArrays[]> {
  const batches: SampleArrays[] = [];
  for await (const batch of source.batches(rows)) {
    batches.push(batch);
    if (batches.length === most) break;
  }
  return batches;
}

const listTemporary = (): string[] =>
  fs.readdirSync(tmpdir()).filter((name) => name.startsWith('bp4-') && name.length === 40);

it('parses the text once, and later passes give the same batches', async () => {
  const { source, parses } = await openSource();
  const first = await readAll(source, 20);
  expect(first.map(({ inputs }) => inputs.length)).toEqual([40, 40, 20]);
  expect(await readAll(source, 20)).toEqual(first);
  expect(await readAll(source, 20)).toEqual(first);
  expect(parses()).toBe(1);
});

it('leaves no file behind', async () => {
  const before = listTemporary();
  const { source } = await openSource();
  for await (const batch of source.batches(20))
    expect([batch.inputs.length, listTemporary()]).toEqual([expect.any(Number), before]);
});

it('parses again after a pass that was broken off, and for batches of another size', async () => {
  const { source, parses } = await openSource();
  const first = await readAll(source, 20, 1);
  expect(await readAll(source, 20)).toHaveLength(3);
  expect((await readAll(source, 20))[0]).toEqual(first[0]);
  expect(parses()).toBe(2);
  expect(await readAll(source, 50)).toHaveLength(1);
  expect(parses()).toBe(3);
});

it('keeps the samples once if two passes run at the same time', async () => {
  const { source, parses } = await openSource();
  const [one, other] = await Promise.all([readAll(source, 20), readAll(source, 20)]);
  expect(other).toEqual(one);
  expect(await readAll(source, 20)).toEqual(one);
  expect(parses()).toBe(2);
});

it.each([
  ['the file would take more than half of the free space', 'statfsSync', () => ({ bavail: 1, bsize: 1500 })],
  ['the disk is full', 'writeSync', () => fail('ENOSPC')],
  ['no temporary file can be created', 'openSync', () => fail('EACCES')],
] as const)('parses in each pass if %s', async (_, name, refuse) => {
  vi.spyOn(fs, name).mockImplementation(refuse as never);
  const { source, parses } = await openSource();
  const first = await readAll(source, 20);
  expect(await readAll(source, 20)).toEqual(first);
  expect(parses()).toBe(2);
});

function fail(code: string): never {
  throw Object.assign(new Error(code), { code });
}
