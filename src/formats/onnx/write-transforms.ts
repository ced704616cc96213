import { RangeFault } from '../../errors.js';
import type { CheckedColumn, Columns } from '../../model/columns.js';
import type { GraphBuilder } from './graph-builder.js';
import { DOUBLE, FLOAT } from './proto.js';

// Writes transforms as nodes on rows of numbers. The index stands for a string category.

/**
 * Transforms [batch][columns] to the network's inputs. Adjacent numeric columns are computed together; a categorical
 * column is compared with each category.
 * @param input the name of the untransformed value
 * @returns the name of the transformed value
 * @throws RangeError if two categories are equal in single precision
 */
export function writeTransforms(draft: GraphBuilder, { list }: Columns, input: string): string {
  const groups: CheckedColumn[][] = [];
  for (const column of list) {
    const group = groups.at(-1);
    if (group && !column.places && !group[0]!.places) group.push(column);
    else groups.push([column]);
  }
  const names = groups.map((_, g) => `${input}.${g}`);
  if (groups.length === 1) names[0] = input;
  else {
    const sizes = BigInt64Array.from(groups, ({ length }) => BigInt(length));
    draft.node('Split', [input, draft.constant(`${input}.sizes`, [sizes.length], sizes)], names, { axis: 1 });
  }
  const parts = groups.map((group, g) =>
    group[0]!.places ? writeOneHot(draft, group[0]!, names[g]!) : writeScaling(draft, group, names[g]!),
  );
  return parts.length === 1 ? parts[0]! : draft.node('Concat', parts, `${input}.all`, { axis: 1 });
}

/** Transforms the network's outputs [batch][columns] back to the user's units. */
export function writeInverse(draft: GraphBuilder, { list }: Columns, input: string): string {
  return writeAffine(draft, list, input, [
    ['Mul', 'ranges', ({ range }) => range],
    ['Add', 'shifts', ({ shift }) => shift],
  ]);
}

/** (x − shift) / range. If the range is 0 it divides by infinity, so that the result is 0. */
function writeScaling(draft: GraphBuilder, columns: readonly CheckedColumn[], input: string): string {
  return writeAffine(draft, columns, input, [
    ['Sub', 'shifts', ({ shift }) => shift],
    ['Div', 'ranges', ({ range }) => range || Infinity],
  ]);
}

/** Applies two operations with one number per column, in double precision if necessary. */
function writeAffine(
  draft: GraphBuilder,
  columns: readonly CheckedColumn[],
  input: string,
  operations: readonly (readonly [op: string, name: string, number: (column: CheckedColumn) => number])[],
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
function needsDouble({ shift, range }: CheckedColumn): boolean {
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
