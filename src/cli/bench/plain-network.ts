// Math.exp and Math.log are fine here: no weight of bp4 comes from this file.
/* eslint no-restricted-properties: off */
import type { ActivationName, LossName } from '../../model/spec.js';
import { Random } from '../../base/random.js';
import type { Network } from '../../network.js';

/** Samples as bytes, row after row, and the index of the right output for each. */
export interface LabeledBytes {
  readonly inputs: Uint8Array;
  readonly inputScale: number;
  readonly labels: Uint8Array;
}

export interface PlainOptions {
  readonly epochs: number;
  readonly miniBatchSize: number;
  readonly learningRate: number;
  /** Default true. */
  readonly shuffle?: boolean;
}

interface Layer {
  readonly activation: ActivationName;
  /** [units][fanIn] */
  readonly weights: Float32Array;
  readonly biases: Float32Array;
  readonly weightGradients: Float32Array;
  readonly biasGradients: Float32Array;
  readonly a: Float32Array;
  readonly delta: Float32Array;
}

/**
 * The baseline: stochastic gradient descent as a careful programmer writes it in plain JavaScript. One sample after the
 * other over typed arrays, every inner loop along the rows of W, nothing allocated in a step.
 */
export class PlainNetwork {
  readonly #layers: readonly Layer[];
  readonly #loss: LossName;
  readonly #input: Float32Array;
  readonly #random: Random;

  /** Starts from the weights of a network, and draws the samples in the same order as that network will. */
  constructor(net: Network) {
    this.#layers = net.layers.map(({ units, activation, weights, biases }) => ({
      activation,
      weights,
      biases,
      weightGradients: new Float32Array(weights.length),
      biasGradients: new Float32Array(units),
      a: new Float32Array(units),
      delta: new Float32Array(units),
    }));
    this.#loss = net.loss as LossName; // its code has no loss of one's own
    this.#random = new Random(net.state.generator);
    this.#input = new Float32Array(net.inputs);
  }

  /** @returns the mean cost of each epoch */
  train(data: LabeledBytes, { epochs, miniBatchSize, learningRate, shuffle = true }: PlainOptions): number[] {
    const count = data.labels.length;
    const order = Uint32Array.from(data.labels, (_, n) => n);
    const losses: number[] = [];
    for (let epoch = 0; epoch < epochs; epoch++) {
      if (shuffle) this.#shuffle(order);
      let loss = 0;
      for (let first = 0; first < count; first += miniBatchSize) {
        const end = Math.min(first + miniBatchSize, count);
        for (let n = first; n < end; n++) loss += this.#learn(data, order[n]!);
        this.#update(learningRate / (end - first));
      }
      losses.push(loss / count);
    }
    return losses;
  }

  /** Outputs, [n][outputs]. */
  predict(data: Omit<LabeledBytes, 'labels'>): Float32Array {
    const { a } = this.#layers.at(-1)!;
    const count = data.inputs.length / this.#input.length;
    const outputs = new Float32Array(count * a.length);
    for (let n = 0; n < count; n++) {
      this.#forward(data, n);
      outputs.set(a, n * a.length);
    }
    return outputs;
  }

  /** The share of right answers. */
  accuracy(data: LabeledBytes): number {
    const { a } = this.#layers.at(-1)!;
    let right = 0;
    for (let n = 0; n < data.labels.length; n++) {
      this.#forward(data, n);
      const answer = a.length === 1 ? Number(a[0]! >= 0.5) : a.indexOf(Math.max(...a));
      if (answer === data.labels[n]) right++;
    }
    return right / data.labels.length;
  }

  #learn(data: LabeledBytes, n: number): number {
    this.#forward(data, n);
    const loss = this.#outputDelta(data.labels[n]!);
    for (let l = this.#layers.length - 1; l > 0; l--) {
      deltaBefore(this.#layers[l]!, this.#layers[l - 1]!);
    }
    let input = this.#input;
    for (const layer of this.#layers) {
      addGradients(layer, input);
      input = layer.a;
    }
    return loss;
  }

  #forward({ inputs, inputScale }: Omit<LabeledBytes, 'labels'>, n: number): void {
    let input = this.#input;
    const from = n * input.length;
    for (let k = 0; k < input.length; k++) input[k] = inputs[from + k]! * inputScale;
    for (const layer of this.#layers) {
      forward(layer, input);
      input = layer.a;
    }
  }

  /** BP1. @returns the cost of the sample */
  #outputDelta(label: number): number {
    const { a, delta } = this.#layers.at(-1)!;
    let loss = 0;
    for (let j = 0; j < a.length; j++) {
      const target = a.length === 1 ? label : Number(j === label);
      const difference = a[j]! - target;
      if (this.#loss === 'quadratic') {
        delta[j] = difference * a[j]! * (1 - a[j]!);
        loss += (difference * difference) / 2;
      } else {
        delta[j] = difference;
        if (target > 0) loss -= Math.log(a[j]!);
      }
    }
    return loss;
  }

  #update(rate: number): void {
    for (const { weights, biases, weightGradients, biasGradients } of this.#layers) {
      descend(weights, weightGradients, rate);
      descend(biases, biasGradients, rate);
    }
  }

  #shuffle(order: Uint32Array): void {
    for (let n = 0; n < order.length; n++) order[n] = n;
    for (let n = 0; n < order.length; n++) {
      const other = n + this.#random.below(order.length - n);
      const drawn = order[other]!;
      order[other] = order[n]!;
      order[n] = drawn;
    }
  }
}

