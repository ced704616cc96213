import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Random } from '../../src/base/random.js';
import { commands } from '../../src/cli/commands/index.js';
import { findMeant } from '../../src/cli/options/other-names.js';
import { writeMessage } from '../../src/cli/terminal/output.js';
import { wrapWords } from '../../src/cli/terminal/wrap.js';
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
    ['predict', ['--output-file', '--save-to'], '--out'],
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
      problem: expect.stringMatching(/^training diverged in epoch 1/) as unknown,
      cure: 'try a smaller --learning-rate, or --clip-norm 1',
      exitCode: 4,
    });
    expect(listEvents(ran).map(({ event }) => event)).toEqual(['data', 'network', 'error']);
  });

  it('without --json there is no event', async () => {
    expect((await run('train', 'nowhere.csv')).stdout).toBe('');
  });
});

describe('train and evaluate warn of', () => {
  const random = Random.fromSeed(8);
  const draw = (): string => random.uniform(-1, 1).toFixed(3);
  /** A table with two inputs that say nothing, and more columns. */
  const put = (name: string, columns: string, more: (n: number) => string, count = 300): void =>
    writeFileSync(
      join(cwd, name),
      [`a,b,${columns}`, ...Array.from({ length: count }, (_, n) => `${draw()},${draw()},${more(n)}`)].join(
        '\n',
      ),
    );
  const warnings = ({ stderr }: Ran): string[] =>
    stderr.split('\n').flatMap((line) => (line.startsWith('bp4: warning: ') ? [line.slice(14)] : []));

  beforeAll(() => {
    put('uneven.csv', 'kind', (n) => (n % 100 === 0 ? 'rare' : 'common'));
    put('leak.csv', 'code,unit,kind', (n) => (n % 2 ? 'Y,cm,yes' : 'N,cm,no'));
    put('noise.csv', 'price', draw);
    put('few.csv', 'kind', (n) => (n === 5 ? 'odd' : n % 2 ? 'yes' : 'no'), 12);
  });

  it('a class of 99%, and a model that always answers it', async () => {
    const ran = await run('train', 'uneven.csv', '--epochs', '3');
    expect(ran.stdout).toContain('right (always predicting common: ');
    expect(warnings(ran)).toEqual([
      "class 'common': 99% of the samples, so always predicting it is right 99% of the time; use --class-weights balanced",
      expect.stringMatching(
        /^the model is no better than always predicting 'common', which is right .*% of the time; try --class-weights balanced$/,
      ),
    ]);
    const balanced = await run(
      'train',
      'uneven.csv',
      '--epochs',
      '3',
      '--class-weights',
      'balanced',
      '--quiet',
    );
    expect(balanced.stderr).toBe('');
    const measured = warnings(await run('evaluate', 'uneven.bp4', 'uneven.csv'));
    expect(measured).toContain(
      "class 'common': 99% of the samples, so always predicting it is right 99% of the time; compare the F1 of each class",
    );
  });

  it('a leak and a constant column', async () => {
    expect(warnings(await run('train', 'leak.csv', '--epochs', '3'))).toEqual([
      "column 'unit': the same value in every sample, so it predicts nothing; --ignore unit leaves it out",
      "column 'code': predicts the answer almost perfectly on its own; make sure you'll have it when you predict, or else it leaks the answer; " +
        '--ignore code leaves it out',
    ]);
  });

  it('a regression that is no better than the mean', async () => {
    const ran = await run('train', 'noise.csv', '--epochs', '30', '--patience', '0');
    expect(warnings(ran)).toEqual([
      expect.stringMatching(/^price: R² is -[\d.]+: worse than always predicting the mean; /),
    ]);
  });

  it('few samples and a class of one, as events with --json', async () => {
    const ran = await run('train', 'few.csv', '--epochs', '3', '--json');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    const events = listEvents(ran).filter(({ event }) => event === 'warning');
    expect(events.slice(0, 2)).toEqual([
      {
        event: 'warning',
        place: '',
        problem: 'only 12 samples, so the scores depend on chance',
        cure: 'collect more samples, or cross-validate',
      },
      {
        event: 'warning',
        place: "class 'odd'",
        problem: "a single sample, which can't be used both for training and for testing",
        cure: 'add samples, or merge rare classes',
      },
    ]);
  });

  it('a stream that is sorted by class, in text and events', async () => {
    const names = Array.from({ length: 1000 }, (_, k) => `x${k}`).join(',');
    const rows = Array.from({ length: 2400 }, (_, n) => `${`${n % 7},`.repeat(1000)}${n < 1200 ? 'a' : 'b'}`);
    writeFileSync(join(cwd, 'sorted.csv'), [names + ',kind', ...rows].join('\n'));
    const args = ['train', 'sorted.csv', '--stream', '--epochs', '1', '--hidden', '2'];
    const sorted = {
      place: "class 'a'",
      problem:
        'the file seems to be sorted: a batch holds no row of it, and training shuffles within batches only',
      cure: 'shuffle the rows of the file',
    };
    const text = await run(...args);
    expect(warnings(text)).toContain(`${sorted.place}: ${sorted.problem}; ${sorted.cure}`);
    expect(text.stderr).not.toContain('rowsPerBatch');
    const ran = await run(...args, '--json');
    expect(listEvents(ran)).toContainEqual({ event: 'warning', ...sorted });
    expect(ran.stderr).toBe('');
  });

  it('--monitor accuracy of a regression is refused', async () => {
    const ran = await run('train', 'noise.csv', '--monitor', 'accuracy');
    expect(ran).toMatchObject({ code: 2, stdout: '' });
    expect(ran.stderr).toMatch(/^bp4: --monitor/);
  });

  it('nothing in iris.csv', async () => {
    const ran = await run('train', 'iris.csv');
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toMatch(/right \(always predicting setosa: 33\.3%\)$/m);
  });
});

