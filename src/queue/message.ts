import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  checkArray,
  checkEach,
  checkInteger,
  checkKeys,
  checkName,
  checkNumber,
  checkOptional,
  checkType,
  show,
} from '../base/check.js';
import { sha256 } from '../base/sha256.js';
import { DivergenceError, RangeFault, TypeFault, type Fault } from '../errors.js';
import { canonicalJSON } from '../search/canonical-json.js';
import { checkMetric } from '../search/scores.js';
import { ARITHMETIC } from '../search/study.js';
import { describePlace, isShard, shardKeys, type Shard } from '../search/shard.js';
import type { Task, TaskResult } from '../search/task.js';
import { packError, unpackError, type ErrorRecord } from '../worker/error-record.js';
import { QueueError } from './queue-error.js';

// Tasks and results travel as text: PostgreSQL would return the names of an object in another order, and a signature needs bytes.

/** What crosses the queue. */
export interface Message {
  /** Canonical JSON. */
  readonly text: string;
  /** HMAC-SHA256 of the text under the secret, in hexadecimal. */
  readonly signature?: string;
}

/** A task, and what it needs. */
export interface Order {
  readonly task: Task | Shard;
  /** SHA-256 of the dataset, as `save` returns it. */
  readonly data: string;
  /** Where the dataset can be fetched. */
  readonly url?: string;
  /** Where the task left off, if it did. */
  readonly progress?: SentProgress;
  /** Whether the worker leaves the network of the result in the queue. */
  readonly sendsNetwork?: boolean;
  /** The worker whose result this one checks, and which therefore mustn't run it. */
  readonly checks?: string;
}

/** Progress whose network, as `save` returns it, is in the queue under its SHA-256. */
export interface SentProgress {
  readonly network: string;
  readonly scores: readonly number[];
}

/** A result whose network, if it was asked for, is in the queue under its SHA-256. */
export interface SentResult extends Omit<TaskResult, 'network'> {
  readonly network?: string;
}

/** The result of a task, or the error that the task itself is to blame for. */
export type Outcome<Result> = { readonly result: Result } | { readonly fault: ErrorRecord };

/** What a worker comes to. */
export type Answer<Result = SentResult> = Outcome<Result> & {
  /** Its name. */
  readonly worker: string;
};

/** The most bytes of a message. */
const MOST_BYTES = 65_536;

export function packOrder(order: Order, secret: string | undefined): Message {
  const { task, url, progress } = order;
  const content = {
    ...describeJob(order),
    ...(url !== undefined && { url }),
    ...(progress && { progress: { ...progress, scores: progress.scores.map(packNumber) } }),
  };
  return sign(describePlace(task), canonicalJSON('task', content), secret);
}

/**
 * The id of the job of an order: the same for the same task on the same data, so that it is done once, wherever it left off. BullMQ
 * refuses a colon, and digits alone.
 */
export const identify = (order: Order): string =>
  `task-${sha256(canonicalJSON('task', describeJob(order))).slice(0, 32)}`;

const describeJob = ({ task, data, sendsNetwork = false, checks }: Order): object => ({
  ...{ arithmetic: ARITHMETIC, data, task },
  ...(sendsNetwork && { sendsNetwork }),
  ...(checks !== undefined && { checks }),
});

/**
 * @throws QueueError if the message isn't signed as the secret demands, or isn't that of the job
 * @throws TypeError, RangeError naming what is wrong in the task
 */
export function unpackOrder(message: unknown, id: string | undefined, secret: string | undefined): Order {
  const text = verify('task', message, secret);
  const content = parse('task', text);
  checkKeys('task', content, ['arithmetic', 'data', 'task', 'url', 'progress', 'sendsNetwork', 'checks']);
  const { arithmetic, data, task, url, progress, sendsNetwork, checks } = content as Record<string, unknown>;
  checkInteger('arithmetic', arithmetic, ARITHMETIC, ARITHMETIC);
  const order = {
    ...{ task: checkTask(task as Task | Shard), data: checkSHA('data', data) },
    ...(url !== undefined && { url: checkType('url', url, 'string') }),
    ...(progress !== undefined && { progress: checkProgress(progress) }),
    ...(sendsNetwork !== undefined && { sendsNetwork: checkType('sendsNetwork', sendsNetwork, 'boolean') }),
    ...(checks !== undefined && { checks: checkType('checks', checks, 'string') }),
  };
  if (identify(order) !== id)
    throw new QueueError({ place: 'task', problem: `is not the task of job ${show(id)}` });
  return order;
}

