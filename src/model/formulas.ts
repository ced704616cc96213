import { RangeFault, TypeFault } from '../errors.js';
import { checkInteger, fits, misfit, show } from '../base/check.js';
import { exp } from '../base/exp.js';
import { log } from '../base/log.js';
import type { CheckedColumn, Formula } from './columns.js';
import type { Transform } from './transforms.js';

// The kinds of transforms that few networks have. They load with the first network that has one.

/**
 * t = (x − median)/(3·range) and y = 3t/√(1 + t²): near the median (x − median)/range, never beyond ±3.
 * Source: Holzmüller, Grinsztajn and Steinwart (2024), Better by default (RealMLP), "robust scaling and smooth clipping".
 */
export class Robust implements Formula {
  readonly median: number;
  readonly range: number;

  constructor(median: number, range: number) {
    this.median = median;
    this.range = range;
  }

  write(value: unknown, scale: number, values: Float32Array, at: number, where: () => string): void {
    const z = this.range && (toNumber(value, scale, where) - this.median) / this.range;
    const t = Math.min(Math.max(z / 3, -FAR), FAR);
    values[at] = (3 * t) / Math.sqrt(1 + t * t);
  }
}

/** Beyond it, y is ±3 in single precision; its square is a single. */
export const FAR = 1e9;

/** y = (z − mean)/deviation with z = sign(x)·ln(1 + |x|). */
export class LogScale implements Formula {
  readonly mean: number;
  readonly deviation: number;

  constructor(mean: number, deviation: number) {
    this.mean = mean;
    this.deviation = deviation;
  }

  write(value: unknown, scale: number, values: Float32Array, at: number, where: () => string): void {
    const z = toLog(toNumber(value, scale, where));
    const y = this.deviation && (z - this.mean) / this.deviation;
    if (!fits(y)) throw misfit(`${where()}, transformed,`, y);
    values[at] = y;
  }

  /** x = sign(z)·(e^|z| − 1) with z = y·deviation + mean. */
  invert(y: number): number {
    const z = y * this.deviation + this.mean;
    const size = exp(Math.abs(z)) - 1;
    return z < 0 ? -size : size;
  }
}

/** sign(x)·ln(1 + |x|). */
export function toLog(x: number): number {
  const size = log(1 + Math.abs(x));
  return x < 0 ? -size : size;
}

/** From quantiles of the column to scores: linear between two quantiles, constant beyond the first and the last. */
export class Quantiles implements Formula {
  readonly quantiles: readonly number[];
  readonly scores: readonly number[];

  constructor(quantiles: readonly number[], scores: readonly number[]) {
    this.quantiles = quantiles;
    this.scores = scores;
  }

  write(value: unknown, scale: number, values: Float32Array, at: number, where: () => string): void {
    values[at] = interpolate(toNumber(value, scale, where), this.quantiles, this.scores);
  }

  invert(y: number): number {
    return interpolate(y, this.scores, this.quantiles);
  }
}

/** The piecewise linear function through the points (xs, ys), both ascending; constant beyond the first and the last. */
function interpolate(x: number, xs: readonly number[], ys: readonly number[]): number {
  let low = 0;
  let high = xs.length - 1;
  if (x <= xs[low]!) return ys[low]!;
  if (x >= xs[high]!) return ys[high]!;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (xs[middle]! <= x) low = middle;
    else high = middle;
  }
  return ys[low]! + (ys[high]! - ys[low]!) * ((x - xs[low]!) / (xs[high]! - xs[low]!));
}

/**
 * One number for each bin: how much of the bin lies below x, from 0 to 1.
 * Source: Gorishniy, Rubachev and Babenko (2022), On Embeddings for Numerical Features, equation 1; beyond the first and the last
 * edge the numbers stay 0 or 1.
 */
export class PiecewiseLinear implements Formula {
  readonly edges: readonly number[];

  constructor(edges: readonly number[]) {
    this.edges = edges;
  }

  write(value: unknown, scale: number, values: Float32Array, at: number, where: () => string): void {
    const x = toNumber(value, scale, where);
    for (let i = 0; i + 1 < this.edges.length; i++) {
      const from = this.edges[i]!;
      const width = this.edges[i + 1]! - from;
      values[at + i] = width && Math.min(Math.max((x - from) / width, 0), 1);
    }
  }
}

/** 1 at the bucket of the category, else 0. */
export class Hashed implements Formula {
  readonly isOfText = true;
  readonly buckets: number;

  constructor(buckets: number) {
    this.buckets = buckets;
  }

  write(value: unknown, _scale: number, values: Float32Array, at: number, where: () => string): void {
    values[at + (hash(toText(value, where)) % this.buckets)] = 1;
  }
}

/**
 * For each bucket the number of words of the text that are in it, times the weight of the bucket; then divided by the
 * Euclidean norm of them all. A text without words is 0 everywhere. Sums over the buckets in ascending order.
 */
export class BagOfWords implements Formula {
  readonly isOfText = true;
  readonly weights: readonly number[];

  constructor(weights: readonly number[]) {
    this.weights = weights;
  }

  write(value: unknown, _scale: number, values: Float32Array, at: number, where: () => string): void {
    const { weights } = this;
    const counts = new Float64Array(weights.length);
    for (const word of splitWords(toText(value, where))) counts[hash(word) % weights.length]!++;
    let squares = 0;
    for (let i = 0; i < weights.length; i++) {
      counts[i]! *= weights[i]!;
      squares += counts[i]! * counts[i]!;
    }
    const norm = Math.sqrt(squares);
    if (norm > 0) for (let i = 0; i < weights.length; i++) values[at + i] = counts[i]! / norm;
  }
}

