import { RangeFault, TypeFault } from '../errors.js';
import { checkInteger, checkKeys, checkName, show } from '../base/check.js';
import { log } from '../base/log.js';
import { provideFormulas } from '../model/check-transforms.js';
import { checkFormula, hash, MOST_BUCKETS, splitWords, toLog } from '../model/formulas.js';
import {
  widthOf,
  type NumberTransform,
  type Transform,
  type Transforms,
  type UnknownPolicy,
} from '../model/transforms.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import { normalQuantile } from './normal-quantile.js';
import { listed } from './columns.js';
import type { SampleArrays, Schema } from './schema.js';

// Who reads data may also read models with these transforms, without another import().
provideFormulas(checkFormula);

/**
 * 'standardize': to mean 0 and standard deviation 1 (of the population, √(Σ(x − mean)²/n)); 'minMax': to the range from
 * 0 to 1; 'identity': unchanged; 'log1p': the standardized logarithm, sign(x)·ln(1 + |x|), for long tails; 'quantile': to a normal
 * distribution, by up to 200 quantiles; 'robust', for inputs only: to median 0 and a distance of 1 between the quartiles,
 * outliers limited to ±3; 'piecewiseLinear', for inputs only: one number for each of the bins between quantiles.
 */
export type FitKind = NumberTransform['kind'] | 'robust' | 'piecewiseLinear';

/** The transform to fit: one for all columns, or one per column name ('0', '1', … if columns have no names). */
export type FitChoice<Kind extends FitKind = FitKind> = Kind | Readonly<Record<string, Kind>>;

export interface FitOptions {
  /**
   * Columns without a choice stay unchanged. It doesn't apply to categorical columns, which become one-hot, or to those of `text`,
   * which become bags of words. Default 'standardize'.
   */
  readonly inputs?: FitChoice;
  /** Default: the targets are not transformed. */
  readonly targets?: FitChoice<NumberTransform['kind']>;
  /**
   * A category that isn't among those of these samples: 'error' throws a RangeError naming it; 'zeros' leaves all columns of
   * its one-hot code 0; 'other' counts it as the category 'other', or like 'zeros' if there is none. Default 'error'.
   */
  readonly unknown?: UnknownPolicy;
  /**
   * The categorical columns to hash instead, for columns with very many categories: each category is 1 in one of 64 buckets, by a
   * hash of its text. No category is unknown, and two may share a bucket. As an object: the number of buckets of each.
   */
  readonly hash?: readonly string[] | Readonly<Record<string, number>>;
  /** The number of buckets of a bag of words. Default 256. */
  readonly words?: number;
  /** The largest number of bins of 'piecewiseLinear'; equal quantiles become one edge. Default 16. */
  readonly bins?: number;
}

/** The transform chosen for each column. */
interface Chosen {
  readonly inputs: readonly FitKind[];
  /** Undefined if targets are not transformed. */
  readonly targets: readonly NumberTransform['kind'][] | undefined;
  readonly unknown: UnknownPolicy;
  /** The number of buckets of each hashed input, by its index. */
  readonly buckets: ReadonlyMap<number, number>;
  readonly words: number;
  readonly bins: number;
}

/** Statistics of the input columns and of the target columns. */
export interface ColumnStatistics {
  readonly inputs: Statistics;
  readonly targets: Statistics;
}

/**
 * @throws TypeError or RangeError naming the option
 */
export function fitTransforms(
  { inputs, targets, inputScale, schema }: SampleArrays,
  options: FitOptions,
): Transforms {
  const chosen = chooseTransforms(schema, options);
  const statistics = createStatistics(schema, inputScale);
  statistics.inputs.add(inputs);
  statistics.inputs.addAgain(inputs);
  if (targets && chosen.targets) {
    statistics.targets.add(targets);
    statistics.targets.addAgain(targets);
  }
  // The network rounds the scale to single precision too.
  const scale = Math.fround(inputScale ?? 1);
  return buildTransforms(schema, chosen, statistics, {
    inputs: (k) => takeColumn(inputs, schema.width, k, scale),
    targets: (k) => takeColumn(targets!, schema.targetWidth, k, 1),
  });
}