/** Where a task left off that returns to the queue. @param id the id of its job, so that it counts for no other */
export const packProgress = (
  id: string,
  { network, scores }: SentProgress,
  secret: string | undefined,
): Message =>
  sign(id, canonicalJSON('progress', { id, progress: { network, scores: scores.map(packNumber) } }), secret);

/** @throws QueueError, TypeError, RangeError if it isn't the progress of this job, or not signed */
export function unpackProgress(message: unknown, id: string, secret: string | undefined): SentProgress {
  const place = `progress of ${id}`;
  const content = parse(place, verify(place, message, secret));
  checkKeys(place, content, ['id', 'progress']);
  const { id: given, progress } = content as Record<string, unknown>;
  if (given !== id) throw new QueueError({ place, problem: `is for job ${show(given)}` });
  return checkProgress(progress);
}

function checkSHA(place: string, value: unknown): string {
  const text = checkType(place, value, 'string');
  if (/^[0-9a-f]{64}$/.test(text)) return text;
  throw new RangeFault({ place, problem: `expected a SHA-256, got ${show(value)}` });
}

function checkProgress(value: unknown): SentProgress {
  checkKeys('progress', value, ['network', 'scores']);
  const { network, scores } = value as Record<string, unknown>;
  return { network: checkSHA('progress.network', network), scores: unpackNumbers('progress.scores', scores) };
}

const taskKeys = [
  ...['trial', 'fold', 'repeat', 'spec', 'seed', 'division', 'metric'],
  ...['until', 'thresholds', 'scoresEpochs'],
];

/** Checks all but the options of the training, which it checks itself. */
function checkTask(task: Task | Shard): Task | Shard {
  checkKeys('task', task, [...taskKeys, ...shardNames]);
  return isShard(task) ? checkShard(task) : checkTrial(task);
}

const shardNames = ['shard', 'shards', 'round', 'until', 'train', 'start'];

function checkShard(shard: Partial<Shard>): Shard {
  checkKeys('task', shard, shardNames);
  const shards = checkInteger('task.shards', shard.shards);
  checkInteger('task.shard', shard.shard, 0, shards - 1);
  checkInteger('task.round', shard.round);
  checkInteger('task.until', shard.until);
  checkKeys('task.train', shard.train, shardKeys);
  checkSHA('task.start', shard.start);
  return shard as Shard;
}

function checkTrial(task: Partial<Task>): Task {
  checkKeys('task', task, taskKeys);
  for (const name of ['trial', 'fold', 'repeat'] as const) checkInteger(`task.${name}`, task[name], 0);
  checkInteger('task.seed', task.seed, Number.MIN_SAFE_INTEGER);
  checkKeys('task.spec', task.spec, ['layers', 'loss', 'transforms', 'train']);
  checkDivision(task.division);
  checkMetric('task.metric', task.metric);
  if (task.until !== undefined) checkInteger('task.until', task.until);
  if (task.thresholds !== undefined)
    checkEach('task.thresholds', task.thresholds, (place, loss) => {
      if (loss !== null) checkType(place, loss, 'number');
    });
  checkOptional('task.scoresEpochs', task.scoresEpochs, 'boolean');
  return task as Task;
}

function checkDivision(division: unknown): void {
  const place = 'task.division';
  checkKeys(place, division, ['folds', 'validation', 'seed']);
  const { folds, validation, seed } = division as { folds?: unknown; validation?: unknown; seed: unknown };
  checkInteger(`${place}.seed`, seed, Number.MIN_SAFE_INTEGER);
  if (validation === undefined) checkInteger(`${place}.folds`, folds, 2);
  else if (folds === undefined) checkNumber(`${place}.validation`, validation, 0, 1);
  else throw new TypeFault({ place: `${place}.folds`, problem: "can't be combined with validation" });
}

