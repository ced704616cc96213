import { RangeFault } from '../../errors.js';
import type { CheckedColumn, Columns } from '../../model/columns.js';
import type { GraphBuilder } from './graph-builder.js';
import { FAR } from '../../model/formulas.js';
import { DOUBLE, FLOAT } from './proto.js';

// Writes transforms as nodes on rows of numbers. The index stands for a string category.

/**
 * Transforms [batch][columns] to the network's inputs. Adjacent numeric columns are computed together; a categorical
 * column is compared with each category.
 * @param input the name of the untransformed value
 * @returns the name of the transformed value
 * @throws RangeError if two categories are equal in single precision, or a column takes texts
 */
export function writeTransforms(draft: GraphBuilder, columns: Columns, input: string): string {
  return writeGroups(draft, columns, input, (group, name) => {
    const [first] = group;
    if (first!.formula) return writeFormula(draft, first!, name);
    return first!.places ? writeOneHot(draft, first!, name) : writeScaling(draft, group, name);
  });
}

/** Transforms the network's outputs [batch][columns] back to the user's units. */
export function writeInverse(draft: GraphBuilder, columns: Columns, input: string): string {
  return writeGroups(draft, columns, input, (group, name) => {
    const { given } = group[0]!;
    if (given.kind === 'quantile')
      return writeInterpolation(draft, given.scores, given.quantiles, name, true);
    const scaled = writeAffine(draft, group, name, [
      ['Mul', 'ranges', ({ range }) => range],
      ['Add', 'shifts', ({ shift }) => shift],
    ]);
    if (given.kind !== 'log1p') return scaled;
    // sign(z)·(e^|z| − 1)
    const grown = draft.node('Exp', [draft.node('Abs', [scaled], `${name}.size`)], `${name}.exp`);
    const size = draft.node('Sub', [grown, writeNumber(draft, `${name}.one`, 1)], `${name}.grown`);
    return draft.node('Mul', [draft.node('Sign', [scaled], `${name}.sign`), size], `${name}.inverse`);
  });
}

/** Writes groups of adjacent columns, and joins what they make. Columns of numbers without formulas are a group. */
function writeGroups(
  draft: GraphBuilder,
  { list }: Columns,
  input: string,
  write: (group: readonly CheckedColumn[], name: string) => string,
): string {
  const isPlain = ({ places, formula }: CheckedColumn): boolean => !places && !formula;
  const groups: CheckedColumn[][] = [];
  for (const column of list) {
    const group = groups.at(-1);
    if (group && isPlain(column) && isPlain(group[0]!)) group.push(column);
    else groups.push([column]);
  }
  const names = groups.map((_, g) => `${input}.${g}`);
  if (groups.length === 1) names[0] = input;
  else {
    const sizes = BigInt64Array.from(groups, ({ length }) => BigInt(length));
    draft.node('Split', [input, draft.constant(`${input}.sizes`, [sizes.length], sizes)], names, { axis: 1 });
  }
  const parts = groups.map((group, g) => write(group, names[g]!));
  return parts.length === 1 ? parts[0]! : draft.node('Concat', parts, `${input}.all`, { axis: 1 });
}

const writeNumber = (draft: GraphBuilder, name: string, value: number): string =>
  draft.constant(name, [], Float32Array.of(value));

/** @throws RangeError for kinds of texts */
function writeFormula(draft: GraphBuilder, column: CheckedColumn, input: string): string {
  const { given } = column;
  const number = (letter: string, value: number): string => writeNumber(draft, `${input}.${letter}`, value);
  switch (given.kind) {
    case 'robust': {
      // t = z/3, y = 3t/√(1 + t²)
      const z = writeScaling(draft, [column], input);
      const third = draft.node('Div', [z, number('three', 3)], `${input}.third`);
      const t = draft.node('Clip', [third, number('least', -FAR), number('most', FAR)], `${input}.t`);
      const square = draft.node('Mul', [t, t], `${input}.square`);
      const root = draft.node(
        'Sqrt',
        [draft.node('Add', [square, number('one', 1)], `${input}.sum`)],
        `${input}.root`,
      );
      return draft.node(
        'Mul',
        [draft.node('Div', [t, root], `${input}.bent`), `${input}.three`],
        `${input}.robust`,
      );
    }
    case 'log1p': {
      // sign(x)·ln(1 + |x|)
      const size = draft.node('Abs', [input], `${input}.size`);
      const sum = draft.node('Add', [size, number('one', 1)], `${input}.sum`);
      const log = draft.node('Log', [sum], `${input}.log`);
      const z = draft.node('Mul', [draft.node('Sign', [input], `${input}.sign`), log], `${input}.z`);
      return writeScaling(draft, [column], z);
    }
    case 'quantile':
      return writeInterpolation(draft, given.quantiles, given.scores, input, false);
    case 'piecewiseLinear':
      return writeBins(draft, given.edges, input);
    default:
      throw new RangeFault({
        place: 'transforms',
        problem: `ONNX has no operator for '${given.kind}' of ${given.name ?? 'a column'}`,
        cure: 'write the model as JavaScript (.mjs, bp4/code), or without this column',
      });
  }
}

