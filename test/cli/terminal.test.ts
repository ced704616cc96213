import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { commands } from '../../src/cli/commands/index.js';
import { findMeant } from '../../src/cli/options/other-names.js';
import { bp4, irisCSV, listEvents, readEvent, type Ran } from '../support/cli.js';

// What a command prints that isn't its result: suggestions, events of errors, and lines that fit the terminal.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-terminal-'));
const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd });

beforeAll(async () => {
  writeFileSync(join(cwd, 'iris.csv'), irisCSV());
  await run('train', 'iris.csv', '--epochs', '2', '--quiet');
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe('an unknown option', () => {
  const cases: [command: string, typed: string[], meant: string][] = [
    ['train', ['--lr', '--learning_rate', '--learningRate', '--eta', '--lr=0.1', '-lr'], '--learning-rate'],
    ['train', ['--batch-size', '--batchSize', '--mini-batch-size', '--bs'], '--batch'],
    ['train', ['--epoch', '--iterations', '--max-iter', '--max_iter', '--n-epochs'], '--epochs'],
    ['train', ['--hidden-layers', '--hidden-layer-sizes', '--units'], '--hidden'],
    ['train', ['--optim', '--solver'], '--optimizer'],
    ['train', ['--loss-function', '--criterion'], '--loss'],
    ['train', ['--output', '--model', '--save'], '--out'],
    ['train', ['--val-split', '--validation-fraction'], '--validation-split'],
    ['train', ['--test-size'], '--test-split'],
    ['train', ['--early-stopping', '--n-iter-no-change', '--patiense'], '--patience'],
    ['train', ['--weight-decay', '--wd'], '--l2'],
    ['train', ['--random-state'], '--seed'],
    ['train', ['--sep'], '--delimiter'],
    ['train', ['--class-weight'], '--class-weights'],
    ['export', ['--format'], '--to'],
    ['predict', ['--format'], '--json'],
    ['predict', ['--output'], '--out'],
    ['bench', ['--device'], '--engine'],
  ];

  it.each(cases)('bp4 %s: %j suggests %s', async (command, typed, meant) => {
    for (const option of typed) {
      const { code, stdout, stderr } = await run(command, option, '1');
      const name = option.split('=')[0]!;
      expect({ code, stdout, stderr }).toEqual({
        code: 2,
        stdout: '',
        stderr: `bp4: ${name}: unknown option; did you mean ${meant}?\n`,
      });
    }
  });

  it.each([
    ['predict', '--model', '<model> [data...]'],
    ['predict', '--input', '<model> [data...]'],
    ['evaluate', '--data', '<model> <data>'],
    ['export', '--out', '<model> [out]'],
    ['train', '--file', '<data>'],
  ])('bp4 %s %s: says that the file is written without an option', async (command, option, operands) => {
    const { stderr } = await run(command, option, 'x');
    expect(stderr).toBe(
      `bp4: ${option}: unknown option; write the file without an option: bp4 ${command} [options] ${operands}\n`,
    );
  });

  it('refers to help where nothing similar is known', async () => {
    expect((await run('train', '--foo', '1')).stderr).toBe(
      'bp4: --foo: unknown option; see bp4 train --help\n',
    );
  });

  it('no command suggests an option that it lacks', async () => {
    for (const { load } of commands) {
      const { groups, operands } = await load();
      const options = groups.flatMap((group) => group.options.map((option) => option.name()));
      const known = { options, operands: operands.map((operand) => operand.replace(/\W/g, '')) };
      for (const [, typed] of cases) {
        for (const name of typed) {
          const meant = findMeant(name, known);
          if (meant && 'option' in meant) expect(options).toContain(meant.option);
        }
      }
    }
  });
});

it.each([
  ['fit', 'train'],
  ['eval', 'evaluate'],
  ['convert', 'export'],
  ['info', 'inspect'],
])('the command %s suggests %s', async (typed, meant) => {
  expect((await run(typed)).stderr).toBe(`bp4: unknown command '${typed}'; did you mean '${meant}'?\n`);
});

describe('with --json, an error is the last event', () => {
  it.each<[string[], Record<string, unknown>]>([
    [
      ['train', 'iris.csv', '--lr', '1'],
      { place: '--lr', problem: 'unknown option', cure: 'did you mean --learning-rate?', exitCode: 2 },
    ],
    [['train', 'nowhere.csv'], { place: 'nowhere.csv', problem: 'no such file', exitCode: 3 }],
    [['predict', 'nowhere.bp4', 'iris.csv'], { place: 'nowhere.bp4', problem: 'no such file', exitCode: 3 }],
    [
      ['tran', 'iris.csv'],
      { place: '', problem: "unknown command 'tran'", cure: "did you mean 'train'?", exitCode: 2 },
    ],
  ])('%j', async (args, error) => {
    const ran = await run(...args, '--json');
    expect(listEvents(ran)).toEqual([{ event: 'error', ...error }]);
    expect(ran.code).toBe(error['exitCode']);
    expect(ran.stderr).toMatch(/^bp4: .*\n$/);
  });

  it('after the events before it, with the flags of its cure', async () => {
    const ran = await run('train', 'iris.csv', '--optimizer', 'sgd', '--learning-rate', '1e30', '--json');
    expect(readEvent(ran, 'error')).toMatchObject({
      problem: expect.stringMatching(/^the training diverged in epoch 1/) as unknown,
      cure: 'try a smaller --learning-rate, or --clip-norm 1',
      exitCode: 4,
    });
    expect(listEvents(ran).map(({ event }) => event)).toEqual(['data', 'network', 'error']);
  });

  it('without --json there is no event', async () => {
    expect((await run('train', 'nowhere.csv')).stdout).toBe('');
  });
});
