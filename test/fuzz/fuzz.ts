import { getHeapStatistics } from 'node:v8';
import { FormatError, RangeFault, TypeFault } from '../../src/errors.js';
import { FileError } from '../../src/node/index.js';
import { Random } from '../../src/base/random.js';
import { mutated } from './mutations/mutation.js';
import { NOT_GIVEN, type ErrorType, type Reader } from './reader.js';
import { strangeIn, Watch } from './watch.js';

/** For one file, in milliseconds. */
const MOST_MILLISECONDS = 100;

/** For one file, beside what there was: all that is read here is a few kB long. */
const MOST_BYTES = 16 * 2 ** 20;

/** What was wrong with a try. */
export interface Failure {
  readonly try: number;
  readonly what: string;
  /** The file, in base64. */
  readonly file: string;
}

export interface Report {
  readonly reader: string;
  readonly tries: number;
  /** How many files were read, how many refused, and by how many different messages. */
  read: number;
  refused: number;
  messages: string[];
  slowest: { milliseconds: number; try: number };
  largest: { bytes: number; try: number };
  failures: Failure[];
}

/** Of tries that are still to be made. */
export const emptyReport = (reader: string, tries: number, first: number): Report => ({
  reader,
  tries,
  read: 0,
  refused: 0,
  messages: [],
  slowest: { milliseconds: 0, try: first },
  largest: { bytes: 0, try: first },
  failures: [],
});

export interface FuzzOptions {
  /** The number of the first try; each makes another file, the same whenever it is tried. */
  readonly first?: number;
  readonly tries: number;
  /** Whether time and memory count: where nothing else goes on in the process. Default true. */
  readonly isAlone?: boolean;
  /** Told each try before it is made. */
  readonly onTry?: (n: number) => void;
}

/** What an engine says where something was used unchecked, and no check of ours. */
const unchecked = new RegExp(
  [
    'cannot (read|set|convert|mix|destructure|access|assign|redefine|delete|add|perform)|is not (a function|iterable|',
    'defined|a constructor|an object)|invalid (array|typed array|string|count|regular|code point|date|time|dataview)|',
    'call stack|allocation failed|out of bounds|outside the bounds|detached|reduce of empty|bigint|should be a multiple|',
    'circular structure|digits argument|private (field|member)|^undefined|called on (null|undefined|incompatible)',
  ].join(''),
  'i',
);

const typedErrors = [TypeError, RangeError, FormatError, FileError];

/** Faults are errors of these types to all who catch them. */
const builtIn = new Map<unknown, ErrorType & { readonly name: string }>([
  [TypeFault, TypeError],
  [RangeFault, RangeError],
]);

/** What is wrong with what was thrown; undefined where it is an error such as bp4 promises. */
function catchFault(error: unknown, types: readonly ErrorType[] = typedErrors): string | undefined {
  if (!(error instanceof Error)) return `something was thrown that is no Error: ${typeof error}`;
  const { constructor } = error;
  const type = builtIn.get(constructor) ?? constructor;
  const isTyped = error.name === type.name && types.some((one) => one === type);
  if (!isTyped) return `an error of no type of ours: ${error.stack}`;
  // What a library says of bytes that it cannot read may be told in parentheses.
  const { message: quoted } = error.cause instanceof Error ? error.cause : { message: '' };
  if (
    unchecked.test(error.message.replace(`(${quoted})`, '')) ||
    ('code' in error && !(error instanceof FileError))
  )
    return `an error of the engine's: ${error.stack}`;
  if (error.message.length > 1000)
    return `a message of ${error.message.length} characters: ${error.message.slice(0, 200)}…`;
  return undefined;
}

/** Gives a reader broken files, one after the other. Ten failures are enough. */
export async function fuzz(reader: Reader, options: FuzzOptions): Promise<Report> {
  const { first = 0, tries, isAlone = true, onTry } = options;
  const seeds = typeof reader.seeds === 'function' ? await reader.seeds() : reader.seeds;
  for (const seed of seeds) await reader.read(seed); // they must be right, and what is loaded lazily is there
  const report = emptyReport(reader.name, tries, first);
  const messages = new Set<string>();
  const watch = new Watch();
  for (let n = first; n < first + tries && report.failures.length < 10; n++) {
    onTry?.(n);
    const file = mutated(Random.fromSeed(n), seeds, reader.mutations);
    const fail = (what: string): void => {
      const base64 = Buffer.from(file).toString('base64');
      report.failures.push({ try: n, what, file: base64 });
    };
    const { milliseconds, bytes, answer, error } = await measured(reader, file);
    if (error !== undefined) {
      report.refused++;
      const fault = catchFault(error, reader.errors);
      if (fault !== undefined) fail(fault);
      else if (messages.size < 10_000) messages.add(describeShape(error as Error));
    } else if (answer === NOT_GIVEN) continue;
    else {
      report.read++;
      const strange = strangeIn(answer);
      if (strange !== undefined) fail(strange);
    }
    const change = watch.change(n % 256 === 0 || n === first + tries - 1);
    if (change !== undefined) {
      fail(change); // all that follows would be told so too
      break;
    }
    if (!isAlone) continue;
    if (bytes > report.largest.bytes) {
      report.largest = { bytes, try: n };
      if (bytes > MOST_BYTES) fail(`${bytes} bytes were allocated`);
    }
    if (milliseconds > report.slowest.milliseconds) {
      const least = await leastTime(reader, file, milliseconds);
      if (least > report.slowest.milliseconds) report.slowest = { milliseconds: least, try: n };
      if (least > MOST_MILLISECONDS) fail(`it took ${least.toFixed(0)} ms`);
    }
  }
  report.messages = [...messages];
  return report;
}

/** A message without what is of this file alone. */
const describeShape = ({ message }: Error): string => message.replace(/'[^']*'|-?\d+/g, '…').slice(0, 100);

interface Measured {
  readonly milliseconds: number;
  /** How much more memory was in use, or waited to be collected, right after. */
  readonly bytes: number;
  readonly answer: unknown;
  /** What was thrown; undefined if nothing was. */
  readonly error: unknown;
}

async function measured({ read }: Reader, file: Uint8Array): Promise<Measured> {
  const before = memoryInUse();
  const started = performance.now();
  let answer: unknown;
  let error: unknown;
  try {
    answer = read(file);
    if (answer instanceof Promise) answer = await (answer as Promise<unknown>);
  } catch (thrown) {
    error = thrown ?? 'nothing was thrown';
  }
  const milliseconds = performance.now() - started;
  return { milliseconds, bytes: memoryInUse() - before, answer, error };
}

/** The heap, and what lies outside it: array buffers. */
function memoryInUse(): number {
  const { used_heap_size: heap, external_memory: outside } = getHeapStatistics();
  return heap + outside;
}

/** Up to three times more where it was slow: the machine may have been busy with something else. */
async function leastTime(reader: Reader, file: Uint8Array, milliseconds: number): Promise<number> {
  let least = milliseconds;
  for (let again = 0; again < 3; again++) {
    const before = process.cpuUsage();
    const { milliseconds } = await measured(reader, file);
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, milliseconds, (user + system) / 1000);
  }
  return least;
}
