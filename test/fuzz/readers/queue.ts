import { Dataset } from '../../../src/data/index.js';
import { identify, packAnswer, packOrder, unpackAnswer, unpackOrder } from '../../../src/queue/message.js';
import { QueueError } from '../../../src/queue/queue-error.js';
import type { Task } from '../../../src/search/task.js';
import { byteMutations } from '../mutations/bytes.js';
import { inJSON } from '../mutations/json.js';
import type { Reader } from '../reader.js';

const words = [
  'task',
  'spec',
  'layers',
  'train',
  'fold',
  'folds',
  'division',
  'seed',
  'scores',
  'Infinity',
  '-0',
];

const task: Task = {
  ...{ trial: 3, fold: 1, repeat: 0, seed: -7, metric: 'rSquared' },
  spec: { layers: [{ units: 1, activation: 'linear' }], train: { epochs: 2 } },
  division: { folds: 2, seed: 0 },
};
const hash = 'ab'.repeat(32);
const orders = [
  { task, data: hash },
  {
    task,
    data: hash,
    url: 'https://host/a',
    progress: { network: hash, scores: [1, -0] },
    sendsNetwork: true,
  },
  { task, data: hash, checks: 'node7:1:0000' },
];
const id = 'task-1';
const worker = 'node7:1:0000';
const result = { state: 'complete', score: 1, epochs: 2, scores: [Infinity], hash: '', seconds: 1 } as const;
const fault = { name: 'RangeError', fault: undefined, message: 'm', stack: undefined, divergence: undefined };
const answers = [
  { worker, result },
  { worker, result: { ...result, network: hash, error: 'e' } },
  { worker, fault },
];

/** The texts that messages hold. */
const asFiles = (texts: readonly string[]): Buffer[] => texts.map((text) => Buffer.from(text));

export const queueReaders: readonly Reader[] = [
  {
    name: 'unpackOrder',
    seeds: asFiles(orders.map((order) => packOrder(order, undefined).text)),
    mutations: [...byteMutations, inJSON(words), inJSON(words), inJSON(words)],
    errors: [TypeError, RangeError, QueueError],
    read(bytes) {
      const text = Buffer.from(bytes).toString();
      return unpackOrder({ text }, identifyAny(text), undefined);
    },
  },
  {
    name: 'unpackAnswer',
    seeds: asFiles(answers.map((answer) => packAnswer(id, answer, undefined).text)),
    mutations: [...byteMutations, inJSON(words), inJSON(words), inJSON(words)],
    errors: [QueueError],
    read: (bytes) => unpackAnswer({ text: Buffer.from(bytes).toString() }, id, undefined),
  },
  {
    name: 'Dataset.load',
    seeds: [
      Dataset.fromArrays({ inputs: [[0, 1], [2, 3]], targets: [[1], [3]] }), // prettier-ignore
      Dataset.fromCSV('size,color,kind\n1,red,a\n2.5,green,b\n', { label: 'kind', categorical: ['color'] }),
    ].map((data) => data.save()),
    mutations: byteMutations,
    read: (bytes) => Dataset.load(bytes),
  },
];

/** The id under which an order is accepted, so that mutations get past it; of what isn't one, any. */
function identifyAny(text: string): string {
  try {
    return identify(JSON.parse(text) as Parameters<typeof identify>[0]);
  } catch {
    return id;
  }
}
