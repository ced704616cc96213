import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Task } from '../../src/search/task.js';
import {
  identify,
  openOutcome,
  packAnswer,
  packOrder,
  settle,
  unpackAnswer,
  unpackOrder,
  type Order,
  type SentResult,
} from '../../src/queue/message.js';
import { RangeFault } from '../../src/errors.js';

const task: Task = {
  ...{ trial: 3, fold: 1, repeat: 0, seed: -7, metric: 'rSquared' },
  spec: { layers: [{ units: 1, activation: 'linear' }], train: { epochs: 2 } },
  division: { folds: 2, seed: 0 },
};
const order: Order = { task, data: 'ab'.repeat(32) };
const progress = { network: 'ef'.repeat(32), scores: [0.5, Infinity, -0] };
const id = identify(order);

/** The text of the order, with some members replaced. */
function forge(
  change: (content: { task: Record<string, unknown> } & Record<string, unknown>) => void,
): string {
  const content = JSON.parse(packOrder(order, undefined).text) as Parameters<typeof change>[0];
  change(content);
  return JSON.stringify(content);
}

describe('a task', () => {
  it('crosses as it was, signed or not', () => {
    expect(unpackOrder(packOrder(order, undefined), id, undefined)).toEqual(order);
    const withURL = { ...order, url: 'https://host/a.bp4data?signed' };
    expect(unpackOrder(packOrder(withURL, 'secret'), id, 'secret')).toEqual(withURL);
    const withMore = { ...order, progress, sendsNetwork: true, checks: 'node7:4123:9f3a' };
    expect(unpackOrder(packOrder(withMore, undefined), identify(withMore), undefined)).toEqual(withMore);
  });

  it('has the same id wherever its data are fetched and it left off, and another for each difference', () => {
    expect(identify({ ...order, url: 'https://host' })).toBe(id);
    expect(identify({ ...order, progress, sendsNetwork: false })).toBe(id);
    expect(identify({ ...order, sendsNetwork: true })).not.toBe(id);
    expect(id).toMatch(/^task-[0-9a-f]{32}$/);
    expect(identify({ ...order, task: { ...task, until: 1 } })).not.toBe(id);
    expect(identify({ ...order, data: 'cd'.repeat(32) })).not.toBe(id);
    expect(identify({ ...order, checks: 'node7' })).not.toBe(id);
  });

  it.each([
    ['is not an object', 'text', /^task: expected an object/],
    ['has no text', { text: 1 }, /^task: expected a string/],
    ['has another member', { text: '{}', more: 1 }, /^task: unknown 'more'/],
    ['is not JSON', { text: '{' }, /^task is not JSON/],
    ['is too long', { text: `"${'x'.repeat(70_000)}"` }, /^task has 70002 bytes; expected at most 65536/],
    ['holds __proto__', { text: '{"task":{"spec":{"__proto__":{}}}}' }, /^task: unknown '__proto__'/],
    ['is of another arithmetic', { text: forge((it) => (it['arithmetic'] = 2)) }, /^arithmetic: expected/],
    [
      'names no data',
      { text: forge((it) => (it['data'] = '../../etc/passwd')) },
      /^data: expected a SHA-256/,
    ],
    ['has an unknown name', { text: forge((it) => (it.task['path'] = '/')) }, /^task: unknown 'path'/],
    [
      'has an unknown name in its spec',
      { text: forge((it) => (it.task['spec'] = { code: '' })) },
      /^task.spec: unknown/,
    ],
    [
      'has a fold that is text',
      { text: forge((it) => (it.task['fold'] = '1')) },
      /^task.fold: expected a whole/,
    ],
    [
      'has two divisions',
      { text: forge((it) => (it.task['division'] = { folds: 2, validation: 0.5, seed: 0 })) },
      /can't be combined/,
    ],
    [
      'has no such metric',
      { text: forge((it) => (it.task['metric'] = 'toString')) },
      /^task.metric: expected one of/,
    ],
    [
      'has a threshold that is text',
      { text: forge((it) => (it.task['thresholds'] = ['1'])) },
      /^task.thresholds\[0\]/,
    ],
    [
      'left off at a network that is no SHA-256',
      { text: forge((it) => (it['progress'] = { network: '../up', scores: [] })) },
      /^progress.network: expected a SHA-256, got '..\/up'/,
    ],
    [
      'left off with a score that is text',
      { text: forge((it) => (it['progress'] = { ...progress, scores: [1, 'one'] })) },
      /^progress.scores\[1\]: expected one of 'NaN'/,
    ],
    [
      'left off with an unknown name',
      { text: forge((it) => (it['progress'] = { ...progress, path: '/' })) },
      /^progress: unknown 'path'/,
    ],
    [
      'asks for a network in words',
      { text: forge((it) => (it['sendsNetwork'] = 'yes')) },
      /^sendsNetwork: expected a boolean/,
    ],
    [
      'is that of another job',
      { text: forge((it) => (it.task['seed'] = 8)) },
      /^task is not the task of job/,
    ],
  ])('is refused if it %s', (_, message, error) => {
    expect(() => unpackOrder(message, id, undefined)).toThrow(error);
  });

  it('is refused unless it is signed with the same secret', () => {
    expect(() => unpackOrder(packOrder(order, undefined), id, 'secret')).toThrow(/^task is not signed; set/);
    expect(() => unpackOrder(packOrder(order, 'other'), id, 'secret')).toThrow(
      /is signed with another secret/,
    );
    expect(() => unpackOrder(packOrder(order, 'secret'), id, undefined)).toThrow(/^task is signed; set/);
    const { signature } = packOrder(order, 'secret');
    const changed = { text: packOrder({ ...order, url: 'https://host' }, undefined).text, signature };
    expect(() => unpackOrder(changed, id, 'secret')).toThrow(/is signed with another secret/);
  });

  it('is signed by HMAC-SHA256 of its text', () => {
    const { text, signature } = packOrder(order, 'secret');
    expect(signature).toBe(createHmac('sha256', 'secret').update(text).digest('hex'));
  });

  it('is too large for the queue with 20,000 thresholds', () => {
    const thresholds = Array.from({ length: 20_000 }, (_, e) => e / 3);
    expect(() => packOrder({ ...order, task: { ...task, thresholds } }, undefined)).toThrow(
      /^trial 3, fold 1: its message has \d+ bytes/,
    );
  });
});

