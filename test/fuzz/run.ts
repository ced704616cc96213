import { fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Job, Result } from './child.js';
import { Random } from '../../src/base/random.js';
import { mutated } from './mutations/mutation.js';
import { emptyReport, type Failure } from './fuzz.js';
import type { Reader } from './reader.js';

/** In MB: what a process may hold in its heap, and altogether. */
const HEAP = 128;
const MOST_MEMORY = 640;

/** In milliseconds: a try that goes on for so long will not end. */
const LONGEST_TRY = 10_000;

/** Tries of a process, so that none has much more to do than the others. */
const TRIES_AT_A_TIME = 50_000;

/** `npm run test:fuzz` compiles all this, which makes imports cheap; tests do not. */
const extension = extname(fileURLToPath(import.meta.url));

/** What came of all tries of a reader. */
export interface Outcome extends Omit<Result, 'messages'> {
  readonly messages: number;
}

export interface RunOptions {
  /** The URL of a module that exports `readers`. */
  readonly module: string;
  readonly names: readonly string[];
  readonly first?: number;
  readonly tries: number;
  /** Told when all tries of a reader have been made. */
  readonly onOutcome?: (outcome: Outcome) => void;
  readonly longestTry?: number;
}

/** Fuzzes readers in processes of their own, as many at a time as there are processors. */
export async function run(options: RunOptions): Promise<Outcome[]> {
  const { names, first = 0, onOutcome } = options;
  const { readers } = (await import(options.module)) as { readers: readonly Reader[] };
  const folder = mkdtempSync(join(tmpdir(), 'bp4-fuzz-'));
  const jobs = names.flatMap((reader) => {
    const { share = 1 } = readers.find(({ name }) => name === reader)!;
    const tries = Math.ceil(options.tries * share);
    return Array.from({ length: Math.ceil(tries / TRIES_AT_A_TIME) }, (_, i) => ({
      module: options.module,
      reader,
      first: first + i * TRIES_AT_A_TIME,
      tries: Math.min(TRIES_AT_A_TIME, tries - i * TRIES_AT_A_TIME),
    }));
  });
  const results = new Map<string, Result[]>(names.map((name) => [name, []]));
  const outcomes: Outcome[] = [];
  const waiting = [...jobs];
  const work = async (worker: number): Promise<void> => {
    for (let job = waiting.shift(); job; job = waiting.shift()) {
      const { reader } = job;
      const result = await inProcess({ ...job, progress: join(folder, String(worker)) }, options.longestTry);
      const all = results.get(reader)!;
      all.push(result);
      if (all.length < jobs.filter((job) => job.reader === reader).length) continue;
      const outcome = settle(all);
      outcomes.push(outcome);
      onOutcome?.(outcome);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, (_, worker) => work(worker)));
  rmSync(folder, { recursive: true });
  return outcomes;
}

function settle(results: readonly Result[]): Outcome {
  const sum = (of: (result: Result) => number): number => results.reduce((total, one) => total + of(one), 0);
  const most = (of: (result: Result) => number): Result =>
    results.reduce((one, other) => (of(other) > of(one) ? other : one));
  return {
    reader: results[0]!.reader,
    tries: sum(({ tries }) => tries),
    read: sum(({ read }) => read),
    refused: sum(({ refused }) => refused),
    messages: new Set(results.flatMap(({ messages }) => messages)).size,
    slowest: most(({ slowest }) => slowest.milliseconds).slowest,
    largest: most(({ largest }) => largest.bytes).largest,
    peakBytes: most(({ peakBytes }) => peakBytes).peakBytes,
    failures: results.flatMap(({ failures }) => failures),
  };
}

/** @returns what the process says, or, where it hangs or breaks down, in which try */
async function inProcess(job: Job, longestTry = LONGEST_TRY): Promise<Result> {
  const child = fork(fileURLToPath(new URL(`child${extension}`, import.meta.url)), [JSON.stringify(job)], {
    execArgv: [...(extension === '.ts' ? ['--import', 'tsx'] : []), `--max-old-space-size=${HEAP}`],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  for (const stream of [child.stdout!, child.stderr!]) {
    stream.on('data', (chunk: Buffer) => (output = (output + chunk.toString()).slice(-20_000)));
  }
  let result: Result | undefined;
  child.on('message', (message) => (result = message as Result));
  const isHung = watchProgress(job.progress, longestTry, () => child.kill('SIGKILL'));
  const [status, signal] = await new Promise<[number | null, string | null]>((resolve) =>
    child.on('close', (...end) => resolve(end)),
  );
  const hung = isHung();
  if (result) {
    const memory = result.peakBytes / 2 ** 20;
    if (memory <= MOST_MEMORY) return result;
    const what = `the process held ${memory.toFixed(0)} MB at its peak, ${MOST_MEMORY} are the most`;
    return { ...result, failures: [...result.failures, { try: result.largest.try, what, file: '' }] };
  }
  const at = progressIn(job.progress) ?? job.first;
  const lastWords =
    output
      .trim()
      .split('\n')
      .find((line) => /error/i.test(line)) ?? output.slice(-300);
  const what = hung
    ? `it did not end within ${longestTry / 1000} s`
    : `the process broke down (${signal ?? `status ${status}`}): ${lastWords}`;
  return brokenDown(job, { try: at, what, file: '' });
}

const brokenDown = ({ reader, first, tries }: Job, failure: Failure): Result => ({
  ...emptyReport(reader, tries, first),
  peakBytes: 0,
  failures: [failure],
});

/** The number of the try that a process is at; undefined before the first. */
function progressIn(path: string): number | undefined {
  try {
    const bytes = readFileSync(path);
    return bytes.length === 4 ? bytes.readUInt32LE() : undefined;
  } catch {
    return undefined; // not yet there
  }
}

/** @returns what stops watching, and tells whether `stop` was called, for nothing went on */
function watchProgress(path: string, longest: number, stop: () => void): () => boolean {
  let last: number | undefined;
  let since = performance.now();
  let isHung = false;
  const timer = setInterval(() => {
    const now = progressIn(path);
    if (now !== last || now === undefined) [last, since] = [now, performance.now()];
    else if (performance.now() - since > longest) {
      isHung = true;
      stop();
    }
  }, 500);
  return () => {
    clearInterval(timer);
    return isHung;
  };
}

/** The file of a try, made anew. */
export async function fileOfTry({ seeds, mutations }: Reader, n: number): Promise<Uint8Array> {
  return mutated(Random.fromSeed(n), typeof seeds === 'function' ? await seeds() : seeds, mutations);
}
