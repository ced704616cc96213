import { beforeAll, expect, it } from 'vitest';
import { fromONNX, toONNX } from '../src/formats/onnx/index.js';
import { FormatError, Network } from '../src/index.js';
import { Random } from '../src/model/random.js';
import { brokenModel } from './support/broken-onnx.js';
import { file, node, tensor, withoutMetadata } from './support/onnx.js';

// Whatever bytes `fromONNX` is given, it gives a network of finite weights or a FormatError. BP4_FUZZ=1000000 tries a million.

const TRIES = Number(process.env['BP4_FUZZ'] ?? 10_000);

let files: Uint8Array[];
beforeAll(async () => {
  const own = await Network.create({
    inputs: 3,
    layers: [
      { units: 2, activation: 'gelu' },
      { units: 2, activation: 'elu', alpha: 0.5 },
    ],
    transforms: {
      inputs: [
        { kind: 'standardise', mean: 2000, deviation: 3, name: 'year' },
        { kind: 'oneHot', categories: ['a', 'b'] },
      ],
      targets: [{ kind: 'minMax', least: 1, most: 3 }, { kind: 'identity' }],
    },
  });
  const numbersOnly = await Network.create({
    inputs: 2,
    layers: [
      { units: 2, activation: 'leakyRelu' },
      { units: 2, activation: 'softmax' },
    ],
    transforms: { inputs: [{ kind: 'minMax', least: 0, most: 3 }, { kind: 'identity' }] },
  });
  const written = file(
    [
      node('Reshape', ['x', 'shape'], 'r'),
      node('MatMul', ['r', 'w'], 'm'),
      node('Add', ['m', 'b'], 'z'),
      node('Pow', ['z', 'two'], 'p'),
      node('Sigmoid', ['z'], 's'),
      node('Mul', ['z', 's'], 'a'),
      node('Transpose', ['w'], 't', { perm: [1, 0] }),
      node('Gemm', ['a', 't', 'b3'], 'z1', { alpha: 0.5, transB: 0 }),
      node('Softmax', ['z1'], 'y', { axis: 1 }),
    ],
    [
      ...[tensor('w', 3, 2), tensor('b', 2), tensor('b3', 1, 3)],
      { name: 'shape', dims: [2], dataType: 6, int32Data: [0, 3] },
      { name: 'two', dims: [], dataType: 1, floatData: [2] },
    ],
    {
      graph: {
        input: [
          { name: 'x', type: { tensor: { elementType: 1, shape: { dim: [{ name: 'n' }, { size: 3 }] } } } },
        ],
      },
    },
  );
  files = [toONNX(own), withoutMetadata(toONNX(numbersOnly)), written];
});

/** What no check of ours says, but an engine where something was used unchecked. */
const unchecked =
  /cannot|undefined \(|not a function|not iterable|invalid|call stack|allocation|out of bounds|outside|detached/i;

it(`${TRIES} broken files`, { timeout: 60_000 + 10 * TRIES }, async () => {
  const random = Random.fromSeed(TRIES);
  const counts = { refused: 0, read: 0 };
  const messages = new Set<string>();
  let slowest = 0;
  for (let i = 0; i < TRIES; i++) {
    const bytes = brokenModel(random, files);
    const { answer, taken } = await read(bytes);
    // once more where it was slow: garbage may have been collected
    if (taken > slowest) slowest = Math.max(slowest, Math.min(taken, (await read(bytes)).taken));
    if (answer instanceof Network) {
      const values = answer.layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
      if (!values.every(Number.isFinite)) expect.fail(`weights that are not finite: ${hex(bytes)}`);
      answer.dispose();
      counts.read++;
    } else {
      if (
        !(answer instanceof FormatError) ||
        unchecked.test(answer.message) ||
        answer.message.length > 1000
      ) {
        throw new Error(`try ${i}: ${hex(bytes)}`, { cause: answer });
      }
      messages.add(answer.message.replace(/'[^']*'|\d+/g, '…').slice(0, 100));
      counts.refused++;
    }
  }
  if (process.env['BP4_FUZZ'])
    console.log(counts, `slowest ${slowest.toFixed(1)} ms`, messages.size, 'messages');
  // that both ways are taken often, and by many checks
  expect(counts.read).toBeGreaterThan(TRIES / 100);
  expect(counts.refused).toBeGreaterThan(TRIES / 2);
  expect(messages.size).toBeGreaterThan(50);
});

/** The network, or what was thrown; and the milliseconds that it took the processor, whatever else the machine did. */
async function read(bytes: Uint8Array): Promise<{ answer: unknown; taken: number }> {
  const before = process.cpuUsage();
  const answer = await fromONNX(bytes, { engine: 'reference' }).catch((error: unknown) => error);
  const { user, system } = process.cpuUsage(before);
  return { answer, taken: (user + system) / 1000 };
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
