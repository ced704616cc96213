import { Random } from '../../base/random.js';
import { atUnit, type CheckedSpace, decide } from '../domains.js';
import { createTrialRandom, hash } from './random.js';
import type { Sampler } from './sampler.js';

/**
 * For dimensions 2 to 19, all whose polynomial has a degree of at most 6: the inner coefficients of the primitive polynomial as a binary number, then the first direction
 * integers. Source: S. Joe and F. Y. Kuo, new-joe-kuo-6.21201 (2008).
 */
const JOE_KUO =
  '0 1/1 1 3/1 1 3 1/2 1 1 1/1 1 1 3 3/4 1 3 5 13/2 1 1 5 5 17/4 1 1 5 5 5/7 1 1 7 11 19/11 1 1 5 1 1/13 1 1 1 3 11/14 1 3 5 5 31/1 1 3 3 9 7 49/13 1 1 1 15 21 21/16 1 3 1 13 27 49/19 1 1 1 15 7 5/22 1 3 1 15 13 25/25 1 1 5 5 19 61';

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

/** Scrambled Sobol points. Hyperparameters after the 19th draw independently. */
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
