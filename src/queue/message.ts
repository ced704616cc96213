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
import { RangeFault, TypeFault, type Fault } from '../errors.js';
import { canonicalJSON } from '../search/canonical-json.js';
import { checkMetric } from '../search/scores.js';
import { ARITHMETIC } from '../search/study.js';
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
  readonly task: Task;
  /** SHA-256 of the dataset, as `save` returns it. */
  readonly data: string;
  /** Where the dataset can be fetched. */
  readonly url?: string;
  /** The worker whose result this one checks, and which therefore mustn't run it. */
  readonly checks?: string;
}

/** The result of a task, or the error that the task itself is to blame for. */
export type Outcome = { readonly result: TaskResult } | { readonly fault: ErrorRecord };

/** What a worker comes to. */
export type Answer = Outcome & {
  /** Its name. */
  readonly worker: string;
};

/** The most bytes of a message. */
const MOST_BYTES = 65_536;

export const packOrder = (order: Order, secret: string | undefined): Message =>
  sign(
    `trial ${order.task.trial}`,
    canonicalJSON('task', { ...identity(order), ...(order.url !== undefined && { url: order.url }) }),
    secret,
  );

/** What tells an order from others. */
const identity = ({ task, data, checks }: Order): object => ({
  ...{ arithmetic: ARITHMETIC, data, task },
  ...(checks !== undefined && { checks }),
});

/**
 * The id of the job of an order: the same for the same task on the same data, so that it is done once. BullMQ refuses a colon, and
 * digits alone.
 */
export function identify(order: Order): string {
  return `task-${sha256(canonicalJSON('task', identity(order))).slice(0, 32)}`;
}

/**
 * @throws QueueError if the message isn't signed as the secret demands, or isn't that of the job
 * @throws TypeError, RangeError naming what is wrong in the task
 */
export function unpackOrder(message: unknown, id: string | undefined, secret: string | undefined): Order {
  const text = verify('task', message, secret);
  const content = parse('task', text);
  checkKeys('task', content, ['arithmetic', 'data', 'task', 'url', 'checks']);
  const { arithmetic, data, task, url, checks } = content as Record<string, unknown>;
  checkInteger('arithmetic', arithmetic, ARITHMETIC, ARITHMETIC);
  if (!/^[0-9a-f]{64}$/.test(checkType('data', data, 'string')))
    throw new RangeFault({ place: 'data', problem: `expected a SHA-256, got ${show(data)}` });
  checkOptional('url', url, 'string');
  checkOptional('checks', checks, 'string');
  const order = {
    ...{ task: checkTask(task), data: data as string },
    ...(url !== undefined && { url: url as string }),
    ...(checks !== undefined && { checks: checks as string }),
  };
  if (identify(order) !== id)
    throw new QueueError({ place: 'task', problem: `is not the one of its job ${show(id)}` });
  return order;
}

const taskKeys = [
  ...['trial', 'fold', 'repeat', 'spec', 'seed', 'division', 'metric'],
  ...['until', 'thresholds', 'scoresEpochs'],
];

/** Checks all but the spec, which the training checks. */
function checkTask(value: unknown): Task {
  checkKeys('task', value, taskKeys);
  const task = value as Partial<Task>;
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
export function packAnswer(id: string, answer: Answer, secret: string | undefined): Message {
  const { worker } = answer;
  if ('fault' in answer) {
    const { name, fault, message } = answer.fault;
    // JSON has no undefined.
    const plain = fault && (JSON.parse(JSON.stringify(fault)) as object);
    const record = { name, fault: plain ?? null, message };
    return sign(id, canonicalJSON('fault', { id, worker, fault: record }), secret);
  }
  const { state, score, epochs, scores, hash, error, seconds } = answer.result;
  const result = {
    ...{ state, score: packNumber(score), epochs, scores: scores.map(packNumber), hash, seconds },
    ...(error !== undefined && { error }),
  };
  return sign(id, canonicalJSON('result', { id, worker, result }), secret);
}

/**
 * @returns the answer, without a network
 * @throws QueueError if it isn't the answer to this job, or not signed
 */
export function unpackAnswer(message: unknown, id: string, secret: string | undefined): Answer {
  const place = `result of ${id}`;
  try {
    const answer = parse(place, verify(place, message, secret));
    checkKeys(place, answer, ['id', 'worker', 'result', 'fault']);
    const { id: given, worker, result, fault } = answer as Record<string, unknown>;
    if (given !== id) throw new QueueError({ place, problem: `is that of ${show(given)}` });
    return {
      worker: checkType(`${place}: worker`, worker, 'string'),
      ...(fault === undefined
        ? { result: checkResult(place, result) }
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
  checkKeys(place, value, ['name', 'fault', 'message']);
  const { name, fault, message } = value as Record<string, unknown>;
  if (fault !== null) {
    checkKeys(`${place}.fault`, fault, ['place', 'problem', 'cure', 'option']);
    const { place: where, problem, cure } = fault as Record<string, unknown>;
    for (const text of [where, problem]) checkType(`${place}.fault`, text, 'string');
    checkOptional(`${place}.fault.cure`, cure, 'string');
  }
  return {
    name: checkName(`${place}.name`, name, ['TypeError', 'RangeError']),
    fault: (fault as Fault | null) ?? undefined,
    message: checkType(`${place}.message`, message, 'string'),
    ...{ stack: undefined, divergence: undefined },
  };
}

/** @throws the error that the task itself is to blame for */
export function openOutcome(outcome: Outcome): TaskResult {
  if ('fault' in outcome) throw unpackError(outcome.fault);
  return outcome.result;
}

function checkResult(place: string, value: unknown): TaskResult {
  checkKeys(place, value, ['state', 'score', 'epochs', 'scores', 'hash', 'error', 'seconds']);
  const { state, score, epochs, scores, hash, error, seconds } = value as Record<string, unknown>;
  return {
    state: checkName(`${place}: state`, state, ['complete', 'stopped', 'pruned', 'diverged']),
    score: unpackNumber(`${place}: score`, score),
    epochs: checkInteger(`${place}: epochs`, epochs, 0),
    scores: checkArray(`${place}: scores`, scores).map((one) => unpackNumber(`${place}: scores`, one)),
    hash: checkType(`${place}: hash`, hash, 'string'),
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

/**
 * The result of a task, or the error that the task itself is to blame for: another worker would throw the same.
 * @throws other errors
 */
export async function settle(running: Promise<TaskResult>): Promise<Outcome> {
  try {
    return { result: await running };
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError) return { fault: packError(error) };
    throw error;
  }
}
