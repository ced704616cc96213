import type { Fields } from '../../memory/struct-fields.js';
import type { Rule } from '../../memory/structs.js';
import { ADAGRAD, ADAM, MOMENTUM, NESTEROV, RMSPROP, SGD } from '../codes.js';
import type { Floats } from './numerics.js';
import type { ReferenceMemory } from './reference-memory.js';

/** The fields of a rule that optimizers use. */
type Numbers = Pick<
  Fields<Rule>,
  'rate' | 'momentum' | 'momentumRest' | 'square' | 'squareRest' | 'rootScale' | 'epsilon'
>;

/** The new value of a weight w with gradient g. The optimizer keeps its numbers at `first` and `second` in f. */
type Optimizer = (
  f: Floats,
  round: (x: number) => number,
  numbers: Numbers,
  w: number,
  g: number,
  first: number,
  second: number,
) => number;

const LEAST_NORMAL = 1.1754943508222875e-38; // 2⁻¹²⁶

/** Subnormal numbers of single precision to +0. */
const flush = (x: number): number => (Math.abs(x) < LEAST_NORMAL ? 0 : x);

/** The optimizers by their numbers in codes.ts; assembly/optimizers.ts has their formulas and sources. */
const optimizers: Readonly<Record<number, Optimizer>> = {
  [SGD]: (_, round, { rate }, w, g) => w - round(rate * g),

  [MOMENTUM](f, round, { rate, momentum }, w, g, first) {
    const v = (f[first] = flush(round(round(momentum * f[first]!) + g)));
    return w - round(rate * v);
  },

  [NESTEROV](f, round, { rate, momentum }, w, g, first) {
    const v = (f[first] = flush(round(round(momentum * f[first]!) + g)));
    return w - round(rate * round(g + round(momentum * v)));
  },

  [ADAGRAD](f, round, { rate, epsilon }, w, g, first) {
    const s = (f[first] = flush(round(f[first]! + round(g * g))));
    return w - round(round(rate * g) / round(round(Math.sqrt(s)) + epsilon));
  },

  [RMSPROP](f, round, { rate, momentum, momentumRest, epsilon }, w, g, first) {
    const s = (f[first] = flush(round(round(momentum * f[first]!) + round(momentumRest * round(g * g)))));
    return w - round(round(rate * g) / round(round(Math.sqrt(s)) + epsilon));
  },

  [ADAM](
    f,
    round,
    { rate, momentum, momentumRest, square, squareRest, rootScale, epsilon },
    w,
    g,
    first,
    second,
  ) {
    const m = (f[first] = flush(round(round(momentum * f[first]!) + round(momentumRest * g))));
    const v = (f[second] = flush(round(round(square * f[second]!) + round(squareRest * round(g * g)))));
    const root = round(round(Math.sqrt(v)) * rootScale);
    return w - round(rate * round(m / round(root + epsilon)));
  },
};

/** Before the updates of a step: computes its numbers from η and the number of earlier steps. */
export function beginUpdate(m: ReferenceMemory, rule: Rule, learningRate: number): void {
  const t = rule.step + 1;
  const eta = m.round(learningRate);
  rule.rate = rule.optimizer === ADAM ? eta / (1 - power(rule.beta1, t)) : eta;
  rule.rootScale = 1 / Math.sqrt(1 - power(rule.beta2, t));
  rule.decay = eta * rule.weightDecay;
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

/** Updates by the rule's optimizer. g is the sum in the gradients times the rule's `gradientScale`. */
export function optimize(
  m: ReferenceMemory,
  rule: Rule,
  parameters: number,
  gradients: number,
  first: number,
  second: number,
  count: number,
): void {
  const { floats: f, round } = m;
  const { gradientScale, rate, momentum, momentumRest, square, squareRest, rootScale, epsilon } = rule;
  const numbers = { rate, momentum, momentumRest, square, squareRest, rootScale, epsilon };
  const next = optimizers[rule.optimizer]!;
  for (let i = 0; i < count; i++) {
    const g = round(gradientScale * f[gradients + i]!);
    f[parameters + i] = next(f, round, numbers, f[parameters + i]!, g, first + i, second + i);
  }
}
