import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import stringWidth from 'string-width';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Random } from '../../src/base/random.js';
import { commands } from '../../src/cli/commands/index.js';
import type { CommandDefinition } from '../../src/cli/options/command.js';
import { guessColumns } from '../../src/cli/data/guess-columns.js';
import { findMeant } from '../../src/cli/options/other-names.js';
import { chooseByNumber } from '../../src/cli/terminal/choose.js';
import { Output, writeMessage } from '../../src/cli/terminal/output.js';
import { showReading, type OnRead } from '../../src/cli/terminal/reading.js';
import { readTextInChunks } from '../../src/cli/data/read-file.js';
import { widthOf } from '../../src/cli/terminal/width.js';
import { wrapWords } from '../../src/cli/terminal/wrap.js';
import { profileTable, Table, type TableProfile } from '../../src/data/index.js';
import { everyLookTakes } from '../support/clock.js';
import { bp4, irisCSV, listEvents, readEvent, type Ran } from '../support/cli.js';

// What a command prints that isn't its result: suggestions, events of errors, and lines that fit the terminal.

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-terminal-'));
const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd });

beforeAll(async () => {
  writeFileSync(join(cwd, 'iris.csv'), irisCSV());
  await run('train', 'iris.csv', '--epochs', '2', '--quiet');
});
afterAll(() => rmSync(cwd, { recursive: true }));

describe('where the guess of the answer is in doubt', () => {
  const choices = [
    { name: 'wind', reason: 'the last column' },
    { name: 'SO2', reason: 'the first column' },
  ];

  async function choose(typed: string): Promise<{ answer: string; shown: string }> {
    const shown = new PassThrough();
    const input = Readable.from([typed]);
    const answer = await chooseByNumber(
      'which?',
      choices,
      ['SO2', 'temp', 'wind'],
      input,
      shown.setEncoding('utf8'),
    );
    return { answer, shown: shown.read() as string };
  }

  it.each([
    ['Enter', '\n', 'wind'],
    ['the end of the input', '', 'wind'],
    ['a number', '2\n', 'SO2'],
    ['the name of any column', 'temp\n', 'temp'],
    ['what comes after something unknown', '3\nyes\n2\n', 'SO2'],
  ])('%s chooses a column', async (_what, typed, answer) => {
    expect((await choose(typed)).answer).toBe(answer);
  });

  it('the list has numbers and reasons, the best guess first', async () => {
    expect((await choose('0\n\n')).shown).toBe(
      'which?\n  1  wind  the last column\n  2  SO2   the first column\n' +
        "1 to 2 or a name, Enter for 1: '0' isn't one of them; 1 to 2 or a name, Enter for 1: ",
    );
  });

  const profile = (header: string): TableProfile =>
    profileTable(
      Table.fromCSV(
        `${header}\n${Array.from({ length: 30 }, (_, n) => `${n / 7},${n * n},${(n % 9) / 2}`).join('\n')}`,
      ),
    );

  it('the answer that a person chooses is taken', async () => {
    const asked: string[][] = [];
    const second = (_: string, choices: readonly { name: string }[]): Promise<string> => {
      asked.push(choices.map(({ name }) => name));
      return Promise.resolve('a');
    };
    const { columns, reason } = await guessColumns('t.csv', profile('a,b,c'), {}, second);
    expect(asked).toEqual([['c', 'a', 'b']]);
    expect([columns.targets, reason]).toEqual([['a'], undefined]);
  });

  it('nobody is asked where the name decides, or the command line', async () => {
    const refuse = (): Promise<string> => Promise.reject(new Error('asked'));
    expect((await guessColumns('t.csv', profile('a,mpg,c'), {}, refuse)).columns.targets).toEqual(['mpg']);
    expect(
      (await guessColumns('t.csv', profile('a,b,c'), { targets: ['b'] }, refuse)).columns.targets,
    ).toEqual(['b']);
  });
});