/** For each bin between two edges how much of it lies below x, from 0 to 1. */
function writeBins(draft: GraphBuilder, edges: readonly number[], input: string): string {
  const bins = edges.slice(1).map((edge, i) => ({ shift: edges[i]!, range: edge - edges[i]! }));
  const scaled = writeScaling(draft, bins, input);
  const ends = [writeNumber(draft, `${input}.zero`, 0), writeNumber(draft, `${input}.one`, 1)];
  return draft.node('Clip', [scaled, ...ends], `${input}.bins`);
}

/** The piecewise linear function through the points (xs, ys): the sum of the steps of y, each times the part of its bin below x. */
function writeInterpolation(
  draft: GraphBuilder,
  xs: readonly number[],
  ys: readonly number[],
  input: string,
  isDouble: boolean,
): string {
  // A single point is a constant: its only bin has no width.
  const [edges, values] =
    xs.length > 1
      ? [xs, ys]
      : [
          [xs[0]!, xs[0]!],
          [ys[0]!, ys[0]!],
        ];
  const bins = writeBins(draft, edges, input);
  const toFloats = (numbers: number[]): Float32Array | Float64Array =>
    isDouble ? Float64Array.from(numbers) : Float32Array.from(numbers);
  const parts = isDouble ? draft.node('Cast', [bins], `${input}.wide`, { to: DOUBLE }) : bins;
  const steps = toFloats(values.slice(1).map((y, i) => y - values[i]!));
  const constants = [
    draft.constant(`${input}.steps`, [steps.length, 1], steps),
    draft.constant(`${input}.first`, [1], toFloats([values[0]!])),
  ];
  const sum = draft.node('Gemm', [parts, ...constants], `${input}.interpolated`);
  return isDouble ? draft.node('Cast', [sum], `${input}.narrow`, { to: FLOAT }) : sum;
}

/** y = (x − shift) / range. */
type Scaling = Pick<CheckedColumn, 'shift' | 'range'>;

/** (x − shift) / range. If the range is 0 it divides by infinity, so that the result is 0. */
function writeScaling(draft: GraphBuilder, columns: readonly Scaling[], input: string): string {
  return writeAffine(draft, columns, input, [
    ['Sub', 'shifts', ({ shift }) => shift],
    ['Div', 'ranges', ({ range }) => range || Infinity],
  ]);
}

/** Applies two operations with one number per column, in double precision if necessary. */
function writeAffine(
  draft: GraphBuilder,
  columns: readonly Scaling[],
  input: string,
  operations: readonly (readonly [op: string, name: string, number: (column: Scaling) => number])[],
): string {
  if (columns.every(({ shift, range }) => shift === 0 && range === 1)) return input;
  const isDouble = columns.some(needsDouble);
  let value = isDouble ? draft.node('Cast', [input], `${input}.double`, { to: DOUBLE }) : input;
  for (const [op, name, number] of operations) {
    const values = isDouble ? Float64Array.from(columns, number) : Float32Array.from(columns, number);
    const constant = draft.constant(`${input}.${name}`, [columns.length], values);
    value = draft.node(op, [value, constant], `${input}.${op}`);
  }
  return isDouble ? draft.node('Cast', [value], `${input}.single`, { to: FLOAT }) : value;
}

/**
 * Whether single precision would lose more than 10⁻⁶ of a range. Rounding changes a shift (the mean of years, for
 * example) by up to 2⁻²⁴ of itself, which is at most 16·2⁻²⁴ of the range if this returns false.
 */
function needsDouble({ shift, range }: Scaling): boolean {
  return range !== 0 && !(Math.abs(shift) <= 16 * range && range > 1e-30 && range < 1e30);
}

/**
 * 1 at the input's category, else 0. An unknown category is 0 everywhere, unless it counts as the category 'other': then that
 * is 1 less the sum of all others.
 */
function writeOneHot(
  draft: GraphBuilder,
  { width, given, places, rest = width }: CheckedColumn,
  input: string,
): string {
  const values = new Float32Array(width);
  for (const [category, place] of places!) if (typeof category === 'number') values[place] = category;
  if (new Set(values).size < width) {
    throw new RangeFault({
      place: 'transforms',
      problem: `two categories of ${given.name ?? 'a column'} are equal in single precision, which ONNX uses`,
      cure: 'use strings as categories',
    });
  }
  const categories = draft.constant(`${input}.categories`, [width], values);
  const equal = draft.node('Equal', [input, categories], `${input}.equal`);
  const oneHot = draft.node('Cast', [equal], `${input}.oneHot`, { to: FLOAT });
  if (rest === width) return oneHot;
  const weights = Float32Array.from({ length: width * width }, (_, i) => {
    const [from, to] = [Math.floor(i / width), i % width];
    return to === rest ? Number(from === rest) - 1 : Number(from === to);
  });
  const biases = Float32Array.from({ length: width }, (_, k) => Number(k === rest));
  const constants = [
    draft.constant(`${input}.weight`, [width, width], weights),
    draft.constant(`${input}.bias`, [width], biases),
  ];
  return draft.node('Gemm', [oneHot, ...constants], `${input}.withOther`);
}
