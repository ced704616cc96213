import {
  ELU,
  GELU,
  GELU_EXACT,
  LEAKY_RELU,
  LINEAR,
  MISH,
  RELU,
  SELU,
  SIGMOID,
  SOFTMAX,
  SOFTPLUS,
  SOFTSIGN,
  SWISH,
  TANH,
} from '../src/kernels/codes';
import {
  Elu,
  Gelu,
  GeluExact,
  LeakyRelu,
  Mish,
  Relu,
  Selu,
  Sigmoid,
  Softplus,
  Softsign,
  Swish,
  Tanh,
} from './micro/activations';
import { clearPadding } from './micro/padding';
import { softmax } from './micro/softmax';
import { rowAt } from './network';
import { Layer } from './structs';

/**
 * a = σ(z), for the samples in [from, to).
 * Reads l.preActivations, f32[rows][stride]; overwrites l.undropped, which is l.activations if the layer has no dropout, and
 * clears its padding.
 * Rounds: as micro/activations.ts and micro/softmax.ts state.
 */
export function activate(l: Layer, from: i32, to: i32): void {
  const stride = l.stride;
  const rows = to - from;
  const z = rowAt(l.preActivations, from, stride);
  const a = rowAt(l.undropped, from, stride);
  const count = rows * stride;
  switch (l.activation) {
    case LINEAR: {
      memory.copy(a, z, count << 2);
      break;
    }
    case SOFTMAX: {
      softmax(z, a, stride, rows, l.units);
      break;
    }
    case SIGMOID: {
      values<Sigmoid>(z, a, count, l.alpha);
      break;
    }
    case TANH: {
      values<Tanh>(z, a, count, l.alpha);
      break;
    }
    case RELU: {
      values<Relu>(z, a, count, l.alpha);
      break;
    }
    case LEAKY_RELU: {
      values<LeakyRelu>(z, a, count, l.alpha);
      break;
    }
    case ELU: {
      values<Elu>(z, a, count, l.alpha);
      break;
    }
    case SOFTPLUS: {
      values<Softplus>(z, a, count, l.alpha);
      break;
    }
    case SWISH: {
      values<Swish>(z, a, count, l.alpha);
      break;
    }
    case GELU: {
      values<Gelu>(z, a, count, l.alpha);
      break;
    }
    case SOFTSIGN: {
      values<Softsign>(z, a, count, l.alpha);
      break;
    }
    case GELU_EXACT: {
      values<GeluExact>(z, a, count, l.alpha);
      break;
    }
    case SELU: {
      values<Selu>(z, a, count, l.alpha);
      break;
    }
    case MISH: {
      values<Mish>(z, a, count, l.alpha);
      break;
    }
  }
  clearPadding(a, stride, rows, l.units);
}

/**
 * The Hadamard product δ ⊙ σ′(z) in place, for the samples in [from, to).
 * Reads l.preActivations and l.undropped, changes l.delta: f32[rows][stride] each, padding included.
 * Rounds: σ′ as micro/activations.ts states, then one product.
 */
export function multiplySlope(l: Layer, from: i32, to: i32): void {
  const stride = l.stride;
  const z = rowAt(l.preActivations, from, stride);
  const a = rowAt(l.undropped, from, stride);
  const delta = rowAt(l.delta, from, stride);
  const count = (to - from) * stride;
  switch (l.activation) {
    case SIGMOID: {
      slopes<Sigmoid>(z, a, delta, count, l.alpha);
      break;
    }
    case TANH: {
      slopes<Tanh>(z, a, delta, count, l.alpha);
      break;
    }
    case RELU: {
      slopes<Relu>(z, a, delta, count, l.alpha);
      break;
    }
    case LEAKY_RELU: {
      slopes<LeakyRelu>(z, a, delta, count, l.alpha);
      break;
    }
    case ELU: {
      slopes<Elu>(z, a, delta, count, l.alpha);
      break;
    }
    case SOFTPLUS: {
      slopes<Softplus>(z, a, delta, count, l.alpha);
      break;
    }
    case SWISH: {
      slopes<Swish>(z, a, delta, count, l.alpha);
      break;
    }
    case GELU: {
      slopes<Gelu>(z, a, delta, count, l.alpha);
      break;
    }
    case SOFTSIGN: {
      slopes<Softsign>(z, a, delta, count, l.alpha);
      break;
    }
    case GELU_EXACT: {
      slopes<GeluExact>(z, a, delta, count, l.alpha);
      break;
    }
    case SELU: {
      slopes<Selu>(z, a, delta, count, l.alpha);
      break;
    }
    case MISH: {
      slopes<Mish>(z, a, delta, count, l.alpha);
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
