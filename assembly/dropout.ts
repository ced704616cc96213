import { rowAt } from './network';
import { Layer, Rule } from './structs';

/**
 * Inverted dropout (Srivastava et al. 2014): each value becomes 0 with probability p, else it is multiplied by 1/(1 − p),
 * so that predictions need no scaling. The random bits are a hash of the run's key, the step, the layer and the index of
 * the value in the mini-batch. Therefore δ meets the same bits as a did, on any thread, and a run can resume at any step.
 * Rounds: the product, once.
 * @param source f32[rows][stride] of the layer; reads the samples in [from, to)
 * @param target out, the same shape; may be `source`
 */
export function dropOut(rule: Rule, l: Layer, source: usize, target: usize, from: i32, to: i32): void {
  // Two words that differ between steps and between layers.
  const one = mix(rule.key0 + rule.step);
  const other = mix(rule.key1 ^ mix(rule.step + <u32>l.number * 0x9e3779b9));
  const threshold = i32x4.splat(l.dropBelow);
  const scale = f32x4.splat(l.keptScale);
  let place = i32x4.add(i32x4.splat(from * l.stride), i32x4(0, 1, 2, 3));
  let at = rowAt(target, from, l.stride);
  const end = rowAt(source, to, l.stride);
  for (let value = rowAt(source, from, l.stride); value < end; value += 16) {
    const isKept = i32x4.ge_u(bits(place, one, other), threshold);
    v128.store(at, v128.and(isKept, f32x4.mul(v128.load(value), scale)));
    place = i32x4.add(place, i32x4.splat(4));
    at += 16;
  }
}

export function hasDropout(l: Layer): bool {
  return l.undropped != l.activations;
}

/** Random bits for four indices: MurmurHash3's finalizer (A. Appleby), with one key before it and another within it. */
function bits(place: v128, one: u32, other: u32): v128 {
  let h = i32x4.add(i32x4.mul(place, i32x4.splat(0x9e3779b1)), i32x4.splat(one));
  h = v128.xor(h, i32x4.shr_u(h, 16));
  h = i32x4.mul(h, i32x4.splat(0x85ebca6b));
  h = v128.xor(h, i32x4.splat(other));
  h = v128.xor(h, i32x4.shr_u(h, 13));
  h = i32x4.mul(h, i32x4.splat(0xc2b2ae35));
  return v128.xor(h, i32x4.shr_u(h, 16));
}

/** The same finalizer, for one word. */
function mix(h: u32): u32 {
  h = (h ^ (h >> 16)) * 0x85ebca6b;
  h = (h ^ (h >> 13)) * 0xc2b2ae35;
  return h ^ (h >> 16);
}
