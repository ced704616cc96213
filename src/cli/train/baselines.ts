import type { Dataset } from '../../data/index.js';
import { rSquared } from '../../metrics/index.js';
import type { NetworkState } from '../../model/state.js';
import { Network } from '../../network.js';
import { column, rSquaredOfMean, type Baselines } from '../model/evaluation.js';

// What predictions of numbers are worth beside a score: those of the mean, and those of a linear model on the same inputs.

/** The multiplications that fit a linear model in about a second. */
const MOST_WORK = 2 ** 30;
/** Fewer rows per input of a larger table than this say little about the others. */
const ROWS_PER_INPUT = 5;
/** The penalty of a weight, per sample. One-hot columns that add up to 1 have no unique solution without one. */
const RIDGE = 1e-6;

/**
 * The R² of each target, on test samples, of always predicting the mean of the training targets, and of the linear model with the least
 * squared error on the training samples, after the transforms of the network.
 * @param train with targets; of very many samples, some are used
 * @returns by target
 */
export async function measureBaselines(
  { spec }: Pick<NetworkState, 'spec'>,
  train: Dataset,
  test: Dataset,
): Promise<Baselines[]> {
  const outputs = train.targets!.length / train.count;
  const linear = await predictLinearly(spec, train, test);
  return Array.from({ length: outputs }, (_, j) => {
    const targets = column(test.targets!, outputs, j);
    const learned = column(train.targets!, outputs, j);
    const mean = learned.reduce((sum, y) => sum + y / learned.length, 0);
    return {
      mean: rSquaredOfMean(mean, targets),
      ...(linear && { linear: rSquared(column(linear, outputs, j), { targets, outputs: 1 }) }),
    };
  });
}

/** @returns undefined if the inputs are too many */
async function predictLinearly(
  { inputs: width, transforms }: NetworkState['spec'],
  all: Dataset,
  test: Dataset,
): Promise<Float32Array | undefined> {
  const most = Math.floor(MOST_WORK / (width * width));
  if (all.count > most && most < ROWS_PER_INPUT * width) return undefined;
  const train =
    all.count > most
      ? all.subset(Array.from({ length: most }, (_, i) => Math.floor((i * all.count) / most)))
      : all;
  const outputs = train.targets!.length / train.count;
  const net = await Network.create({
    inputs: width,
    layers: [{ units: outputs, activation: 'linear' }],
    loss: 'meanSquaredError',
    ...(transforms && { transforms }),
  });
  try {
    const { inputs, targets } = net.backprop(train);
    net.setLayer(0, fitLinear(inputs, targets, train.count));
    return net.predict(test);
  } finally {
    net.dispose();
  }
}

/** The weights [outputs][width] and biases with the least squared error, by the normal equations of centered columns. */
function fitLinear(
  inputs: Float32Array,
  targets: Float32Array,
  count: number,
): { weights: number[]; biases: number[] } {
  const [width, outputs] = [inputs.length / count, targets.length / count];
  const meansOf = (values: Float32Array, columns: number): Float64Array => {
    const means = new Float64Array(columns);
    for (let i = 0; i < values.length; i++) means[i % columns]! += values[i]! / count;
    return means;
  };
  const [x, y] = [meansOf(inputs, width), meansOf(targets, outputs)];
  const squares = Array.from({ length: width }, () => new Float64Array(width));
  const products = Array.from({ length: outputs }, () => new Float64Array(width));
  const row = new Float64Array(width);
  for (let n = 0; n < count; n++) {
    for (let k = 0; k < width; k++) row[k] = inputs[n * width + k]! - x[k]!;
    for (let k = 0; k < width; k++) {
      const [value, sums] = [row[k]!, squares[k]!];
      if (value !== 0) for (let i = 0; i <= k; i++) sums[i]! += value * row[i]!;
      for (let j = 0; j < outputs; j++) products[j]![k]! += value * (targets[n * outputs + j]! - y[j]!);
    }
  }
  for (let k = 0; k < width; k++) squares[k]![k]! += RIDGE * count;
  factorize(squares);
  const weights = products.map((product) => solve(squares, product));
  const biases = weights.map((w, j) => y[j]! - w.reduce((sum, one, k) => sum + one * x[k]!, 0));
  return { weights: weights.flatMap((w) => [...w]), biases };
}

/** Cholesky: writes L, with L·Lᵀ = A, over the lower triangle of A. */
function factorize(a: readonly Float64Array[]): void {
  for (const [i, row] of a.entries()) {
    for (let j = 0; j <= i; j++) {
      let sum = row[j]!;
      for (let k = 0; k < j; k++) sum -= row[k]! * a[j]![k]!;
      row[j] = i === j ? Math.sqrt(sum) : sum / a[j]![j]!;
    }
  }
}

/** Solves L·Lᵀ·w = b. */
function solve(l: readonly Float64Array[], b: Float64Array): Float64Array {
  const w = b.slice();
  for (let i = 0; i < w.length; i++) {
    for (let k = 0; k < i; k++) w[i]! -= l[i]![k]! * w[k]!;
    w[i]! /= l[i]![i]!;
  }
  for (let i = w.length - 1; i >= 0; i--) {
    for (let k = i + 1; k < w.length; k++) w[i]! -= l[k]![i]! * w[k]!;
    w[i]! /= l[i]![i]!;
  }
  return w;
}
