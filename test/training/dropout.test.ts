import { describe, expect, it } from 'vitest';
import { single } from '../../src/kernels/reference/numerics.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { allWasmKernels } from '../../bench/all-kernels.js';
import { ordinary } from '../../bench/numbers.js';
import { Layer, Rule } from '../../src/memory/structs.js';
import { roomFor, writeFields } from '../support/objects.js';
import { runKernel } from '../support/run-kernel.js';

// A hash decides which values are dropped, the same in each run; it must look random. Each statistic tested is a sum of
// many numbers, nearly normal: by chance, one in 1.7 million is off by more than this many standard deviations.
const SIGMAS = 5;

const engines = [await allWasmKernels(), referenceKernels(single)];

interface Place {
  readonly p?: number;
  readonly keys?: readonly [number, number];
  readonly step?: number;
  readonly layer?: number;
  readonly row?: number;
}

const STRIDE = 64;

describe.each(engines.map((kernels) => [kernels.engine, kernels] as const))(
  'dropout on engine %s',
  (_, kernels) => {
    /** The given values after dropout; they lie in rows of STRIDE. */
    function dropOut(values: Float32Array, { p = 0.5, keys = [1, 2], step = 0, layer = 0, row = 0 }: Place) {
      const before = row * STRIDE;
      const matrix = new Float32Array(before + values.length);
      matrix.set(values, before);
      const arrays = {
        ...{ rule: roomFor(Rule), layer: roomFor(Layer) },
        ...{ values: matrix, dropped: new Float32Array(matrix.length) },
      };
      const { dropped } = runKernel(kernels, arrays, (at) => {
        writeFields(kernels, Rule, at.rule, { key0: keys[0], key1: keys[1], step });
        const drops = { dropBelow: Math.floor(p * 2 ** 32), keptScale: 1 / (1 - p) };
        writeFields(kernels, Layer, at.layer, { stride: STRIDE, number: layer, ...drops });
        kernels.dropOut(at.rule, at.layer, at.values, at.dropped, row, matrix.length / STRIDE);
      });
      return dropped.subarray(before);
    }

    const ones = (rows: number): Float32Array => new Float32Array(rows * STRIDE).fill(1);
    const readMask = (rows: number, place: Place): boolean[] =>
      Array.from(dropOut(ones(rows), place), (value) => value === 0);

    /** Expects a count that is plausible for n independent events of probability p. */
    function expectChance(count: number, n: number, p: number): void {
      expect(Math.abs(count - n * p)).toBeLessThan(SIGMAS * Math.sqrt(n * p * (1 - p)));
    }

    /**
     * Pearson's χ²: expects k counts that are plausible for n events of probability p each. Of (count − np)²/npq, with
     * q = 1 − p, the mean is 1 and the variance 2 + (1 − 6pq)/npq, by the fourth moment of the binomial distribution.
     */
    function expectEven(counts: ArrayLike<number>, n: number, p: number): void {
      const k = counts.length;
      const pq = p * (1 - p);
      const sum = Array.from(counts, (count) => (count - n * p) ** 2 / (n * pq)).reduce((a, b) => a + b);
      expect(Math.abs(sum - k)).toBeLessThan(SIGMAS * Math.sqrt(k * (2 + (1 - 6 * pq) / (n * pq))));
    }

    it.each([0.01, 0.1, 0.3, 0.5, 0.8, 0.99])('drops values with probability %f', (p) => {
      const mask = readMask(1000, { p });
      expectChance(mask.filter(Boolean).length, mask.length, p);
    });

    it.each([0.1, 0.5, 0.8])(
      'scales kept values so that their expected sum stays the same at probability %f',
      (p) => {
        const values = ordinary(5).floats(1000 * STRIDE);
        const dropped = dropOut(values, { p });
        // What is kept is x/(1 − p), in single precision.
        const kept = values.map((x) => x * Math.fround(1 / (1 - p)));
        expect(dropped.every((x, i) => x === 0 || x === kept[i])).toBe(true);
        // x/(1 − p) with probability 1 − p, else 0: the mean is x, and the variance x²p/(1 − p).
        const variance = values.reduce((sum, x) => sum + (x * x * p) / (1 - p), 0);
        const difference = dropped.reduce((sum, x, i) => sum + x - values[i]!, 0);
        expect(Math.abs(difference)).toBeLessThan(SIGMAS * Math.sqrt(variance));
      },
    );

    it('sets dropped values to 0, even NaN and Infinity', () => {
      const values = new Float32Array(4 * STRIDE).map((_, i) => [NaN, Infinity, -Infinity, -1][i % 4]!);
      const mask = readMask(4, {});
      expect([...dropOut(values, {})].filter((_, i) => mask[i])).toEqual(mask.filter(Boolean).map(() => 0));
    });

    it('drops the same positions of δ as of the activations, in parts or at once', () => {
      const place = { keys: [77, 78], step: 12, layer: 3, p: 0.3 } as const;
      const mask = readMask(50, place);
      const deltas = new Float32Array(50 * STRIDE).map((_, i) => i + 1);
      expect(Array.from(dropOut(deltas, place), (value) => value === 0)).toEqual(mask);
      const ends = [0, 13, 14, 50];
      const parts = ends.slice(1).map((end, i) => readMask(end - ends[i]!, { ...place, row: ends[i]! }));
      expect(parts.flat()).toEqual(mask);
    });

    it.each<[string, Place]>([
      ['step', { step: 1 }],
      ['layer', { layer: 1 }],
      ['step and layer', { step: 1, layer: 1 }],
      ['step far away', { step: 123_456 }],
      ['first key', { keys: [3, 2] }],
      ['second key', { keys: [1, 3] }],
      ['order of the keys', { keys: [2, 1] }],
    ])('drops values independently with another %s', (_, other) => {
      const p = 0.3;
      const [one, two] = [readMask(500, { p }), readMask(500, { p, ...other })];
      const both = one.filter((isDropped, i) => isDropped && two[i]).length;
      expectChance(both, one.length, p * p);
    });

    it('drops neighbors in the row, the column and the next step independently', () => {
      const p = 0.3;
      const [mask, next] = [readMask(500, { p }), readMask(500, { p, step: 1 })];
      for (const shift of [1, 2, 3, 4, STRIDE - 1, STRIDE, STRIDE + 1, 2 * STRIDE]) {
        for (const other of [mask, next]) {
          const both = mask.filter((isDropped, i) => isDropped && other[i + shift]).length;
          expectChance(both, mask.length - shift, p * p);
        }
      }
    });

    it.each([0.1, 0.5, 0.9])('drops all positions of the mini-batch equally often at probability %f', (p) => {
      const steps = 1000;
      const counts = new Uint32Array(8 * STRIDE);
      for (let step = 0; step < steps; step++) {
        for (const [i, isDropped] of readMask(8, { p, step }).entries()) counts[i]! += Number(isDropped);
      }
      expectEven(counts, steps, p);
    });

    it('drops values of all samples and all units equally often', () => {
      const rows = 256;
      const samples = new Uint32Array(rows);
      const units = new Uint32Array(STRIDE);
      for (const [i, isDropped] of readMask(rows, { p: 0.5, keys: [9, 8] }).entries()) {
        units[i % STRIDE]! += Number(isDropped);
        samples[Math.floor(i / STRIDE)]! += Number(isDropped);
      }
      expectEven(units, rows, 0.5);
      expectEven(samples, STRIDE, 0.5);
    });

    it('drops the same values when it runs again', () => {
      const values = ordinary(6).floats(20 * STRIDE);
      expect(dropOut(values, { step: 3 })).toEqual(dropOut(values, { step: 3 }));
    });
  },
);