/** The values of a column, in double precision. */
const takeColumn = (rows: NumericArray, width: number, k: number, scale: number): Float64Array =>
  Float64Array.from({ length: rows.length / width }, (_, n) => rows[n * width + k]! * scale);

/** The values of each column, for the kinds that need all of them. */
interface ColumnValues {
  readonly inputs: (k: number) => Float64Array;
  readonly targets: (k: number) => Float64Array;
}

export function createStatistics({ width, targetWidth }: Schema, inputScale = 1): ColumnStatistics {
  // The network rounds the scale to single precision too.
  return { inputs: new Statistics(width, Math.fround(inputScale)), targets: new Statistics(targetWidth, 1) };
}

/**
 * @throws TypeError or RangeError naming the option
 */
export function chooseTransforms(schema: Schema, options: FitOptions): Chosen {
  checkKeys('options', options, ['inputs', 'targets', 'unknown', 'hash', 'words', 'bins']);
  const { inputs = 'standardize', targets, unknown = 'error', hash = [], words = 256, bins = 16 } = options;
  const { width, targetWidth, columns, targetColumns } = schema;
  if (targets !== undefined && targetWidth === 0) {
    throw new TypeFault({
      place: 'targets',
      problem: 'the dataset has no targets to fit a transform to',
      cure: 'leave targets out',
    });
  }
  return {
    inputs: resolveKinds('inputs', inputs, width, columns, fitKinds),
    targets:
      targets === undefined
        ? undefined
        : resolveKinds('targets', targets, targetWidth, targetColumns, targetKinds),
    unknown: checkName('unknown', unknown, ['error', 'zeros', 'other']),
    buckets: findHashed(schema, hash),
    words: checkInteger('words', words, 1, MOST_BUCKETS),
    bins: checkInteger('bins', bins, 1, MOST_BUCKETS),
  };
}

const targetKinds = ['standardize', 'minMax', 'identity', 'log1p', 'quantile'] as const;
const fitKinds = [...targetKinds, 'robust', 'piecewiseLinear'] as const;

const DEFAULT_BUCKETS = 64;

/** @throws TypeError, RangeError that name the column */
function findHashed(schema: Schema, hash: FitOptions['hash'] & object): Map<number, number> {
  const names = schema.columns ?? Array.from({ length: schema.width }, (_, k) => String(k));
  if (typeof hash !== 'object' || (hash as unknown) === null)
    throw new TypeFault({
      place: 'hash',
      problem: `expected an array of names of columns, got ${show(hash)}`,
    });
  const counts: Readonly<Record<string, unknown>> = Array.isArray(hash)
    ? Object.fromEntries((hash as readonly string[]).map((name) => [name, DEFAULT_BUCKETS]))
    : (hash as Readonly<Record<string, number>>);
  return new Map(
    Object.entries(counts).map(([name, count]) => {
      const k = names.indexOf(name);
      if (!schema.categories?.[k])
        throw new RangeFault({
          place: 'hash',
          problem: `there is no categorical column ${show(name)}; those with categories or texts are ${listed(names.filter((_, k) => schema.categories?.[k]))}`,
          cure: 'name it in categorical when you read the data',
        });
      return [k, checkInteger(`hash[${show(name)}]`, count, 1, MOST_BUCKETS)];
    }),
  );
}

/** @param valuesOf the values of a column, for the kinds of `needsValues` */
export function buildTransforms(
  schema: Schema,
  chosen: Chosen,
  statistics: ColumnStatistics,
  valuesOf: ColumnValues,
): Transforms {
  const { columns, targetColumns, categories, classes, hasIndices } = schema;
  const inputs = chosen.inputs.map((kind, k): Transform => {
    const name = pickName(columns, k);
    const ofColumn = categories?.[k];
    if (!ofColumn) return fitNumbers(kind, k, statistics.inputs, valuesOf.inputs, chosen.bins, name);
    const buckets = chosen.buckets.get(k);
    if (buckets !== undefined) return { kind: 'hash', buckets, ...name };
    if (schema.texts?.has(k)) {
      const weights = weighWords(ofColumn as readonly string[], valuesOf.inputs(k), chosen.words);
      return { kind: 'bagOfWords', weights, ...name };
    }
    return {
      kind: 'oneHot',
      categories: ofColumn,
      ...pickPolicy(chosen, schema.withOthers?.has(k)),
      ...name,
    };
  });
  if (!chosen.targets) {
    const outputs = hasIndices ? undefined : (classes ?? targetColumns);
    return { inputs, ...(outputs && { outputs }) };
  }
  const targets = chosen.targets.map((kind, k) => {
    const name = pickName(targetColumns, k);
    return fitNumbers(kind, k, statistics.targets, valuesOf.targets, chosen.bins, name) as NumberTransform;
  });
  return { inputs, targets };
}

