import { ADAGRAD, ADAM, MOMENTUM, NESTEROV, RMSPROP, SGD } from '../src/kernels/codes';
import { Rule } from './structs';

// Each optimizer takes a gradient g and returns the new value of a weight w. It keeps its numbers for that weight at `first`
// and `second`, where a subnormal number becomes +0. The classes have no instances: they are type arguments for which one loop is
// compiled each.

/** w − η·g. Rounds: the product, the difference. */
class Sgd {
  next(rule: Rule, w: v128, g: v128, first: usize, second: usize): v128 {
    return f32x4.sub(w, f32x4.mul(rate(rule), g));
  }
}

/**
 * v = μ·v + g; w − η·v. PyTorch's convention (torch.optim.SGD without dampening): v excludes η.
 * Rounds: each operation once, as written.
 */
class Momentum {
  next(rule: Rule, w: v128, g: v128, first: usize, second: usize): v128 {
    const v = flush(f32x4.add(f32x4.mul(momentum(rule), v128.load(first)), g));
    v128.store(first, v);
    return f32x4.sub(w, f32x4.mul(rate(rule), v));
  }
}

/** v = μ·v + g; w − η·(g + μ·v). PyTorch's convention (nesterov=True). Rounds: each operation once, as written. */
class Nesterov {
  next(rule: Rule, w: v128, g: v128, first: usize, second: usize): v128 {
    const v = flush(f32x4.add(f32x4.mul(momentum(rule), v128.load(first)), g));
    v128.store(first, v);
    return f32x4.sub(w, f32x4.mul(rate(rule), f32x4.add(g, f32x4.mul(momentum(rule), v))));
  }
}

/**
 * s = s + g²; w − (η·g)/(√s + ε). Duchi, Hazan and Singer 2011; ε outside the root, as in PyTorch.
 * Rounds: each operation once, as written.
 */
class Adagrad {
  next(rule: Rule, w: v128, g: v128, first: usize, second: usize): v128 {
    const s = flush(f32x4.add(v128.load(first), f32x4.mul(g, g)));
    v128.store(first, s);
    return f32x4.sub(w, f32x4.div(f32x4.mul(rate(rule), g), f32x4.add(f32x4.sqrt(s), epsilon(rule))));
  }
}

/**
 * s = ρ·s + (1 − ρ)·g²; w − (η·g)/(√s + ε). Hinton's lecture 6e; ε outside the root, as in PyTorch.
 * Rounds: each operation once, as written; 1 − ρ comes rounded from double precision.
 */
class RmsProp {
  next(rule: Rule, w: v128, g: v128, first: usize, second: usize): v128 {
    const rest = v128.load32_splat(changetype<usize>(rule), offsetof<Rule>('momentumRest'));
    const s = flush(f32x4.add(f32x4.mul(momentum(rule), v128.load(first)), f32x4.mul(rest, f32x4.mul(g, g))));
    v128.store(first, s);
    return f32x4.sub(w, f32x4.div(f32x4.mul(rate(rule), g), f32x4.add(f32x4.sqrt(s), epsilon(rule))));
  }
}

/**
 * m = β₁·m + (1 − β₁)·g; v = β₂·v + (1 − β₂)·g²; w − η′·m/(√v·r + ε), with η′ = η/(1 − β₁ᵗ) and r = 1/√(1 − β₂ᵗ) of
 * step t. Kingma and Ba 2015, algorithm 1, in PyTorch's arrangement. AdamW is the same after `decay`.
 * Rounds: each operation once, as written; η′ and r are computed in double precision and rounded.
 */
export class Adam {
  next(rule: Rule, w: v128, g: v128, first: usize, second: usize): v128 {
    const p = changetype<usize>(rule);
    const rest = v128.load32_splat(p, offsetof<Rule>('momentumRest'));
    const m = flush(f32x4.add(f32x4.mul(momentum(rule), v128.load(first)), f32x4.mul(rest, g)));
    v128.store(first, m);
    const square = v128.load32_splat(p, offsetof<Rule>('square'));
    const squareRest = v128.load32_splat(p, offsetof<Rule>('squareRest'));
    const v = flush(f32x4.add(f32x4.mul(square, v128.load(second)), f32x4.mul(squareRest, f32x4.mul(g, g))));
    v128.store(second, v);
    const root = f32x4.mul(f32x4.sqrt(v), v128.load32_splat(p, offsetof<Rule>('rootScale')));
    return f32x4.sub(w, f32x4.mul(rate(rule), f32x4.div(m, f32x4.add(root, epsilon(rule)))));
  }
}

