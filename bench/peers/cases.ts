import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Network } from '../../dist/index.js';
import { mnist, type LabelledBytes } from '../../examples/idx.mjs';
import { Random } from '../../src/base/random.js';
import { trainingCases, type TrainingCase } from '../shapes.js';

/** A case with the training data of all peers, and the questions that they then answer. */
export interface PeerCase extends TrainingCase {
  /** Passes over all the data before the questions, so that the results can be compared. */
  readonly epochs: number;
  /** XOR trains in order, because shuffling four samples is unusual. */
  readonly shuffle: boolean;
  readonly data: LabelledBytes;
  readonly questions: LabelledBytes;
  /** The unit of the rate. An epoch of XOR has four samples. */
  readonly unit: 'epochs/s' | 'samples/s';
}

/**
 * The number of MNIST samples to learn. An epoch of the slowest peer takes half a minute. The number is a multiple of the
 * mini-batch size, because some peers compile their step for one size.
 */
const samples: Record<string, number> = {
  '[784, 30, 10] b10': 60_000,
  '[784, 128, 10] b32': 9600,
  '[784, 512, 512, 10] b128': 3840,
};

const xor: LabelledBytes = {
  inputs: new Uint8Array([0, 0, 0, 1, 1, 0, 1, 1]),
  inputScale: 1,
  labels: new Uint8Array([0, 1, 1, 0]),
};

/** @param filter part of a name, such as `784,30,10`; undefined for all cases */
export function peerCases(filter: string | undefined): PeerCase[] {
  const plainName = (name: string): string => name.replaceAll(/[^\w]/g, '');
  const chosen = trainingCases.filter(({ name }) => plainName(name).includes(plainName(filter ?? '')));
  if (chosen.length === 0) {
    const names = trainingCases.map(({ name }) => name).join(', ');
    throw new RangeError(`no case '${filter ?? ''}': there are ${names}`);
  }
  const train = mnist('train');
  const questions = head(mnist('t10k'), 2000);
  return chosen.map((job) =>
    job.inputs === 2
      ? { ...job, epochs: 2000, shuffle: false, data: xor, questions: xor, unit: 'epochs/s' }
      : {
          ...job,
          epochs: 1,
          shuffle: true,
          data: head(train, samples[job.name]!),
          questions,
          unit: 'samples/s',
        },
  );
}

/** The first `count` samples. */
function head({ inputs, inputScale, labels }: LabelledBytes, count: number): LabelledBytes {
  const width = inputs.length / labels.length;
  return { inputs: inputs.subarray(0, count * width), inputScale, labels: labels.subarray(0, count) };
}

/**
 * Writes a case for the peers to read: `case.txt`, with a word and its value per line; the data as bytes; the initial
 * parameters and the order of the first epoch as little-endian numbers of 32 bits. The parameters are those of bp4 with seed 1,
 * layer by layer weights [units][fanIn] and biases [units], and the order is that of its first epoch.
 */
export async function writeCase(directory: string, job: PeerCase): Promise<void> {
  const { inputs, layers, loss, miniBatchSize, learningRate, shuffle, data, questions } = job;
  const net = await Network.create({ inputs, layers, loss, seed: 1 });
  const settings = {
    inputs,
    inputScale: data.inputScale,
    layers: layers.map(({ units, activation }) => `${units}:${activation}`).join(','),
    loss,
    miniBatchSize,
    learningRate,
    shuffle,
    samples: data.labels.length,
    questions: questions.labels.length,
  };
  mkdirSync(directory);
  const write = (name: string, content: Uint8Array | string): void => {
    writeFileSync(join(directory, name), content);
  };
  const lines = Object.entries(settings).map(([name, value]) => `${name} ${value}\n`);
  write('case.txt', lines.join(''));
  write('inputs.u8', data.inputs);
  write('labels.u8', data.labels);
  write('questions.u8', questions.inputs);
  write('parameters.f32', joinBytes(net.layers.flatMap(({ weights, biases }) => [weights, biases])));
  const order = Uint32Array.from(data.labels, (_, n) => n);
  if (shuffle) shuffleAsBp4(order, new Random(net.toJSON().generator!));
  write('order.u32', joinBytes([order]));
  net.dispose();
}

/** Fisher–Yates from the front, with the draws of bp4's training. A peer that takes this order takes exactly bp4's steps. */
function shuffleAsBp4(order: Uint32Array, random: Random): void {
  for (let n = 0; n < order.length; n++) {
    const other = n + random.below(order.length - n);
    const drawn = order[other]!;
    order[other] = order[n]!;
    order[n] = drawn;
  }
}

const joinBytes = (arrays: readonly (Float32Array | Uint32Array)[]): Buffer =>
  Buffer.concat(
    arrays.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  );