/** Whether a transform needs all values of its column, rather than its statistics. */
export const needsValues = (kind: FitKind): boolean => !['identity', 'standardize', 'minMax'].includes(kind);

function fitNumbers(
  kind: FitKind,
  k: number,
  statistics: Statistics,
  valuesOf: (k: number) => Float64Array,
  bins: number,
  name: { name?: string },
): Exclude<Transform, { kind: 'oneHot' | 'hash' | 'bagOfWords' }> {
  switch (kind) {
    case 'log1p': {
      const logs = valuesOf(k).map(toLog);
      const statistics = new Statistics(1, 1);
      statistics.add(logs);
      statistics.addAgain(logs);
      return { ...statistics.moments(0), kind, ...name };
    }
    case 'quantile': {
      const sorted = valuesOf(k).sort();
      return { kind, ...normalScores(sorted), ...name };
    }
    case 'robust': {
      const sorted = valuesOf(k).sort();
      const [low, median, high] = [0.25, 0.5, 0.75].map((p) => quantileOf(sorted, p)) as [
        number,
        number,
        number,
      ];
      // A column that is constant between its quartiles may still have other values.
      return { kind, median, range: high - low || (sorted.at(-1)! - sorted[0]!) / 2, ...name };
    }
    case 'piecewiseLinear': {
      const sorted = valuesOf(k).sort();
      const edges = Array.from({ length: bins + 1 }, (_, i) => quantileOf(sorted, i / bins));
      const distinct = [...new Set(edges)];
      return { kind, edges: distinct.length > 1 ? distinct : [edges[0]!, edges[0]!], ...name };
    }
    default:
      return statistics.fit(kind, k, name);
  }
}

