import { LINEAR, RELU, SIGMOID, SOFTMAX, TANH } from '../src/kernels/codes';
import { exp } from './micro/exp';
import { clearPadding } from './micro/padding';
import { softmax } from './micro/softmax';
import { tanh } from './micro/tanh';

// Each activation is a pair: its value σ(z), and its slope σ′(z), which may use a = σ(z). The classes have no
// instances: they are names by which one loop is compiled for each activation.

/** σ(z) = 1/(1 + e⁻ᶻ), σ′ = a(1 − a). Rounds: each operation once, as written. */
class Sigmoid {
  value(z: v128): v128 {
    const one = f32x4.splat(1);
    return f32x4.div(one, f32x4.add(one, exp(f32x4.neg(z))));
  }
  slope(z: v128, a: v128): v128 {
    return f32x4.mul(a, f32x4.sub(f32x4.splat(1), a));
  }
}

/** tanh z, σ′ = 1 − a². Rounds: the square, then the difference. */
class Tanh {
  value(z: v128): v128 {
    return tanh(z);
  }
  slope(z: v128, a: v128): v128 {
    return f32x4.sub(f32x4.splat(1), f32x4.mul(a, a));
  }
}

/** max(z, 0), NaN staying NaN; σ′ = 1 where z > 0, else 0. Rounds nothing. */
class Relu {
  value(z: v128): v128 {
    return f32x4.max(z, f32x4.splat(0));
  }
  slope(z: v128, a: v128): v128 {
    return v128.and(f32x4.gt(z, f32x4.splat(0)), f32x4.splat(1));
  }
}

/**
 * a = σ(z).
 * @param z f32[rows][stride]
 * @param a out, f32[rows][stride]; overwritten, its padding zero
 */
export function activate(activation: i32, z: usize, a: usize, stride: i32, rows: i32, units: i32): void {
  const count = rows * stride;
  switch (activation) {
    case LINEAR: {
      memory.copy(a, z, count << 2);
      break;
    }
    case SIGMOID: {
      values<Sigmoid>(z, a, count);
      break;
    }
    case TANH: {
      values<Tanh>(z, a, count);
      break;
    }
    case RELU: {
      values<Relu>(z, a, count);
      break;
    }
    case SOFTMAX: {
      softmax(z, a, stride, rows, units);
      break;
    }
  }
  clearPadding(a, stride, rows, units);
}

/**
 * The Hadamard product δ ⊙ σ′(z), in place. Rounds: σ′ as its activation says, then one product.
 * @param delta f32[count], as z and a; count is a multiple of four
 */
export function multiplySlope(activation: i32, z: usize, a: usize, delta: usize, count: i32): void {
  switch (activation) {
    case SIGMOID: {
      slopes<Sigmoid>(z, a, delta, count);
      break;
    }
    case TANH: {
      slopes<Tanh>(z, a, delta, count);
      break;
    }
    case RELU: {
      slopes<Relu>(z, a, delta, count);
      break;
    }
  }
}

function values<Activation>(z: usize, a: usize, count: i32): void {
  const activation = changetype<Activation>(0);
  for (let end: usize = z + (count << 2); z < end; z += 16) {
    v128.store(a, activation.value(v128.load(z)));
    a += 16;
  }
}

function slopes<Activation>(z: usize, a: usize, delta: usize, count: i32): void {
  const activation = changetype<Activation>(0);
  for (let end: usize = delta + (count << 2); delta < end; delta += 16) {
    const slope = activation.slope(v128.load(z), v128.load(a));
    v128.store(delta, f32x4.mul(v128.load(delta), slope));
    z += 16;
    a += 16;
  }
}