const LEAST_NORMAL: f32 = 1.1754943508222875e-38; // 2⁻¹²⁶

/**
 * Subnormal numbers to +0. An optimizer's numbers decay to them for good, because 0.9·v rounds back to v near 2⁻¹⁴⁹, and
 * processors take up to a hundred times longer for them. NaN stays.
 */
export function flush(x: v128): v128 {
  return v128.andnot(x, f32x4.lt(f32x4.abs(x), f32x4.splat(LEAST_NORMAL)));
}

function rate(rule: Rule): v128 {
  return v128.load32_splat(changetype<usize>(rule), offsetof<Rule>('rate'));
}

function momentum(rule: Rule): v128 {
  return v128.load32_splat(changetype<usize>(rule), offsetof<Rule>('momentum'));
}

function epsilon(rule: Rule): v128 {
  return v128.load32_splat(changetype<usize>(rule), offsetof<Rule>('epsilon'));
}

/**
 * Before the updates of a step: computes its numbers from η and the number of earlier steps.
 * Rounds: in f64, as written; powers by squaring.
 */
export function beginUpdate(rule: Rule, learningRate: f32): void {
  const isAdam = rule.optimizer == ADAM;
  const t = rule.step + 1;
  rule.rate = isAdam ? <f32>(<f64>learningRate / (1 - power(rule.beta1, t))) : learningRate;
  rule.rootScale = <f32>(1 / sqrt<f64>(1 - power(rule.beta2, t)));
  rule.decay = <f32>(<f64>learningRate * <f64>rule.weightDecay);
}

/** xⁿ. Rounds: squares x, and multiplies the squares that n's binary digits select, the lowest first. */
function power(x: f64, n: u32): f64 {
  let product: f64 = 1;
  for (; n; n >>= 1) {
    if (n & 1) product *= x;
    x *= x;
  }
  return product;
}

/**
 * Updates by the rule's optimizer. g is the sum in the gradients times the rule's `gradientScale`.
 * @param parameters f32[count], updated in place
 * @param gradients  f32[count]
 * @param first      f32[count], numbers of the optimizer, updated in place; likewise `second`
 * @param count      a multiple of four
 */
export function optimize(
  rule: Rule,
  parameters: usize,
  gradients: usize,
  first: usize,
  second: usize,
  count: i32,
): void {
  switch (rule.optimizer) {
    case SGD: {
      updates<Sgd>(rule, parameters, gradients, first, second, count);
      break;
    }
    case MOMENTUM: {
      updates<Momentum>(rule, parameters, gradients, first, second, count);
      break;
    }
    case NESTEROV: {
      updates<Nesterov>(rule, parameters, gradients, first, second, count);
      break;
    }
    case ADAGRAD: {
      updates<Adagrad>(rule, parameters, gradients, first, second, count);
      break;
    }
    case RMSPROP: {
      updates<RmsProp>(rule, parameters, gradients, first, second, count);
      break;
    }
    case ADAM: {
      updates<Adam>(rule, parameters, gradients, first, second, count);
      break;
    }
  }
}

export function updates<Optimizer>(
  rule: Rule,
  parameters: usize,
  gradients: usize,
  first: usize,
  second: usize,
  count: i32,
): void {
  const optimizer = changetype<Optimizer>(0);
  const scale = f32x4.splat(rule.gradientScale);
  for (let end: usize = parameters + (count << 2); parameters < end; parameters += 16) {
    const g = f32x4.mul(scale, v128.load(gradients));
    v128.store(parameters, optimizer.next(rule, v128.load(parameters), g, first, second));
    gradients += 16;
    first += 16;
    second += 16;
  }
}
