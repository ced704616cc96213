import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
// The build is measured, because threads and workers start from files.
import { Dataset } from 'bp4/data';
import { journalFile, threads } from 'bp4/node';
import { queue } from 'bp4/queue';
import { choice, float, study, type Executor, type Task, type TaskResult } from 'bp4/search';
import { Random } from '../src/base/random.js';
import { startRedis } from '../test/matrix/queue/servers.js';
import { endWorker, spawnWorker } from '../test/matrix/queue/studies.js';
import type { Result } from './table.js';

const TRIALS = 60;
/** Seconds of a trial. */
const AIM = 0.2;

/** No two studies have the same tasks: a queue has the results of those that it has seen. */
let seed = 0;

const random = Random.fromSeed(1);
const inputs = Array.from({ length: 1000 }, () => [random.uniform(-1, 1), random.uniform(-1, 1)]);
const data = Dataset.fromArrays({ inputs, labels: inputs.map(([a, b]) => Number(a! * b! > 0)) });

/** The default space of the command line. */
const space = {
  learningRate: float(0.0005, 0.05, { log: true }),
  hidden: choice(16, 32, 64, [16, 16], [32, 32], [64, 64]),
  activation: choice('relu', 'tanh', 'swish'),
  dropout: float(0, 0.5),
  l2: float(1e-6, 0.03, { log: true }),
  batch: choice(16, 32, 64),
};

/** What a study of trials of equal length did. */
interface Run {
  readonly name: string;
  /** Trials that train at the same time. */
  readonly workers: number;
  readonly seconds: number;
  /** Seconds of training, over all workers. */
  readonly training: number;
  /** Seconds of this process's processors. */
  readonly processor: number;
  readonly best: number;
}

/** Studies on threads and on workers, and what the coordinator itself costs. */
export async function benchSearch(): Promise<Result[]> {
  const epochs = await chooseEpochs();
  const run = (name: string, workers: number, executor: Executor, trials = TRIALS): Promise<Run> =>
    runStudy(name, workers, executor, trials, epochs);
  const runs = [await run('1 thread', 1, threads(1)), await run('2 threads', 2, threads(2))];
  const costs = [await measureJournal()];
  if (existsSync('/usr/bin/redis-server')) {
    const redis = await startRedis();
    const workers = [await spawnWorker(redis.url)];
    runs.push(await run('1 worker, Redis', 1, queue(redis.url, { threads: 1 })));
    costs.push(await measureJobs(redis.url));
    workers.push(await spawnWorker(redis.url));
    runs.push(await run('2 workers, Redis', 2, queue(redis.url, { threads: 1 })));
    for (const worker of workers) await endWorker(worker);
    await redis.stop();
  } else console.log('\nno workers: they need redis-server');
  showRuns(runs);
  await benchCoordinator(costs);
  return runs.map(({ name, workers, seconds, training, best }) => {
    const each = seconds / TRIALS;
    return {
      ...{
        table: 'search',
        case: `trials of ${AIM} s`,
        contender: name,
        checksum: best,
        accuracy: undefined,
      },
      ...{ seconds: { min: each, p25: each, median: each, p75: each }, rate: 1 / each, unit: 'trials/s' },
      ...{ ratio: runs[0]!.seconds / seconds, share: training / (workers * seconds) },
    };
  });
}

/** The epochs that make a trial take about as long as is aimed at. */
async function chooseEpochs(): Promise<number> {
  const [epochs, trials] = [100, 40];
  const { training } = await runStudy('', 1, threads(1), trials, epochs);
  return Math.max(1, Math.round((epochs * AIM * trials) / training));
}

async function runStudy(
  name: string,
  workers: number,
  executor: Executor,
  trials: number,
  epochs: number,
): Promise<Run> {
  let training = 0;
  let seconds = 0;
  const before = process.cpuUsage();
  const start = performance.now();
  const { best, ensemble } = await study({
    space: { learningRate: float(0.001, 0.01, { log: true }) },
    trial: ({ learningRate }, { outputs }) => ({
      layers: [
        { units: 16, activation: 'tanh' },
        { units: outputs, activation: 'softmax' },
      ],
      train: { epochs, learningRate, optimizer: 'adam' },
    }),
    ...{ data, trials, executor, validation: 0.2, ensemble: 1, seed: seed++, journal: openJournal() },
    onTrial(trial) {
      training += trial.seconds!;
      seconds = (performance.now() - start) / 1000; // before the best is trained again
    },
  });
  ensemble.dispose();
  const { user, system } = process.cpuUsage(before);
  return { name, workers, seconds, training, processor: (user + system) / 1e6, best: best.score! };
}

const openJournal = (): ReturnType<typeof journalFile> =>
  journalFile(join(mkdtempSync(join(tmpdir(), 'bp4-bench-')), 'study.jsonl'));

