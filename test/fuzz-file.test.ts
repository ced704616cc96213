import { expect, it } from 'vitest';
import { FormatError, Network, type ActivationName } from '../src/index.js';
import { single } from '../src/kernels/reference/numerics.js';
import { referenceKernels } from '../src/kernels/reference/reference.js';
import { save } from '../src/model/file.js';
import { Model } from '../src/model/model.js';
import { Random } from '../src/model/random.js';
import { checkSpec } from '../src/model/spec.js';
import { mutated } from './support/mutations.js';

// Whatever bytes `load` is given, it gives a network of finite weights or a FormatError. BP4_FUZZ=1000000 tries a million.

const TRIES = Number(process.env['BP4_FUZZ'] ?? 30_000);

/** A saved network, with the state of a training where `training` is given. */
function fileOf(
  inputs: number,
  units: readonly number[],
  activation: ActivationName,
  training?: object,
): Uint8Array {
  const spec = checkSpec({ inputs, layers: units.map((units) => ({ units, activation })), seed: inputs });
  const model = new Model(spec, referenceKernels(single));
  const random = Random.fromSeed(spec.seed);
  model.initialize(random);
  const tensors = new Map([['adam.m', { shape: [2, 3], values: new Float32Array(6) }]]);
  return save(model, random, training && { json: training, tensors });
}

const files = [
  fileOf(1, [1], 'linear'),
  fileOf(3, [4, 2], 'tanh'),
  fileOf(2, [3, 3, 1], 'sigmoid', { step: 12, generator: [1, 2, 3, 4], optimizer: { name: 'adam', t: 7 } }),
];

/** What no check of ours says, but an engine where something was used unchecked. */
const unchecked =
  /cannot|undefined \(|not a function|not iterable|invalid|call stack|allocation|out of bounds|outside|detached/i;

it(`${TRIES} broken files`, { timeout: 60_000 + TRIES }, async () => {
  const random = Random.fromSeed(TRIES);
  const counts = { refused: 0, loaded: 0 };
  let slowest = 0;
  const messages = new Set<string>();
  for (let i = 0; i < TRIES; i++) {
    const bytes = mutated(random, files);
    const started = performance.now();
    const answer = await load(bytes);
    const taken = performance.now() - started;
    // once more where it was slow: the machine may have been busy with something else
    if (taken > slowest) slowest = Math.max(slowest, Math.min(taken, await timeOf(bytes)));
    if (answer instanceof Network) {
      const values = answer.layers.flatMap(({ weights, biases }) => [...weights, ...biases]);
      if (!values.every(Number.isFinite)) expect.fail(`loaded weights that are not finite: ${hex(bytes)}`);
      answer.dispose();
      counts.loaded++;
    } else {
      if (!(answer instanceof FormatError) || unchecked.test(answer.message)) {
        throw new Error(`try ${i}: ${hex(bytes)}`, { cause: answer });
      }
      messages.add(answer.message.replace(/'[^']*'|\d+/g, '…').slice(0, 100));
      counts.refused++;
    }
  }
  if (process.env['BP4_FUZZ'])
    console.log(counts, `slowest ${slowest.toFixed(1)} ms`, messages.size, 'messages');
  // that both ways are taken often, and by many checks
  expect(counts.loaded).toBeGreaterThan(TRIES / 100);
  expect(counts.refused).toBeGreaterThan(TRIES / 2);
  expect(messages.size).toBeGreaterThan(50);
});

/** The network, or what was thrown. */
const load = (bytes: Uint8Array): Promise<unknown> =>
  Network.load(bytes, { engine: 'reference' }).catch((error: unknown) => error);

async function timeOf(bytes: Uint8Array): Promise<number> {
  const started = performance.now();
  const answer = await load(bytes);
  const taken = performance.now() - started;
  if (answer instanceof Network) answer.dispose();
  return taken;
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
