import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

// The snippets of the docs that need another program, most of them to open a model in it: fenced as `js client`.
// That of SQLite needs Node 22.13, where node:sqlite needs no flag.

const here = fileURLToPath(new URL('.', import.meta.url));
const repository = join(here, '..', '..');
const folder = mkdtempSync(join(here, 'snippets-')); // so that its clients are found
mkdirSync(join(folder, 'node_modules'));
symlinkSync(repository, join(folder, 'node_modules', 'bp4'));
afterAll(() => rmSync(folder, { recursive: true }));

const snippets = ['models', 'from-tensorflow', 'data'].flatMap((page) => {
  const text = readFileSync(join(repository, `docs/guide/${page}.md`), 'utf8');
  return Array.from(text.matchAll(/^```js client\n(.*?)^```$/gms), ([, code], i) => ({
    page,
    number: i + 1,
    code,
  }));
});

it('the docs open models in onnxruntime and in TensorFlow.js, and query DuckDB and SQLite', () => {
  const clients = snippets.map(({ code }) => /from '([^']+)'/.exec(code)?.[1]);
  expect(clients).toEqual([
    'onnxruntime-node',
    ...Array.from({ length: 3 }, () => '@tensorflow/tfjs'),
    ...['@duckdb/node-api', 'node:sqlite'],
  ]);
});

const canRun = ({ code }) => !code.includes("'node:sqlite'") || process.getBuiltinModule('node:sqlite');

it.each(snippets.filter(canRun))('snippet $number of the page $page prints what it says', ({ code }) => {
  const file = join(folder, 'snippet.mjs');
  writeFileSync(file, code);
  const printed = execFileSync(process.execPath, [file], { encoding: 'utf8', stdio: 'pipe' });
  const expected = Array.from(code.matchAll(/\); \/\/ ([\d[].*)$/gm), ([, line]) => line);
  if (expected.length === 0) expect(printed).toMatch(/Float32Array|Tensor/);
  else expect(printed.trim().split('\n')).toEqual(expected);
});
