import {
  ELU,
  GELU,
  LEAKY_RELU,
  LINEAR,
  RELU,
  SIGMOID,
  SOFTMAX,
  SOFTPLUS,
  SOFTSIGN,
  SWISH,
  TANH,
} from '../src/kernels/codes';
import { Elu, Gelu, LeakyRelu, Relu, Sigmoid, Softplus, Softsign, Swish, Tanh } from './micro/activations';
import { clearPadding } from './micro/padding';
import { softmax } from './micro/softmax';

/**
 * a = σ(z).
 * @param alpha α of leakyRelu and elu; of no meaning to the others
 * @param z f32[rows][stride]
 * @param a out, f32[rows][stride]; overwritten, its padding zero
 */
export function activate(
  activation: i32,
  alpha: f32,
  z: usize,
  a: usize,
  stride: i32,
  rows: i32,
  units: i32,
): void {
  const count = rows * stride;
  switch (activation) {
    case LINEAR: {
      memory.copy(a, z, count << 2);
      break;
    }
    case SOFTMAX: {
      softmax(z, a, stride, rows, units);
      break;
    }
    case SIGMOID: {
      values<Sigmoid>(z, a, count, alpha);
      break;
    }
    case TANH: {
      values<Tanh>(z, a, count, alpha);
      break;
    }
    case RELU: {
      values<Relu>(z, a, count, alpha);
      break;
    }
    case LEAKY_RELU: {
      values<LeakyRelu>(z, a, count, alpha);
      break;
    }
    case ELU: {
      values<Elu>(z, a, count, alpha);
      break;
    }
    case SOFTPLUS: {
      values<Softplus>(z, a, count, alpha);
      break;
    }
    case SWISH: {
      values<Swish>(z, a, count, alpha);
      break;
    }
    case GELU: {
      values<Gelu>(z, a, count, alpha);
      break;
    }
    case SOFTSIGN: {
      values<Softsign>(z, a, count, alpha);
      break;
    }
  }
  clearPadding(a, stride, rows, units);
}

/**
 * The Hadamard product δ ⊙ σ′(z), in place. Rounds: σ′ as its activation says, then one product.
 * @param delta f32[count], as z and a; count is a multiple of four
 */
export function multiplySlope(
  activation: i32,
  alpha: f32,
  z: usize,
  a: usize,
  delta: usize,
  count: i32,
): void {
  switch (activation) {
    case SIGMOID: {
      slopes<Sigmoid>(z, a, delta, count, alpha);
      break;
    }
    case TANH: {
      slopes<Tanh>(z, a, delta, count, alpha);
      break;
    }
    case RELU: {
      slopes<Relu>(z, a, delta, count, alpha);
      break;
    }
    case LEAKY_RELU: {
      slopes<LeakyRelu>(z, a, delta, count, alpha);
      break;
    }
    case ELU: {
      slopes<Elu>(z, a, delta, count, alpha);
      break;
    }
    case SOFTPLUS: {
      slopes<Softplus>(z, a, delta, count, alpha);
      break;
    }
    case SWISH: {
      slopes<Swish>(z, a, delta, count, alpha);
      break;
    }
    case GELU: {
      slopes<Gelu>(z, a, delta, count, alpha);
      break;
    }
    case SOFTSIGN: {
      slopes<Softsign>(z, a, delta, count, alpha);
      break;
    }
  }
}

function values<Activation>(z: usize, a: usize, count: i32, alpha: f32): void {
  const activation = changetype<Activation>(0);
  const scale = f32x4.splat(alpha);
  for (let end: usize = z + (count << 2); z < end; z += 16) {
    v128.store(a, activation.value(v128.load(z), scale));
    a += 16;
  }
}

function slopes<Activation>(z: usize, a: usize, delta: usize, count: i32, alpha: f32): void {
  const activation = changetype<Activation>(0);
  const scale = f32x4.splat(alpha);
  for (let end: usize = delta + (count << 2); delta < end; delta += 16) {
    const slope = activation.slope(v128.load(z), v128.load(a), scale);
    v128.store(delta, f32x4.mul(v128.load(delta), slope));
    z += 16;
    a += 16;
  }
}
