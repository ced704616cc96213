import { ADAGRAD, ADAM, MOMENTUM, NESTEROV, RMSPROP, SGD } from '../codes.js';
import type { EquationKernels } from '../kernels.js';
import { Rule } from '../../memory/structs.js';
import type { MemoryViews } from './description.js';
import type { Precision } from './numerics.js';

/** What becomes of a weight w with gradient g; what is remembered of it lies at `first` and `second` in f. */
type Optimizer = (
  f: Float32Array | Float64Array,
  rule: Rule,
  w: number,
  g: number,
  first: number,
  second: number,
) => number;

/** The optimizers by their numbers in codes.ts; assembly/optimizers.ts has their formulas and sources. */
const optimizersIn = ({ round }: Precision): Record<number, Optimizer> => ({
  [SGD]: (_, { rate }, w, g) => w - round(rate * g),

  [MOMENTUM](f, { rate, momentum }, w, g, first) {
    const v = (f[first] = round(round(momentum * f[first]!) + g));
    return w - round(rate * v);
  },

  [NESTEROV](f, { rate, momentum }, w, g, first) {
    const v = (f[first] = round(round(momentum * f[first]!) + g));
    return w - round(rate * round(g + round(momentum * v)));
  },

  [ADAGRAD](f, { rate, epsilon }, w, g, first) {
    const s = (f[first] = round(f[first]! + round(g * g)));
    return w - round(round(rate * g) / round(round(Math.sqrt(s)) + epsilon));
  },

  [RMSPROP](f, { rate, momentum, momentumRest, epsilon }, w, g, first) {
    const s = (f[first] = round(round(momentum * f[first]!) + round(momentumRest * round(g * g))));
    return w - round(round(rate * g) / round(round(Math.sqrt(s)) + epsilon));
  },

  [ADAM](f, { rate, momentum, momentumRest, square, squareRest, rootScale, epsilon }, w, g, first, second) {
    const m = (f[first] = round(round(momentum * f[first]!) + round(momentumRest * g)));
    const v = (f[second] = round(round(square * f[second]!) + round(squareRest * round(g * g))));
    const root = round(round(Math.sqrt(v)) * rootScale);
    return w - round(rate * round(m / round(root + epsilon)));
  },
});

type OptimizerKernels = Pick<EquationKernels, 'beginUpdate' | 'optimize'>;

export function optimizerKernels(views: () => MemoryViews, precision: Precision): OptimizerKernels {
  const { bytesPerFloat, round } = precision;
  const optimizers = optimizersIn(precision);
  return {
    beginUpdate(pointer, learningRate) {
      const rule = new Rule(views(), pointer);
      const { optimizer, beta1, beta2, step, weightDecay } = rule;
      const t = step + 1;
      const eta = round(learningRate);
      rule.rate = optimizer === ADAM ? eta / (1 - power(beta1, t)) : eta;
      rule.rootScale = 1 / Math.sqrt(1 - power(beta2, t));
      rule.decay = eta * weightDecay;
    },

    optimize(pointer, parameters, gradients, first, second, count) {
      const f = views().floats;
      const rule = new Rule(views(), pointer);
      const next = optimizers[rule.optimizer]!;
      const at = (place: number, i: number): number => place / bytesPerFloat + i;
      for (let i = 0; i < count; i++) {
        const g = round(rule.gradientScale * f[at(gradients, i)]!);
        const p = at(parameters, i);
        f[p] = next(f, rule, f[p]!, g, at(first, i), at(second, i));
      }
    },
  };
}

/** xⁿ, by squaring. */
function power(x: number, n: number): number {
  let product = 1;
  for (; n > 0; n >>>= 1) {
    if (n & 1) product *= x;
    x *= x;
  }
  return product;
}
