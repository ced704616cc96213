import { exp } from '../base/exp.js';
import { log } from '../base/log.js';
import { RangeFault } from '../errors.js';
import { checkSpec } from '../model/spec.js';
import type { Network } from '../network.js';
import { encodeClasses, type Data } from '../training/samples.js';

/** The result of `calibrate`. */
export interface Calibration {
  /** T. Above 1, the network was too sure of its answers; below 1, too unsure. */
  readonly temperature: number;
  /** The mean log loss of the samples, before and after. For several sigmoid outputs, it's the sum over them. */
  readonly before: number;
  readonly after: number;
}

/** The temperatures to choose from: far beyond those of a network that learned anything. */
const COLDEST = 1 / 64;
const HOTTEST = 64;

/** Each step of Newton's method doubles the digits; the others halve the interval. Measured: at most 12. */
const MOST_STEPS = 100;

/**
 * Calibrates probabilities by temperature scaling (Guo et al. 2017): finds the T for which softmax(z/T), or σ(z/T), has
 * the least log loss, and divides the weights and biases of the last layer by it. The order of the outputs, and so the
 * accuracy for classes, stays the same. Use at least a few hundred samples that the network wasn't trained on.
 *
 * The log loss is convex in 1/T. Its minimum is found by Newton's method within an interval, in double precision, so the
 * result is the same on every engine. `sampleWeights` count.
 * @returns T, and the log loss before and after
 * @throws RangeError if the last layer is neither softmax nor sigmoid, or if there is no such T: if the log loss still falls
 * at T = 1/64 because nearly every sample is right, or at T = 64 because the outputs say nothing about the answers
 * @throws TypeError, RangeError naming the invalid row and column; the network is unchanged
 * @throws StateError while `train` is running, or after `dispose`
 */
export async function calibrate(net: Network, data: Data): Promise<Calibration> {
  const spec = checkSpec(net.state.spec);
  const { activation } = spec.layers.at(-1)!;
  if (activation !== 'softmax' && activation !== 'sigmoid') {
    throw new RangeFault({
      place: 'net',
      problem: `its outputs are ${activation}, and only probabilities can be calibrated`,
      cure: "use 'softmax' or 'sigmoid' in the last layer",
    });
  }
  // A copy, because the memory for all samples at once stays reserved.
  const copy = await net.clone();
  let logits, answers;
  try {
    const { layers, targets } = copy.backprop(data);
    logits = layers.at(-1)!.preActivations;
    const { off, on } = encodeClasses(spec, net.outputs);
    answers = Float64Array.from(targets, (y) => (y - off) / (on - off));
  } finally {
    copy.dispose();
  }
  const width = net.outputs;
  const weights = Float64Array.from(
    { length: logits.length / width },
    (_, n) => data.sampleWeights?.[n] ?? 1,
  );
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  if (total === 0) throw new RangeFault({ place: 'sampleWeights', problem: 'all are 0' });
  const rows = activation === 'softmax' ? softmaxRow : sigmoidRow;
  const lossAt = (coldness: number): Slopes => {
    const sums = { loss: 0, slope: 0, bend: 0 };
    for (const [n, weight] of weights.entries())
      rows(logits, answers, n * width, width, coldness, weight, sums);
    return sums;
  };
  const before = lossAt(1);
  const coldness = findMinimum(lossAt);
  const after = lossAt(coldness);
  cool(net, coldness);
  return { temperature: 1 / coldness, before: before.loss / total, after: after.loss / total };
}

/** Multiplies the logits of a network by 1/T, as part of its last layer. */
export function cool(net: Network, coldness: number): void {
  const { layers } = net;
  const { weights, biases } = layers.at(-1)!;
  const scale = (value: number): number => value * coldness;
  net.setLayer(layers.length - 1, { weights: weights.map(scale), biases: biases.map(scale) });
}

/** A loss, and its first and second derivatives with respect to 1/T. */
interface Slopes {
  loss: number;
  slope: number;
  bend: number;
}

/** Adds the weighted log loss of a row: ln Σ eᵇᶻ − b Σ yz for b = 1/T and Σ y = 1. */
function softmaxRow(
  z: Float32Array,
  y: Float64Array,
  at: number,
  width: number,
  b: number,
  weight: number,
  sums: Slopes,
): void {
  let largest = -Infinity;
  for (let i = at; i < at + width; i++) largest = Math.max(largest, z[i]!);
  let [whole, first, second, right] = [0, 0, 0, 0];
  for (let i = at; i < at + width; i++) {
    const x = z[i]! - largest;
    const p = exp(b * x);
    whole += p;
    first += p * x;
    second += p * x * x;
    right += y[i]! * x;
  }
  const mean = first / whole;
  sums.loss += weight * (log(whole) - b * right);
  sums.slope += weight * (mean - right);
  sums.bend += weight * (second / whole - mean * mean);
}

/** Adds the weighted log losses of a row: Σ ln(1 + eᵇᶻ) − ybz. */
function sigmoidRow(
  z: Float32Array,
  y: Float64Array,
  at: number,
  width: number,
  b: number,
  weight: number,
  sums: Slopes,
): void {
  for (let i = at; i < at + width; i++) {
    if (Number.isNaN(y[i])) continue; // missing
    const x = z[i]!;
    const small = exp(-Math.abs(b * x));
    const p = x >= 0 ? 1 / (1 + small) : small / (1 + small);
    sums.loss += weight * (Math.max(b * x, 0) + log(1 + small) - y[i]! * b * x);
    sums.slope += weight * (p - y[i]!) * x;
    sums.bend += weight * p * (1 - p) * x * x;
  }
}

/** The 1/T at which a convex loss is least. @throws RangeError if it is not within the temperatures to choose from */
function findMinimum(lossAt: (coldness: number) => Slopes): number {
  let [low, high] = [1 / HOTTEST, 1 / COLDEST];
  if (!(lossAt(high).slope > 0)) {
    throw new RangeFault({
      place: 'data',
      problem: 'nearly every sample is right, so that probabilities of 0 and 1 would be best',
      cure: 'pass more samples that the network was not trained on',
    });
  }
  if (!(lossAt(low).slope < 0)) {
    throw new RangeFault({
      place: 'data',
      problem: 'the outputs say nothing about the answers',
      cure: 'train the network first, and check that the answers belong to the samples',
    });
  }
  let b = 1;
  for (let i = 0; i < MOST_STEPS; i++) {
    const { slope, bend } = lossAt(b);
    if (slope === 0) break;
    if (slope < 0) low = b;
    else high = b;
    const newton = b - slope / bend;
    const next = newton > low && newton < high ? newton : (low + high) / 2;
    if (next === b || next === low || next === high) break;
    b = next;
  }
  return b;
}
