import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  linkSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bin, bp4, listEvents, irisCSV, type Ran } from '../support/cli.js';

// Files that mean ill, and slips of who types: nothing is lost, and nothing reaches the terminal as a command to it.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-hostile-'));
const at = (name: string): string => join(cwd, name);
const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd });
const quick = ['--epochs', '1', '--hidden', '2'];

/** What a terminal would obey: all control characters but the end of a line. */
const obeyed = new RegExp(String.raw`[\0-\u0009\u000B-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]`);

const clear = '\u001B[2J';
const rows = Array.from(
  { length: 30 },
  (_, n) => `${Math.sin(n)},"${n % 2 ? `\u009B31mred${clear}` : 'x,""y""\nz'}"`,
);
const hostile = `"a${clear}\nb",--help\n${rows.join('\n')}\n`;

beforeAll(async () => {
  writeFileSync(at('hostile.csv'), hostile);
  writeFileSync(at('iris.csv'), irisCSV());
  expect((await run('train', 'iris.csv', ...quick)).code).toBe(0);
});
afterAll(() => {
  rmSync(cwd, { recursive: true });
});

describe('the terminal', () => {
  it('prints no escape sequences of columns and classes to the terminal', async () => {
    const trained = await run('train', 'hostile.csv', ...quick);
    expect(trained.code).toBe(0);
    expect(trained.stderr).not.toMatch(obeyed);
    expect(trained.stdout).toContain('\\x1b[2J');
    expect(trained.stdout).not.toMatch(obeyed);
    for (const command of ['inspect', 'evaluate', 'diagnose']) {
      const ran = await run(command, 'hostile.bp4', ...(command === 'inspect' ? [] : ['hostile.csv']));
      expect({ command, code: ran.code }).toEqual({ command, code: 0 });
      expect(ran.stdout + ran.stderr).not.toMatch(obeyed);
    }
  });

  it('prints an error to the terminal in one line without its escape sequences', async () => {
    for (const args of [
      ['train', `no${clear}.csv`],
      [`tra\nin${clear}`],
      ['train', 'hostile.csv', '--label', `c${clear}`],
    ]) {
      const { code, stderr } = await run(...args);
      expect(code).toBeGreaterThan(1);
      expect(stderr.trimEnd()).not.toMatch(/\n/);
      expect(stderr).not.toMatch(obeyed);
    }
  });

  it('escapes classes for the terminal only: files and other programs get them unchanged', async () => {
    const predicted = await run('predict', 'hostile.bp4', 'hostile.csv', '--json');
    const answers = predicted.stdout.trim().split('\n');
    expect(
      new Set(answers.flatMap((line) => Object.keys((JSON.parse(line) as { outputs: object }).outputs))),
    ).toEqual(new Set([`\u009B31mred${clear}`, 'x,"y"\nz']));
    expect(listEvents(await run('inspect', 'hostile.bp4', '--json'))).not.toEqual([]);
  });
});

describe('a file that is read', () => {
  const commands = [
    ['train', 'iris.csv', ...quick, '--report', 'iris.csv'],
    ['train', 'iris.csv', ...quick, '--report', './iris.bp4'],
    ['train', 'iris.csv', ...quick, '--out', 'new.bp4', '--report', 'new.bp4'],
    ['train', '--resume', 'iris.bp4', '--epochs', '2', '--report', 'iris.bp4'],
    ['evaluate', 'iris.bp4', 'iris.csv', '--report', 'iris.csv'],
    ['diagnose', 'iris.bp4', 'iris.csv', '--report', 'iris.bp4'],
    ['predict', 'iris.bp4', 'iris.csv', '--out', 'iris.csv'],
    ['predict', 'iris.bp4', 'iris.csv', '--out', 'iris.bp4'],
    ['export', 'iris.bp4', 'iris.bp4'],
    ['export', 'iris.bp4', '--to', 'bp4'],
  ];

  it.each(commands.map((args) => [args.join(' '), args] as const))(
    'does not overwrite a file that is read: %s',
    async (_, args) => {
      const before = ['iris.csv', 'iris.bp4'].map((name) => readFileSync(at(name)));
      const { code, stderr } = await run(...args);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('overwrite') as string });
      expect(['iris.csv', 'iris.bp4'].map((name) => readFileSync(at(name)))).toEqual(before);
    },
  );

  it('does not overwrite a file that is read when the output is a link to it', async () => {
    symlinkSync('iris.csv', at('link.csv'));
    linkSync(at('iris.csv'), at('hard.csv'));
    for (const out of ['link.csv', 'hard.csv']) {
      expect((await run('predict', 'iris.bp4', 'iris.csv', '--out', out)).code).toBe(2);
    }
    expect(readFileSync(at('iris.csv'), 'utf8')).toBe(irisCSV());
  });
});

describe('a file that is written', () => {
  it('writes where a link leads and leaves the link in place', async () => {
    writeFileSync(at('answers.csv'), '');
    symlinkSync('answers.csv', at('to-answers.csv'));
    expect((await run('predict', 'iris.bp4', 'iris.csv', '--out', 'to-answers.csv')).code).toBe(0);
    expect(lstatSync(at('to-answers.csv')).isSymbolicLink()).toBe(true);
    expect(readFileSync(at('answers.csv'), 'utf8')).toMatch(/^class,/);
  });

  // on Windows, kill ends a process without a signal that it could handle
  it.skipIf(process.platform === 'win32')('removes a half-written file when the run is stopped', async () => {
    const [head, ...flowers] = irisCSV().trim().split('\n');
    writeFileSync(at('many.csv'), [head, ...Array.from({ length: 4000 }, () => flowers).flat()].join('\n'));
    const child = spawn(process.execPath, [bin, 'predict', 'iris.bp4', 'many.csv', '--out', 'half.csv'], {
      cwd,
    });
    const ended = once(child, 'close');
    const halves = (): string[] => readdirSync(cwd).filter((name) => name.includes('half.csv'));
    while (halves().length === 0 && child.exitCode === null) await setTimeout(5);
    child.kill('SIGINT');
    expect(await ended).toEqual([130, null]);
    expect(halves()).toEqual([]);
  });
});