describe('long lines', () => {
  const header = Array.from({ length: 12 }, (_, n) => `a_column_with_a_name_${n}`).join(',');
  const rows = Array.from({ length: 60 }, (_, n) =>
    Array.from({ length: 12 }, (_, k) => (k === 11 ? ['low', 'high'][n % 2] : (n * (k + 3)) % 17)).join(','),
  );
  const path = `${'folder-'.repeat(14)}long.csv`;
  const train = (columns?: number): Promise<Ran> =>
    bp4(['train', path, '--epochs', '1', '--out', 'long.bp4'], {
      cwd,
      env: { COLUMNS: String(columns ?? '') },
    });
  /** What is printed before the first epoch. */
  const description = ({ stdout }: Ran): string => stdout.slice(0, stdout.indexOf('\n\n'));
  const words = (text: string): string[] => text.split(/\s+/);

  beforeAll(() => writeFileSync(join(cwd, path), [header, ...rows].join('\n')));

  it.each([[undefined], [50], [120]])('of train break between words: %s columns', async (columns) => {
    const wrapped = description(await train(columns));
    const lines = wrapped.split('\n');
    expect(lines.length).toBeGreaterThan(8);
    // a name that is longer than the line stays whole
    for (const line of lines.filter((each) => !each.includes(path)))
      expect(stringWidth(line)).toBeLessThanOrEqual(columns ?? 80);
    expect(words(wrapped)).toEqual(words(description(await train(10_000))));
  });

  it('continue under their text', async () => {
    const inputs = description(await train())
      .split('\n  inputs    ')[1]!
      .split('\n');
    expect(inputs[1]).toMatch(/^ {12}a_column_with_a_name_\d/);
  });

  it.each<[name: string, line: string, columns: number, indent: number, wrapped: string]>([
    ['a short line', 'one two', 80, 2, 'one two'],
    ['a line as long as the terminal', 'one two three four five', 23, 2, 'one two three four five'],
    ['a line one longer', 'one two three four five', 22, 2, 'one two three four\n  five'],
    ['a long word', `one ${'x'.repeat(30)} two`, 24, 2, `one\n  ${'x'.repeat(30)}\n  two`],
    [
      'blanks at the beginning and between',
      '  name    text of it is long',
      20,
      4,
      '  name    text of it\nis long',
    ],
    ['wide characters', '日本語 日本語 日本語 日本語', 22, 2, '日本語 日本語 日本語\n  日本語'],
    [
      'styles',
      '\u001B[1mone two three\u001B[22m four fives',
      23,
      2,
      '\u001B[1mone two three\u001B[22m four\n  fives',
    ],
    ['a narrow terminal', 'one two three four five', 3, 12, 'one two three four\nfive'],
    ['nothing', '', 80, 2, ''],
  ])('%s', (_, line, columns, indent, wrapped) => {
    expect(wrapWords(line, columns, indent)).toBe(wrapped);
  });

  it('a megabyte takes no time', () => {
    const start = performance.now();
    wrapWords(' '.repeat(500_000) + 'ab '.repeat(100_000), 80);
    expect(performance.now() - start).toBeLessThan(2000);
  });

  it('of warnings are wrapped on a terminal, and whole elsewhere', () => {
    const text = "warning: column 'unit': the same value in every sample, so it predicts nothing";
    const write = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const columns = Object.getOwnPropertyDescriptor(process.stderr, 'columns');
    try {
      writeMessage(text);
      Object.defineProperty(process.stderr, 'columns', { value: 50, configurable: true });
      writeMessage(text);
      expect(write.mock.calls.map(([written]) => written)).toEqual([
        `bp4: ${text}\n`,
        "bp4: warning: column 'unit': the same value in\n  every sample, so it predicts nothing\n",
      ]);
    } finally {
      write.mockRestore();
      Object.defineProperty(process.stderr, 'columns', columns ?? { value: undefined, configurable: true });
    }
  });
});
