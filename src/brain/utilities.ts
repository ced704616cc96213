import { Generator, spreadSeed } from '../base/random.js';
import type { NumberObject } from './data.js';

/** The numbers of an array, or the values of an object. */
export const toArray = (values: ArrayLike<number> | NumberObject): Float32Array =>
  Float32Array.from(Object.values(values));

/** The largest number of an array or object; −Infinity if it's empty. */
export function max(values: ArrayLike<number> | NumberObject): number {
  let most = -Infinity;
  for (const value of Object.values(values)) most = Math.max(most, value);
  return most;
}

/** The index of the first of the largest numbers. */
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

/** The generator of the functions below. It has a fixed seed, so a program draws the same numbers on every run. */
const source = new Generator(spreadSeed(0));

/* eslint-disable no-restricted-properties -- for programs; no weight depends on what follows */
/** N(0, 1), after Box and Muller. Its Math.log takes far less room in a page than the logarithm of `Random`. */
const gaussRandom = (): number =>
  Math.sqrt(-2 * Math.log(1 - source.uniform(0, 1))) * Math.cos(2 * Math.PI * source.uniform(0, 1));

/** The random numbers of brain.js, from a seeded generator. */
export const random = {
  /** U(min, max). */
  randomFloat: (min: number, max: number): number => source.uniform(min, max),
  /** N(0, 1). */
  gaussRandom,
  /** A whole number, min ≤ n < max. */
  randomInteger: (min: number, max: number): number => Math.floor(source.uniform(min, max)),
  /** N(mu, std²). */
  randomN: (mu: number, std: number): number => mu + gaussRandom() * std,
};

/** U(−0.2, 0.2). */
export const randomWeight = (): number => source.uniform(-0.2, 0.2);

/** `size` numbers of U(−std, std). Default U(−0.2, 0.2). */
export const randos = (size: number, std: number | null = null): Float32Array =>
  Float32Array.from({ length: size }, () => source.uniform(-(std ?? 0.2), std ?? 0.2));

/** The activations of FeedForward in brain.js 2, and their slopes times an error. */
export const activation = {
  relu: {
    activate: (z: number): number => Math.max(0, z),
    measure: (a: number, error: number): number => (a <= 0 ? 0 : error),
  },
  sigmoid: {
    activate: (z: number): number => 1 / (1 + Math.exp(-z)),
    measure: (a: number, error: number): number => a * (1 - a) * error,
  },
  tanh: {
    activate: (z: number): number => Math.tanh(z),
    measure: (a: number, error: number): number => (1 - a * a) * error,
  },
  leakyRelu: {
    activate: (z: number): number => (z > 0 ? z : 0.01 * z),
    measure: (a: number, error: number): number => (a > 0 ? error : 0.01 * error),
  },
};
