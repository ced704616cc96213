import { LEAKY_RELU, RELU, SIGMOID, TANH } from '../../src/kernels/codes';
import { Layer } from '../structs';
import { LeakyRelu, Relu, Sigmoid, Tanh } from './activations';

// The activations of tiny networks and of bp4/brain, chosen for each four units of layers that are too small for a loop per
// activation. The others would make those modules larger.

/** σ(z) of four units; z itself if the layer is linear. */
export function value(l: Layer, z: v128): v128 {
  const alpha = f32x4.splat(l.alpha);
  switch (l.activation) {
    case SIGMOID:
      return changetype<Sigmoid>(0).value(z, alpha);
    case TANH:
      return changetype<Tanh>(0).value(z, alpha);
    case RELU:
      return changetype<Relu>(0).value(z, alpha);
    case LEAKY_RELU:
      return changetype<LeakyRelu>(0).value(z, alpha);
    default:
      return z;
  }
}

/** σ′(z) of four units, with a = σ(z). */
export function slope(l: Layer, z: v128, a: v128): v128 {
  const alpha = f32x4.splat(l.alpha);
  switch (l.activation) {
    case SIGMOID:
      return changetype<Sigmoid>(0).slope(z, a, alpha);
    case TANH:
      return changetype<Tanh>(0).slope(z, a, alpha);
    case RELU:
      return changetype<Relu>(0).slope(z, a, alpha);
    case LEAKY_RELU:
      return changetype<LeakyRelu>(0).slope(z, a, alpha);
    default:
      return f32x4.splat(1);
  }
}
