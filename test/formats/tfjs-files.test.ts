import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { toTFJS } from '../../src/formats/tfjs/index.js';
import { FormatError, Network } from '../../src/index.js';
import { FileError, loadTFJS, saveTFJS } from '../../src/node/index.js';
import { toBits } from '../support/combinations.js';
import { catchError, expectError } from '../support/patient.js';
import { networks } from '../support/portable-networks.js';

// LayersModels on disk: nothing is read from outside their folder.

let parent: string;
let folder: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'bp4-tfjs-'));
  folder = join(parent, 'model');
});

afterEach(() => {
  rmSync(parent, { recursive: true });
});

const net = await Network.create(networks['strings']!);

it('loadTFJS restores the network that saveTFJS wrote to a folder', async () => {
  await saveTFJS(net, folder);
  expect(readdirSync(folder).sort()).toEqual(['model.json', 'weights.bin']);
  for (const path of [folder, join(folder, 'model.json')]) {
    const back = await loadTFJS(path, { engine: 'reference' });
    expect(back.toJSON()).toEqual(net.toJSON());
    expect(toBits(back)).toEqual(toBits(net));
    expect(back.engine).toBe('reference');
  }
});

it('saveTFJS replaces another network', async () => {
  await saveTFJS(net, folder);
  const other = await Network.create(networks['elu']!);
  await saveTFJS(other, folder);
  expect((await loadTFJS(folder)).toJSON()).toEqual(other.toJSON());
  expect(readdirSync(folder)).toHaveLength(2);
});

it('saveTFJS rejects a folder beneath a file', async () => {
  writeFileSync(folder, '');
  const error = await catchError(() => saveTFJS(net, join(folder, 'inner')));
  expect(error).toBeInstanceOf(FileError);
  expect(error).toMatchObject({ path: join(folder, 'inner'), code: 'ENOTDIR' });
});

/** A folder whose model.json names these files; the weights lie at `weights` and, as bait, outside. */
function findFolder(paths: readonly unknown[], weightsAt?: string): void {
  const { model, weights } = toTFJS(net);
  mkdirSync(folder);
  mkdirSync(join(folder, 'shards'));
  const manifest = [{ ...model.weightsManifest[0], paths }];
  writeFileSync(join(folder, 'model.json'), JSON.stringify({ ...model, weightsManifest: manifest }));
  writeFileSync(join(parent, 'outside.bin'), weights);
  if (weightsAt !== undefined) writeFileSync(join(folder, weightsAt), weights);
}

describe('paths of a manifest', () => {
  it.each(['w.bin', './w.bin', 'shards/w.bin', 'shards/./w.bin', '..w.bin', '__proto__'])(
    'loadTFJS reads the path of a manifest: %s',
    async (path) => {
      findFolder([path], path);
      expect((await loadTFJS(folder)).toJSON()).toEqual(net.toJSON());
    },
  );

  it('loadTFJS reads paths that are links within the folder', async () => {
    findFolder(['link.bin'], 'w.bin');
    symlinkSync('w.bin', join(folder, 'link.bin'));
    expect((await loadTFJS(folder)).toJSON()).toEqual(net.toJSON());
  });

  it('loadTFJS resolves paths beside model.json when the folder itself is a link', async () => {
    findFolder(['w.bin'], 'w.bin');
    symlinkSync('model', join(parent, 'link'));
    expect((await loadTFJS(join(parent, 'link'))).toJSON()).toEqual(net.toJSON());
  });

  const expectRefused = async (path: string, message: RegExp): Promise<void> => {
    await expectError(() => loadTFJS(folder), [FormatError, message]);
    const { message: text } = (await catchError(() => loadTFJS(folder))) as Error;
    expect(text).toContain(join(folder, 'model.json'));
    expect(text).toContain(path);
  };

  it.each([
    '../outside.bin',
    'shards/../../outside.bin',
    'shards/../w.bin',
    '..',
    '',
    '..\\outside.bin',
    'C:outside.bin',
    'file:///etc/passwd',
    'https://example.org/w.bin',
    'w.bin\0',
  ])('loadTFJS rejects a path outside the folder: %j', async (path) => {
    findFolder([path], 'w.bin');
    await expectRefused('', /: weightsManifest: path '.*': expected a file in the folder$/s);
  });

  it('loadTFJS rejects absolute paths', async () => {
    findFolder([join(parent, 'outside.bin')]);
    await expectRefused('outside.bin', /expected a file in the folder$/);
  });

  it.each(['file', 'folder'])('loadTFJS rejects links to a %s outside the folder', async (kind) => {
    findFolder(['link.bin']);
    symlinkSync(kind === 'file' ? '../outside.bin' : '..', join(folder, 'link.bin'));
    await expectRefused('link.bin', /a link leads out of the folder$/);
  });

  it('loadTFJS rejects paths when a folder on their way leads outside', async () => {
    findFolder(['up/outside.bin']);
    symlinkSync('..', join(folder, 'up'));
    await expectRefused('up/outside.bin', /a link leads out of the folder$/);
  });

  it.skipIf(process.platform === 'win32')('loadTFJS rejects paths that are not files', async () => {
    findFolder(['pipe']);
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    await expectRefused('pipe', /expected a file$/);
    rmSync(join(folder, 'pipe'));
    mkdirSync(join(folder, 'pipe'));
    await expectRefused('pipe', /expected a file$/);
  });

  it('loadTFJS rejects paths that are not strings', async () => {
    findFolder([5]);
    await expectRefused('paths[0]', /expected a string, got 5$/);
  });
});

describe('loadTFJS', () => {
  it('loadTFJS rejects a folder without model.json', async () => {
    expect(await catchError(() => loadTFJS(folder))).toMatchObject({
      name: 'FileError',
      path: folder,
      code: 'ENOENT',
    });
    mkdirSync(folder);
    const path = join(folder, 'model.json');
    expect(await catchError(() => loadTFJS(folder))).toMatchObject({
      name: 'FileError',
      path,
      code: 'ENOENT',
    });
  });

  it('loadTFJS rejects a model whose weights are missing', async () => {
    findFolder(['w.bin']);
    const path = join(folder, 'w.bin');
    expect(await catchError(() => loadTFJS(folder))).toMatchObject({
      name: 'FileError',
      path,
      code: 'ENOENT',
    });
  });

  it.each([
    ['no JSON', '{', /model.json: /],
    ['nothing', 'null', /model.json: model: expected an object, got null/],
    ['deep', '['.repeat(100), /nested deeper/],
    ['a name twice', '{"a":1,"a":2}', /duplicate name/],
    ['long', ' '.repeat(2 ** 22 + 1), /expected at most 4194304 bytes of JSON/],
  ])('loadTFJS rejects a model.json that holds %s', async (_, text, message) => {
    mkdirSync(folder);
    writeFileSync(join(folder, 'model.json'), text);
    await expectError(() => loadTFJS(folder), [FormatError, message]);
  });

  it('loadTFJS rejects truncated weights', async () => {
    await saveTFJS(net, folder);
    const path = join(folder, 'weights.bin');
    writeFileSync(path, readFileSync(path).subarray(0, -1));
    await expectError(
      () => loadTFJS(folder),
      [FormatError, /model.json: weight 'dense_2\/bias': .* but there are/],
    );
  });
});
