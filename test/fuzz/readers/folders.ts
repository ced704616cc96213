import fs from 'node:fs';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { toTFJS } from '../../../src/formats/tfjs/index.js';
import { makeFile } from '../../support/safetensors.js';
import type { Mutation } from '../mutations/mutation.js';
import type { Reader } from '../reader.js';
import { networks, used } from './network.js';
import { inModel } from './tfjs.js';

// A folder of files that name each other: nothing outside it may be read.

/** What was opened since it was last emptied. */
const opened: string[] = [];

/** Paths that lead out of a folder, or would like to. */
const paths = [
  ...[
    '../secret',
    '..',
    '.',
    '',
    '/etc/passwd',
    './weights.bin',
    'a/../weights.bin',
    'a/../../secret',
    'link',
  ],
  ...[
    '..\\secret',
    'C:\\secret',
    'file:///etc/passwd',
    'weights.bin\0',
    '%2e%2e/secret',
    '//etc/passwd',
    'model.json',
  ],
];

/** A model.json and its weights, of one file as in tfjs.ts. */
function apart(file: Uint8Array): [model: Buffer, weights: Buffer] {
  const bytes = Buffer.from(file);
  const end = bytes.length < 8 ? 8 : 8 + bytes.readUInt32LE(0);
  return [bytes.subarray(8, end), bytes.subarray(end)];
}

/** A path in place of that of the weights. */
const otherPath: Mutation = (random, file) => {
  const path = JSON.stringify(paths[random.below(paths.length)]);
  const [model, weights] = apart(file);
  return makeFile(
    model.toString().replace('"weights.bin"', () => path),
    weights,
  );
};

let folder: string | undefined;

/** Begins to watch what is opened; before that nobody may hold the functions of fs. */
function prepare(): string {
  const parent = fs.realpathSync(mkdtempSync(join(tmpdir(), 'bp4-fuzz-folder-')));
  process.on('exit', () => fs.rmSync(parent, { recursive: true, force: true }));
  writeFileSync(join(parent, 'secret'), new Uint8Array(64));
  const inner = join(parent, 'model');
  fs.mkdirSync(inner);
  fs.symlinkSync(join(parent, 'secret'), join(inner, 'link'));
  for (const name of ['readFile', 'open'] as const) {
    const original = fs.promises[name] as (...args: unknown[]) => unknown;
    Object.assign(fs.promises, {
      [name]: (path: unknown, ...rest: unknown[]) => {
        if (!/\.[jt]s$/.test(String(path))) opened.push(String(path)); // modules are loaded so too
        return original.call(fs.promises, path, ...rest);
      },
    });
  }
  syncBuiltinESMExports();
  return inner;
}

export const folderReaders: readonly Reader[] = [
  {
    name: 'loadTFJS',
    seeds: async () =>
      (await networks()).map((net) => {
        const { model, weights } = toTFJS(net);
        return makeFile(model, weights);
      }),
    share: 1 / 20, // files are written; fromTFJS, which reads them, is given all
    mutations: [...inModel, otherPath, otherPath, otherPath, otherPath],
    async read(pair) {
      folder ??= prepare();
      const { loadTFJS } = await import('../../../src/node/index.js');
      const [model, weights] = apart(pair);
      writeFileSync(join(folder, 'model.json'), model);
      writeFileSync(join(folder, 'weights.bin'), weights);
      opened.length = 0;
      try {
        return used(await loadTFJS(folder, { engine: 'reference' }));
      } finally {
        const outside = opened.find((path) => leadsOut(folder!, path));
        // eslint-disable-next-line no-unsafe-finally -- whatever came of it, this counts
        if (outside !== undefined) throw new Error(`it opened ${outside}`);
      }
    },
  },
];

function leadsOut(folder: string, path: string): boolean {
  let real = resolve(path);
  try {
    real = fs.realpathSync(path);
  } catch {
    // it is not there
  }
  return relative(folder, real).startsWith('..');
}