function showRuns(runs: readonly Run[]): void {
  console.log(`\nstudies of ${TRIALS} trials of about ${AIM} s`);
  for (const { name, workers, seconds, training } of runs) {
    const outside = 100 * (1 - training / (workers * seconds));
    console.log(
      `${name.padEnd(18)}${(TRIALS / seconds).toFixed(2).padStart(7)} trials/s${outside.toFixed(1).padStart(7)} % outside training`,
    );
  }
}

/** What the coordinator spends on something, in seconds. */
interface Cost {
  readonly name: string;
  /** For each trial of 5 folds. */
  readonly times: number;
  readonly seconds: number;
}

/** A line of the journal that is on disk. */
async function measureJournal(): Promise<Cost> {
  const journal = openJournal();
  await journal.read();
  const start = performance.now();
  for (let n = 0; n < 200; n++) await journal.append(['x'.repeat(600)]);
  const seconds = (performance.now() - start) / 200_000;
  await journal.close!();
  return { name: 'a write of the journal', times: 2, seconds };
}

/** A job that takes no time: what the coordinator's process computes for it. */
async function measureJobs(url: string): Promise<Cost> {
  const trials = 300;
  const { processor } = await runStudy('', 1, queue(url, { threads: 1 }), trials, 1);
  return { name: 'a job on Redis', times: 5, seconds: processor / trials };
}

/** Returns a score at once. */
const instant: Executor = {
  open: () => Promise.resolve(),
  close: () => Promise.resolve(),
  run: ({ trial, scoresEpochs }: Task, { needsNetwork }): Promise<TaskResult> => {
    if (needsNetwork) throw new Error('the trials are over');
    const score = ((trial * 7919) % 10_007) / 10_007;
    const scores = scoresEpochs ? Array.from({ length: 100 }, (_, e) => score + 1 / (e + 1)) : [];
    return Promise.resolve({
      state: 'complete',
      score,
      epochs: 100,
      scores,
      hash: '0'.repeat(16),
      seconds: AIM,
    });
  },
};

/** How the costs of the coordinator grow, and how many workers it can keep busy. */
async function benchCoordinator(costs: readonly Cost[]): Promise<void> {
  const marks = [100, 1000, 2000, 5000, 10_000];
  console.log('\nprocessor time of a proposal with its outcome, ms, at the trial');
  console.log(''.padEnd(18) + marks.map((mark) => String(mark).padStart(9)).join(''));
  let proposal = 0;
  for (const [sampler, kind] of [['sobol'], ['tpe'], ['tpe', 'median']] as const) {
    const times = await timeProposals(sampler, kind, marks);
    if (sampler === 'tpe' && !kind) proposal = times.at(-1)!;
    const cells = times.map((seconds) => (1000 * seconds).toFixed(2).padStart(9));
    console.log(`${sampler}${kind ? `, ${kind}` : ''}`.padEnd(18) + cells.join(''));
  }
  const all = [...costs, { name: 'a proposal of TPE', times: 1, seconds: proposal }];
  console.log();
  for (const { name, times, seconds } of all)
    console.log(`${`${times} × ${name}`.padEnd(28)}${(1000 * seconds).toFixed(2).padStart(8)} ms`);
  const each = all.reduce((sum, { times, seconds }) => sum + times * seconds, 0);
  console.log(
    `\na trial of 5 folds costs the coordinator ${(1000 * each).toFixed(1)} ms; of its time, it is busy`,
  );
  const lengths = [0.2, 1, 10, 60];
  console.log('workers'.padEnd(10) + lengths.map((length) => `folds of ${length} s`.padStart(16)).join(''));
  for (const workers of [1, 10, 100, 1000]) {
    const shares = lengths.map((length) => (100 * each * workers) / (5 * length));
    console.log(
      String(workers).padEnd(10) + shares.map((share) => `${share.toFixed(1)} %`.padStart(16)).join(''),
    );
  }
}

/** Seconds of the processor per trial, over the trials before each mark and after the previous one. */
async function timeProposals(
  sampler: 'tpe' | 'sobol',
  kind: 'median' | undefined,
  marks: readonly number[],
): Promise<number[]> {
  const times: number[] = [];
  let before = process.cpuUsage();
  let from = 0;
  const ended = study({
    ...{ space, data, sampler, executor: instant, trials: marks.at(-1)!, ensemble: 1 },
    ...(kind && { pruner: { kind } }),
    trial: (_, { outputs }) => ({
      layers: [{ units: outputs, activation: 'softmax' }],
      train: { epochs: 100 },
    }),
    onTrial({ number }) {
      if (number + 1 !== marks[times.length]) return;
      const { user, system } = process.cpuUsage(before);
      times.push((user + system) / 1e6 / (number + 1 - from));
      before = process.cpuUsage();
      from = number + 1;
    },
  });
  await ended.catch((error: unknown) => {
    if (!(error instanceof Error) || error.message !== 'the trials are over') throw error;
  });
  return times;
}
