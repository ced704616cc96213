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
    expect(stdout).toMatch(/Best {2}trial \d: logLoss [\d.]+\n[^]*importance/);
    expect(stdout).toMatch(
      /Ensemble {2}\d+ networks of \d+ trials?: logLoss [\d.]+, the best trial alone [\d.]+/,
    );
    expect(stdout).toMatch(/Test {2}accuracy .*30/);
    expect(stdout).toMatch(/Saved a\.bp4, .* kB/);
    const predicted = await run('predict', 'a.bp4', 'iris.csv');
    expect(predicted.stdout.split('\n')).toHaveLength(152);
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
    const { stdout } = await run('search', '--help');
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
    [['--space', 'optimizer=momentum|adam momentum=0.1|0.9'], '--space optimizer: adam has no momentum'],
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
    expect(code).toBe(2);
    expect(stdout).not.toContain('trial 0');
    expect(existsSync(join(cwd, 'refused.search.jsonl'))).toBe(false);
  });

  it('refuses the journal of another search, and names the cure', async () => {
    await run('search', ...quick, '--study', 'other.jsonl');
    const { code, stderr } = await run('search', ...quick, '--study', 'other.jsonl', '--sampler', 'random');
    expect(stderr).toMatch(
      /other\.jsonl, line 2: the journal belongs to another study: .*another with --study/,
    );
    expect(code).toBe(3);
  });
});
