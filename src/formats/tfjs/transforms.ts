import { RangeFault } from '../../errors.js';
import { show } from '../../base/check.js';
import { widthOf, type Transform, type Transforms } from '../../model/transforms.js';
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
//
// For a bin from e to e + w, max(0, 1 − max(0, x − e)/w) is 1 below the bin and 0 above it. 1 minus it is the number of
// piecewiseLinear, and quantile is a sum of such numbers.

/** A layer with fixed weights. `shape` is the shape of its kernel, [in][units], if it has one. */
export interface TransformLayer extends TFJSLayer {
  readonly shape?: readonly [number, number];
  /** Writes its weights into arrays of zeros, kernel [in][units] and bias [units]. */
  readonly fill?: (kernel: Float32Array, bias: Float32Array) => void;
}

/** The kinds that several units compute, in three layers. */
const spreadKinds: readonly Transform['kind'][] = ['oneHot', 'piecewiseLinear', 'quantile'];

/** @throws RangeError naming the column whose numbers overflow single precision, or that no layer computes */
export function inputLayers(transforms: Transforms): TransformLayer[] {
  const columns = transforms.inputs ?? [];
  const scales = columns.flatMap((column, k) => toScales(`transforms.inputs[${k}]`, column));
  const isScaled = columns.some(({ kind }) => kind === 'standardize' || kind === 'minMax');
  return [
    ...(columns.some(({ kind }) => spreadKinds.includes(kind)) ? spreadLayers(columns) : []),
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

/** @throws RangeError naming the column whose numbers overflow single precision, or that no layer computes */
export function targetLayers({ targets = [] }: Transforms): TransformLayer[] {
  if (targets.every(({ kind }) => kind === 'identity')) return [];
  const ranges = targets.map((target, k) => toShiftAndRange(`transforms.targets[${k}]`, target));
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

/**
 * The shift and range of y = (x − shift) / range.
 * @throws RangeError naming a column that no layer computes
 */
function toShiftAndRange(place: string, transform: Transform): { shift: number; range: number } {
  if (transform.kind === 'identity') return { shift: 0, range: 1 };
  if (transform.kind === 'standardize') return { shift: transform.mean, range: transform.deviation };
  if (transform.kind === 'minMax') return { shift: transform.min, range: transform.max - transform.min };
  throw new RangeFault({
    place: transform.name === undefined ? place : `${place} (${show(transform.name)})`,
    problem: `no layer of TensorFlow.js computes '${transform.kind}'`,
    cure: ['hash', 'bagOfWords'].includes(transform.kind)
      ? 'write the model as JavaScript (.mjs, bp4/code), or without this column'
      : 'write the model as ONNX or as JavaScript (.mjs, bp4/code), or fit another transform',
  });
}

/** y = (x − shift − rest)·scale, for each output column of a transform. */
function toScales(place: string, column: Transform): { shift: number; rest: number; scale: number }[] {
  if (spreadKinds.includes(column.kind))
    return Array.from({ length: widthOf(column) }, () => ({ shift: 0, rest: 0, scale: 1 }));
  const { shift, range } = toShiftAndRange(place, column);
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

/** A unit of a layer: its bias, and its weights by the place of what they weigh within the part of the same column. */
interface Unit {
  readonly weights: readonly (readonly [from: number, weight: number])[];
  readonly bias: number;
}

/** The units of a column in the three layers. */
interface Part {
  readonly distances: readonly Unit[];
  readonly matches: readonly Unit[];
  readonly outputs: readonly Unit[];
}

function spreadLayers(columns: readonly Transform[]): TransformLayer[] {
  const parts = columns.map((column, k) => toPart(`transforms.inputs[${k}]`, k, column));
  const distances = parts.map((part) => part.distances);
  const matches = parts.map((part) => part.matches);
  const outputs = parts.map((part) => part.outputs);
  const countsOf = (units: readonly (readonly Unit[])[]): number[] => units.map(({ length }) => length);
  const inputs = columns.map(() => 1);
  return [
    unitLayer('bp4_inputs_distances', 'relu', distances, inputs),
    unitLayer('bp4_inputs_matches', 'relu', matches, countsOf(distances)),
    unitLayer('bp4_inputs_columns', 'linear', outputs, countsOf(matches)),
  ];
}

/**
 * A Dense layer with the units of one column after the other.
 * @param widths how many numbers of each column it reads
 */
function unitLayer(
  name: string,
  activation: 'relu' | 'linear',
  columns: readonly (readonly Unit[])[],
  widths: readonly number[],
): TransformLayer {
  const count = columns.reduce((sum, units) => sum + units.length, 0);
  const total = widths.reduce((sum, width) => sum + width, 0);
  return {
    ...dense(name, count, activation, false),
    shape: [total, count],
    fill: (kernel, bias) => {
      let j = 0;
      let before = 0;
      for (const [k, units] of columns.entries()) {
        for (const unit of units) {
          for (const [from, weight] of unit.weights) kernel[(before + from) * count + j] = weight;
          bias[j++] = unit.bias;
        }
        before += widths[k]!;
      }
    },
  };
}

function toPart(place: string, k: number, column: Transform): Part {
  switch (column.kind) {
    case 'oneHot':
      return oneHotPart(place, k, column);
    case 'piecewiseLinear': {
      const { edges } = column;
      checkSingle(place, ...edges);
      return { ...binsOf(edges), outputs: edges.slice(1).map((_, i) => ({ weights: [[i, -1]], bias: 1 })) };
    }
    case 'quantile': {
      const { quantiles, scores } = column;
      checkSingle(place, ...quantiles);
      const weights = scores.slice(1).map((score, i) => [i, scores[i]! - score] as const);
      return { ...binsOf(quantiles), outputs: [{ weights, bias: scores.at(-1)! }] };
    }
    default: {
      const both = [
        [0, 1],
        [1, -1],
      ] as const;
      return {
        distances: both.map(([, sign]) => ({ weights: [[0, sign]], bias: 0 })),
        matches: both.map(([i]) => ({ weights: [[i, 1]], bias: 0 })),
        outputs: [{ weights: both, bias: 0 }],
      };
    }
  }
}

/** For each bin the distance from its lower edge; then 1 below the bin and 0 above it. */
function binsOf(edges: readonly number[]): Omit<Part, 'outputs'> {
  const lower = edges.slice(0, -1);
  return {
    distances: lower.map((edge) => ({ weights: [[0, 1]], bias: 0 - edge })),
    matches: lower.map((edge, i) => {
      const width = Math.fround(edges[i + 1]!) - Math.fround(edge);
      return { weights: width > 0 ? [[i, -1 / width]] : [], bias: 1 };
    }),
  };
}

function oneHotPart(place: string, k: number, column: Transform & { readonly kind: 'oneHot' }): Part {
  const other = column.unknown === 'other' ? (column.categories as readonly unknown[]).indexOf('other') : -1;
  const categories = Float32Array.from<string | number>(column.categories, (category, i) =>
    typeof category === 'string' ? i : category,
  );
  const sharpness = findSharpness(place, column.name ?? k, categories);
  const places = Array.from(categories.keys());
  return {
    distances: Array.from(categories).flatMap((category): Unit[] => [
      { weights: [[0, 1]], bias: 0 - category },
      { weights: [[0, -1]], bias: category },
    ]),
    matches: places.map((n) => ({ weights: [2 * n, 2 * n + 1].map((i) => [i, -sharpness]), bias: 1 })),
    outputs: places.map((n) =>
      n === other
        ? { weights: places.flatMap((m): [number, number][] => (m === other ? [] : [[m, -1]])), bias: 1 }
        : { weights: [[n, 1]], bias: 0 },
    ),
  };
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