/** Runs of letters, marks and digits; each Han character is a word, because no spaces part them. */
const WORDS = /\p{Script=Han}|(?:(?!\p{Script=Han})[\p{L}\p{M}\p{N}])+/gu;

/** The words of a text, in composed form and lower case. */
export const splitWords = (text: string): string[] => text.normalize().toLowerCase().match(WORDS) ?? [];

/** FNV-1a of 32 bits over the bytes of UTF-8 (Fowler, Noll and Vo), http://www.isthe.com/chongo/tech/comp/fnv. */
export function hash(text: string): number {
  let bits = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) bits = Math.imul(bits ^ byte, 0x01000193);
  return bits >>> 0;
}

/** @throws TypeError, RangeError that name the place */
function toNumber(value: unknown, scale: number, where: () => string): number {
  if (!Number.isFinite(value)) throw misfit(where(), value);
  return (value as number) * scale;
}

/** @throws TypeError that names the place */
function toText(value: unknown, where: () => string): string {
  if (typeof value === 'string') return value.normalize();
  throw new TypeFault({
    place: where(),
    problem: `expected a text, got ${show(value)}`,
    cure: 'pass the text itself, or a Dataset; the numbers of its inputs stand for texts that the network does not know',
  });
}

/** The kinds of this file. */
type LateKind = 'robust' | 'log1p' | 'quantile' | 'piecewiseLinear' | 'hash' | 'bagOfWords';

/**
 * Checks a transform of this file; its keys are checked already.
 * @throws TypeError, RangeError that name the place
 */
export function checkFormula(
  place: string,
  kind: LateKind,
  fields: Readonly<Record<string, unknown>>,
): CheckedColumn {
  const given = { ...fields } as unknown as Transform;
  const one = { given, width: 1, places: undefined, rest: undefined, shift: 0, range: 1 };
  const numberAt = (field: string, least = -Infinity): number => {
    const value = fields[field];
    if (!Number.isFinite(value)) throw misfit(`${place}.${field}`, value);
    if ((value as number) < least)
      throw new RangeFault({
        place: `${place}.${field}`,
        problem: `expected at least ${least}, got ${value as number}`,
      });
    return value as number;
  };
  switch (kind) {
    case 'robust': {
      const [shift, range] = [numberAt('median'), numberAt('range', 0)];
      return { ...one, shift, range, formula: new Robust(shift, range) };
    }
    case 'log1p': {
      const [shift, range] = [numberAt('mean'), numberAt('deviation', 0)];
      return { ...one, shift, range, formula: new LogScale(shift, range) };
    }
    case 'quantile': {
      const quantiles = checkAscending(`${place}.quantiles`, fields['quantiles'], 1);
      const scores = checkAscending(`${place}.scores`, fields['scores'], 1);
      if (scores.length !== quantiles.length)
        throw new RangeFault({
          place: `${place}.scores`,
          problem: `expected ${quantiles.length} numbers, as many as quantiles, got ${scores.length}`,
        });
      if (!scores.every((score) => fits(score)))
        throw new RangeFault({ place: `${place}.scores`, problem: 'expected numbers of single precision' });
      return {
        ...one,
        given: { ...given, quantiles, scores } as Transform,
        formula: new Quantiles(quantiles, scores),
      };
    }
    case 'piecewiseLinear': {
      const edges = checkAscending(`${place}.edges`, fields['edges'], 2);
      return {
        ...one,
        given: { ...given, edges } as Transform,
        width: edges.length - 1,
        formula: new PiecewiseLinear(edges),
      };
    }
    case 'hash': {
      const width = checkInteger(`${place}.buckets`, fields['buckets'], 1, MOST_BUCKETS);
      return { ...one, width, formula: new Hashed(width) };
    }
    case 'bagOfWords': {
      const weights = checkNumbers(`${place}.weights`, fields['weights'], 1);
      if (weights.some((weight) => weight < 0))
        throw new RangeFault({ place: `${place}.weights`, problem: 'expected numbers of at least 0' });
      return {
        ...one,
        given: { ...given, weights } as Transform,
        width: weights.length,
        formula: new BagOfWords(weights),
      };
    }
  }
}

/** More inputs than a network of memory's size has. */
export const MOST_BUCKETS = 2 ** 20;

/** @throws TypeError unless it is an array of at least `least` finite numbers */
function checkNumbers(place: string, value: unknown, least: number): readonly number[] {
  const list: readonly unknown[] = Array.isArray(value) ? Array.from(value) : [];
  if (list.length >= least && list.every(Number.isFinite)) return list as readonly number[];
  throw new TypeFault({ place, problem: `expected an array of at least ${least} finite numbers` });
}

/** @throws TypeError, RangeError unless they ascend. Two equal numbers alone are the edges of a constant column. */
function checkAscending(place: string, value: unknown, least: number): readonly number[] {
  const list = checkNumbers(place, value, least);
  const isConstant = least === 2 && list.length === 2 && list[0] === list[1];
  if (!isConstant && list.some((x, i) => i > 0 && !(x > list[i - 1]!)))
    throw new RangeFault({ place, problem: 'expected numbers in ascending order, each once' });
  if (Number.isFinite(list.at(-1)! - list[0]!)) return list;
  throw new RangeFault({ place, problem: 'their range overflows double precision' });
}
