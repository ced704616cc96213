import type { ActivationName, LossSpec, NetworkSpec } from '../../src/index.js';

// Networks that every format must support: each activation, each loss, each kind of transform.

const layer = (units: number, activation: ActivationName, alpha?: number, dropout?: number): object => ({
  units,
  activation,
  ...(alpha !== undefined && { alpha }),
  ...(dropout !== undefined && { dropout }),
});

/** Eleven networks without transforms and five with them. All have four inputs; one input of the last is a category. */
export const networks: Readonly<Record<string, NetworkSpec>> = {
  sigmoid: spec([layer(5, 'sigmoid'), layer(3, 'sigmoid')], 'quadratic'),
  tanh: spec([layer(7, 'tanh', undefined, 0.25), layer(2, 'tanh')], 'hinge'),
  relu: spec([layer(6, 'relu'), layer(3, 'softmax')], { name: 'crossEntropy', labelSmoothing: 0.1 }),
  leakyRelu: spec(
    [layer(6, 'leakyRelu', 0.2, 0.5), layer(4, 'leakyRelu'), layer(1, 'sigmoid')],
    'binaryCrossEntropy',
  ),
  elu: spec([layer(5, 'elu'), layer(4, 'elu', 2.5), layer(3, 'linear')], { name: 'huber', delta: 1.5 }),
  softplus: spec([layer(5, 'softplus'), layer(2, 'softplus')], 'meanSquaredError'),
  swish: spec([layer(5, 'swish'), layer(2, 'swish')], 'meanAbsoluteError'),
  gelu: spec([layer(5, 'gelu', undefined, 0.1), layer(2, 'gelu')], 'meanSquaredError'),
  geluExact: spec([layer(5, 'geluExact'), layer(2, 'linear')], 'meanSquaredError'),
  selu: spec([layer(5, 'selu'), layer(3, 'softmax')], { name: 'focal', gamma: 1.5 }),
  mish: spec([layer(5, 'mish'), layer(2, 'sigmoid')], { name: 'binaryFocal', gamma: 2, alpha: 0.375 }),
  softsign: {
    ...spec([layer(5, 'softsign'), layer(2, 'linear')], 'hinge'),
    transforms: {
      inputs: [
        { kind: 'standardize', mean: 1234.56, deviation: 0.7, name: 'far' },
        { kind: 'minMax', min: -3, max: 11 },
        { kind: 'identity' },
        { kind: 'standardize', mean: 5, deviation: 0 },
      ],
    },
  },
  targets: {
    ...spec([layer(5, 'tanh'), layer(2, 'linear')], 'meanSquaredError'),
    transforms: {
      targets: [
        { kind: 'standardize', mean: -20, deviation: 4 },
        { kind: 'minMax', min: 0, max: 7 },
      ],
    },
  },
  strings: {
    ...spec([layer(5, 'relu'), layer(3, 'softmax')], 'crossEntropy', 6),
    transforms: {
      inputs: [
        { kind: 'standardize', mean: 2, deviation: 3 },
        { kind: 'identity', name: 'as it is' },
        { kind: 'minMax', min: 0, max: 0.5 },
        { kind: 'oneHot', categories: ['red', '__proto__', 'blue'], name: 'color' },
      ],
    },
  },
  bins: {
    ...spec([layer(5, 'tanh'), layer(2, 'linear')], 'meanSquaredError', 7),
    transforms: {
      inputs: [
        { kind: 'piecewiseLinear', edges: [-2, -0.5, 0, 0.1, 3], name: 'binned' },
        { kind: 'quantile', quantiles: [-3, -1, 0.25, 7], scores: [-1.5, -0.25, 0.5, 1.5] },
        { kind: 'quantile', quantiles: [2], scores: [0] },
        { kind: 'standardize', mean: 2, deviation: 3 },
      ],
    },
  },
  numbers: {
    ...spec([layer(5, 'swish'), layer(1, 'linear')], 'quadratic', 8),
    transforms: {
      inputs: [
        { kind: 'oneHot', categories: [0.1, -7.3, 1e6, 0.35, 12] },
        { kind: 'identity' },
        { kind: 'identity' },
        { kind: 'oneHot', categories: [1] },
      ],
      targets: [{ kind: 'standardize', mean: 100, deviation: 15 }],
    },
  },
};

function spec(layers: readonly object[], loss: LossSpec, inputs = 4): NetworkSpec {
  return { inputs, layers: layers as NetworkSpec['layers'], loss, seed: 7 };
}

/** Inputs that are valid for all of them. */
export function rowsFor({ transforms }: NetworkSpec): number[][] {
  const columns = transforms?.inputs ?? [];
  return Array.from({ length: 12 }, (_, n) =>
    Array.from({ length: 4 }, (_, k) => {
      const column = columns[k];
      const unit = Math.sin(5 * n + 3 * k + 1);
      if (column?.kind === 'standardize') return Math.fround(column.mean + 2 * unit * column.deviation);
      if (column?.kind !== 'oneHot') return Math.fround(2 * unit);
      const category = n % column.categories.length;
      return typeof column.categories[0] === 'string' ? category : (column.categories[category] as number);
    }),
  );
}
