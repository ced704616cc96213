import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
// The build is tested, because a thread starts from a file.
import { Dataset } from 'bp4/data';
import { journalFile, threads } from 'bp4/node';
import { float, int, runTask, study, type Executor, type Journal, type StudyResult } from 'bp4/search';

const rows = Array.from({ length: 40 }, (_, n) => [Math.sqrt(n % 7), Math.sqrt(n % 5)]);
const data = Dataset.fromArrays({ inputs: rows, targets: rows.map(([a, b]) => [a! * b!]) });

const run = async (more: { executor?: Executor; journal?: Journal }): Promise<StudyResult> =>
  await study({
    data,
    folds: 2,
    trials: 6,
    window: 3,
    space: { learningRate: float(0.01, 0.3, { log: true }), units: int(1, 6) },
    trial: ({ learningRate, units }, { outputs }) => ({
      layers: [
        { units, activation: 'tanh' },
        { units: outputs, activation: 'linear' },
      ],
      train: { epochs: 20, learningRate },
    }),
    ...more,
  });

function summarize({ trials, ensemble }: StudyResult): object {
  const bytes = Buffer.from(ensemble.save()).toString('base64');
  ensemble.dispose();
  return { trials: trials.map((trial) => ({ ...trial, seconds: 0 })), bytes };
}

const folder = (): string => mkdtempSync(join(tmpdir(), 'bp4-'));
const lines = (path: string): string[] => readFileSync(path, 'utf8').split('\n').slice(0, -1);
const withoutTimes = (path: string): string[] =>
  lines(path).map((line) => line.replaceAll(/"datetime_(start|complete)":"[^"]*"/g, ''));

describe('threads', () => {
  it.each([1, 2, 3])('%i of them give the journal and the ensemble of one after the other', async (count) => {
    const [one, other] = [join(folder(), 'one.jsonl'), join(folder(), 'other.jsonl')];
    const expected = summarize(await run({ journal: journalFile(one) }));
    expect(summarize(await run({ executor: threads(count), journal: journalFile(other) }))).toEqual(expected);
    expect(withoutTimes(other)).toEqual(withoutTimes(one));
  });

  it('refuse a task whose signal has aborted, instead of starting a thread for it', async () => {
    const executor = threads(1);
    await executor.open(data);
    const running = executor.run({} as never, { signal: AbortSignal.abort(new Error('stopped')) });
    const refused = expect(running).rejects.toThrow('stopped');
    await executor.close();
    await refused;
  });

  it('that are closed reject the tasks that they run and those that wait, so that nobody awaits them forever', async () => {
    const executor = threads(1);
    await executor.open(data);
    const spec = {
      layers: [{ units: 1, activation: 'linear' as const }],
      train: { epochs: 1e9 },
    };
    const task = { trial: 0, repeat: 0, spec, seed: 0, division: { folds: 2, seed: 0 } } as const;
    const both = Promise.allSettled(
      [0, 1].map((fold) => executor.run({ ...task, fold, metric: 'rSquared' }, {})),
    );
    await executor.close();
    expect(await both).toMatchObject(
      [0, 1].map((fold) => ({ reason: { name: 'ThreadError', place: `trial 0, fold ${fold}` } })),
    );
  });

  it('pass on what a task throws', async () => {
    const executor = threads(1);
    await executor.open(data);
    const spec = { layers: [{ units: 0, activation: 'linear' as const }] };
    const task = { trial: 0, fold: 0, repeat: 0, spec, seed: 0, division: { folds: 2, seed: 0 } } as const;
    const failing = executor.run({ ...task, metric: 'rSquared' }, {});
    await expect(failing).rejects.toMatchObject({ name: 'RangeError', place: 'layers[0].units' });
    await executor.close();
  });

  it.each([0, 1.5, 257])('refuse %d', (count) => {
    expect(() => threads(count)).toThrow(/^threads: expected a whole number from 1 to 256/);
  });
});

it('a task that is aborted while its network is made does not train', async () => {
  const spec = { layers: [{ units: 1, activation: 'linear' as const }] };
  const task = { trial: 0, fold: 0, repeat: 0, spec, seed: 0, division: { folds: 2, seed: 0 } } as const;
  const controller = new AbortController();
  const running = runTask({ ...task, metric: 'rSquared' }, data, { signal: controller.signal });
  controller.abort(new RangeError('enough'));
  await expect(running).rejects.toThrow('enough');
});

describe('the file of a journal', () => {
  it('loses no line when the process is killed, and the study goes on from there', async () => {
    const [whole, path] = [join(folder(), 'whole.jsonl'), join(folder(), 'killed.jsonl')];
    const expected = summarize(await run({ journal: journalFile(whole) }));
    const program = join(folder(), 'program.mjs');
    const root = new URL('../../dist/', import.meta.url).href;
    writeFileSync(
      program,
      `import { Dataset } from '${root}chunks/data/index.js';
import { journalFile } from '${root}node/index.js';
import { study } from '${root}chunks/search/index.js';
const rows = ${JSON.stringify(rows)};
const data = Dataset.fromArrays({ inputs: rows, targets: rows.map(([a, b]) => [a * b]) });
await study({
  data, folds: 2, trials: 6, window: 3, journal: journalFile(${JSON.stringify(path)}),
  space: { learningRate: { kind: 'float', low: 0.01, high: 0.3, log: true }, units: { kind: 'int', low: 1, high: 6 } },
  trial: ({ learningRate, units }, { outputs }) => ({
    layers: [{ units, activation: 'tanh' }, { units: outputs, activation: 'linear' }],
    train: { epochs: 20, learningRate },
  }),
  onTrial: ({ number }) => { if (number === Number(process.argv[2])) process.kill(process.pid, 'SIGKILL'); },
});`,
    );
    for (const trial of [1, 3, 4]) {
      const [code, signal] = (await once(
        spawn(process.execPath, [program, String(trial)], { stdio: 'inherit' }),
        'exit',
      )) as [unknown, unknown];
      expect({ code, signal }).toEqual({ code: null, signal: 'SIGKILL' });
    }
    expect(summarize(await run({ journal: journalFile(path) }))).toEqual(expected);
    expect(withoutTimes(path)).toEqual(withoutTimes(whole));
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('is cut after its last whole line', async () => {
    const path = join(folder(), 'study.jsonl');
    const expected = summarize(await run({ journal: journalFile(path) }));
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.slice(0, -40));
    expect(summarize(await run({ journal: journalFile(path) }))).toEqual(expected);
    expect(lines(path)).toHaveLength(before.split('\n').length - 1);
  });

  it('is refused to a second study at the same time', async () => {
    const path = join(folder(), 'study.jsonl');
    const first = run({ journal: journalFile(path) });
    await new Promise(setImmediate);
    await expect(run({ journal: journalFile(path) })).rejects.toThrow(
      /another process .* is running this study/,
    );
    summarize(await first);
    summarize(await run({ journal: journalFile(path) }));
  });

  it('is free again after a study that found it damaged', async () => {
    const path = join(folder(), 'study.jsonl');
    writeFileSync(path, '{"op_code"\n');
    await expect(run({ journal: journalFile(path) })).rejects.toThrow(
      'journal, line 1: expected a JSON object',
    );
    expect(existsSync(`${path}.lock`)).toBe(false);
  });

  it('is named if it cannot be written', async () => {
    const journal = journalFile(join(folder(), 'none', 'study.jsonl'));
    await expect(run({ journal })).rejects.toMatchObject({ name: 'FileError', code: 'ENOENT' });
  });
});
