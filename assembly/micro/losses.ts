// Each of these losses is a pair: the cost of one output, in double precision, and its slope in a, for four outputs. d is
// the loss's parameter. The losses are means over the outputs, so the caller divides both by the number of outputs. Both
// are NaN if a is NaN. All round each operation once, in the order in which it is written here.

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
