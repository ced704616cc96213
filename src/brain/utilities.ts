import { Random } from '../base/random.js';
import type { NumberObject } from './data.js';

/** The numbers of an array or of an object. */
export function toArray(values: ArrayLike<number> | NumberObject): number[] | Float32Array {
  if (Array.isArray(values)) return values as number[];
  return Float32Array.from(Object.values(values));
}

/** The largest of the numbers of an array or of an object; −Infinity where there is none. */
export function max(values: ArrayLike<number> | NumberObject): number {
  let most = -Infinity;
  for (const value of Object.values(values)) most = Math.max(most, value);
  return most;
}

/** The place of the first of the largest numbers. */
export function largest(values: ArrayLike<number>): number {
  let at = 0;
  for (let j = 1; j < values.length; j++) if (values[j]! > values[at]!) at = j;
  return at;
}

/** The mean of the squares. */
export function mse(errors: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < errors.length; i++) sum += errors[i]! * errors[i]!;
  return sum / errors.length;
}

export const zeros = (size: number): Float32Array => new Float32Array(size);

export const ones = (size: number): Float32Array => new Float32Array(size).fill(1);

/** `height` rows of ones. */
export const ones2D = (width: number, height: number): Float32Array[] =>
  Array.from({ length: height }, () => ones(width));

/** start, start + 1, … below end. */
export const range = (start: number, end: number): number[] =>
  Array.from({ length: Math.max(0, Math.ceil(end - start)) }, (_, i) => start + i);

/** One for the functions below: it draws the same numbers each time that a program runs. */
const source = Random.fromSeed(0);

/** The random numbers of brain.js, but from a generator with a seed. */
export const random = {
  /** U(min, max). */
  randomFloat: (min: number, max: number): number => source.uniform(min, max),
  /** N(0, 1). */
  gaussRandom: (): number => source.normal(),
  /** A whole number from min to below max. */
  randomInteger: (min: number, max: number): number => Math.floor(source.uniform(min, max)),
  /** N(mu, std²). */
  randomN: (mu: number, std: number): number => mu + source.normal() * std,
};

/** U(−0.2, 0.2). */
export const randomWeight = (): number => source.uniform(-0.2, 0.2);

/** So many of U(−std, std); by default of U(−0.2, 0.2). */
export const randos = (size: number, std: number | null = null): Float32Array =>
  Float32Array.from({ length: size }, () => source.uniform(-(std ?? 0.2), std ?? 0.2));
