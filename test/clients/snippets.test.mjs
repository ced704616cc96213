import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

// The snippets of docs/guide/models.md that open a model in another program: fenced as `js client`.

const here = fileURLToPath(new URL('.', import.meta.url));
const repository = join(here, '..', '..');
const folder = mkdtempSync(join(here, 'snippets-')); // so that its clients are found
mkdirSync(join(folder, 'node_modules'));
symlinkSync(repository, join(folder, 'node_modules', 'bp4'));
afterAll(() => rmSync(folder, { recursive: true }));

const text = readFileSync(join(repository, 'docs/guide/models.md'), 'utf8');
const snippets = Array.from(text.matchAll(/^```js client\n(.*?)^```$/gms), ([, code]) => code);

it('docs/guide/models.md opens models in onnxruntime and in TensorFlow.js', () => {
  const clients = snippets.map((code) => /from '([^']+)'/.exec(code)?.[1]);
  expect(clients).toEqual(['onnxruntime-node', '@tensorflow/tfjs']);
});

it.each(snippets)('snippet %# works', (code) => {
  const file = join(folder, 'snippet.mjs');
  writeFileSync(file, code);
  const printed = execFileSync(process.execPath, [file], { encoding: 'utf8', stdio: 'pipe' });
  expect(printed).toMatch(/Float32Array|Tensor/);
});
