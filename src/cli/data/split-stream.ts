import { createHash } from 'node:crypto';
import { viewBytes } from '../../base/bytes.js';
import { Dataset, DataStream, type Categories } from '../../data/index.js';
import type { SampleSource } from '../../data/sample-source.js';
import type { SampleArrays, Schema } from '../../data/schema.js';
import { gatherRows } from '../../data/partition.js';
import { Random } from '../../base/random.js';
import type { NumericArray } from '../../base/numeric-arrays.js';
import type { Data } from '../../training/samples.js';

/** Hashes of the training data: 16 digits of SHA-256. */
export interface DataHashes {
  readonly inputs: string;
  /** Of the labels or targets. */
  readonly answers: string;
}

/** Hashes samples as the network sees them, whatever file they come from. */
export function hashSamples(parts: readonly Dataset[]): DataHashes {
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

/** Shares of the samples, and the seed that determines which samples they are. */
export interface Shares {
  readonly test: number;
  readonly validation: number;
  readonly seed: number;
}

/** A file larger than memory. Its training part is read in batches. */
export interface StreamParts {
  readonly learned: DataStream;
  /** All samples except the test part. Transforms are fitted to them, as for data in memory. */
  readonly fitted: DataStream;
  readonly validation: Dataset | undefined;
  readonly test: Dataset | undefined;
  /** Some of the training samples, held in memory. */
  readonly some: Dataset;
}

/** The most numbers of a part that are held in memory. */
export const MOST_HELD = 2 ** 24;
/** The number of training samples that are held in memory, too. */
const MOST_SOME = 1000;

type PartName = 'learned' | 'validation' | 'test';

/**
 * Sets samples of a stream aside. Reads the file once for this.
 * @throws as the stream
 */
export async function splitStream(stream: DataStream, shares: Shares): Promise<StreamParts> {
  const { schema } = stream.source;
  const held = {
    validation: new Holder(schema),
    test: new Holder(schema),
    learned: new Holder(schema, MOST_SOME),
  };
  const counts = { learned: 0, validation: 0, test: 0 };
  const occurring = new OccurringCategories(schema);
  const parts = assignParts(shares);
  for await (const batch of stream.batches()) {
    const indices = parts(batch, schema.width);
    for (const name of ['learned', 'validation', 'test'] as const) {
      held[name].add(batch, indices[name]);
      counts[name] += indices[name].length;
      if (name !== 'test') occurring.add(batch, indices[name]);
    }
  }
  const own = { ...schema, ...occurring.list() };
  const pick = (names: readonly PartName[]): DataStream =>
    DataStream.of(pickParts(stream.source, own, shares, counts, names), {
      rowsPerBatch: stream.rowsPerBatch,
      onWarning: () => undefined, // the whole stream has warned
    });
  return {
    learned: pick(['learned']),
    fitted: counts.test > 0 ? pick(['learned', 'validation']) : stream,
    validation: held.validation.toDataset(),
    test: held.test.toDataset(),
    some: held.learned.toDataset()!,
  };
}

/** @param own the schema of the parts, without categories that occur only elsewhere; each batch has those of the file */
function pickParts(
  source: SampleSource,
  own: Schema,
  shares: Shares,
  counts: Readonly<Record<PartName, number>>,
  names: readonly PartName[],
): SampleSource {
  const { schema, inputScale } = source;
  return {
    schema: own,
    count: names.reduce((sum, name) => sum + counts[name], 0),
    ...(inputScale !== undefined && { inputScale }),
    batches: async function* (rows) {
      const again = assignParts(shares);
      for await (const batch of source.batches(rows)) {
        const parts = again(batch, schema.width);
        const indices = names.flatMap((name) => parts[name]).sort((a, b) => a - b);
        if (indices.length > 0) yield { ...pickRows(batch, schema.width, indices), schema };
      }
    },
  };
}

/** Finds the categories of each column that occur in some rows. */
class OccurringCategories {
  readonly #schema: Schema;
  readonly #values: readonly (Set<number> | undefined)[];

  constructor(schema: Schema) {
    this.#schema = schema;
    this.#values = (schema.categories ?? []).map((list) => list && new Set());
  }

  add({ inputs }: Data, indices: readonly number[]): void {
    const { width } = this.#schema;
    for (const [k, values] of this.#values.entries())
      if (values) for (const n of indices) values.add((inputs as NumericArray)[n * width + k]!);
  }

  list(): Pick<Schema, 'categories'> {
    const { categories } = this.#schema;
    if (!categories) return {};
    const own = (list: readonly (string | number)[], values: ReadonlySet<number>): Categories =>
      list.filter((category, i) => values.has(typeof category === 'string' ? i : category)) as Categories;
    return { categories: categories.map((list, k) => list && own(list, this.#values[k]!)) };
  }
}

/** Assigns each row of the file, in order, to a part: the same each time. */
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
): Omit<SampleArrays, 'schema'> {
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
  readonly #schema: Schema;
  readonly #most: number;
  readonly #pieces: SampleArrays[] = [];
  #count = 0;

  constructor(schema: Schema, most = Infinity) {
    this.#schema = schema;
    this.#most = most;
  }

  add(batch: Data, indices: readonly number[]): void {
    const taken = indices.slice(0, this.#most - this.#count);
    if (taken.length === 0) return;
    this.#pieces.push({ ...pickRows(batch, this.#schema.width, taken), schema: this.#schema });
    this.#count += taken.length;
  }

  /** @returns undefined if there are no rows */
  toDataset(): Dataset | undefined {
    const [first] = this.#pieces;
    if (!first) return undefined;
    const all = (key: 'inputs' | 'labels' | 'targets'): NumericArray =>
      joined(this.#pieces.map((piece) => piece[key]!));
    return Dataset.of({
      ...first,
      inputs: all('inputs'),
      ...(first.labels && { labels: all('labels') }),
      ...(first.targets && { targets: all('targets') }),
    });
  }
}

function joined(pieces: readonly NumericArray[]): NumericArray {
  const [first] = pieces as readonly [NumericArray];
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  const whole = new (first.constructor as new (length: number) => NumericArray)(length);
  let at = 0;
  for (const piece of pieces) {
    whole.set(piece, at);
    at += piece.length;
  }
  return whole;
}
