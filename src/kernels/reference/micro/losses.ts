import { exp } from '../../../base/exp.js';
import { log } from '../../../base/log.js';
import {
  HINGE,
  HUBER,
  LOG_COSH,
  MEAN_ABSOLUTE_ERROR,
  MEAN_SQUARED_ERROR,
  POISSON,
  QUANTILE,
} from '../../codes.js';
import type { Precision } from '../numerics.js';

/**
 * A loss that is a mean over the outputs: the cost of one output, in double precision, and its slope in a, each operation
 * rounded once. The caller divides both by the number of outputs. Both are NaN if a is NaN. assembly/micro/losses.ts names
 * the sources.
 */
interface MeanLoss {
  value(this: void, a: number, y: number, parameter: number): number;
  slope(this: void, a: number, y: number, parameter: number, precision: Precision): number;
}

/** The losses by their numbers in codes.ts. */
export const meanLosses: Readonly<Record<number, MeanLoss>> = {
  [MEAN_SQUARED_ERROR]: {
    value: squaredError,
    slope: (a, y, _, { round }) => 2 * round(a - y),
  },
  [MEAN_ABSOLUTE_ERROR]: {
    value: (a, y) => Math.abs(a - y),
    slope(a, y, _, { round }) {
      const difference = round(a - y);
      return Math.abs(difference) > 0 ? Math.sign(difference) : difference;
    },
  },
  [HUBER]: {
    value(a, y, delta) {
      const size = Math.abs(a - y);
      return size <= delta ? 0.5 * size * size : delta * (size - 0.5 * delta);
    },
    slope: (a, y, delta, { round }) => Math.max(Math.min(round(a - y), delta), -delta),
  },
  [HINGE]: {
    value: (a, y) => Math.max(0, 1 - y * a),
    slope(a, y, _, { round }) {
      const margin = round(y * a);
      return margin < 1 ? -y : margin >= 1 ? 0 : NaN;
    },
  },
  [LOG_COSH]: {
    value(a, y) {
      const size = Math.abs(a - y);
      return size + log(1 + exp(-2 * size)) - 0.6931471805599453;
    },
    slope: (a, y, _, { round, tanh }) => tanh(round(a - y)),
  },
  [POISSON]: {
    value: (a, y) => exp(a) - y * a,
    slope: (a, y, _, precision) => precision.round(precision.exp(a) - y),
  },
  [QUANTILE]: {
    value: (a, y, q) => (y >= a ? q * (y - a) : (1 - q) * (a - y)),
    slope(a, y, q, { round }) {
      const difference = round(a - y);
      return difference > 0 ? round(1 - q) : difference < 0 ? -q : difference;
    },
  },
};

export function squaredError(a: number, y: number): number {
  return (a - y) * (a - y);
}
