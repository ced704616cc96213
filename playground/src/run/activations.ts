import type { ActivationName } from 'bp4';

// σ and σ′, for display only; the engine computes its own.

const ROOT = Math.sqrt(2 / Math.PI);

/** σ(z) */
export function squash(activation: Exclude<ActivationName, 'softmax'>, z: number): number {
  switch (activation) {
    case 'sigmoid':
      return sigmoid(z);
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
      return z * sigmoid(z);
    case 'gelu':
    case 'geluExact': // they differ by less than 0.0005
      return 0.5 * z * (1 + Math.tanh(ROOT * (z + 0.044715 * z ** 3)));
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

/** σ′(z) */
export function slope(activation: ActivationName, z: number, a: number): number {
  switch (activation) {
    case 'sigmoid':
      return a * (1 - a);
    case 'tanh':
      return 1 - a * a;
    case 'relu':
      return z > 0 ? 1 : 0;
    case 'leakyRelu':
      return z > 0 ? 1 : 0.01;
    case 'elu':
      return z > 0 ? 1 : a + 1;
    case 'softplus':
      return sigmoid(z);
    case 'swish':
      return a + sigmoid(z) * (1 - a);
    case 'gelu': {
      const t = Math.tanh(ROOT * (z + 0.044715 * z ** 3));
      return 0.5 * (1 + t) + 0.5 * z * (1 - t * t) * ROOT * (1 + 3 * 0.044715 * z * z);
    }
    case 'geluExact': {
      const density = Math.exp((-z * z) / 2) / Math.sqrt(2 * Math.PI);
      // a = zΦ(z)
      return (z === 0 ? 0.5 : a / z) + z * density;
    }
    case 'selu':
      return z > 0 ? 1.0507009873554805 : a + 1.7580993408473766;
    case 'mish': {
      const t = Math.tanh(Math.log1p(Math.exp(z)));
      return t + z * (1 - t * t) * sigmoid(z);
    }
    case 'softsign':
      return 1 / (1 + Math.abs(z)) ** 2;
    case 'linear':
    case 'softmax': // its derivative is a matrix, which cancels with cross-entropy
      return 1;
  }
}

function sigmoid(z: number): number {
  return 1 / (1 + Math.exp(-z));
}
