import { execFileSync, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Network } from '../../src/index.js';
import { bin, bp4, bp4Process, listEvents } from '../support/cli.js';

// What the host does to the command line: full disks, refused calls, and files of other kinds than their names say.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-faults-'));
const short = ['--epochs', '3', '--seed', '1'];

/** Two numbers, and labels that a spreadsheet would run, or a terminal obey. */
const rows = Array.from({ length: 60 }, (_, n) => {
  const label = ['=1+1', '-1.5', '\u009B31m\u202Ered'][n % 3]!;
  return `${n % 3},${(n % 7) / 7},${label}`;
});
const csv = `a,b,kind\n${rows.join('\n')}\n`;

beforeAll(async () => {
  writeFileSync(join(cwd, 'data.csv'), csv);
  const ran = await bp4(['train', 'data.csv', ...short, '--out', 'model.bp4'], { cwd });
  expect(ran.code).toBe(0);
});
afterAll(() => rmSync(cwd, { recursive: true }));

const onLinux = describe.skipIf(process.platform !== 'linux');

/** Runs `bp4` in a process of its own, whose stdout is a file. */
function runInto(stdout: string, args: readonly string[]): { code: number | null; stderr: string } {
  const { status, stderr } = spawnSync(process.execPath, [bin, ...args], {
    cwd,
    stdio: ['ignore', openSync(stdout, 'w'), 'pipe'],
    encoding: 'utf8',
  });
  return { code: status, stderr: withoutWarnings(stderr) };
}

/** The data of these tests deserve warnings, which others test. */
const withoutWarnings = (stderr: string): string => stderr.replace(/^bp4: warning: .*\n/gm, '');

const readWeights = async (path: string): Promise<unknown> =>
  (await Network.load(readFileSync(join(cwd, path)))).layers;

onLinux('stdout on a full disk', () => {
  const full = { code: 3, stderr: 'bp4: stdout: no space left on the disk\n' };

  it.each([[[]], [['--json']]])('a training goes on and is saved, with options %j', async (options) => {
    const args = ['train', 'data.csv', ...short, '--out', 'full.bp4', ...options];
    expect(runInto('/dev/full', args)).toEqual(full);
    expect(await readWeights('full.bp4')).toEqual(await readWeights('model.bp4'));
    rmSync(join(cwd, 'full.bp4'));
  });

  it.each([
    ['predict', 'model.bp4', 'data.csv'],
    ['predict', 'model.bp4', 'data.csv', '--json'],
    ['inspect', 'model.bp4'],
  ])('bp4 %s says it once', (...args) => {
    expect(runInto('/dev/full', args)).toEqual(full);
  });
});

describe('the permission model of Node', () => {
  const flag =
    Number(process.versions.node.split('.')[0]) >= 24 ? '--permission' : '--experimental-permission';
  const permission = [flag, '--allow-fs-read=*', '--allow-fs-write=*', '--no-warnings'];

  it('lets a training, its predictions and an export be saved', async () => {
    for (const args of [
      ['train', 'data.csv', ...short, '--out', 'permitted.bp4', '--checkpoint', 'run.bp4', '--threads', '1'],
      ['predict', 'permitted.bp4', 'data.csv', '--out', 'permitted.csv'],
      ['export', 'permitted.bp4', 'permitted.onnx'],
    ]) {
      const { status, stderr } = spawnSync(process.execPath, [...permission, bin, ...args], {
        cwd,
        encoding: 'utf8',
      });
      expect({ status, stderr: withoutWarnings(stderr) }).toEqual({ status: 0, stderr: '' });
    }
    expect(await readWeights('permitted.bp4')).toEqual(await readWeights('model.bp4'));
    expect(statSync(join(cwd, 'permitted.onnx')).size).toBeGreaterThan(100);
  });
});

it('an export succeeds although the size of its file cannot be found out', async () => {
  const hook = join(cwd, 'no-stat.mjs');
  writeFileSync(
    hook,
    `import fs from 'node:fs/promises';
     import { syncBuiltinESMExports } from 'node:module';
     const { stat } = fs;
     fs.stat = (path, ...rest) =>
       String(path).endsWith('.onnx') ? Promise.reject(Object.assign(new Error('no'), { code: 'EIO', syscall: 'stat' })) : stat(path, ...rest);
     syncBuiltinESMExports();`,
  );
  const env = { NODE_OPTIONS: `--import=${pathToFileURL(hook).href}` };
  const ran = await bp4Process(['export', 'model.bp4', 'unknown.onnx', '--json'], { cwd, env });
  expect(ran).toMatchObject({ code: 0, stderr: '' });
  expect(listEvents(ran)[0]).toMatchObject({ event: 'exported', files: ['unknown.onnx'], bytes: [null] });
  expect(existsSync(join(cwd, 'unknown.onnx'))).toBe(true);
});

