import { TypeFault } from '../errors.js';
import { checkKeys, checkName, show } from '../base/check.js';
import type { NumberTransform, Transform, Transforms, UnknownPolicy } from '../model/transforms.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import type { SampleArrays, Schema } from './schema.js';

/**
 * 'standardize': to mean 0 and standard deviation 1 (of the population, √(Σ(x − mean)²/n)); 'minMax': to the range from
 * 0 to 1; 'identity': unchanged.
 */
export type FitKind = NumberTransform['kind'];

/** The transform to fit: one for all columns, or one per column name ('0', '1', … if columns have no names). */
export type FitChoice = FitKind | Readonly<Record<string, FitKind>>;

export interface FitOptions {
  /** Columns without a choice stay unchanged. Categorical columns always become one-hot. Default 'standardize'. */
  readonly inputs?: FitChoice;
  /** Default: the targets are not transformed. */
  readonly targets?: FitChoice;
  /**
   * A category that isn't among those of these samples: 'error' throws a RangeError naming it; 'zeros' leaves all columns of
   * its one-hot code 0; 'other' counts it as the category 'other', and as 'zeros' if there is none. Default 'error'.
   */
  readonly unknown?: UnknownPolicy;
}

/** The transform chosen for each column. */
interface Chosen {
  readonly inputs: readonly FitKind[];
  /** Undefined if targets are not transformed. */
  readonly targets: readonly FitKind[] | undefined;
  readonly unknown: UnknownPolicy;
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
  return buildTransforms(schema, chosen, statistics);
}

export function createStatistics({ width, targetWidth }: Schema, inputScale = 1): ColumnStatistics {
  // The network rounds the scale to single precision too.
  return { inputs: new Statistics(width, Math.fround(inputScale)), targets: new Statistics(targetWidth, 1) };
}

/**
 * @throws TypeError or RangeError naming the option
 */
export function chooseTransforms(schema: Schema, options: FitOptions): Chosen {
  checkKeys('options', options, ['inputs', 'targets', 'unknown']);
  const { inputs = 'standardize', targets, unknown = 'error' } = options;
  const { width, targetWidth, columns, targetColumns } = schema;
  if (targets !== undefined && targetWidth === 0) {
    throw new TypeFault({
      place: 'targets',
      problem: 'the dataset has no targets to fit a transform to',
      cure: 'leave targets out',
    });
  }
  return {
    inputs: resolveKinds('inputs', inputs, width, columns),
    targets: targets === undefined ? undefined : resolveKinds('targets', targets, targetWidth, targetColumns),
    unknown: checkName('unknown', unknown, ['error', 'zeros', 'other']),
  };
}

export function buildTransforms(schema: Schema, chosen: Chosen, statistics: ColumnStatistics): Transforms {
  const { columns, targetColumns, categories, classes, hasIndices } = schema;
  const inputs = chosen.inputs.map((kind, k): Transform => {
    const ofColumn = categories?.[k];
    return ofColumn
      ? {
          kind: 'oneHot',
          categories: ofColumn,
          ...pickPolicy(chosen, schema.withOthers?.has(k)),
          ...pickName(columns, k),
        }
      : statistics.inputs.fit(kind, k, pickName(columns, k));
  });
  if (!chosen.targets) {
    const outputs = hasIndices ? undefined : (classes ?? targetColumns);
    return { inputs, ...(outputs && { outputs }) };
  }
  return {
    inputs,
    targets: chosen.targets.map((kind, k) => statistics.targets.fit(kind, k, pickName(targetColumns, k))),
  };
}

/** The number of values in a transformed row: `inputs` of a network with these transforms. */
export function transformedWidth(transforms: Transforms): number {
  const { inputs = [] } = transforms;
  return inputs.reduce((sum, one) => sum + (one.kind === 'oneHot' ? one.categories.length : 1), 0);
}

/** Where rare categories were joined, one that the training doesn't have is another of them. */
const pickPolicy = ({ unknown }: Chosen, hasOthers: boolean | undefined): { unknown?: UnknownPolicy } =>
  hasOthers ? { unknown: 'other' } : unknown === 'error' ? {} : { unknown };

const pickName = (names: readonly string[] | undefined, k: number): { name?: string } =>
  names ? { name: names[k]! } : {};

function resolveKinds(
  place: string,
  choice: FitChoice,
  width: number,
  columns: readonly string[] | undefined,
): FitKind[] {
  const names = Array.from({ length: width }, (_, k) => columns?.[k] ?? String(k));
  const kindAt = (where: string, kind: unknown): FitKind =>
    checkName(where, kind, ['standardize', 'minMax', 'identity']);
  if (typeof choice === 'string') {
    const kind = kindAt(place, choice);
    return names.map(() => kind);
  }
  checkKeys(place, choice, names);
  return names.map((name) =>
    Object.hasOwn(choice, name) ? kindAt(`${place}[${show(name)}]`, choice[name]) : 'identity',
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

  fit(kind: FitKind, k: number, name: { name?: string }): NumberTransform {
    if (kind === 'identity') return { kind, ...name };
    if (kind === 'minMax') return { kind, min: this.#least[k]!, max: this.#most[k]!, ...name };
    const deviation = Math.sqrt(this.#squares[k]! / this.#count);
    return { kind, mean: this.#means![k]!, deviation, ...name };
  }
}
