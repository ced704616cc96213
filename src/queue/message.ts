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
}

/** Progress whose network, as `save` returns it, is in the queue under its SHA-256. */
interface SentProgress {
  readonly network: string;
  readonly scores: readonly number[];
}

/** A result whose network, if it was asked for, is in the queue under its SHA-256. */
export interface SentResult extends Omit<TaskResult, 'network'> {
  readonly network?: string;
}

/** The result of a task, or the error that the task itself is to blame for. */
export type Outcome = { readonly result: SentResult } | { readonly fault: ErrorRecord };

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

const describeJob = ({ task, data, sendsNetwork = false }: Order): object => ({
  ...{ arithmetic: ARITHMETIC, data, task },
  ...(sendsNetwork && { sendsNetwork }),
});

/**
 * @throws QueueError if the message isn't signed as the secret demands, or isn't that of the job
 * @throws TypeError, RangeError naming what is wrong in the task
 */
export function unpackOrder(message: unknown, id: string | undefined, secret: string | undefined): Order {
  const text = verify('task', message, secret);
  const content = parse('task', text);
  checkKeys('task', content, ['arithmetic', 'data', 'task', 'url', 'progress', 'sendsNetwork']);
  const { arithmetic, data, task, url, progress, sendsNetwork } = content as Record<string, unknown>;
  checkInteger('arithmetic', arithmetic, ARITHMETIC, ARITHMETIC);
  const order = {
    ...{ task: checkTask(task as Task | Shard), data: checkSHA('data', data) },
    ...(url !== undefined && { url: checkType('url', url, 'string') }),
    ...(progress !== undefined && { progress: checkProgress(progress) }),
    ...(sendsNetwork !== undefined && { sendsNetwork: checkType('sendsNetwork', sendsNetwork, 'boolean') }),
  };
  if (identify(order) !== id)
    throw new QueueError({ place: 'task', problem: `is not the one of its job ${show(id)}` });
  return order;
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
  else throw new TypeFault({ place: `${place}.folds`, problem: 'excludes validation' });
}

/** @param id the id of the job, so that a result answers for no other */
export function packOutcome(id: string, outcome: Outcome, secret: string | undefined): Message {
  if ('fault' in outcome) {
    const { name, fault, message, divergence } = outcome.fault;
    // JSON has no undefined.
    const plain = fault && (JSON.parse(JSON.stringify(fault)) as object);
    const point = divergence && { ...divergence, largestGradient: packNumber(divergence.largestGradient) };
    const record = { name, fault: plain ?? null, message, ...(point && { divergence: point }) };
    return sign(id, canonicalJSON('fault', { id, fault: record }), secret);
  }
  const { state, score, accuracy, epochs, scores, hash, network, error, seconds } = outcome.result;
  const result = {
    ...{ state, score: packNumber(score), epochs, scores: scores.map(packNumber), hash, seconds },
    ...(accuracy !== undefined && { accuracy }),
    ...(network !== undefined && { network }),
    ...(error !== undefined && { error }),
  };
  return sign(id, canonicalJSON('result', { id, result }), secret);
}

/**
 * @returns the result, with the name of its network
 * @throws the error that the task itself is to blame for
 * @throws QueueError, TypeError, RangeError if it isn't the result of this job, or not signed
 */
export function unpackOutcome(message: unknown, id: string, secret: string | undefined): SentResult {
  const place = `result of ${id}`;
  let outcome: { id?: unknown; result?: unknown; fault?: unknown };
  try {
    outcome = parse(place, verify(place, message, secret)) as typeof outcome;
    checkKeys(place, outcome, ['id', 'result', 'fault']);
    if (outcome.id !== id) throw new QueueError({ place, problem: `is that of ${show(outcome.id)}` });
    if (outcome.fault === undefined) return checkResult(place, outcome.result as Record<string, unknown>);
  } catch (cause) {
    if (cause instanceof QueueError) throw cause;
    // A RangeError would be taken for one of the trial.
    throw new QueueError(
      { place, problem: cause instanceof Error ? cause.message : String(cause) },
      { cause },
    );
  }
  const {
    name,
    fault,
    message: text,
    divergence,
  } = outcome.fault as Omit<ErrorRecord, 'fault'> & { fault: Fault | null };
  throw unpackError({
    name,
    fault: fault ?? undefined,
    message: text,
    stack: undefined,
    divergence: divergence && {
      ...divergence,
      largestGradient: unpackNumber(place, divergence.largestGradient),
    },
  });
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

/** Whether the task itself is to blame: another worker would throw the same. */
export function packFault(error: unknown): Outcome | undefined {
  const isOfTask =
    error instanceof TypeError || error instanceof RangeError || error instanceof DivergenceError;
  return isOfTask ? { fault: packError(error) } : undefined;
}
