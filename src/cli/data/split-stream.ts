import { createHash } from 'node:crypto';
import { viewBytes } from '../../base/bytes.js';
import { Dataset, type Categories, type DataStream } from '../../data/index.js';
import { gatherRows } from '../../data/partition.js';
import { Random } from '../../base/random.js';
import type { NumericArray } from '../../base/numeric-arrays.js';
import type { Data } from '../../training/samples.js';
import type { Stream } from '../../training/stream.js';

/** Samples in memory, with their answers. */
export type LabeledSamples = Pick<
  Dataset,
  'inputs' | 'inputScale' | 'labels' | 'targets' | 'count' | 'classes' | 'targetColumns'
>;

/** Those, as `train` and `evaluate` take them: a Dataset by its names, others without what else is known of them. */
export function toTrainData(samples: LabeledSamples): Data {
  if (samples instanceof Dataset) return samples;
  const { inputs, inputScale, labels, targets } = samples;
  return {
    inputs,
    ...(inputScale !== undefined && { inputScale }),
    ...(labels && { labels }),
    ...(targets && { targets }),
  };
}

/** What a training learned from, as hashes: 16 digits of SHA-256. */
export interface DataHashes {
  readonly inputs: string;
  /** Of the labels or targets. */
  readonly answers: string;
}

/** Hashes samples as the network gets them, whatever file they came from. */
export function hashSamples(parts: readonly LabeledSamples[]): DataHashes {
  const hash = (arrays: readonly (NumericArray | undefined)[]): string => {
    const sum = createHash('sha256');
    for (const array of arrays) if (array) sum.update(viewBytes(array)!);
    return sum.digest('hex').slice(0, 16);
  };
  return {
    inputs: hash(parts.map(({ inputs }) => inputs)),
    answers: hash(parts.flatMap(({ labels, targets }) => [labels, targets])),
  };
}

/** Shares of the samples, and the seed from which it is drawn which they are. */
export interface Shares {
  readonly test: number;
  readonly validation: number;
  readonly seed: number;
}

/** A file larger than memory, part of which is learned from, and read again in each epoch. */
export interface StreamParts {
  readonly learned: LearnedStream;
  readonly validation: LabeledSamples | undefined;
  readonly test: LabeledSamples | undefined;
  /** Of those that are learned from, some that are held too. */
  readonly some: LabeledSamples;
}

/** What is learned from. */
export type LearnedStream = Stream & Pick<Dataset, 'count' | 'width' | 'classes' | 'targetColumns'>;

/** So many numbers of a part are held. */
export const MOST_HELD = 2 ** 24;
/** So many samples that are learned from are held besides. */
const MOST_SOME = 1000;

type PartName = 'learned' | 'validation' | 'test';

/**
 * Sets samples of a stream aside: the file is read once for it.
 * @throws as the stream
 */
export async function splitStream(stream: DataStream, shares: Shares): Promise<StreamParts> {
  const { width } = stream;
  const held = {
    validation: new Holder(width),
    test: new Holder(width),
    learned: new Holder(width, MOST_SOME),
  };
  const parts = assignParts(shares);
  let count = 0;
  for await (const batch of stream.batches()) {
    const indices = parts(batch, width);
    for (const name of ['learned', 'validation', 'test'] as const) held[name].add(batch, indices[name]);
    count += indices.learned.length;
  }
  const { classes, targetColumns } = stream;
  const learned: LearnedStream = {
    ...{ count, width, classes, targetColumns },
    batches: async function* () {
      const again = assignParts(shares);
      for await (const batch of stream.batches()) {
        const indices = again(batch, width).learned;
        if (indices.length > 0) yield pickRows(batch, width, indices);
      }
    },
  };
  const known = { classes, targetColumns };
  const orNone = (part: Holder): LabeledSamples | undefined =>
    part.count > 0 ? part.toSamples(known) : undefined;
  return {
    learned,
    validation: orNone(held.validation),
    test: orNone(held.test),
    some: held.learned.toSamples(known),
  };
}

/** Says of each row which part it is of: of the rows of the file in their order, the same each time. */
function assignParts({
  test,
  validation,
  seed,
}: Shares): (batch: Data, width: number) => Record<PartName, number[]> {
  const random = Random.fromSeed(seed);
  return ({ inputs }, width) => {
    const indices: Record<PartName, number[]> = { learned: [], validation: [], test: [] };
    for (let n = 0; n < inputs.length / width; n++) {
      const drawn = random.uniform(0, 1);
      indices[drawn < test ? 'test' : drawn < test + validation ? 'validation' : 'learned'].push(n);
    }
    return indices;
  };
}

/** Some rows of a batch. */
function pickRows(
  { inputs, labels, targets, inputScale }: Data,
  width: number,
  indices: readonly number[],
): Data {
  const ofTargets = (values: NumericArray): NumericArray =>
    gatherRows(values, (values.length * width) / inputs.length, indices);
  return {
    inputs: gatherRows(inputs as NumericArray, width, indices),
    ...(labels && { labels: gatherRows(labels as NumericArray, 1, indices) }),
    ...(targets && { targets: ofTargets(targets as NumericArray) }),
    ...(inputScale !== undefined && { inputScale }),
  };
}

/** Holds rows of batches, one after the other. */
class Holder {
  count = 0;
  readonly #width: number;
  readonly #most: number;
  readonly #pieces: Data[] = [];

  constructor(width: number, most = Infinity) {
    this.#width = width;
    this.#most = most;
  }

  add(batch: Data, indices: readonly number[]): void {
    const taken = indices.slice(0, this.#most - this.count);
    if (taken.length === 0) return;
    this.#pieces.push(pickRows(batch, this.#width, taken));
    this.count += taken.length;
  }

  toSamples(known: {
    classes: Categories | undefined;
    targetColumns: readonly string[] | undefined;
  }): LabeledSamples {
    const all = (key: 'inputs' | 'labels' | 'targets'): NumericArray =>
      joined(this.#pieces.map((piece) => piece[key] as NumericArray));
    const [first] = this.#pieces;
    return {
      ...known,
      count: this.count,
      inputs: all('inputs'),
      ...(first?.labels && { labels: all('labels') }),
      ...(first?.targets && { targets: all('targets') }),
      ...(first?.inputScale !== undefined && { inputScale: first.inputScale }),
    };
  }
}

function joined(pieces: readonly NumericArray[]): NumericArray {
  const [first] = pieces;
  if (!first) return new Float32Array();
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const whole = new (first.constructor as new (length: number) => NumericArray)(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
