import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import type { NumberTransform } from '../../model/transforms.js';
import { describeLayer, type ChainLayer } from './chain.js';
import { readFloat } from './fields.js';
import type { Weights } from './weights.js';

// Layers of Keras that scale the inputs before the first Dense, as transforms: their numbers stay in double precision.

/** y = (x − mean) / deviation, with a number for each input, for each channel of an image, or for all. */
interface Scaling {
  readonly mean: readonly number[];
  readonly deviation: readonly number[];
}

/** The smallest deviation that a Normalization divides by: keras.backend.epsilon(). */
const LEAST_DEVIATION = 1e-7;

/** How to read each class of layers that scales the inputs. */
const readers = new Map<string, (layer: ChainLayer, tensors: Weights) => Scaling>([
  ['Normalization', readNormalization],
  ['Rescaling', readRescaling],
]);

/** The classes of layers that scale the inputs. */
export const scalingKinds: readonly string[] = [...readers.keys()];

/**
 * The transforms of layers that scale the inputs, one after the other. The channels of an image repeat when Flatten makes
 * a row of it.
 * @param width the number of inputs
 * @throws FormatError naming the layer, if its numbers don't fit
 */
export function readScalings(
  layers: readonly ChainLayer[],
  tensors: Weights,
  width: number,
): NumberTransform[] {
  const mean = new Float64Array(width);
  const deviation = new Float64Array(width).fill(1);
  for (const layer of layers) {
    const next = readers.get(layer.kind)!(layer, tensors);
    const misfit = [next.mean, next.deviation].find(({ length }) => length === 0 || width % length !== 0);
    if (misfit) {
      const problem = `expected a number for each of ${width} inputs, got ${misfit.length}`;
      throw new FormatError({ place: describeLayer(layer), problem });
    }
    for (let k = 0; k < width; k++) {
      // of ((x − mean) / deviation − next.mean) / next.deviation
      mean[k]! += pickRepeated(next.mean, k) * deviation[k]!;
      deviation[k]! *= pickRepeated(next.deviation, k);
    }
  }
  return Array.from(mean, (_, k) => ({ kind: 'standardize', mean: mean[k]!, deviation: deviation[k]! }));
}

/** (x − mean) / max(√variance, 10⁻⁷) */
function readNormalization(layer: ChainLayer, tensors: Weights): Scaling {
  const { name, config } = layer;
  const place = describeLayer(layer);
  const axis: unknown = config['axis'];
  if (Array.isArray(axis) && axis.length > 1) {
    throw new FormatError({ place: `${place}: axis`, problem: `expected the last, got ${axis.length} axes` });
  }
  if (config['invert'] === true) {
    throw new FormatError({ place: `${place}: invert`, problem: 'expected false', cure: LEAVE_OUT });
  }
  const take = (part: string, index: number): readonly number[] => {
    const given = config[part];
    if (given != null) return readNumbers(`${place}: ${part}`, given);
    const tensor = tensors.take(name, part, index);
    if (tensor && tensor.values.length > 0) return [...tensor.values];
    throw new FormatError({ place: `weight ${show(`${name}/${part}`)}`, problem: 'no such weight' });
  };
  const mean = take('mean', 0);
  const deviation = take('variance', 1).map((variance) => Math.max(Math.sqrt(variance), LEAST_DEVIATION));
  return { mean, deviation };
}

/** scale·x + offset */
function readRescaling(layer: ChainLayer): Scaling {
  const place = describeLayer(layer);
  const scale = readNumbers(`${place}: scale`, layer.config['scale']);
  const offset = readNumbers(`${place}: offset`, layer.config['offset'] ?? 0);
  if (!scale.every((factor) => factor > 0)) {
    throw new FormatError({ place: `${place}: scale`, problem: 'expected numbers above 0', cure: LEAVE_OUT });
  }
  const longer = scale.length > offset.length ? scale : offset;
  return {
    mean: longer.map((_, k) => -pickRepeated(offset, k) / pickRepeated(scale, k)),
    deviation: scale.map((factor) => 1 / factor),
  };
}

const LEAVE_OUT = 'leave it out of the model, and pass scaled inputs';

const pickRepeated = (values: readonly number[], k: number): number => values[k % values.length]!;

/** A number, or an array of numbers in the shape of a sample. */
const readNumbers = (place: string, value: unknown): readonly number[] =>
  Array.isArray(value)
    ? value.flat(MOST_DIMENSIONS).map((item, i) => readFloat(`${place}[${i}]`, item))
    : [readFloat(place, value)];

const MOST_DIMENSIONS = 8;
