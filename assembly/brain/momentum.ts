import { layerAt } from '../network';
import { Layer, Net, Rule } from '../structs';

/** Smaller changes are dropped. They would decay into subnormal numbers, which are slow to compute with. */
const LEAST: f32 = 7.888609052210118e-31; // 2⁻¹⁰⁰

/**
 * The update of brain.js, with δ = ∂C/∂z of one sample: change = μ·change − (η·δ)·x, W += change; b −= η·δ, without
 * momentum. The changes are at `first` of the net's rule, in the layout of the parameters. δ becomes η·δ.
 *
 * If the first layer is given as pairs, most x are zero, and their changes only shrink, to μ·change. A change too small to
 * alter its weight is dropped. An input without a remaining change isn't live, and is skipped until it is not zero.
 * Rounds: each operation once, as written. A change smaller than 2⁻¹⁰⁰ is stored as +0.
 * @param live u64[⌈inputs / 64⌉]; bit k is set if a change of input k may be other than zero
 */
export function changeWeights(net: Net, isSparse: bool, learningRate: f32, momentum: f32, live: usize): void {
  const distance: usize = changetype<Rule>(net.rule).first - net.parameters;
  const mu = f32x4.splat(momentum);
  const eta = f32x4.splat(learningRate);
  for (let i = 0; i < net.layerCount; ++i) {
    const l = layerAt(net, i);
    scaleAndShift(l, eta);
    if (i == 0 && isSparse) changeFromPairs(net, l, distance, mu, live);
    else changeRows(l, distance, mu);
  }
}

/** δ = η·δ; b −= δ. */
function scaleAndShift(l: Layer, eta: v128): void {
  for (let at: usize = 0; at < <usize>(l.stride << 2); at += 16) {
    const step = f32x4.mul(eta, v128.load(l.delta + at));
    v128.store(l.delta + at, step);
    v128.store(l.biases + at, f32x4.sub(v128.load(l.biases + at), step));
  }
}

/** The weights of all inputs of a layer. */
function changeRows(l: Layer, distance: usize, mu: v128): void {
  const row: usize = l.stride << 2;
  const delta = l.delta;
  let weights = l.weights;
  for (let x = l.input, end: usize = x + (l.fanIn << 2); x < end; x += 4) {
    changeRow(weights, distance, row, delta, v128.load32_splat(x), mu);
    weights += row;
  }
}

/** The weights of the inputs that are not zero, and of those that are live. */
function changeFromPairs(net: Net, l: Layer, distance: usize, mu: v128, live: usize): void {
  const row: usize = l.stride << 2;
  let value = load<usize>(net.pairs);
  const words = (l.fanIn + 63) >> 6;
  let bits: usize = value - (words << 3);
  let weights = l.weights;
  for (let i = 0; i < words; ++i) {
    const given = load<u64>(bits);
    for (let left = given; left; left &= left - 1) {
      changeRow(weights + <usize>ctz(left) * row, distance, row, l.delta, v128.load32_splat(value), mu);
      value += 4;
    }
    const shrinking = load<u64>(live) & ~given;
    let lasting = shrinking | given;
    for (let left = shrinking; left; left &= left - 1) {
      if (!shrinkRow(weights + <usize>ctz(left) * row, distance, row, mu)) lasting &= ~(left & (0 - left));
    }
    store<u64>(live, lasting);
    bits += 8;
    live += 8;
    weights += row << 6;
  }
}

/** Rounds changes below LEAST to +0. */
export function dropTooSmall(c: v128): v128 {
  return v128.andnot(c, f32x4.lt(f32x4.abs(c), f32x4.splat(LEAST)));
}

/** change = μ·change − δ·x; w += change. */
function changeRow(w: usize, distance: usize, row: usize, delta: usize, x: v128, mu: v128): void {
  for (let end: usize = w + row; w < end; w += 16) {
    const c = f32x4.sub(f32x4.mul(mu, v128.load(w + distance)), f32x4.mul(v128.load(delta), x));
    v128.store(w, f32x4.add(v128.load(w), c));
    v128.store(w + distance, dropTooSmall(c));
    delta += 16;
  }
}

/** change = μ·change; w += change. Drops a change that leaves w as it was. @returns whether any change remains */
function shrinkRow(w: usize, distance: usize, row: usize, mu: v128): bool {
  let any = i32x4.splat(0);
  for (let end: usize = w + row; w < end; w += 16) {
    const c = f32x4.mul(mu, v128.load(w + distance));
    const before = v128.load(w);
    const after = f32x4.add(before, c);
    const alters = f32x4.ne(after, before);
    v128.store(w, after);
    v128.store(w + distance, v128.and(c, alters));
    any = v128.or(any, alters);
  }
  return v128.any_true(any);
}
