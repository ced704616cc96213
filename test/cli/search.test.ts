import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bp4, bp4Process, irisCSV, listEvents, readEvent, type Ran } from '../support/cli.js';

const cwd = mkdtempSync(join(tmpdir(), 'bp4-cli-search-'));
afterAll(() => rmSync(cwd, { recursive: true }));
beforeAll(() => writeFileSync(join(cwd, 'iris.csv'), irisCSV()));
const run = (...args: string[]): Promise<Ran> => bp4(args, { cwd });

/** Few trials, each of few epochs. */
const quick = ['iris.csv', '--folds', '2', '--epochs', '3', '--trials', '4'];
const readLines = (name: string): string[] => readFileSync(join(cwd, name), 'utf8').trimEnd().split('\n');

describe('bp4 search', () => {
  it('says what it searches, prints each trial, tests, and saves an ensemble that predict opens', async () => {
    const { code, stdout, stderr } = await run('search', ...quick, '--out', 'a.bp4', '--workers', '1');
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/label +species: 3 classes/);
    expect(stdout).toMatch(/120 training samples, 30 test; each trial trains on 2 folds/);
    expect(stdout).toMatch(
      /learning-rate +0\.0005 to 0\.05, logarithmic +\(--learning-rate VALUE fixes it\)/,
    );
    expect(stdout.match(/^trial \d .*$/gm)).toHaveLength(4);
    expect(stdout).toMatch(/^trial 0 +[\d.]+ +best +learning-rate/m);
    expect(stdout).toMatch(/Best {2}trial \d: logLoss [\d.]+, the mean of 2 folds\n/);
    expect(stdout).toMatch(
      /Ensemble {2}\d+ networks from \d trials: .*\n {2}logLoss on all held-out samples: [\d.]+ \(trial \d alone: [\d.]+\)\n/,
    );
    expect(stdout).toMatch(/Test {2}accuracy .*30/);
    expect(stdout).toMatch(/Saved a\.bp4, .* kB/);
    const predicted = await run('predict', 'a.bp4', 'iris.csv');
    expect(predicted.stdout.split('\n')).toHaveLength(152);
    expect((await run('export', 'a.bp4', '--card', 'a.md')).code).toBe(0);
    const card = readLines('a.md');
    expect(card).toContain('- The best of 4 trials');
    expect(card.find((line) => line.includes('Command'))).toMatch(
      /`npx bp4 search iris\.csv --.*--trials 4`/,
    );
    expect(card).toContain('| accuracy of always predicting `setosa` | 33.3% |');
  });

  it('finds the same trials, weights and test figures on one thread and on two', async () => {
    const search = async (workers: string): Promise<unknown> => {
      const ran = await run(
        'search',
        ...quick,
        '--workers',
        workers,
        '--study',
        `w${workers}.jsonl`,
        '--json',
      );
      const trials = listEvents(ran)
        .filter(({ event }) => event === 'trial')
        .map(({ number, score, values }) => ({ number, score, values }));
      const { weights } = readEvent(ran, 'saved');
      return { trials, weights, test: readEvent(ran, 'test') };
    };
    expect(await search('2')).toEqual(await search('1'));
  });

  it('sets the same samples aside for the test as bp4 train', async () => {
    const count = (ran: Ran): unknown => {
      const { confusion } = readEvent(ran, 'test') as { confusion: number[][] };
      return confusion.map((row) => row.reduce((sum, one) => sum + one));
    };
    const options = ['--test-split', '0.3', '--seed', '3', '--epochs', '2', '--json'];
    const train = await run('train', 'iris.csv', ...options);
    const search = await run('search', 'iris.csv', ...options, '--folds', '2', '--trials', '1');
    expect(count(search)).toEqual(count(train));
    for (const name of ['samples', 'testSamples', 'inputs', 'classes'])
      expect(readEvent(search, 'data')[name], name).toEqual(readEvent(train, 'data')[name]);
  });

  it('goes on with the trials of its journal', async () => {
    const options = ['search', 'iris.csv', '--folds', '2', '--epochs', '3', '--json', '--study', 'j.jsonl'];
    await run(...options, '--trials', '2');
    const before = readLines('j.jsonl');
    const { stdout } = await run(...options, '--trials', '3', '--resume');
    expect(readLines('j.jsonl').slice(0, before.length)).toEqual(before);
    const trials = listEvents({ stdout } as Ran).filter(({ event }) => event === 'trial');
    expect(trials.map((trial) => 'seconds' in trial)).toEqual([false, false, true]);
  });

  it('says that it continues, and prints new trials only', async () => {
    const options = ['search', 'iris.csv', '--folds', '2', '--epochs', '3', '--study', 'says.jsonl'];
    const begun = await run(...options, '--trials', '2');
    expect(begun.stdout).not.toContain('which is continued');
    const { stdout } = await run(...options, '--trials', '3');
    expect(stdout).toMatch(/journal +says\.jsonl, which is continued/);
    expect(stdout).toMatch(/^says\.jsonl has 2 of 3 trials; the best is trial \d: logLoss [\d.]+\.$/m);
    expect(stdout.match(/^trial \d .*$/gm)).toHaveLength(1);
    expect(stdout).toMatch(/^3 trials, 1 of them new, in /m);
  });

  it('writes the same file again without training where the file is that of the study', async () => {
    const options = [
      'search',
      'iris.csv',
      '--folds',
      '2',
      '--epochs',
      '3',
      '--trials',
      '3',
      '--out',
      's.bp4',
    ];
    await run(...options);
    const first = readFileSync(join(cwd, 's.bp4'));
    const again = await run(...options);
    expect(again.stdout).toContain('s.search.jsonl has all 3 trials');
    expect(again.stdout).toContain('3 trials, none of them new.');
    expect(again.stdout).not.toContain('Training the networks');
    expect(readFileSync(join(cwd, 's.bp4')).equals(first)).toBe(true);
    rmSync(join(cwd, 's.bp4'));
    const third = await run(...options);
    expect(third.stdout).toContain('Training the networks of the best trials again: the journal has only');
    expect(readFileSync(join(cwd, 's.bp4')).equals(first)).toBe(true);
  });

  it('writes equal files for equal searches, wherever they run and whatever they are called', async () => {
    const options = ['iris.csv', '--folds', '2', '--epochs', '3', '--trials', '3'];
    await run('search', ...options, '--out', 'one.bp4', '--workers', '1');
    await run('search', '--epochs', '3', '--trials', '3', 'iris.csv', '--folds', '2', '--out', 'two.bp4');
    expect(readFileSync(join(cwd, 'one.bp4')).equals(readFileSync(join(cwd, 'two.bp4')))).toBe(true);
  });

  it('continues from its journal alone, with the data, the options and the file of the command that began', async () => {
    const options = [
      'search',
      'iris.csv',
      '--folds',
      '2',
      '--epochs',
      '3',
      '--no-shuffle',
      '--space',
      'batch=8|16',
    ];
    await run(...options, '--trials', '3', '--out', 'whole.bp4');
    await run(...options, '--trials', '2', '--out', 'part.bp4', '--study', 'part.jsonl');
    const { code, stdout } = await run('search', '--resume', 'part.jsonl', '--trials', '3');
    expect(code).toBe(0);
    expect(stdout).toContain('part.jsonl has 2 of 3 trials');
    expect(readFileSync(join(cwd, 'part.bp4')).equals(readFileSync(join(cwd, 'whole.bp4')))).toBe(true);
  });

  it.each([
    [['search'], 'missing argument <data>; give a data file'],
    [['search', '--resume'], '--resume: expected a journal; give it'],
    [['search', '--resume', 'none.jsonl'], '--resume: there is no journal none.jsonl'],
    [['search', '--resume', 'iris.csv'], "--resume: iris.csv isn't the journal of a bp4 search"],
    [['worker'], '--queue: expected a URL; write redis://host:6379, or set the variable BP4_QUEUE'],
    [['worker', '--queue', 'x'], '--queue is not a URL; write it as redis://host:6379'],
    [['queue', 'status'], '<url>: expected a URL; write redis://host:6379, or set'],
    [['queue', 'clear', 'iris'], '<url>: expected a URL; write redis://host:6379, or set'],
    [['queue', 'clear', 'localhost', 'iris'], '<url> is not a URL; write it as redis://host:6379'],
    [['queue', 'status', 'redis://a', 'iris'], "unexpected argument 'iris'; see bp4 queue status --help"],
    [['queue'], 'missing command; see bp4 queue --help'],
  ])('refuses %j with the cure', async (args, words) => {
    const { code, stderr } = await run(...args);
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });

  it('names a queue that can not be reached without its password, before it reads data', async () => {
    const { code, stdout, stderr } = await run(
      'search',
      'iris.csv',
      '--queue',
      'redis://me:secret@127.0.0.1:1',
    );
    expect(stderr).toMatch(/^bp4: redis:\/\/me@127\.0\.0\.1:1: can't be used: /);
    expect(stdout).toBe('');
    expect(code).toBe(3);
  });

  it('refuses fewer trials than the journal has, and leaves the model as it is', async () => {
    const options = ['search', 'iris.csv', '--folds', '2', '--epochs', '3', '--out', 'more.bp4'];
    await run(...options, '--trials', '3');
    const before = readFileSync(join(cwd, 'more.bp4'));
    const { code, stderr } = await run(...options, '--trials', '2');
    expect(stderr).toContain('--trials: the journal has 3 trials, more than 2; use a larger --trials');
    expect(code).toBe(2);
    expect(readFileSync(join(cwd, 'more.bp4')).equals(before)).toBe(true);
  });

  it('says why an ensemble has one trial', async () => {
    const options = ['search', 'iris.csv', '--folds', '2', '--epochs', '3'];
    const asked = await run(...options, '--trials', '2', '--ensemble', '1', '--study', 'asked.jsonl');
    expect(asked.stdout).toMatch(/Ensemble {2}2 networks from trial \d alone, as --ensemble 1 asks/);
    const only = await run(...options, '--trials', '1', '--study', 'only.jsonl');
    expect(only.stdout).toContain('2 networks from trial 0 alone, because no other trial improved it');
  });

  it('leaves importances out until enough trials are complete', async () => {
    const options = [
      'search',
      'iris.csv',
      '--folds',
      '2',
      '--epochs',
      '1',
      '--study',
      'matter.jsonl',
      '--hidden',
      '4',
    ];
    expect((await run(...options, '--trials', '19')).stdout).toContain('importances need 20 complete trials');
    expect((await run(...options, '--trials', '20')).stdout).toMatch(/value +importance\n/);
  });

  it('searches a hyperparameter only under its condition', async () => {
    const ran = await run(
      ...['search', ...quick, '--trials', '8', '--json', '--study', 'when.jsonl'],
      ...['--space', 'optimizer=adam|momentum|nesterov momentum=0.5..0.99@optimizer=momentum|nesterov'],
    );
    const trials = listEvents(ran).flatMap(({ event, values }) =>
      event === 'trial' ? [values as { optimizer: string; momentum?: number }] : [],
    );
    expect(new Set(trials.map(({ optimizer }) => optimizer)).size).toBeGreaterThan(1);
    for (const { optimizer, momentum } of trials) expect(momentum === undefined).toBe(optimizer === 'adam');
  });

  it('says that nothing is kept when it is stopped before the first trial ends', async () => {
    const args = ['search', 'iris.csv', '--epochs', '100000', '--patience', '0', '--out', 'early.bp4'];
    let isStopped = false;
    const { code, stderr } = await bp4Process(args, {
      cwd,
      onOutput: (stdout, kill) => {
        if (isStopped || !stdout.includes('Searched\n')) return;
        isStopped = true;
        setTimeout(() => kill('SIGINT'), 500);
      },
    });
    expect(stderr).toContain('stopped before the first trial ended; the same command starts again');
    expect(code).toBe(130);
  });

  it('writes a report with every trial, which loads nothing', async () => {
    const { code, stdout } = await run('search', ...quick, '--study', 'page.jsonl', '--report', 'page.html');
    expect({ code, last: /^Report: page\.html$/m.test(stdout) }).toEqual({ code: 0, last: true });
    const page = readFileSync(join(cwd, 'page.html'), 'utf8');
    const titles = [...page.matchAll(/<h2>([^<]+)<\/h2>/g)].map(([, title]) => title);
    expect(titles).toEqual([
      ...['How the search went', 'Which values lead to good scores', 'The ensemble'],
      ...['Results on the 30 test samples', 'All trials', 'How it was made'],
    ]);
    expect(page).toMatch(/npx bp4 search iris\.csv --epochs 3 --folds 2 --trials 4</);
    expect(page).not.toMatch(/<script|<img|<link|https?:|NaN|undefined|\[object/);
    expect(page.match(/<path\s+class="(?:top|rest)"/g)).toHaveLength(4);
  });

  it('keeps the trials of a search that was stopped, and says how to continue', async () => {
    const args = ['search', 'iris.csv', '--trials', '500', '--epochs', '3', '--out', 'stopped.bp4'];
    let isStopped = false;
    const { code, stderr } = await bp4Process(args, {
      cwd,
      onOutput: (stdout, kill) => {
        if (isStopped || !/^trial +3 /m.test(stdout)) return;
        isStopped = true;
        kill('SIGINT');
      },
    });
    expect(code).toBe(130);
    expect(stderr).toMatch(
      /stopped after \d+ trials?; stopped\.search\.jsonl has them; the same command continues/,
    );
    expect(
      readLines('stopped.search.jsonl').filter((line) => line.includes('"state":1')).length,
    ).toBeGreaterThan(3);
    expect(existsSync(join(cwd, 'stopped.bp4'))).toBe(false);
  });

  it('searches only what --space names, and with the word default the rest, too', async () => {
    const read = async (...args: string[]): Promise<unknown> =>
      readEvent(
        await run('search', ...quick, '--json', '--study', `${args.length}.jsonl`, ...args),
        'search',
      )['space'];
    expect(await read('--space', 'hidden=8|8,8 dropout=0..0.5:step=0.1')).toEqual({
      hidden: { kind: 'choice', values: [8, '8,8'] },
      dropout: { kind: 'float', low: 0, high: 0.5, step: 0.1 },
    });
    const joined = await read('--space', 'default', '--space', 'batch=8..16', '--activation', 'tanh');
    expect(joined).toMatchObject({
      batch: { kind: 'int', low: 8, high: 16 },
      l2: { kind: 'float', log: true },
    });
    expect(joined).not.toHaveProperty('activation');
  });

  it('help says of exactly the options of the default space that they are searched', async () => {
    const ran = await run('search', ...quick, '--json', '--study', 'help.jsonl', '--out', 'help.bp4');
    const { stdout } = await run('search', '--help-all');
    const options = stdout.split(/^ {2}(?:-\w, )?--/m).slice(1);
    const searched = options.filter((text) => /\(default:\s+searched;/.test(text));
    const names = searched.map((text) => /^[\w-]+/.exec(text)![0]);
    expect(names.sort()).toEqual(Object.keys(readEvent(ran, 'search')['space'] as object).sort());
  });

  it('takes a pruner, a held-out share and a metric, and measures a regression', async () => {
    const ran = await run(
      ...['search', 'iris.csv', '--target', 'petal_width', '--epochs', '9', '--trials', '6', '--halving'],
      ...[
        '--validation-split',
        '0.3',
        '--metric',
        'rSquared',
        '--json',
        '--study',
        'r.jsonl',
        '--out',
        'r.bp4',
      ],
    );
    const states = listEvents(ran).flatMap(({ event, state }) => (event === 'trial' ? [state] : []));
    expect(states.filter((state) => state === 'pruned')).toHaveLength(5);
    expect(readEvent(ran, 'test')['rSquared']).toBeGreaterThan(0);
  });

  it.each([
    [
      ['--space', 'learningrate=1..2'],
      "--space learningrate=1..2: 'learningrate' can't be searched; did you mean 'learning-rate'?",
    ],
    [['--space', 'dropout=0..2'], "--space dropout: expected a number from 0 to 0.99, got '2'"],
    [['--space', 'activation=relu|tahn'], "did you mean 'tanh'?"],
    [
      ['--space', 'optimizer=momentum|adam momentum=0.1|0.9'],
      "--space optimizer: adam doesn't fit momentum: adam has no momentum; write momentum=…@optimizer=VALUE",
    ],
    [['--space', 'learning-rate=1..0'], 'the smaller number first, got 1..0; write learning-rate=0..1'],
    [['--space', 'batch=8..8'], 'the smaller number first, got 8..8; write batch=8'],
    [['--space', ''], '--space: it is empty; write learning-rate='],
    [['--space', 'batch=8..16:step=20'], '--space batch: :step=20 is wider than the range, 8..16'],
    [
      ['--space', 'momentum=0.5..0.9@optimizer=sgd'],
      '--space momentum@optimizer=sgd: the space has no optimizer; write optimizer=A|B',
    ],
    [
      ['--space', 'momentum=0.5|0.9@optimizer=momentum optimizer=adam|momentum'],
      '--space momentum@optimizer=momentum: optimizer comes after it; write optimizer=… before momentum=…',
    ],
    [
      ['--space', 'optimizer=adam|momentum momentum=0.5|0.9@optimizer=nesterov'],
      '--space momentum@optimizer=nesterov: optimizer never has that value; it has adam | momentum',
    ],
    [['--audit', '0.1'], '--audit: it compares workers of a queue; give --queue'],
    [['--queue=http://me:secret@host'], "--queue: expected redis://, rediss:// or postgres://, got 'http:'"],
    [['--queue=me:secret@host'], '--queue: expected redis://'],
    [['--queue'], '--queue: expected a URL; write redis://host:6379, or set the variable BP4_QUEUE'],
    [['--report', 'page.txt'], '--report: expected a name that ends in .html'],
    [['--space', 'learning-rate=0..1:log'], '--space learning-rate: expected more than 0 with log, got 0'],
    [['--space', 'batch=8..a'], '--space batch: expected numbers, got 8..a'],
    [['--space', 'batch=8..16:lgo'], "--space batch: expected :log or :step=NUMBER, got ':lgo'"],
    [
      ['--space', 'dropout=0|0.1', '--dropout', '0.2'],
      '--space dropout: --dropout has one value for all trials',
    ],
    [['--sampler', 'grid'], '--sampler: a grid needs finitely many values'],
    [['--metric', 'rSquared'], "--metric: rSquared doesn't measure a classification"],
    [['--halving', '--median'], "--halving: can't be combined with --median"],
    [['--folds', '2', '--validation-split', '0.2'], "--folds: can't be combined with --validation-split"],
    [['--folds', '500'], '--folds: there are only 120 samples to learn from'],
    [['--resume', 'no.jsonl'], '--resume: there is no journal no.jsonl'],
    [['--study', 'iris.csv'], '--study: it would overwrite iris.csv'],
    [['--learning-rate', '-1'], '--learning-rate: expected a number above 0'],
  ])('refuses %j before any trial', async (args, words) => {
    const { code, stdout, stderr } = await run('search', 'iris.csv', '--out', 'refused.bp4', ...args);
    expect(stderr).toContain(words);
    expect(stderr).not.toContain('secret');
    expect(code).toBe(2);
    expect(stdout).not.toContain('trial 0');
    expect(existsSync(join(cwd, 'refused.search.jsonl'))).toBe(false);
  });

  it('refuses the journal of another search, and names the cure', async () => {
    await run('search', ...quick, '--study', 'other.jsonl');
    const { code, stderr } = await run('search', ...quick, '--study', 'other.jsonl', '--sampler', 'random');
    expect(stderr).toMatch(
      /other\.jsonl, line 2: the journal belongs to another study: .*; continue it by bp4 search --resume other\.jsonl, or name another journal with --study/,
    );
    expect(code).toBe(3);
  });
});
