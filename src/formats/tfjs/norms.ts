import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import type { Parameters } from '../../model/state.js';
import type { Norm, ReadLayer } from './read-layers.js';
import type { Weights } from './weights.js';

/** y = x·scale + shift, for each channel. */
interface Scaling {
  readonly scale: Float64Array;
  readonly shift: Float64Array;
}

/**
 * Folds the normalizations on the inputs of a Dense, and on its sums, into its weights and biases.
 * @throws FormatError naming a weight that is missing or of another length
 */
export function foldNorms(
  { weights, biases }: Parameters,
  { before, after }: Pick<ReadLayer, 'before' | 'after'>,
  tensors: Weights,
): Parameters {
  if (before.length + after.length === 0) return { weights, biases };
  const units = biases.length;
  const fanIn = weights.length / units;
  const inner = combineScalings(before, tensors, fanIn);
  const outer = combineScalings(after, tensors, units);
  const folded = { weights: new Float32Array(weights.length), biases: new Float32Array(units) };
  for (let j = 0; j < units; j++) {
    let sum = biases[j]!;
    for (let k = 0; k < fanIn; k++) {
      const weight = weights[j * fanIn + k]!;
      sum += weight * inner.shift[k]!;
      folded.weights[j * fanIn + k] = weight * inner.scale[k]! * outer.scale[j]!;
    }
    folded.biases[j] = sum * outer.scale[j]! + outer.shift[j]!;
  }
  return folded;
}

/** One normalization after the other. The channels of an image repeat when Flatten makes a row of it. */
function combineScalings(norms: readonly Norm[], tensors: Weights, width: number): Scaling {
  const scale = new Float64Array(width).fill(1);
  const shift = new Float64Array(width);
  for (const norm of norms) {
    const next = readScaling(norm, tensors, width);
    const channels = next.scale.length;
    for (let k = 0; k < width; k++) {
      scale[k]! *= next.scale[k % channels]!;
      shift[k] = shift[k]! * next.scale[k % channels]! + next.shift[k % channels]!;
    }
  }
  return { scale, shift };
}

/** (x − mean)·γ/√(variance + ε) + β */
function readScaling(
  { name, epsilon, hasScale, hasOffset, repeats }: Norm,
  tensors: Weights,
  width: number,
): Scaling {
  const parts = [
    ...(hasScale ? ['gamma'] : []),
    ...(hasOffset ? ['beta'] : []),
    'moving_mean',
    'moving_variance',
  ];
  const take = (part: string): Float32Array => {
    const weight = `${name}/${part}`;
    const tensor = tensors.take(name, part, parts.indexOf(part));
    const [size = 0] = tensor?.shape ?? [];
    const fits =
      tensor?.shape.length === 1 && (size === width || (repeats && size > 0 && width % size === 0));
    if (fits) return tensor.values;
    const got = tensor ? `[${tensor.shape.join()}]` : 'no such weight';
    throw new FormatError({ place: `weight ${show(weight)}`, problem: `expected [${width}], got ${got}` });
  };
  const [mean, variance] = [take('moving_mean'), take('moving_variance')];
  const gamma = hasScale ? take('gamma') : undefined;
  const beta = hasOffset ? take('beta') : undefined;
  if ([variance, gamma, beta].some((values) => values && values.length !== mean.length))
    throw new FormatError({ place: `layer ${show(name)}`, problem: 'its weights differ in length' });
  const scale = Float64Array.from(mean, (_, k) => (gamma?.[k] ?? 1) / Math.sqrt(variance[k]! + epsilon));
  if (!scale.every(Number.isFinite)) {
    const place = `weight ${show(`${name}/moving_variance`)}`;
    throw new FormatError({ place, problem: 'expected numbers above −epsilon' });
  }
  return { scale, shift: scale.map((factor, k) => (beta?.[k] ?? 0) - mean[k]! * factor) };
}
