// The baseline of the kernels: the equations translated literally into loops.

/** A layer of `units` after one of `fanIn`, for a mini-batch. All matrices are row-major, without padding. */
interface Layer {
  readonly rows: number;
  readonly fanIn: number;
  readonly units: number;
}

interface ForwardLayer extends Layer {
  /** [rows][fanIn] */
  readonly input: Float32Array;
  /** [units][fanIn] */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
  /** out, [rows][units] */
  readonly z: Float32Array;
}

export function forward({ rows, fanIn, units, input, weights, biases, z }: ForwardLayer): void {
  for (let n = 0; n < rows; n++) {
    for (let j = 0; j < units; j++) {
      let sum = biases[j]!;
      for (let k = 0; k < fanIn; k++) sum += weights[j * fanIn + k]! * input[n * fanIn + k]!;
      z[n * units + j] = sum;
    }
  }
}

interface HiddenLayer extends Layer {
  /** [units][fanIn] */
  readonly weights: Float32Array;
  /** [rows][units] */
  readonly delta: Float32Array;
  /** out: δ of the layer before, [rows][fanIn] */
  readonly deltaBefore: Float32Array;
}

export function hiddenDelta({ rows, fanIn, units, weights, delta, deltaBefore }: HiddenLayer): void {
  for (let n = 0; n < rows; n++) {
    for (let k = 0; k < fanIn; k++) {
      let sum = 0;
      for (let j = 0; j < units; j++) sum += weights[j * fanIn + k]! * delta[n * units + j]!;
      deltaBefore[n * fanIn + k] = sum;
    }
  }
}

interface GradientLayer extends Layer {
  /** [rows][fanIn] */
  readonly input: Float32Array;
  /** [rows][units] */
  readonly delta: Float32Array;
  /** out, [units][fanIn] */
  readonly weightGradients: Float32Array;
}

export function weightGradient({ rows, fanIn, units, input, delta, weightGradients }: GradientLayer): void {
  for (let j = 0; j < units; j++) {
    for (let k = 0; k < fanIn; k++) {
      let sum = 0;
      for (let n = 0; n < rows; n++) sum += delta[n * units + j]! * input[n * fanIn + k]!;
      weightGradients[j * fanIn + k] = sum;
    }
  }
}

function sigmoid(z: Float32Array, a: Float32Array): void {
  for (let i = 0; i < z.length; i++) a[i] = 1 / (1 + Math.exp(-z[i]!));
}

function tanh(z: Float32Array, a: Float32Array): void {
  for (let i = 0; i < z.length; i++) a[i] = Math.tanh(z[i]!);
}

function relu(z: Float32Array, a: Float32Array): void {
  for (let i = 0; i < z.length; i++) a[i] = Math.max(0, z[i]!);
}

/** Softmax over rows of `units`. */
function softmax(z: Float32Array, a: Float32Array, units: number): void {
  for (let row = 0; row < z.length; row += units) {
    let largest = -Infinity;
    for (let j = row; j < row + units; j++) largest = Math.max(largest, z[j]!);
    let sum = 0;
    for (let j = row; j < row + units; j++) sum += a[j] = Math.exp(z[j]! - largest);
    for (let j = row; j < row + units; j++) a[j]! /= sum;
  }
}

export function update(parameters: Float32Array, gradients: Float32Array, rate: number): void {
  for (let i = 0; i < parameters.length; i++) parameters[i]! -= rate * gradients[i]!;
}

/** By name. Each takes z, overwrites a, and gets the number of units per row. */
export const activations: Readonly<
  Record<string, (z: Float32Array, a: Float32Array, units: number) => void>
> = { sigmoid, tanh, relu, softmax };
