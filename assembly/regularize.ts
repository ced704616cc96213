import { Layer, Rule } from './structs';

/**
 * The mean gradient g of a mini-batch plus the gradients of the penalties, l2·w of ½·l2·Σ w² and l1·sign(w) of l1·Σ |w|;
 * then clipped by value.
 * Rounds: scale·Σ; + l2·w; + l1·sign(w), which is ±l1 or 0; each operation once, in this order.
 * @param parameters f32[count]
 * @param gradients  f32[count], in place: in, sums over the mini-batch
 * @param scale      1/m
 * @param penalizes  whether the penalties apply to these parameters
 * @param count      a multiple of four
 */
export function regularize(
  rule: Rule,
  parameters: usize,
  gradients: usize,
  scale: f32,
  penalizes: bool,
  count: i32,
): void {
  const zero = f32x4.splat(0);
  const l1 = f32x4.splat(penalizes ? rule.l1 : 0);
  const l2 = f32x4.splat(penalizes ? rule.l2 : 0);
  const most = f32x4.splat(rule.clipValue ? rule.clipValue : Infinity);
  for (let end: usize = parameters + (count << 2); parameters < end; parameters += 16) {
    const w = v128.load(parameters);
    let g = f32x4.mul(f32x4.splat(scale), v128.load(gradients));
    g = f32x4.add(g, f32x4.mul(l2, w));
    const isPositive = v128.and(f32x4.gt(w, zero), l1);
    const isNegative = v128.and(f32x4.lt(w, zero), l1);
    g = f32x4.add(g, f32x4.sub(isPositive, isNegative));
    // pmin and pmax keep NaN, their first operand
    g = f32x4.pmax(f32x4.pmin(g, most), f32x4.neg(most));
    v128.store(gradients, g);
    gradients += 16;
  }
}

/**
 * Adds Σ g² to `sum`, for clipping by norm.
 * Rounds: in f64, sequential, on top of `sum`.
 */
export function addSquares(gradients: usize, count: i32, sum: f64): f64 {
  for (let end: usize = gradients + (count << 2); gradients < end; gradients += 4) {
    const g = <f64>load<f32>(gradients);
    sum += g * g;
  }
  return sum;
}

/**
 * Decoupled weight decay: w − (η·λ)·w (Loshchilov and Hutter 2019). Rounds: the product, the difference.
 * @param weights f32[count], updated in place; count is a multiple of four
 */
export function decay(weights: usize, rate: f32, count: i32): void {
  for (let end: usize = weights + (count << 2); weights < end; weights += 16) {
    const w = v128.load(weights);
    v128.store(weights, f32x4.sub(w, f32x4.mul(f32x4.splat(rate), w)));
  }
}

/**
 * Max-norm: scales down the weights of a unit if ‖w‖ exceeds c (Srivastava et al. 2014, § 5.1).
 * Rounds: Σ w² sequential over the units of the previous layer, from +0; the root; c/‖w‖; and each w times that.
 * Changes l.weights, f32[fanIn][stride], of the units in [from, to): multiples of four.
 */
export function limitNorms(l: Layer, from: i32, to: i32, most: f32): void {
  const weights = l.weights;
  const fanIn = l.fanIn;
  const bytes: usize = l.stride << 2;
  const limit = f32x4.splat(most);
  for (let j = from; j < to; j += 4) {
    const column: usize = weights + (j << 2);
    const end = column + <usize>fanIn * bytes;
    let sum = f32x4.splat(0);
    for (let at = column; at < end; at += bytes) {
      const w = v128.load(at);
      sum = f32x4.add(sum, f32x4.mul(w, w));
    }
    const norm = f32x4.sqrt(sum);
    const isLong = f32x4.gt(norm, limit);
    if (!v128.any_true(isLong)) continue;
    const scale = v128.bitselect(f32x4.div(limit, norm), f32x4.splat(1), isLong);
    for (let at = column; at < end; at += bytes) v128.store(at, f32x4.mul(v128.load(at), scale));
  }
}
