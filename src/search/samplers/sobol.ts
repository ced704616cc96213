import { Random } from '../../base/random.js';
import { atUnit, type CheckedSpace, decide } from '../domains.js';
import { createTrialRandom, hash } from './random.js';
import type { Sampler } from './sampler.js';

/**
 * For dimensions 2 to 40: the inner coefficients of the primitive polynomial as a binary number, then the first direction
 * integers. Source: S. Joe and F. Y. Kuo, new-joe-kuo-6.21201 (2008).
 */
const JOE_KUO =
  '0 1/1 1 3/1 1 3 1/2 1 1 1/1 1 1 3 3/4 1 3 5 13/2 1 1 5 5 17/4 1 1 5 5 5/7 1 1 7 11 19/11 1 1 5 1 1/13 1 1 1 3 11/14 1 3 5 5 31/1 1 3 3 9 7 49/13 1 1 1 15 21 21/16 1 3 1 13 27 49/19 1 1 1 15 7 5/22 1 3 1 15 13 25/25 1 1 5 5 19 61/1 1 3 7 11 23 15 103/4 1 3 7 13 13 15 69/7 1 1 3 13 7 35 63/8 1 3 5 9 1 25 53/14 1 3 1 13 9 35 107/19 1 3 1 5 27 61 31/21 1 1 5 11 19 41 61/28 1 3 5 3 3 13 69/31 1 1 7 13 1 19 1/32 1 3 7 5 13 19 59/37 1 1 3 9 25 29 41/41 1 3 5 13 23 1 55/42 1 3 7 3 13 59 17/50 1 3 1 3 5 53 69/55 1 1 5 5 23 33 13/56 1 1 7 7 1 61 123/59 1 1 7 9 13 61 49/62 1 3 3 5 3 55 33/14 1 3 1 15 31 13 49 245/21 1 3 5 15 31 59 63 97/22 1 3 1 11 11 11 77 249';

/** 32 direction numbers for each dimension, most significant bit first. */
const directions = ['', ...JOE_KUO.split('/')].map((row) => {
  // Dimension 1 is the van der Corput sequence: all its direction integers are 1.
  const [polynomial = 0, ...integers] = row === '' ? [] : row.split(' ').map(Number);
  const degree = integers.length;
  const numbers = new Int32Array(32);
  for (let k = 0; k < 32; k++) {
    if (k < degree || degree === 0) numbers[k] = (integers[k] ?? 1) << (31 - k);
    else {
      const first = numbers[k - degree]!;
      let number = first ^ (first >>> degree);
      for (let j = 1; j < degree; j++) if ((polynomial >> (degree - 1 - j)) & 1) number ^= numbers[k - j]!;
      numbers[k] = number;
    }
  }
  return numbers;
});

/** The dimensions that have direction numbers. */
export const SOBOL_DIMENSIONS = directions.length;

/**
 * The point with this index, from 0, in one dimension, from 0: 32 bits after the binary point. The first 2ᵐ points hit each
 * interval of length 2⁻ᵐ once.
 */
export function sobolBits(index: number, dimension: number): number {
  const numbers = directions[dimension]!;
  let bits = 0;
  for (let k = 0; index >>> k !== 0 && k < 32; k++) if ((index >>> k) & 1) bits ^= numbers[k]!;
  return bits >>> 0;
}

function reverseBits(x: number): number {
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return (x >>> 16) | (x << 16);
}

/**
 * Owen's nested scrambling: whether a bit flips depends on the bits above it. Source: S. Laine and T. Karras, Stratified
 * Sampling for Stochastic Transparency (2011), with N. Vegdahl's constants, Building a Better LK Hash (2021).
 */
export function scramble(bits: number, seed: number): number {
  let x = reverseBits(bits);
  x ^= Math.imul(x, 0x3d20adea);
  x = (x + seed) | 0;
  x = Math.imul(x, (seed >>> 16) | 1);
  x ^= Math.imul(x, 0x05526c56);
  x ^= Math.imul(x, 0x53a22864);
  return reverseBits(x) >>> 0;
}

/** Scrambled Sobol points. Hyperparameters after the 40th draw independently. */
export function createSobolSampler(space: CheckedSpace, seed: number): Sampler {
  const key = Random.fromSeed(seed).bits();
  return {
    propose: (trial) => {
      const random = createTrialRandom(seed, trial);
      return decide(space, (dimension, position) => {
        const bits =
          position < SOBOL_DIMENSIONS
            ? scramble(sobolBits(trial, position), hash(key + Math.imul(position, 0x9e3779b9)))
            : random.bits();
        return atUnit(dimension, bits / 2 ** 32);
      });
    },
  };
}
