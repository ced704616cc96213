import { LINE, roundUp } from './layout.js';
import { Window } from './structs.js';

/** Kernels read a little past the last row. */
const SLACK = 64;

/** What a window holds. */
interface Needs {
  /** Samples. */
  readonly count: number;
  readonly inputs: number;
  /** Stride of the last layer. */
  readonly stride: number;
  readonly bytesPerFloat: number;
  readonly hasOrder: boolean;
  readonly areWeighted: boolean;
  readonly form: 'rows' | 'pairs';
}

/** Where the parts of a window lie, in bytes from its beginning; 0 for a part that it does not have. */
export interface WindowLayout {
  readonly order: number;
  readonly targets: number;
  readonly sampleWeights: number;
  readonly rows: number;
  readonly starts: number;
  /** Where the window ends, or where the pairs begin. */
  readonly bytes: number;
}

/**
 * The samples of a training in the network's memory:
 *
 *   window ┌ struct   Window
 *          ├ order    u32[n], which sample comes n-th
 *          ├ targets  f32[n][stride of the last layer]
 *          ├ weights  f32[n], where samples are weighted
 *          └ inputs   f32[n][inputs]; or where most are zero, starts u32[n + 1] and samples as in assembly/pairs.ts
 */
export function layOutWindow(needs: Needs): WindowLayout {
  const { count, inputs, stride, bytesPerFloat, hasOrder, areWeighted, form } = needs;
  let bytes = roundUp(Window.bytes, LINE);
  const place = (size: number): number => {
    const start = bytes;
    bytes = roundUp(start + size, LINE);
    return start;
  };
  const order = hasOrder ? place(4 * count) : 0;
  const targets = place(count * stride * bytesPerFloat);
  const sampleWeights = areWeighted ? place(count * bytesPerFloat) : 0;
  const rows = form === 'rows' ? place(count * inputs * bytesPerFloat) : 0;
  if (rows) place(SLACK);
  const starts = form === 'pairs' ? place(4 * (count + 1)) : 0;
  return { order, targets, sampleWeights, rows, starts, bytes };
}

/**
 * The most bytes that the pairs of `count` samples take: a float, two bytes and a bit for each input, what rounds them up,
 * and what the kernel writes past the last.
 */
export function mostPairBytes(
  { inputs, bytesPerFloat }: Pick<Needs, 'inputs' | 'bytesPerFloat'>,
  count: number,
): number {
  return count * (inputs * (bytesPerFloat + 2) + inputs / 8 + 16) + 128;
}
