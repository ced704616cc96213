import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
// The build is tested, because threads and workers start from files.
import { Dataset } from 'bp4/data';
import { journalFile } from 'bp4/node';
import { float, int, study, type Executor, type Pruner } from 'bp4/search';

const rows = Array.from({ length: 200 }, (_, n) => [Math.sqrt(n % 7), Math.sqrt(n % 11)]);
export const data = Dataset.fromArrays({ inputs: rows, targets: rows.map(([a, b]) => [a! * b!]) });

export const folder = (): string => mkdtempSync(join(tmpdir(), 'bp4-queue-'));

export interface Ran {
  /** The lines of the journal, without times. */
  readonly journal: readonly string[];
  readonly ensemble: string;
  readonly seconds: number;
}

interface Options {
  readonly epochs?: number;
  readonly trials?: number;
  readonly folds?: number;
  /** The range of the hidden units; a trial with 5 can't be. */
  readonly units?: readonly [number, number];
  readonly pruner?: Pruner;
  readonly path?: string;
  readonly signal?: AbortSignal;
  readonly onTrial?: () => unknown;
}

/** Runs a study, in which some trials diverge and one can't be. */
export async function run(executor: Executor | undefined, options: Options = {}): Promise<Ran> {
  const { epochs = 40, trials = 12, folds = 2, units: range = [1, 12], pruner, signal, onTrial } = options;
  const { path = join(folder(), 'study.jsonl') } = options;
  const start = performance.now();
  const { ensemble } = await study({
    data,
    trials,
    folds,
    window: 4,
    space: { learningRate: float(0.01, 3, { log: true }), units: int(...range) },
    trial: ({ learningRate, units }, { outputs }) => ({
      layers: [
        { units: units === 5 ? 0 : units, activation: 'tanh' },
        { units: outputs, activation: 'linear' },
      ],
      train: { epochs, learningRate },
    }),
    journal: journalFile(path),
    ...(executor && { executor }),
    ...(pruner && { pruner }),
    ...(signal && { signal }),
    ...(onTrial && { onTrial }),
  });
  const bytes = Buffer.from(ensemble.save()).toString('base64');
  ensemble.dispose();
  const times = /"datetime_(start|complete)":"[^"]*"/g;
  const journal = readFileSync(path, 'utf8').replaceAll(times, '').split('\n');
  return { journal, ensemble: bytes, seconds: (performance.now() - start) / 1000 };
}

/** A process of `bp4 worker`, ready for tasks. */
export async function spawnWorker(
  url: string,
  onWarning: (text: string) => void = (text) => process.stderr.write(text),
  /** What the worker is run by. */
  prefix: readonly string[] = [],
  flags: readonly string[] = [],
): Promise<ChildProcess> {
  const cli = fileURLToPath(new URL('../../../dist/cli/index.js', import.meta.url));
  const [program, ...words] = [...prefix, process.execPath, cli, 'worker', '--threads', '1'];
  const child = spawn(program, [...words, ...flags], {
    env: { ...process.env, BP4_QUEUE: url },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stderr.on('data', (text: Buffer) => onWarning(text.toString()));
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => Promise.reject(new Error('the worker ended'))),
  ]);
  return child;
}

export async function endWorker(
  child: ChildProcess,
  signal: NodeJS.Signals = 'SIGTERM',
): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    child.kill(signal);
    await once(child, 'exit');
  }
  return child.exitCode;
}
