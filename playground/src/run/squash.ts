import type { ActivationName } from 'bp4';

/** σ(z), for display only; the engine computes its own. */
export function squash(activation: Exclude<ActivationName, 'softmax'>, z: number): number {
  const sigmoid = 1 / (1 + Math.exp(-z));
  switch (activation) {
    case 'sigmoid':
      return sigmoid;
    case 'tanh':
      return Math.tanh(z);
    case 'relu':
      return Math.max(0, z);
    case 'leakyRelu':
      return z > 0 ? z : 0.01 * z;
    case 'elu':
      return z > 0 ? z : Math.expm1(z);
    case 'softplus':
      return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
    case 'swish':
      return z * sigmoid;
    case 'gelu':
    case 'geluExact': // they differ by less than 0.0005
      return 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)));
    case 'selu':
      return 1.0507009873554805 * (z > 0 ? z : 1.6732632423543772 * Math.expm1(z));
    case 'mish':
      return z * Math.tanh(Math.log1p(Math.exp(z)));
    case 'softsign':
      return z / (1 + Math.abs(z));
    case 'linear':
      return z;
  }
}