/** @param id the id of the job, so that a result answers for no other */
export function packAnswer(id: string, answer: Answer, secret: string | undefined): Message {
  const { worker } = answer;
  if ('fault' in answer) {
    const { name, fault, message, divergence } = answer.fault;
    // JSON has no undefined.
    const plain = fault && (JSON.parse(JSON.stringify(fault)) as object);
    const point = divergence && { ...divergence, largestGradient: packNumber(divergence.largestGradient) };
    const record = { name, fault: plain ?? null, message, ...(point && { divergence: point }) };
    return sign(id, canonicalJSON('fault', { id, worker, fault: record }), secret);
  }
  const { state, score, accuracy, epochs, scores, hash, network, error, seconds } = answer.result;
  const result = {
    ...{ state, score: packNumber(score), epochs, scores: scores.map(packNumber), hash, seconds },
    ...(accuracy !== undefined && { accuracy }),
    ...(network !== undefined && { network }),
    ...(error !== undefined && { error }),
  };
  return sign(id, canonicalJSON('result', { id, worker, result }), secret);
}

/**
 * @returns the answer, with the name of its network
 * @throws QueueError if it isn't the answer to this job, or not signed
 */
export function unpackAnswer(message: unknown, id: string, secret: string | undefined): Answer {
  const place = `result of ${id}`;
  try {
    const answer = parse(place, verify(place, message, secret));
    checkKeys(place, answer, ['id', 'worker', 'result', 'fault']);
    const { id: given, worker, result, fault } = answer as Record<string, unknown>;
    if (given !== id) throw new QueueError({ place, problem: `is for job ${show(given)}` });
    return {
      worker: checkType(`${place}: worker`, worker, 'string'),
      ...(fault === undefined
        ? { result: checkResult(place, result as Record<string, unknown>) }
        : { fault: checkFault(`${place}: fault`, fault) }),
    };
  } catch (cause) {
    if (cause instanceof QueueError) throw cause;
    // A RangeError would be taken for one of the trial.
    throw new QueueError(
      { place, problem: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
}

function checkFault(place: string, value: unknown): ErrorRecord {
  checkKeys(place, value, ['name', 'fault', 'message', 'divergence']);
  const { name, fault, message, divergence } = value as Record<string, unknown>;
  if (fault !== null) {
    checkKeys(`${place}.fault`, fault, ['place', 'problem', 'cure', 'option']);
    const { place: where, problem, cure } = fault as Record<string, unknown>;
    for (const text of [where, problem]) checkType(`${place}.fault`, text, 'string');
    checkOptional(`${place}.fault.cure`, cure, 'string');
  }
  return {
    name: checkName(`${place}.name`, name, ['TypeError', 'RangeError', 'DivergenceError']),
    fault: (fault as Fault | null) ?? undefined,
    message: checkType(`${place}.message`, message, 'string'),
    stack: undefined,
    divergence: divergence === undefined ? undefined : checkPoint(`${place}.divergence`, divergence),
  };
}

function checkPoint(place: string, value: unknown): NonNullable<ErrorRecord['divergence']> {
  checkKeys(place, value, ['epoch', 'step', 'layer', 'largestGradient']);
  const { epoch, step, layer, largestGradient } = value as Record<string, unknown>;
  return {
    epoch: checkInteger(`${place}.epoch`, epoch),
    step: checkInteger(`${place}.step`, step),
    layer: checkInteger(`${place}.layer`, layer, 0),
    largestGradient: unpackNumber(`${place}.largestGradient`, largestGradient),
  };
}

/** @throws the error that the task itself is to blame for */
export function openOutcome<Result>(outcome: Outcome<Result>): Result {
  if ('fault' in outcome) throw unpackError(outcome.fault);
  return outcome.result;
}

const resultNames = [
  ...['state', 'score', 'accuracy', 'epochs', 'scores', 'hash', 'network', 'error', 'seconds'],
];

function checkResult(place: string, value: Record<string, unknown>): SentResult {
  checkKeys(place, value, resultNames);
  const { state, score, accuracy, epochs, scores, hash, network, error, seconds } = value;
  return {
    state: checkName(`${place}: state`, state, ['complete', 'stopped', 'pruned', 'diverged']),
    score: unpackNumber(`${place}: score`, score),
    ...(accuracy !== undefined && { accuracy: checkType(`${place}: accuracy`, accuracy, 'number') }),
    epochs: checkInteger(`${place}: epochs`, epochs, 0),
    scores: unpackNumbers(`${place}: scores`, scores),
    hash: checkType(`${place}: hash`, hash, 'string'),
    ...(network !== undefined && { network: checkSHA(`${place}: network`, network) }),
    ...(error !== undefined && { error: checkType(`${place}: error`, error, 'string') }),
    seconds: checkType(`${place}: seconds`, seconds, 'number'),
  };
}

/** JSON has no Infinity, no NaN and no −0. */
const words: Readonly<Record<string, number>> = { NaN, Infinity, '-Infinity': -Infinity, '-0': -0 };
const packNumber = (value: number): number | string =>
  Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value);

const unpackNumber = (place: string, value: unknown): number =>
  typeof value === 'string'
    ? words[checkName(place, value, Object.keys(words))]!
    : checkType(place, value, 'number');

const unpackNumbers = (place: string, values: unknown): number[] =>
  checkArray(place, values).map((one, i) => unpackNumber(`${place}[${i}]`, one));

function parse(place: string, text: string): unknown {
  try {
    return JSON.parse(text, (name, member: unknown) => {
      if (name === '__proto__') throw new TypeFault({ place, problem: `unknown ${show(name)}` });
      return member;
    });
  } catch (cause) {
    if (cause instanceof TypeFault) throw cause;
    throw new QueueError({ place, problem: 'is not JSON' }, { cause });
  }
}

/** Where the user wants no warnings of their own. */
export const warnProcess = (message: string): void => process.emitWarning(message);

/** Milliseconds within which a warning that comes again is the same. */
const SAME = 60_000;

/** Passes a warning on when it comes first: a server that is away leads to the same ones again and again. */
export function quieten(warn: (message: string) => void): (message: string) => void {
  const last = new Map<string, number>();
  return (message) => {
    const now = performance.now();
    for (const [text, at] of last) if (now - at > SAME) last.delete(text);
    const isNew = !last.has(message);
    last.set(message, now);
    if (isNew) warn(message);
  };
}

const compute = (text: string, secret: string): string =>
  createHmac('sha256', secret).update(text).digest('hex');

/** @throws RangeError if the message is too long */
function sign(place: string, text: string, secret: string | undefined): Message {
  const bytes = Buffer.byteLength(text);
  if (bytes > MOST_BYTES) {
    throw new RangeFault({
      place,
      problem: `its message has ${bytes} bytes; the queue takes at most ${MOST_BYTES}`,
    });
  }
  return secret === undefined ? { text } : { text, signature: compute(text, secret) };
}

/** @returns the text of the message */
function verify(place: string, message: unknown, secret: string | undefined): string {
  checkKeys(place, message, ['text', 'signature']);
  const { text, signature } = message as { text: unknown; signature?: unknown };
  checkType(place, text, 'string');
  const bytes = Buffer.byteLength(text as string);
  if (bytes > MOST_BYTES)
    throw new RangeFault({ place, problem: `has ${bytes} bytes; expected at most ${MOST_BYTES}` });
  if (secret === undefined && signature !== undefined)
    throw new QueueError({ place, problem: 'is signed', cure: 'set BP4_SECRET here too' });
  if (secret !== undefined) {
    const expected = Buffer.from(compute(text as string, secret));
    const given = Buffer.from(typeof signature === 'string' ? signature : '');
    if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
      throw new QueueError({
        place,
        problem: signature === undefined ? 'is not signed' : 'is signed with another secret',
        cure: 'set the same BP4_SECRET everywhere',
      });
    }
  }
  return text as string;
}

/**
 * The result of a task, or the error that the task itself is to blame for: another worker would throw the same.
 * @throws other errors
 */
export async function settle<Result>(running: Promise<Result>): Promise<Outcome<Result>> {
  try {
    return { result: await running };
  } catch (error) {
    const isOfTask =
      error instanceof TypeError || error instanceof RangeError || error instanceof DivergenceError;
    if (isOfTask) return { fault: packError(error) };
    throw error;
  }
}