describe('where texts are among the numbers of an input', () => {
  const profile = profileTable(
    Table.fromCSV(
      `size,price\n${Array.from({ length: 30 }, (_, n) => `${n === 9 ? 'big' : n * n},${n / 7}`).join('\n')}`,
    ),
  );

  it.each([
    ['missing', { inputs: ['size'], categorical: [], formats: { size: { kind: 'number', gaps: ['big'] } } }],
    ['categories', { inputs: ['size'], categorical: ['size'] }],
  ])('a person may take them as %s, and the answer stays', async (name, columns) => {
    const asked: string[] = [];
    const choose = (question: string): Promise<string> => Promise.resolve((asked.push(question), name));
    const guess = await guessColumns('t.csv', profile, {}, choose);
    expect(guess).toMatchObject({
      reason: 'recognized by its name',
      columns: { ...columns, targets: ['price'] },
    });
    expect(asked).toEqual([
      "t.csv: the numbers of column 'size' have 'big' among them; how should it be read?",
    ]);
  });

  it('a person may leave the column out, and the answer stays', async () => {
    const choose = (question: string): Promise<string> =>
      Promise.resolve(question.includes('which column') ? 'a' : 'ignore');
    // Without d, the rate would be the guess.
    const row = (n: number): string => `${n % 2},${n / 3},${n / 7},${n === 9 ? 'big' : n * n}`;
    const others = Table.fromCSV(`a,b,rate,d\n${Array.from({ length: 30 }, (_, n) => row(n)).join('\n')}`);
    const { columns } = await guessColumns('t.csv', profileTable(others), {}, choose);
    expect(columns).toMatchObject({ label: 'a', inputs: ['b', 'rate'] });
    await expect(guessColumns('t.csv', profile, {}, choose)).rejects.toThrow(
      "no column is left to predict 'price' from; 'size' is left out: ignored",
    );
  });
});

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
      'bp4: --foo: unknown option; see bp4 train --help-all\n',
    );
  });

  it('no command suggests an option that it lacks', async () => {
    const loaded = await Promise.all(commands.map(({ load }) => load()));
    const definitions = loaded.flatMap((one): readonly CommandDefinition[] =>
      'commands' in one ? one.commands : [one],
    );
    for (const { groups, operands } of definitions) {
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
  ['queue info', 'status'],
  ['queue cleer', 'clear'],
])('the command %s suggests %s', async (line, meant) => {
  const words = line.split(' ');
  const { code, stderr } = await run(...words);
  expect(stderr).toBe(`bp4: unknown command '${words.at(-1)}'; did you mean '${meant}'?\n`);
  expect(code).toBe(2);
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
        problem: 'only 12 samples, so the scores are noisy',
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

  it('--monitor takes a metric of the task', async () => {
    const ran = await run('train', 'iris.csv', '--monitor', 'rocAUC', '--epochs', '3', '--json');
    expect(ran.code).toBe(0);
    expect(readEvent(ran, 'network')).toMatchObject({
      options: { earlyStopping: { monitor: 'rocAUC', direction: 'maximize' } },
    });
    const refused = await run('train', 'iris.csv', '--monitor', 'rSquared');
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toMatch(/^bp4: --monitor: rSquared isn't a metric for classification; use loss, /);
    const alone = await run(
      ...['train', 'iris.csv', '--monitor', 'rocAUC', '--validation-split', '0'],
      '--patience',
      '2',
    );
    expect(alone.stderr).toMatch(
      /^bp4: --monitor: rocAUC is measured on validation samples, and there are none/,
    );
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

  it('characters that are measured without string-width are as wide as it says', () => {
    const characters = Array.from({ length: 0x3000 }, (_, code) => String.fromCodePoint(code));
    expect(characters.filter((one) => widthOf(one) !== stringWidth(one))).toEqual([]);
    expect(widthOf('naïve Σ → ∞')).toBe(stringWidth('naïve Σ → ∞'));
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

describe('while a large file is read', () => {
  /** Runs with a stdout that is, or isn't, a terminal of 40 columns. @returns what was written to it */
  async function written(
    isTTY: boolean,
    options: { readonly json?: boolean; readonly quiet?: boolean },
    read: (onRead: OnRead, output: Output) => unknown,
  ): Promise<string> {
    const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const set = { isTTY, columns: 40 };
    const before = Object.keys(set).map((name) => Object.getOwnPropertyDescriptor(process.stdout, name));
    for (const [name, value] of Object.entries(set))
      Object.defineProperty(process.stdout, name, { value, configurable: true, writable: true });
    try {
      const output = new Output({ json: false, quiet: false, ...options });
      await showReading(output, (onRead) => Promise.resolve(read(onRead, output)));
      return write.mock.calls.map(([text]) => text).join('');
    } finally {
      vi.restoreAllMocks();
      for (const [i, name] of Object.keys(set).entries())
        Object.defineProperty(process.stdout, name, before[i] ?? { value: undefined, configurable: true });
    }
  }
  /** @returns the characters of a file */
  const readAll = async (file: string, onRead: OnRead): Promise<number> => {
    let length = 0;
    for await (const text of readTextInChunks(join(cwd, file), undefined, onRead)) length += text.length;
    return length;
  };
  const readBig = (onRead: OnRead): Promise<number> => readAll('big.csv', onRead);
  const clear = '\r\u001B[K';

  beforeAll(() => writeFileSync(join(cwd, 'big.csv'), 'a,b\n' + '1,2\n'.repeat(2 ** 22)));

  it('a terminal shows the share in a line that is cleared', async () => {
    const text = await written(true, {}, (onRead) => readBig((_, share) => onRead('big.csv', share)));
    const frames = text.split(clear);
    expect(frames.slice(0, 4)).toEqual(['', ...[6, 12, 18].map((share) => `reading big.csv ${share}%`)]);
    expect(frames.slice(-2)).toEqual(['reading big.csv 100%', '']);
  });

  it('the line is as wide as the terminal at most, and gives way to other lines', async () => {
    const text = await written(true, {}, (onRead, output) => {
      onRead('x'.repeat(50));
      output.say('found');
      onRead('y.csv', 0.5);
      onRead('y.csv', 0.501);
    });
    expect(text).toBe(`${clear}reading ${'x'.repeat(30)}…${clear}found\n${clear}reading y.csv 50%${clear}`);
  });

  it('elsewhere there is one line, if it takes longer than two seconds', async () => {
    const take = (milliseconds: number): Promise<string> => {
      everyLookTakes(milliseconds);
      return written(false, {}, (onRead) => {
        for (const share of [0.25, 0.5, 0.75]) onRead('big.csv', share);
      });
    };
    expect(await take(600)).toBe('');
    expect(await take(1100)).toBe('reading big.csv 50%\n');
  });

  it.each([
    ['--json', { json: true }],
    ['--quiet', { quiet: true }],
  ])('%s shows nothing', async (_, options) => {
    for (const isTTY of [true, false]) {
      everyLookTakes(3000);
      expect(await written(isTTY, options, readBig)).toBe('');
    }
  });

  it('nothing is shown after it is read, when epochs read it again', async () => {
    let again: OnRead | undefined;
    const text = await written(true, {}, (onRead) => {
      again = onRead;
    });
    expect(text).toBe('');
    expect(await written(true, {}, () => again!('big.csv', 0.5))).toBe('');
  });

  it('a small file is read in silence', async () => {
    const shares: unknown[] = [];
    await readAll('iris.csv', (_, share) => shares.push(share));
    expect(shares).toEqual([]);
  });
});
