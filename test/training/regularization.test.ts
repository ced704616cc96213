import { describe, expect, it } from 'vitest';
import { single } from '../../src/kernels/reference/numerics.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { allWasmKernels } from '../../bench/all-kernels.js';
import { ordinary } from '../../bench/numbers.js';
import { Layer, Rule } from '../../src/memory/structs.js';
import { roomFor, writeFields } from '../support/objects.js';
import { runKernel } from '../support/run-kernel.js';

// Penalties, clipping by value, weight decay and max-norm, compared with their formulas in double precision.

const engines = [await allWasmKernels(), referenceKernels(single)];

/** The largest relative error of one operation in single precision. */
const EPSILON = 2 ** -24;

const COUNT = 1000;

describe.each(engines.map((kernels) => [kernels.engine, kernels] as const))(
  'regularization on engine %s',
  (_, kernels) => {
    /** Within ±2; one in eight is zero. */
    const random = ordinary(3);

    /** Sums over a mini-batch, as `regularize` leaves them. */
    function regularized(
      penalties: { l1?: number; l2?: number; clipValue?: number },
      parameters: Float32Array,
      sums: Float32Array,
      scale: number,
      penalizes = true,
    ): Float32Array {
      return runKernel(kernels, { rule: roomFor(Rule), parameters, sums }, (at) => {
        writeFields(kernels, Rule, at.rule, penalties);
        kernels.regularize(at.rule, at.parameters, at.sums, scale, penalizes, COUNT);
      }).sums;
    }

    it.each([
      { l1: 0.125, l2: 0 },
      { l1: 0, l2: 0.375 },
      { l1: 0.0625, l2: 0.75 },
    ])('adds the slope of the penalty $l1 Σ |w| + ½ $l2 Σ w²', ({ l1, l2 }) => {
      // At least 2h from the kink at 0, or right in it, where the central difference is 0, as sign(0) is.
      const h = 2 ** -10;
      const parameters = random.floats(COUNT).map((w) => (Math.abs(w) < 2 * h ? 0 : w));
      const gradients = regularized({ l1, l2 }, parameters, new Float32Array(COUNT), 1);
      const penalty = (w: number): number => l1 * Math.abs(w) + 0.5 * l2 * w * w;
      // A product of l2·2 at most and a sum of l1 + l2·2 round once each; a penalty, of 2 at most, rounds four times in
      // double precision, and 2h divides that.
      const tolerance = EPSILON * (l1 + 4 * l2) + (4 * 2 ** -53 * 2) / h;
      const errors = parameters.map((w, i) => gradients[i]! - (penalty(w + h) - penalty(w - h)) / (2 * h));
      expect(largest(errors)).toBeLessThanOrEqual(tolerance);
    });

    it('adds the penalty to the mean gradient only where penalties apply', () => {
      const [w, sums] = [random.floats(COUNT), random.floats(COUNT)];
      const mean = sums.map((sum) => sum * Math.fround(0.2));
      const penalties = { l1: 0.25, l2: 0.5 };
      const gradients = regularized(penalties, w, sums, 0.2);
      const truth = mean.map((g, i) => g + 0.5 * w[i]! + 0.25 * Math.sign(w[i]!));
      // The truth, as all others, is rounded to a float: three roundings in all, of no number above 2.
      expect(largest(gradients.map((g, i) => g - truth[i]!))).toBeLessThanOrEqual(3 * 2 * EPSILON);
      expect(largest(regularized(penalties, w, sums, 0.2, false).map((g, i) => g - mean[i]!))).toBe(0);
    });

    it('clips gradients by value after adding the penalties', () => {
      const [parameters, sums] = [random.floats(COUNT), random.floats(COUNT)];
      const penalties = { l1: 0.25, l2: 0.5 };
      const whole = regularized(penalties, parameters, sums, 1);
      const clipped = regularized({ ...penalties, clipValue: 0.75 }, parameters, sums, 1);
      expect(clipped).toEqual(whole.map((g) => Math.min(Math.max(g, -0.75), 0.75)));
      const isClipped = whole.map((g) => Number(Math.abs(g) > 0.75));
      expect(isClipped).toContain(1);
      expect(isClipped).toContain(0);
    });

    it('keeps NaN and limits Infinity when it clips by value', () => {
      const sums = new Float32Array(COUNT).map((_, i) => [NaN, Infinity, -Infinity, 0.5][i % 4]!);
      const clipped = regularized({ clipValue: 1 }, new Float32Array(COUNT), sums, 1);
      expect([...clipped.subarray(0, 4)]).toEqual([NaN, 1, -1, 0.5]);
    });

    it('multiplies weights by one minus the decay', () => {
      const weights = random.floats(COUNT);
      const decayed = runKernel(kernels, { weights }, (at) => kernels.decay(at.weights, 0.01, COUNT)).weights;
      // 0.01 as a float, the product (each a hundredth of that) and the difference are off by ε of |w| at most.
      const errors = weights.map((w, i) => (w === 0 ? 0 : (decayed[i]! - 0.99 * w) / w));
      expect(largest(errors)).toBeLessThanOrEqual(1.1 * EPSILON);
    });

    it.each([1, 2, 7, 64, 500])(
      'limits the norms of units with a fan-in of %i and keeps their directions',
      (fanIn) => {
        const stride = 16;
        const before = random.floats(fanIn * stride);
        const column = (matrix: Float32Array, j: number) => matrix.filter((_, i) => i % stride === j);
        const norm = (w: Float32Array): number => Math.sqrt(w.reduce((sum, x) => sum + x * x, 0));
        const norms = Array.from({ length: stride }, (_, j) => norm(column(before, j)));
        // Between the eighth and the ninth of sixteen.
        const middle = [...norms].sort((one, other) => one - other).slice(7, 9);
        const limit = (middle[0]! + middle[1]!) / 2;
        const after = runKernel(kernels, { layer: roomFor(Layer), weights: before }, (at) => {
          writeFields(kernels, Layer, at.layer, { weights: at.weights, fanIn, stride });
          kernels.limitNorms(at.layer, 0, stride, limit);
        }).weights;
        // Each w² and each sum of them rounds, of which the root takes half; and the root, the limit, the quotient and the
        // product.
        const tolerance = ((fanIn + 1) / 2 + 4) * EPSILON;
        for (const [j, length] of norms.entries()) {
          const [was, is] = [column(before, j), column(after, j)];
          if (length < limit) {
            expect(is).toEqual(was);
            continue;
          }
          expect(Math.abs(norm(is) / limit - 1)).toBeLessThanOrEqual(tolerance);
          const errors = was.map((w, k) => (w === 0 ? is[k]! : is[k]! / ((w * limit) / length) - 1));
          expect(largest(errors)).toBeLessThanOrEqual(tolerance);
        }
      },
    );
  },
);

/** The largest magnitude; NaN where there is one. */
function largest(numbers: Float32Array): number {
  return Math.max(...numbers.map(Math.abs));
}