function forward({ activation, weights, biases, a }: Layer, input: Float32Array): void {
  const fanIn = input.length;
  for (let j = 0, w = 0; j < a.length; j++) {
    let sum = biases[j]!;
    for (let k = 0; k < fanIn; k++, w++) sum += weights[w]! * input[k]!;
    a[j] = sum;
  }
  if (activation === 'sigmoid') for (let j = 0; j < a.length; j++) a[j] = 1 / (1 + Math.exp(-a[j]!));
  else if (activation === 'relu') for (let j = 0; j < a.length; j++) a[j] = Math.max(0, a[j]!);
  else softmax(a);
}

function softmax(a: Float32Array): void {
  const largest = Math.max(...a);
  let sum = 0;
  for (let j = 0; j < a.length; j++) sum += a[j] = Math.exp(a[j]! - largest);
  for (let j = 0; j < a.length; j++) a[j]! /= sum;
}

/** BP2, from a layer to the one before it. */
function deltaBefore({ weights, delta }: Layer, before: Layer): void {
  const { a, delta: sums } = before;
  const fanIn = sums.length;
  sums.fill(0);
  for (let j = 0, w = 0; j < delta.length; j++) {
    const d = delta[j]!;
    for (let k = 0; k < fanIn; k++, w++) sums[k]! += weights[w]! * d;
  }
  if (before.activation === 'sigmoid') for (let k = 0; k < a.length; k++) sums[k]! *= a[k]! * (1 - a[k]!);
  else for (let k = 0; k < a.length; k++) if (a[k] === 0) sums[k] = 0;
}

/** BP3 and BP4, summed up over the mini-batch. */
function addGradients({ delta, weightGradients, biasGradients }: Layer, input: Float32Array): void {
  const fanIn = input.length;
  for (let j = 0, w = 0; j < delta.length; j++) {
    const d = delta[j]!;
    biasGradients[j]! += d;
    for (let k = 0; k < fanIn; k++, w++) weightGradients[w]! += d * input[k]!;
  }
}

/** The update; clears the sums. */
function descend(parameters: Float32Array, gradients: Float32Array, rate: number): void {
  for (let i = 0; i < parameters.length; i++) {
    parameters[i]! -= rate * gradients[i]!;
    gradients[i] = 0;
  }
}
