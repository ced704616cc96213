import { RangeFault } from '../../errors.js';
import { show } from '../../base/check.js';
import type { NumberTransform, Transform, Transforms } from '../../model/transforms.js';
import { dense, rescaling, type TFJSLayer } from './layers.js';

// Transforms as layers before and after those of the network. Numbers are shifted, then scaled: x − mean is exact if
// both are close, while x·(1/deviation) − mean/deviation would lose digits. The shift is rounded to single precision,
// and the offset of the scaling corrects its rounding error.
//
// oneHot is two Dense layers of relu. For category c, let p = max(0, x − c) and q = max(0, c − x): both are 0 only if
// x = c. With d the smallest distance between two categories, max(0, 1 − 2(p + q)/d) is exactly 1 at x = c, and 0 at all
// other categories. bp4 refuses an unknown category, or has a policy; here it becomes zeros, or nearly zeros. Where unknown categories
// count as 'other', its output is 1 minus those of all others. For string categories the model takes the index, and any other number, such
// as −1, is unknown. Other columns pass through as max(0, x) and max(0, −x).

/** A layer with fixed weights. `shape` is the shape of its kernel, [in][units], if it has one. */
export interface TransformLayer extends TFJSLayer {
  readonly shape?: readonly [number, number];
  /** Writes its weights into arrays of zeros, kernel [in][units] and bias [units]. */
  readonly fill?: (kernel: Float32Array, bias: Float32Array) => void;
}

/** @throws RangeError naming the column whose numbers overflow single precision */
export function inputLayers(transforms: Transforms): TransformLayer[] {
  const columns = transforms.inputs ?? [];
  const scales = columns.flatMap((column, k) => toScales(`transforms.inputs[${k}]`, column));
  const isScaled = columns.some(({ kind }) => kind === 'standardize' || kind === 'minMax');
  return [
    ...(columns.some(({ kind }) => kind === 'oneHot') ? oneHotLayers(columns) : []),
    ...(isScaled
      ? [
          rescaling(
            'bp4_inputs_shift',
            1,
            scales.map(({ shift }) => 0 - shift),
          ),
          rescaling(
            'bp4_inputs_scale',
            scales.map(({ scale }) => scale),
            scales.map(({ rest, scale }) => 0 - rest * scale),
          ),
        ]
      : []),
  ];
}

/** @throws RangeError naming the column whose numbers overflow single precision */
export function targetLayers({ targets = [] }: Transforms): TransformLayer[] {
  if (targets.every(({ kind }) => kind === 'identity')) return [];
  const ranges = targets.map(toShiftAndRange);
  for (const [k, { shift, range }] of ranges.entries()) {
    checkSingle(`transforms.targets[${k}]`, shift, range);
  }
  return [
    rescaling(
      'bp4_targets',
      ranges.map(({ range }) => range),
      ranges.map(({ shift }) => shift),
    ),
  ];
}

/** The shift and range of y = (x − shift) / range. */
function toShiftAndRange(transform: NumberTransform): { shift: number; range: number } {
  if (transform.kind === 'identity') return { shift: 0, range: 1 };
  if (transform.kind === 'standardize') return { shift: transform.mean, range: transform.deviation };
  return { shift: transform.min, range: transform.max - transform.min };
}

/** y = (x − shift − rest)·scale, for each output column of a transform. */
function toScales(place: string, column: Transform): { shift: number; rest: number; scale: number }[] {
  if (column.kind === 'oneHot') return column.categories.map(() => ({ shift: 0, rest: 0, scale: 1 }));
  const { shift, range } = toShiftAndRange(column);
  if (range === 0) return [{ shift: 0, rest: 0, scale: 0 }];
  const rounded = Math.fround(shift);
  const scale = 1 / range;
  checkSingle(place, rounded, scale);
  return [{ shift: rounded, rest: shift - rounded, scale }];
}

function checkSingle(place: string, ...values: number[]): void {
  if (!values.every((value) => Number.isFinite(Math.fround(value)))) {
    throw new RangeFault({
      place,
      problem: 'TensorFlow.js computes in single precision, which its numbers overflow',
    });
  }
}

function oneHotLayers(columns: readonly Transform[]): TransformLayer[] {
  // The part of each column in the three layers.
  const parts = columns.map((column, k) => {
    if (column.kind !== 'oneHot')
      return { categories: undefined, other: -1, sharpness: 1, distances: 2, matches: 2 };
    const place = `transforms.inputs[${k}]`;
    const other =
      column.unknown === 'other' ? (column.categories as readonly unknown[]).indexOf('other') : -1;
    const categories = Float32Array.from<string | number>(column.categories, (category, i) =>
      typeof category === 'string' ? i : category,
    );
    const sharpness = findSharpness(place, column.name ?? k, categories);
    return { categories, other, sharpness, distances: 2 * categories.length, matches: categories.length };
  });
  const distances = parts.reduce((sum, part) => sum + part.distances, 0);
  const matches = parts.reduce((sum, part) => sum + part.matches, 0);
  const made = parts.reduce((sum, part) => sum + (part.categories?.length ?? 1), 0);
  return [
    {
      ...dense('bp4_inputs_distances', distances, 'relu', false),
      shape: [columns.length, distances],
      fill: (kernel, bias) => {
        let j = 0;
        for (const [k, { categories = [0] }] of parts.entries()) {
          for (const category of categories) {
            kernel[k * distances + j] = 1;
            bias[j++] = 0 - category;
            kernel[k * distances + j] = -1;
            bias[j++] = category;
          }
        }
      },
    },
    {
      ...dense('bp4_inputs_matches', matches, 'relu', false),
      shape: [distances, matches],
      fill: (kernel, bias) => {
        let j = 0;
        let i = 0;
        for (const { categories, sharpness, matches: count } of parts) {
          for (let n = 0; n < count; n++, j++) {
            kernel[i++ * matches + j] = categories ? -sharpness : 1;
            if (categories) {
              kernel[i++ * matches + j] = -sharpness;
              bias[j] = 1;
            }
          }
        }
      },
    },
    {
      ...dense('bp4_inputs_columns', made, 'linear', false),
      shape: [matches, made],
      fill: (kernel, bias) => {
        let j = 0;
        let i = 0;
        for (const { categories, other } of parts) {
          const ofOther = j + other;
          for (let n = 0; n < (categories?.length ?? 1); n++, j++) {
            if (n === other) bias[j] = 1;
            else kernel[i * made + j] = 1;
            if (n !== other && other >= 0) kernel[i * made + ofOther] = -1;
            i++;
            if (!categories) kernel[i++ * made + j] = -1;
          }
        }
      },
    },
  ];
}

/** 2/d. */
function findSharpness(place: string, name: string | number, categories: Float32Array): number {
  const sorted = categories.slice().sort();
  let least = Infinity;
  for (let i = 1; i < sorted.length; i++) least = Math.min(least, sorted[i]! - sorted[i - 1]!);
  const sharpness = least === Infinity ? 1 : Math.fround(2 / least);
  if (!sorted.every(Number.isFinite) || !Number.isFinite(sharpness)) {
    throw new RangeFault({
      place: `${place} (${show(name)})`,
      problem: 'TensorFlow.js computes in single precision, which cannot separate all its categories',
      cure: 'use string categories, and pass their indices in TensorFlow.js',
    });
  }
  return sharpness;
}
