import { exp } from '../base/exp.js';
import { log } from '../base/log.js';
import { finish } from '../base/work.js';
import { sampleCost } from '../kernels/reference/cost.js';
import { accuracy } from '../metrics/accuracy.js';
import { clippedLog } from '../metrics/log-loss.js';
import { chooseThreshold } from '../metrics/predictions.js';
import { lossCodes, type CheckedSpec } from '../model/spec.js';
import type { Metrics } from '../training/evaluate.js';
import { encodeClasses, Samples, type Data } from '../training/samples.js';

/** What an ensemble measures by. */
export interface Measurement {
  /** That of the first member, with the loss to measure. */
  readonly spec: CheckedSpec;
  /** Whether the loss refers to transformed targets, because all members transform them alike. */
  readonly isTransformed: boolean;
}

/**
 * Measures outputs in the targets' own units, [n][width].
 * @param predict computes them, once the data are checked
 */
export function evaluate(
  data: Data,
  width: number,
  { spec, isTransformed }: Measurement,
  predict: () => Float32Array,
): Metrics {
  const samples = finish(Samples.read(data, { spec, outputs: width }));
  const { labels, targets: given, weights } = samples.answers;
  const columns = spec.transforms.targets;
  let outputs = predict();
  const targets = given && Float32Array.from(given);
  if (columns && targets) {
    if (!isTransformed) columns.invert(targets);
    else {
      const own = outputs;
      outputs = new Float32Array(own.length);
      for (let at = 0; at < own.length; at += width)
        columns.transformRow(`outputs[${at / width}]`, own.subarray(at, at + width), 1, outputs, at);
    }
  }
  const answers = labels ? { labels } : { targets: targets! };
  const right = accuracy(outputs, {
    ...answers,
    outputs: width,
    threshold: chooseThreshold(spec.loss),
    missingTargets: spec.ignoresMissing ? 'ignore' : 'error',
  });

  const { off, on } = encodeClasses(spec, width);
  /** A row of outputs, then its targets as the loss takes them, and the parameters of the loss. */
  const row = new Float32Array(2 * width + Math.max(width, spec.lossParameters.length));
  row.fill(spec.lossParameters[0]!, 2 * width).set(spec.lossParameters, 2 * width);
  let total = 0;
  for (let n = 0; n < samples.count; n++) {
    for (let j = 0; j < width; j++) {
      row[j] = outputs[n * width + j]!;
      const isOn = labels && Number(width === 1 ? labels[n] : labels[n] === j);
      if (isOn !== undefined) row[width + j] = isOn ? on : off;
      else {
        const y = targets![n * width + j]!;
        row[width + j] = spec.labelSmoothing ? (on - off) * y + off : y;
      }
    }
    total += cost(row, width, spec) * (weights?.[n] ?? 1);
  }
  return { loss: total / samples.count, accuracy: right };
}

/**
 * The cost of a sample, in double precision; j ascending from +0. A target of NaN has none.
 * @param row of outputs, then of targets, then of parameters of the loss
 */
function cost(row: Float32Array, width: number, { loss, lossParameters }: CheckedSpec): number {
  // The networks write the cross-entropies and the focal losses in z, which a mean of outputs doesn't have.
  const isBinary = loss === 'binaryCrossEntropy' || loss === 'binaryFocal';
  const isFocal = loss === 'focal' || loss === 'binaryFocal';
  if (!isBinary && !isFocal && loss !== 'crossEntropy')
    return sampleCost(row, lossCodes[loss], 2 * width, 0, 0, width, width);
  const [gamma, alpha] = isFocal ? (lossParameters as [number, number]) : [0];
  const [ofOn, ofOff] = loss === 'binaryFocal' ? [alpha!, 1 - alpha!] : [1, 1];
  const term = (a: number): number => fade(1 - a, gamma) * clippedLog(a);
  let sum = 0;
  for (let j = 0; j < width; j++) {
    const [a, y] = [row[j]!, row[width + j]!];
    if (y !== y) continue;
    sum -= ofOn * y * term(a);
    if (isBinary) sum -= ofOff * (1 - y) * term(1 - a);
  }
  return sum;
}

/** The factor of a logarithm in a focal loss: x^γ. */
const fade = (x: number, gamma: number): number => (gamma === 0 ? 1 : exp(gamma * log(x)));
