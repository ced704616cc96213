import { gzipSync } from 'node:zlib';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { bp4, type Ran } from '../support/cli.js';

// Files as people have them: other encodings, JSON on stdin, files of other kinds under the name of a table.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-files-'));
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

const quick = ['--epochs', '1', '--hidden', '2'];
const put = (name: string, content: string | Uint8Array): void => {
  writeFileSync(join(cwd, name), content);
};
const train = (name: string, ...args: string[]): Promise<Ran> =>
  bp4(['train', name, ...quick, ...args], { cwd });

const rows = Array.from({ length: 30 }, (_, n) => ({
  size: n % 7,
  depth: n % 5,
  shape: ['round', 'flat'][n % 2]!,
}));
const csv = `size,depth,shape\n${rows.map((row) => Object.values(row).join()).join('\n')}\n`;

/** The only line on stderr. */
const fewSamples = (count: number): string =>
  `bp4: warning: only ${count} samples, so the scores are noisy; collect more samples, or cross-validate\n`;

describe('stdin', () => {
  it.each([
    ['JSON Lines', rows.map((row) => JSON.stringify(row)).join('\n')],
    ['JSON', JSON.stringify(rows, null, 1)],
    ['CSV', csv],
  ])('train reads %s', async (_, input) => {
    const ran = await bp4(['train', '-', ...quick, '--out', 'stdin.bp4'], { cwd, input });
    expect(ran).toMatchObject({ code: 0, stderr: fewSamples(30) });
    expect(ran.stdout).toMatch(/^stdin: 30 rows, 3 columns/);
    expect(ran.stdout).toMatch(/label +shape: 2 classes, flat, round/);
  });
});

describe('a file of another kind', () => {
  it.each([
    [
      'book.csv',
      Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml', 'latin1'),
      /it is an Excel or OpenDocument workbook; save the sheet as CSV/,
    ],
    [
      'book.xlsx',
      Buffer.from('PK\x03\x04\x14\0\x06\0[Content_Types].xml', 'latin1'),
      /it is an Excel or OpenDocument workbook/,
    ],
    [
      'base.csv',
      Buffer.from('SQLite format 3\0', 'latin1'),
      /it is an SQLite database; export the table as CSV/,
    ],
    [
      'frame.csv',
      Buffer.from('\x80\x04\x95\x10\0\0\0', 'latin1'),
      /it is a Python pickle, .*; save it as CSV/,
    ],
    [
      'page.json',
      Buffer.from('<!doctype html><html></html>'),
      /it is an HTML page; download the file itself/,
    ],
    ['large.parquet', Buffer.from('version https://git-lfs.github.com/spec/v1\n'), /it is a Git LFS pointer/],
    [
      'lines.csv',
      Buffer.from('{"a": 1}\n{"a": 2}\n'),
      /it holds JSON Lines; give it a name that ends in \.jsonl$/m,
    ],
    [
      'array.csv',
      Buffer.from('\x93NUMPY\x01\0', 'latin1'),
      /it is a NumPy array; give the file a name that ends in \.npy/,
    ],
  ])('train names what %s is', async (name, bytes, message) => {
    put(name, bytes);
    const ran = await train(name);
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).toContain(`bp4: ${name}: `);
    expect(ran.code).toBe(3);
  });

  it('train reads gzip under any name, in memory and as a stream', async () => {
    put('packed.csv', gzipSync(csv));
    for (const options of [[], ['--stream']]) expect((await train('packed.csv', ...options)).code).toBe(0);
  });
});

describe('encodings', () => {
  const names = csv.replaceAll('size', 'Größe').replaceAll('flat', 'weiß');

  it('train reads UTF-16 in memory and as a stream', async () => {
    put('wide.csv', Buffer.from(names, 'utf16le'));
    for (const options of [[], ['--stream']])
      expect((await train('wide.csv', ...options)).stdout).toMatch(/inputs +Größe, depth/);
  });

  it('train and predict name --encoding, and read the file with it', async () => {
    // '\x80' is € in windows-1252, but not in ISO-8859-1
    put('western.csv', Buffer.from(names.replaceAll('weiß', 'weiß \x80'), 'latin1'));
    expect((await train('western.csv')).stderr).toMatch(
      /line 1 has bytes that are not valid UTF-8; .* --encoding windows-1252$/m,
    );
    expect((await train('western.csv', '--encoding', 'windows-1252')).stdout).toMatch(
      /2 classes, round, weiß €/,
    );
    const predicted = await bp4(['predict', 'western.bp4', 'western.csv'], { cwd });
    expect(predicted.stdout.split('\n')).toHaveLength(32);
    expect((await train('western.csv', '--encoding', 'latin-9000')).stderr).toContain("got 'latin-9000'");
  });
});

it('train, evaluate and predict say which rows they skip', async () => {
  put('report.csv', `Report of June\n${csv}(30 rows)\n`);
  const trained = await train('report.csv');
  expect(trained.stdout).toMatch(
    /skipped +row 1, before the table: 'Report of June'; row 33, after the table: '\(30 rows\)'/,
  );
  const predicted = await bp4(['predict', 'report.bp4', 'report.csv'], { cwd });
  expect(predicted.stderr).toContain("report.csv: skipped row 1, before the table: 'Report of June'; row 33");
  expect(predicted.stdout.split('\n')).toHaveLength(32);
  expect((await bp4(['evaluate', 'report.bp4', 'report.csv'], { cwd })).code).toBe(0);
  expect((await train('report.csv', '--skip', '0')).stderr).toMatch(/row 2: expected 1 field, .*--skip 1$/m);
});

it('--ignore and --label find names with composed and decomposed letters', async () => {
  put('letters.csv', csv.replace('size', 'Gro\u0308ße').replace('shape', 'Ma\u00dfe\u0301'));
  const ran = await train('letters.csv', '--ignore', 'Größe', '--label', 'Ma\u00df\u00e9');
  expect(ran.stdout).toMatch(/left out +Größe: ignored/);
});

it('train fills gaps in if dropping rows would lose a class, and refuses to lose it', async () => {
  put(
    'rare.csv',
    `x,kind\n${Array.from({ length: 60 }, (_, n) => (n % 30 === 4 ? ',b' : `${n % 7},a`)).join('\n')}\n`,
  );
  expect((await train('rare.csv')).stdout).toMatch(/label +kind: 2 classes/);
  const ran = await train('rare.csv', '--missing', 'drop');
  expect(ran.stderr).toMatch(
    /column 'kind': one class is left, 'a': every row of the others has a missing value; --missing mean/,
  );
  expect(ran.code).toBe(3);
});

it('train names labels that are one number', async () => {
  put(
    'one.csv',
    `x,kind\n${Array.from({ length: 60 }, (_, n) => `${n % 7},${n % 2 ? '1' : '1.0'}`).join('\n')}\n`,
  );
  const ran = await train('one.csv');
  expect(ran.stderr).toMatch(/column 'kind': there is one class, '1': all texts stand for this number/);
  expect(ran.code).toBe(3);
});

it('a model of 8,000 columns is saved', async () => {
  const wide = Array.from({ length: 8000 }, (_, k) => `g${k}`).join();
  const lines = Array.from(
    { length: 20 },
    (_, n) => `${Array.from({ length: 8000 }, (_, k) => (n * 7 + k) % 10).join()},${'ab'[n % 2]}`,
  );
  put('wide8000.csv', `${wide},kind\n${lines.join('\n')}\n`);
  expect(await train('wide8000.csv')).toMatchObject({ code: 0, stderr: fewSamples(20) });
});
