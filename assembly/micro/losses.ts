import { exp as expOfFour } from './exp';
import { exp } from './exp-double';
import { log } from './log';
import { tanh } from './tanh';

// Each of these losses is a pair: the cost of one output, in double precision, and its slope in a, for four outputs. d is
// the loss's parameter for that output. The losses are means over the outputs, so the caller divides both by the number of
// outputs. Both are NaN if a is NaN. All round each operation once, in the order in which it is written here.

/** (a − y)², slope 2(a − y). */
export class SquaredError {
  value(a: f64, y: f64, d: f64): f64 {
    return (a - y) * (a - y);
  }
  slope(a: v128, y: v128, d: v128): v128 {
    const difference = f32x4.sub(a, y);
    return f32x4.add(difference, difference);
  }
}

/** |a − y|; slope ±1, and 0 if a = y. */
export class AbsoluteError {
  value(a: f64, y: f64, d: f64): f64 {
    return abs(a - y);
  }
  slope(a: v128, y: v128, d: v128): v128 {
    const difference = f32x4.sub(a, y);
    const sign = v128.bitselect(difference, f32x4.splat(1), f32x4.splat(-0.0));
    return v128.bitselect(sign, difference, f32x4.gt(f32x4.abs(difference), f32x4.splat(0)));
  }
}

/** With e = a − y: ½e² if |e| ≤ d, else d(|e| − ½d) (Huber 1964, as PyTorch's HuberLoss); slope e, clamped to ±d. */
export class Huber {
  value(a: f64, y: f64, d: f64): f64 {
    const size = abs(a - y);
    return size <= d ? 0.5 * size * size : d * (size - 0.5 * d);
  }
  slope(a: v128, y: v128, d: v128): v128 {
    return f32x4.max(f32x4.min(f32x4.sub(a, y), d), f32x4.neg(d));
  }
}

/** max(0, 1 − ya) with y = ±1, as Keras's Hinge; slope −y if ya < 1, else 0, also at the kink. */
export class Hinge {
  value(a: f64, y: f64, d: f64): f64 {
    return max(0, 1 - y * a);
  }
  slope(a: v128, y: v128, d: v128): v128 {
    const margin = f32x4.mul(y, a);
    const one = f32x4.splat(1);
    const beyond = v128.andnot(margin, f32x4.ge(margin, one)); // 0, or NaN
    return v128.bitselect(f32x4.neg(y), beyond, f32x4.lt(margin, one));
  }
}

/** ln cosh e with e = a − y, as |e| + ln(1 + e^(−2|e|)) − ln 2, as Keras's LogCosh; slope tanh e. */
export class LogCosh {
  value(a: f64, y: f64, d: f64): f64 {
    const size = abs(a - y);
    return size + log(1 + exp(-2 * size)) - 0.6931471805599453;
  }
  slope(a: v128, y: v128, d: v128): v128 {
    return tanh(f32x4.sub(a, y));
  }
}

/**
 * eᵃ − ya: the negative logarithm of the Poisson likelihood with a = ln λ, without its term ln y!, as PyTorch's
 * PoissonNLLLoss; slope eᵃ − y.
 */
export class Poisson {
  value(a: f64, y: f64, d: f64): f64 {
    return exp(a) - y * a;
  }
  slope(a: v128, y: v128, d: v128): v128 {
    return f32x4.sub(expOfFour(a), y);
  }
}

/**
 * d(y − a) if y ≥ a, else (1 − d)(a − y) (Koenker and Bassett 1978); slope −d if a < y, 1 − d if a > y, and 0 if a = y.
 */
export class Quantile {
  value(a: f64, y: f64, d: f64): f64 {
    return y >= a ? d * (y - a) : (1 - d) * (a - y);
  }
  slope(a: v128, y: v128, d: v128): v128 {
    const difference = f32x4.sub(a, y);
    const zero = f32x4.splat(0);
    const below = v128.bitselect(f32x4.neg(d), difference, f32x4.lt(difference, zero));
    return v128.bitselect(f32x4.sub(f32x4.splat(1), d), below, f32x4.gt(difference, zero));
  }
}
