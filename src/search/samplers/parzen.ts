import { log } from '../../base/log.js';
import type { Random } from '../../base/random.js';
import type { Dimension } from '../domains.js';
import { exp } from '../../base/exp.js';
import { logDensity, logMass } from '../normal.js';

/** Kernels over one dimension. Observations at the same coordinate share one. */
interface Kernels {
  /** The kernel of each observation, then of the prior. */
  readonly of: Int32Array;
  /** ln of each kernel's density, or of its probability where values are discrete, in an array that the next call reuses. */
  readonly logDensities: (coordinate: number) => Float64Array;
  /** Draws a coordinate from a kernel. */
  readonly draw: (kernel: number, random: Random) => number;
}

/**
 * A density over several dimensions, estimated from observations: a mixture of products of kernels, one product for each
 * observation, and a flat one as prior. Sources: J. Bergstra et al., Algorithms for Hyper-Parameter Optimization (2011);
 * S. Falkner et al., BOHB (2018), for the products. Bandwidths and weights are those of Optuna's multivariate TPE.
 */
export class ParzenEstimator {
  readonly #kernels: readonly Kernels[];
  readonly #weights: Float64Array;
  readonly #logWeights: Float64Array;
  /** By observation, in a call of `logDensity`. */
  readonly #sums: Float64Array;

  /** @param coordinates [dimension][observation], in the order of the trials */
  constructor(dimensions: readonly Dimension[], coordinates: readonly (readonly number[])[]) {
    const count = coordinates[0]!.length;
    this.#kernels = dimensions.map((dimension, d) =>
      dimension.domain.kind === 'choice'
        ? createChoiceKernels(dimension.levels, coordinates[d]!)
        : createNormalKernels(dimension, coordinates[d]!, dimensions.length),
    );
    this.#weights = weigh(count);
    this.#logWeights = this.#weights.map(log);
    this.#sums = new Float64Array(count + 1);
  }

  /** Draws the coordinates of a point. */
  sample(random: Random): number[] {
    let rest = random.uniform(0, 1);
    let observation = 0;
    while (observation < this.#weights.length - 1 && rest >= this.#weights[observation]!)
      rest -= this.#weights[observation++]!;
    return this.#kernels.map(({ of, draw }) => draw(of[observation]!, random));
  }

  /** ln of the density at a point. */
  logDensity(coordinates: readonly number[]): number {
    const sums = this.#sums;
    sums.set(this.#logWeights);
    for (const [d, { of, logDensities }] of this.#kernels.entries()) {
      const logs = logDensities(coordinates[d]!);
      for (let k = 0; k < sums.length; k++) sums[k]! += logs[of[k]!]!;
    }
    let largest = -Infinity;
    for (let k = 0; k < sums.length; k++) if (sums[k]! > largest) largest = sums[k]!;
    let total = 0;
    for (let k = 0; k < sums.length; k++) total += exp(sums[k]! - largest);
    return log(total) + largest;
  }
}

/** The weights of observations and prior, with sum 1: the last 25 observations count fully, older ones less. */
function weigh(count: number): Float64Array {
  const older = count - 25;
  const weights = new Float64Array(count + 1).map((_, k) =>
    k >= older ? 1 : 1 / count + (k * (1 - 1 / count)) / Math.max(older - 1, 1),
  );
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

/** Merges equal coordinates. */
function merge(coordinates: readonly number[]): { distinct: number[]; of: Int32Array } {
  const places = new Map<number, number>();
  const of = new Int32Array(coordinates.length + 1);
  for (const [k, coordinate] of coordinates.entries()) {
    const place = places.get(coordinate) ?? places.size;
    places.set(coordinate, place);
    of[k] = place;
  }
  of[coordinates.length] = places.size;
  return { distinct: [...places.keys()], of };
}

/** The observed entry is likelier than the others; the prior knows none. */
function createChoiceKernels(levels: number, coordinates: readonly number[]): Kernels {
  const { distinct, of } = merge(coordinates);
  const flat = 1 / (coordinates.length + 1);
  const whole = 1 + levels * flat;
  const logObserved = log((1 + flat) / whole);
  const logOther = log(flat / whole);
  const logs = new Float64Array(distinct.length + 1).fill(-log(levels));
  return {
    of,
    logDensities: (coordinate) => {
      for (let k = 0; k < distinct.length; k++) logs[k] = distinct[k] === coordinate ? logObserved : logOther;
      return logs;
    },
    draw: (kernel, random) => {
      const observed = distinct[kernel];
      return observed !== undefined && random.uniform(0, whole) < 1 ? observed : random.below(levels);
    },
  };
}

/** Normal distributions around the observations, cut at the ends of the range; the prior is as wide as the range. */
function createNormalKernels(
  { domain, levels, low, high, toValue }: Dimension,
  coordinates: readonly number[],
  dimensions: number,
): Kernels {
  const { distinct, of } = merge(coordinates);
  const count = coordinates.length;
  const means = [...distinct, (low + high) / 2];
  // 0.2·n^(−1/(d + 4)), Scott's rule, but no kernel is narrower than a cell of a grid of at most 100 cells.
  const scott = 0.2 * exp(-log(Math.max(count, 1)) / (dimensions + 4));
  const width = (high - low) * Math.max(scott, 1 / Math.min(100, count + 2));
  const deviations = means.map((_, k) => (k < distinct.length ? width : high - low));
  // What a kernel's density lacks: the parts outside the range count as nothing, and a wide kernel is a low one.
  const logWholes = means.map((mean, k) =>
    logMass((low - mean) / deviations[k]!, (high - mean) / deviations[k]!),
  );
  const logScales = deviations.map((deviation, k) => log(deviation) + logWholes[k]!);
  const logs = new Float64Array(means.length);
  const isLog = domain.kind !== 'choice' && domain.log === true;
  /** The coordinates whose values round to the same one. */
  const cell = (coordinate: number): [number, number] => {
    const value = toValue(coordinate) as number;
    const [from, to] = isLog ? [log(value - 0.5), log(value + 0.5)] : [coordinate - 0.5, coordinate + 0.5];
    return [Math.max(from, low), Math.min(to, high)];
  };
  return {
    of,
    logDensities: (coordinate) => {
      if (levels === Infinity) {
        for (let k = 0; k < means.length; k++)
          logs[k] = logDensity((coordinate - means[k]!) / deviations[k]!) - logScales[k]!;
        return logs;
      }
      const [from, to] = cell(coordinate);
      for (let k = 0; k < means.length; k++) {
        const [mean, deviation] = [means[k]!, deviations[k]!];
        logs[k] = logMass((from - mean) / deviation, (to - mean) / deviation) - logWholes[k]!;
      }
      return logs;
    },
    draw: (kernel, random) => {
      // The mean lies in the range, which is at least as wide as the deviation: more than a third of the draws do.
      for (;;) {
        const coordinate = means[kernel]! + deviations[kernel]! * random.normal();
        if (coordinate >= low && coordinate <= high) return coordinate;
      }
    },
  };
}