const result: SentResult = {
  ...{ state: 'complete', score: 0.1, epochs: 2, scores: [0.2, 0.1], hash: '0123456789abcdef', seconds: 0.5 },
};

const worker = 'node7:4123:9f3a';

describe('a result', () => {
  it.each([
    result,
    { ...result, state: 'diverged' as const, score: Infinity, hash: '', error: 'loss is NaN' },
    { ...result, score: -0, scores: [-Infinity, NaN] },
    { ...result, network: 'ef'.repeat(32) },
  ])('crosses as it was: %o', (one) => {
    const message = packAnswer(id, { result: one, worker }, 'secret');
    expect(unpackAnswer(JSON.parse(JSON.stringify(message)), id, 'secret')).toEqual({ result: one, worker });
  });

  it('throws what the task is to blame for, as its own class', async () => {
    const fault = new RangeFault({ place: 'layers[0].units', problem: 'expected more' });
    const outcome = await settle<never>(Promise.reject(fault));
    const answer = unpackAnswer(packAnswer(id, { ...outcome, worker }, undefined), id, undefined);
    expect(() => openOutcome(answer)).toThrow(RangeFault);
    expect(() => openOutcome(answer)).toThrow(/^layers\[0\].units: expected more$/);
  });

  const other = 'task-ffff';
  it.each([
    [
      'of another job',
      packAnswer(other, { result, worker }, undefined),
      undefined,
      /is for job 'task-ffff'$/,
    ],
    ['that is not signed', packAnswer(id, { result, worker }, undefined), 'secret', /is not signed/],
    ['that is nothing', null, undefined, /expected an object/],
    [
      'that names no worker',
      { text: `{"id":"${id}","result":{}}` },
      undefined,
      /worker: expected a string, got undefined/,
    ],
    [
      'that throws an error of its own',
      { text: `{"id":"${id}","worker":"w","fault":{"name":"QueueError","fault":null,"message":""}}` },
      undefined,
      /fault.name: expected one of 'TypeError', 'RangeError', 'DivergenceError', got 'QueueError'/,
    ],
    [
      'that throws an error without a place',
      { text: `{"id":"${id}","worker":"w","fault":{"name":"TypeError","fault":{},"message":""}}` },
      undefined,
      /fault.fault: expected a string, got undefined/,
    ],
    [
      'without a score',
      { text: `{"id":"${id}","worker":"w","result":{"state":"complete"}}` },
      undefined,
      /score: expected a number/,
    ],
    [
      'with a state of its own',
      { text: `{"id":"${id}","worker":"w","result":{"state":"best"}}` },
      undefined,
      /state: expected one of/,
    ],
    [
      'with a network in place of its name',
      packAnswer(id, { result: { ...result, network: 'bytes' }, worker }, undefined),
      undefined,
      /network: expected a SHA-256, got 'bytes'$/,
    ],
  ])('%s is a QueueError, which fails the study and not the trial', (_, message, secret, text) => {
    expect(() => unpackAnswer(message, id, secret)).toThrow(
      expect.objectContaining({ name: 'QueueError', message: expect.stringMatching(text) as string }),
    );
  });
});