onLinux('a file that a training is to write', () => {
  beforeAll(() => {
    execFileSync('mkfifo', [join(cwd, 'pipe.bp4')]);
    execFileSync('ln', ['-s', '/dev/zero', join(cwd, 'zero.bp4')]);
    writeFileSync(join(cwd, 'large.bp4'), new Uint8Array(4).fill(255)); // it claims a header of 4 GiB
    truncateSync(join(cwd, 'large.bp4'), 2 ** 36);
    writeFileSync(join(cwd, 'cut.bp4'), readFileSync(join(cwd, 'model.bp4')).subarray(0, -1));
  });

  it.each(
    ['pipe.bp4', 'zero.bp4', 'large.bp4', 'cut.bp4'].flatMap((path) => [
      ['--out', path],
      ['--checkpoint', path],
    ]),
  )('%s %s is refused by its beginning', async (flag, path) => {
    const { code, stderr } = await bp4(['train', 'data.csv', ...short, flag, path], { cwd });
    const problem = `bp4: ${path}: it exists and isn't a bp4 model; choose another ${flag}\n`;
    expect({ code, stderr }).toEqual({ code: 2, stderr: problem });
  });
});

describe('predict --out', () => {
  it.skipIf(process.platform === 'win32')(
    'keeps the permissions of the file, and leaves no other',
    async () => {
      const path = join(cwd, 'answers.csv');
      writeFileSync(path, 'old', { mode: 0o600 });
      const ran = await bp4(['predict', 'model.bp4', 'data.csv', '--out', 'answers.csv'], { cwd });
      expect(ran).toMatchObject({ code: 0, stderr: '' });
      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(62);
      expect(readdirSync(cwd).filter((name) => name.includes('.tmp'))).toEqual([]);
    },
  );

  it('leaves the old file and no temporary one if a row is refused', async () => {
    writeFileSync(join(cwd, 'bad.csv'), `${csv}1,x,-1.5\n`);
    writeFileSync(join(cwd, 'kept.csv'), 'old');
    const ran = await bp4(['predict', 'model.bp4', 'bad.csv', '--out', 'kept.csv'], { cwd });
    expect(ran.code).toBe(3);
    expect(readFileSync(join(cwd, 'kept.csv'), 'utf8')).toBe('old');
    expect(readdirSync(cwd).filter((name) => name.includes('.tmp'))).toEqual([]);
  });
});

it('predictions hold no formulas for spreadsheets, and numbers stay as they are', async () => {
  const { stdout } = await bp4(['predict', 'model.bp4', 'data.csv'], { cwd });
  const [head, ...lines] = stdout.trim().split('\n');
  expect(head).toContain(`"'=1+1"`);
  expect(head).toMatch(/(^|,)-1\.5(,|$)/);
  for (const line of lines) expect(line).not.toMatch(/(^|,)"?[=@]/);
});

it('--json escapes what a terminal would obey, and programs read the same', async () => {
  const { stdout } = await bp4(['predict', 'model.bp4', 'data.csv', '--json'], { cwd });
  expect(stdout).not.toMatch(/[\u0080-\u009F\u202A-\u202E]/);
  expect(stdout).toContain('\\u009b31m\\u202ered');
  const { outputs } = JSON.parse(stdout.split('\n')[0]!) as { outputs: object };
  expect(Object.keys(outputs)).toContain('\u009B31m\u202Ered');
});

it.each(['train', 'evaluate'])(
  'bp4 %s refuses a file that unpacks to more than 1 GiB, before it unpacks it',
  async (command) => {
    const bomb = gzipSync(randomBytes(1_100_000)); // a smaller file can't unpack to so much
    bomb.writeUInt32LE(2 ** 30 + 1, bomb.length - 4);
    writeFileSync(join(cwd, 'bomb.csv.gz'), bomb);
    const args = command === 'train' ? ['bomb.csv.gz'] : ['model.bp4', 'bomb.csv.gz'];
    const { code, stderr } = await bp4([command, ...args], { cwd });
    const problem = 'bp4: bomb.csv.gz: it unpacks to more than 1 GiB; unpack it beforehand, with gunzip\n';
    expect({ code, stderr }).toEqual({ code: 3, stderr: problem });
  },
);

it.each([
  ['an input', csv.replace('0,0,', '0.5,0,'), 'inputs'],
  ['a label', csv.replace('=1+1', '-1.5'), 'labels or targets'],
  [
    'the order of its rows',
    `a,b,kind\n${[...rows].reverse().join('\n')}\n`,
    'inputs and the labels or targets',
  ],
])('--resume of an unfinished run refuses a file of which %s has changed', async (_, text, what) => {
  writeFileSync(join(cwd, 'other.csv'), text);
  const checkpoint = ['--checkpoint', 'part.bp4', '--checkpoint-every', '1'];
  await bp4(['train', 'data.csv', ...short, ...checkpoint], { cwd });
  const { code, stderr } = await bp4(['train', '--resume', 'part.bp4', 'other.csv', '--epochs', '9'], {
    cwd,
  });
  const problem = `bp4: other.csv: the ${what} differ from those with which the training began; give the same data\n`;
  expect({ code, stderr }).toEqual({ code: 3, stderr: problem });
});
