import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FormatError, Network } from '../../src/index.js';
import { checkpointFile, FileError, loadFile, saveFile } from '../../src/node/index.js';
import { catchError, spec } from '../support/patient.js';

// Files are whole at any moment, and nothing else is left in their folder.

/** What the operating system answers, which differs on Windows. */
const onWindows = process.platform === 'win32';
const replacesFolder = onWindows ? 'EPERM' : 'EISDIR';
const beneathFile = onWindows ? 'ENOENT' : 'ENOTDIR';

let folder: string;
let path: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bp4-files-'));
  path = join(folder, 'run.bp4');
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const createNet = (seed: number): Promise<Network> => Network.create({ ...spec, seed });
const first = await createNet(1);
const second = await createNet(2);
const toBytes = (file: string): Uint8Array => new Uint8Array(readFileSync(file));

/** The call fails as it should; the path is named. */
async function expectFileError(call: () => unknown, file: string, code: string): Promise<void> {
  const error = await catchError(call);
  expect(error).toBeInstanceOf(FileError);
  expect(error).toMatchObject({ path: file, code });
  expect((error as Error).message).toMatch(`${file}: could not be `);
}

describe('a file', () => {
  it('saveFile writes what save returns, and loadFile loads the same network', async () => {
    await saveFile(first, path);
    expect(toBytes(path)).toEqual(first.save());
    const net = await loadFile(path, { engine: 'reference' });
    expect(net.engine).toBe('reference');
    expect(net.toJSON()).toEqual(first.toJSON());
  });

  it('saveFile replaces another file and leaves nothing else', async () => {
    await saveFile(first, path);
    await saveFile(second, path);
    expect(toBytes(path)).toEqual(second.save());
    expect(readdirSync(folder)).toEqual(['run.bp4']);
  });

  it('a file holds the last of many writes, and is whole at any moment between', async () => {
    const { write } = checkpointFile(path);
    const files = await Promise.all(
      Array.from({ length: 30 }, (_, i) => createNet(i).then((net) => net.save())),
    );
    await write(files[0]!);
    const state = { writing: true };
    const writes = Promise.all(files.map((bytes) => write(bytes))).finally(() => (state.writing = false));
    while (state.writing) {
      expect(files).toContainEqual(toBytes(path));
      await new Promise(setImmediate);
    }
    await writes;
    expect(toBytes(path)).toEqual(files.at(-1));
    expect(readdirSync(folder)).toEqual(['run.bp4']);
  });

  it('a file holds the later of two writes, even when the earlier takes far longer', async () => {
    const { write } = checkpointFile(path);
    const earlier = write(new Uint8Array(2 ** 25));
    const later = saveFile(first, path); // from elsewhere in the program
    await Promise.all([earlier, later]);
    expect(toBytes(path)).toEqual(first.save());
  });

  it('a file holds the network as it was at the call', async () => {
    const net = await createNet(3);
    const expected = net.save();
    const saving = saveFile(net, path);
    net.dispose();
    await saving;
    expect(toBytes(path)).toEqual(expected);
  });

  it.skipIf(onWindows)('a file keeps its permissions', async () => {
    await saveFile(first, path);
    for (const mode of [0o600, 0o666]) {
      chmodSync(path, mode);
      await saveFile(second, path);
      expect(statSync(path).mode & 0o777).toBe(mode);
    }
  });

  it.skipIf(onWindows)('saveFile replaces the file that a link leads to, and keeps the link', async () => {
    mkdirSync(join(folder, 'disk'));
    const real = join(folder, 'disk', 'real.bp4');
    await saveFile(first, real);
    symlinkSync(real, path);
    await saveFile(second, path);
    expect(readlinkSync(path)).toBe(real);
    expect(toBytes(real)).toEqual(second.save());
    expect(readdirSync(join(folder, 'disk'))).toEqual(['real.bp4']);
  });
});

describe('a host that refuses to flush files', () => {
  const fail = (code: string) => (): Promise<never> =>
    Promise.reject(Object.assign(new Error('no'), { code }));

  /** The methods of open files, which fs does not export. */
  async function openPrototype(): Promise<Pick<FileHandle, 'sync' | 'chmod'>> {
    const file = await open(folder);
    await file.close();
    return Object.getPrototypeOf(file) as FileHandle;
  }

  it.each(['ERR_ACCESS_DENIED', 'EINVAL'])('saveFile goes on without fsync and fchmod: %s', async (code) => {
    writeFileSync(path, 'old', { mode: 0o600 });
    const methods = await openPrototype();
    const calls = [vi.spyOn(methods, 'sync'), vi.spyOn(methods, 'chmod')];
    for (const call of calls) call.mockImplementation(fail(code));
    await saveFile(first, path);
    for (const call of calls) expect(call).toHaveBeenCalled();
    expect(toBytes(path)).toEqual(first.save());
    if (!onWindows) expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(readdirSync(folder)).toEqual(['run.bp4']);
  });

  it.skipIf(onWindows)('saveFile succeeds although the folder cannot be flushed', async () => {
    const methods = await openPrototype();
    const sync = vi.spyOn(methods, 'sync').mockResolvedValueOnce(undefined).mockImplementation(fail('EIO'));
    await saveFile(first, path);
    expect(sync).toHaveBeenCalledTimes(2);
    expect(toBytes(path)).toEqual(first.save());
  });

  it('saveFile fails if the disk fails to take the file, and the old one remains', async () => {
    await saveFile(first, path);
    vi.spyOn(await openPrototype(), 'sync').mockImplementation(fail('EIO'));
    await expectFileError(() => saveFile(second, path), path, 'EIO');
    expect(toBytes(path)).toEqual(first.save());
    expect(readdirSync(folder)).toEqual(['run.bp4']);
  });
});

