import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, it } from 'vitest';

// What importing bp4 does to its host, and what it needs from it: nothing. Each entry of dist/ is imported by a process.

const repository = fileURLToPath(new URL('../..', import.meta.url));
const { exports } = JSON.parse(readFileSync(`${repository}/package.json`, 'utf8')) as {
  exports: Record<string, Entry>;
};
type Entry = string | { readonly import?: Entry; readonly node?: Entry; readonly default: Entry };
const fileOf = (entry: Entry): string =>
  typeof entry === 'string' ? entry : fileOf(entry.import ?? entry.node ?? entry.default);
const entries = Object.values(exports).flatMap((entry) => {
  const file = fileOf(entry);
  return file.endsWith('.js') ? [file] : [];
});
const importAll = entries.map((file) => `await import(${JSON.stringify(file)});`).join('\n');

/** Runs a module in a process of its own. @returns its output as JSON */
async function run(code: string, ...flags: string[]): Promise<unknown> {
  const args = [...flags, '--input-type=module', '--eval', code];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: repository });
  return JSON.parse(stdout) as unknown;
}

const trainOne = `
  const { Network } = await import('./dist/index.js');
  const net = await Network.create({ inputs: 1, layers: [{ units: 1, activation: 'linear' }] });
  const history = await net.train({ inputs: [1], targets: [1] }, { epochs: 2, optimizer: 'adam' });
  console.log(JSON.stringify([net.engine, history.length]));`;

it('finds the entries', () => {
  expect(entries.length).toBeGreaterThan(10);
});

it('assigns to no intrinsic: all entries are imported and a network is trained where they are frozen', async () => {
  expect(await run(importAll + trainOne, '--frozen-intrinsics', '--no-warnings')).toEqual(['wasm', 2]);
});

it('needs no TextDecoder or TextEncoder to be imported and to train', async () => {
  const without = 'delete globalThis.TextDecoder; delete globalThis.TextEncoder;';
  expect(await run(without + importAll + trainOne)).toEqual(['wasm', 2]);
});

it('loads no fetch: the core and the command line start without undici', async () => {
  const list = `
    console.log(JSON.stringify(process.moduleLoadList.filter((name) => /undici/.test(name))));`;
  expect(await run(importAll + trainOne.replace(/console.*/, '') + list)).toEqual([]);
});