/** The quantile of sorted values: linear between the two nearest of them, as numpy.quantile has it. */
function quantileOf(sorted: Float64Array, p: number): number {
  const at = p * (sorted.length - 1);
  const below = sorted[Math.floor(at)]!;
  return below + (sorted[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

const MOST_QUANTILES = 200;

/** Quantiles at equal steps of probability, and their normal scores. Equal quantiles have the mean of their outermost scores. */
function normalScores(sorted: Float64Array): { quantiles: number[]; scores: number[] } {
  const count = Math.min(sorted.length, MOST_QUANTILES);
  const quantiles: number[] = [];
  const scores: number[] = [];
  let first = 0;
  for (let i = 0; i < count; i++) {
    const x = quantileOf(sorted, count === 1 ? 0 : i / (count - 1));
    if (x === quantiles.at(-1)) {
      scores[scores.length - 1] = (first + normalQuantile((i + 0.5) / count)) / 2;
      continue;
    }
    first = normalQuantile((i + 0.5) / count);
    quantiles.push(x);
    scores.push(first);
  }
  return { quantiles, scores };
}

/**
 * The smoothed inverse document frequency of each bucket, ln((1 + n)/(1 + n_b)) + 1 for n_b of n texts, as scikit-learn's
 * TfidfTransformer has it.
 * @param codes the text of each sample, as its index
 */
function weighWords(texts: readonly string[], codes: Float64Array, buckets: number): number[] {
  const counts = new Float64Array(buckets);
  const found = texts.map((text) => new Set(splitWords(text).map((word) => hash(word) % buckets)));
  for (const code of codes) for (const bucket of found[code]!) counts[bucket]!++;
  return Array.from(counts, (count) => log((1 + codes.length) / (1 + count)) + 1);
}

/** The number of values in a transformed row: `inputs` of a network with these transforms. */
export function transformedWidth(transforms: Transforms): number {
  const { inputs = [] } = transforms;
  return inputs.reduce((sum, one) => sum + widthOf(one), 0);
}

/** Where rare categories were joined, one that the training doesn't have is another of them. */
const pickPolicy = ({ unknown }: Chosen, hasOthers: boolean | undefined): { unknown?: UnknownPolicy } =>
  hasOthers ? { unknown: 'other' } : unknown === 'error' ? {} : { unknown };

const pickName = (names: readonly string[] | undefined, k: number): { name?: string } =>
  names ? { name: names[k]! } : {};

function resolveKinds<Kind extends FitKind>(
  place: string,
  choice: FitChoice<Kind>,
  width: number,
  columns: readonly string[] | undefined,
  kinds: readonly Kind[],
): Kind[] {
  const names = Array.from({ length: width }, (_, k) => columns?.[k] ?? String(k));
  if (typeof choice === 'string') {
    const kind = checkName(place, choice, kinds);
    return names.map(() => kind);
  }
  checkKeys(place, choice, names);
  const chosen: Readonly<Record<string, unknown>> = choice;
  return names.map((name) =>
    checkName(`${place}[${show(name)}]`, Object.hasOwn(chosen, name) ? chosen[name] : 'identity', kinds),
  );
}

/**
 * Minimum, maximum, mean and standard deviation of columns, from two passes over the rows in the same order, in any
 * number of parts. Each column is summed row by row in double precision, so the parts don't change the result.
 */
class Statistics {
  readonly #width: number;
  readonly #scale: number;
  #count = 0;
  readonly #first: Float64Array;
  readonly #sums: Float64Array;
  readonly #least: Float64Array;
  readonly #most: Float64Array;
  readonly #squares: Float64Array;
  #means: Float64Array | undefined;

  /** @param scale each value is multiplied by it first */
  constructor(width: number, scale: number) {
    this.#width = width;
    this.#scale = scale;
    this.#first = new Float64Array(width);
    this.#sums = new Float64Array(width);
    this.#least = new Float64Array(width).fill(Infinity);
    this.#most = new Float64Array(width).fill(-Infinity);
    this.#squares = new Float64Array(width);
  }

  /** Copies the statistics of the first pass. */
  copy(): Statistics {
    const copy = new Statistics(this.#width, this.#scale);
    copy.#count = this.#count;
    copy.#first.set(this.#first);
    copy.#sums.set(this.#sums);
    copy.#least.set(this.#least);
    copy.#most.set(this.#most);
    return copy;
  }

  /** @param rows the next rows of the first pass, in row-major order */
  add(rows: NumericArray): void {
    const first = this.#first;
    const sums = this.#sums;
    const least = this.#least;
    const most = this.#most;
    const scale = this.#scale;
    const width = this.#width;
    if (this.#count === 0) for (let k = 0; k < width; k++) first[k] = rows[k]! * scale;
    for (let i = 0; i < rows.length; i += width) {
      for (let k = 0; k < width; k++) {
        const value = rows[i + k]! * scale;
        // Sums differences from the first value: for a constant column they are exactly 0.
        sums[k]! += value - first[k]!;
        if (value < least[k]!) least[k] = value;
        if (value > most[k]!) most[k] = value;
      }
    }
    this.#count += rows.length / width;
  }

  /** Adds the same rows again, in a second pass after all calls of `add`. */
  addAgain(rows: NumericArray): void {
    const means = (this.#means ??= this.#first.map((first, k) => first + this.#sums[k]! / this.#count));
    const squares = this.#squares;
    const scale = this.#scale;
    const width = this.#width;
    for (let i = 0; i < rows.length; i += width) {
      for (let k = 0; k < width; k++) {
        const difference = rows[i + k]! * scale - means[k]!;
        squares[k]! += difference * difference;
      }
    }
  }

  fit(kind: 'identity' | 'standardize' | 'minMax', k: number, name: { name?: string }): NumberTransform {
    if (kind === 'identity') return { kind, ...name };
    if (kind === 'minMax') return { kind, min: this.#least[k]!, max: this.#most[k]!, ...name };
    return { kind, ...this.moments(k), ...name };
  }

  /** The mean and the deviation of a column, after both passes. */
  moments(k: number): { mean: number; deviation: number } {
    return { mean: this.#means![k]!, deviation: Math.sqrt(this.#squares[k]! / this.#count) };
  }
}