describe('a file that a killed process left', () => {
  const temporary = (pid: number, of = 'run.bp4'): string => `.${of}.${pid}-0123456789ab.tmp`;
  const gone = spawnSync(process.execPath, ['--version']).pid;
  const put = (name: string): string => {
    writeFileSync(join(folder, name), 'x');
    return name;
  };

  it.each([
    ['saveFile', (file: string) => saveFile(first, file)],
    ['a checkpoint', (file: string) => checkpointFile(file).write(first.save())],
  ])('%s removes the files that a killed process left, and nothing else', async (_, write) => {
    put(temporary(gone));
    const others = [
      put(temporary(process.ppid)),
      put(temporary(process.pid)),
      put(temporary(gone, 'other.bp4')),
      put(`.run.bp4.${gone}.tmp`),
      put(`.run.bp4.${gone}-0123456789ab.tmp.bak`),
      put('.run.bp4'),
    ];
    await write(path);
    expect(readdirSync(folder).sort()).toEqual([...others, 'run.bp4'].sort());
  });

  it('recognizes by its age a file that a killed process with the same number left', async () => {
    const name = put(temporary(process.pid));
    utimesSync(join(folder, name), 1e9, 1e9);
    await saveFile(first, path);
    expect(readdirSync(folder)).toEqual(['run.bp4']);
  });

  it('writes a file even when one that a killed process left cannot be removed', async () => {
    mkdirSync(join(folder, temporary(gone)));
    await saveFile(first, path);
    expect(toBytes(path)).toEqual(first.save());
  });
});

describe('saveFile', () => {
  it('saveFile rejects a path whose folder is missing', async () => {
    const nowhere = join(folder, 'none', 'run.bp4');
    await expectFileError(() => saveFile(first, nowhere), nowhere, 'ENOENT');
    await expectFileError(() => checkpointFile(nowhere).write(first.save()), nowhere, 'ENOENT');
  });

  it('saveFile rejects a path beneath a file', async () => {
    await saveFile(first, path);
    const beneath = join(path, 'run.bp4');
    await expectFileError(() => saveFile(second, beneath), beneath, beneathFile);
  });

  it('saveFile rejects a folder and leaves no temporary file', async () => {
    mkdirSync(path);
    await expectFileError(() => saveFile(first, path), path, replacesFolder);
    expect(readdirSync(folder)).toEqual(['run.bp4']);
  });

  it('saveFile writes again after a failure', async () => {
    mkdirSync(path);
    const { write } = checkpointFile(path);
    const failing = write(first.save());
    const next = write(second.save());
    await expectFileError(() => failing, path, replacesFolder);
    await expectFileError(() => next, path, replacesFolder);
    rmSync(path, { recursive: true });
    await write(second.save());
    expect(toBytes(path)).toEqual(second.save());
  });

  /** Saves a larger network over the file, where no file may grow beyond 8 kB (16 blocks): as on a disk that is full. */
  const program = `
    const { Network } = await import('${new URL('../../dist/chunks/index.js', import.meta.url).href}');
    const { saveFile } = await import('${new URL('../../dist/node/index.js', import.meta.url).href}');
    const net = await Network.create({ inputs: 100, layers: [{ units: 100, activation: 'tanh' }] });
    const error = await saveFile(net, process.argv[1]).catch((error) => error);
    console.log(JSON.stringify({ name: error.name, code: error.code, message: error.message }));`;

  it.skipIf(onWindows)('saveFile keeps the old file alone when the disk is full', async () => {
    await saveFile(first, path);
    const limited = `ulimit -f 16; trap '' XFSZ; exec "$0" --input-type=module --eval "$1" "$2"`;
    const args = ['-c', limited, process.execPath, program, path];
    const error = JSON.parse(execFileSync('sh', args, { encoding: 'utf8' })) as FileError;
    expect(error).toMatchObject({ name: 'FileError', code: 'EFBIG' });
    expect(error.message).toMatch(`${path}: could not be written: EFBIG`);
    expect(toBytes(path)).toEqual(first.save());
    expect(readdirSync(folder)).toEqual(['run.bp4']);
  });
});

describe('loadFile', () => {
  it('loadFile rejects a file that does not exist', async () => {
    await expectFileError(() => loadFile(path), path, 'ENOENT');
  });

  it('loadFile rejects a folder', async () => {
    await expectFileError(() => loadFile(folder), folder, 'EISDIR');
  });

  it('loadFile rejects a file that is not a network', async () => {
    writeFileSync(path, 'not a network');
    const error = await catchError(() => loadFile(path));
    expect(error).toBeInstanceOf(FormatError);
    expect((error as Error).message).toMatch(`${path}: expected a network from save: length of the header`);
  });

  it('loadFile rejects an unknown option', async () => {
    await saveFile(first, path);
    const error = await catchError(() => loadFile(path, { seed: 1 } as object));
    expect(error).toBeInstanceOf(TypeError);
  });
});
