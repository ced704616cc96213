import type { Model } from '../model/model.js';
import { newFloats } from './matrix.js';
import type { Samples } from './samples.js';
import { cost, forward } from './step.js';
import type { Work } from './work.js';

export interface Metrics {
  /** The mean cost of a sample. */
  readonly loss: number;
  /**
   * The share of samples classified correctly: the largest output is where the largest target is; with a single output,
   * both lie on the same side of ½. A sample whose outputs are NaN counts as wrong. Where outputs are not classes (a
   * regression, several independent labels) it means nothing.
   */
  readonly accuracy: number;
}

/** Loss and accuracy over all samples. */
export function* evaluate(model: Model, samples: Samples): Work<Metrics> {
  const tally = new Tally();
  yield* throughAll(model, samples, (_, rows) => tally.addEach(model, rows));
  return tally.metrics;
}

/** The outputs for all samples, [n][outputs]. */
export function* predict(model: Model, samples: Samples): Work<Float32Array> {
  const outputs = newFloats('outputs', samples.count, model.outputs);
  yield* throughAll(model, samples, (first, rows) => {
    const { activations, stride, units } = model.layers.at(-1)!;
    outputs.set(model.matrix(activations, stride, rows, units), first * units);
  });
  return outputs;
}

/** Takes all samples forward, a chunk at a time; yields after each chunk. */
function* throughAll(model: Model, samples: Samples, use: (first: number, rows: number) => void): Work<void> {
  for (let first = 0; first < samples.count; first += model.chunkRows) {
    const rows = Math.min(model.chunkRows, samples.count - first);
    samples.gather(model, first, rows);
    forward(model, rows);
    use(first, rows);
    yield;
  }
}

/** Sums up loss and accuracy over mini-batches, each after its `forward`. */
export class Tally {
  #loss = 0;
  #right = 0;
  #count = 0;

  /** @returns the mean cost of this mini-batch */
  add(model: Model, rows: number): number {
    const loss = cost(model, rows);
    this.#loss += loss;
    this.#right += rightAnswers(model, rows);
    this.#count += rows;
    return loss / rows;
  }

  /** Adds sample by sample: engines take chunks of different sizes, and the sum must not depend on them. */
  addEach(model: Model, rows: number): void {
    for (let n = 0; n < rows; n++) this.#loss += cost(model, 1, n);
    this.#right += rightAnswers(model, rows);
    this.#count += rows;
  }

  get metrics(): Metrics {
    return { loss: this.#loss / this.#count, accuracy: this.#right / this.#count };
  }
}

function rightAnswers({ views, layers, layout }: Model, rows: number): number {
  const { floats } = views;
  const { activations, stride, units } = layers.at(-1)!;
  let right = 0;
  for (let n = 0; n < rows; n++) {
    const a = views.at(activations) + n * stride;
    const y = views.at(layout.targets) + n * stride;
    if (units === 1) {
      if (floats[a]! === floats[a] && floats[a]! >= 0.5 === floats[y]! >= 0.5) right++;
    } else if (largest(floats, a, units) === largest(floats, y, units)) right++;
  }
  return right;
}

/** The place of the first largest of `count` numbers; −1 where one is NaN and none is larger than −Infinity. */
function largest(numbers: ArrayLike<number>, start: number, count: number): number {
  let place = -1;
  let value = -Infinity;
  for (let j = 0; j < count; j++) {
    if (numbers[start + j]! > value) {
      value = numbers[start + j]!;
      place = j;
    }
  }
  return place;
}
