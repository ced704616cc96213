import { LINE, roundUp } from './layout.js';
import { Window } from './structs.js';

/** Kernels read a little beyond the last row. */
const SLACK = 64;

/** The contents of a window. */
interface Needs {
  /** The number of samples. */
  readonly count: number;
  readonly inputs: number;
  /** Stride of the last layer. */
  readonly stride: number;
  readonly bytesPerFloat: number;
  readonly hasOrder: boolean;
  readonly areWeighted: boolean;
  readonly form: 'rows' | 'pairs';
}

/** The offsets of the parts of a window, in bytes from its start; 0 for a missing part. */
export interface WindowLayout {
  readonly order: number;
  readonly targets: number;
  readonly sampleWeights: number;
  readonly rows: number;
  readonly starts: number;
  /** The end of the window, or the start of the pairs. */
  readonly bytes: number;
}

/**
 * The samples of a training run in the network's memory:
 *
 *   window ┌ struct   Window
 *          ├ order    u32[n], the n-th sample to draw
 *          ├ targets  f32[n][stride of the last layer]
 *          ├ weights  f32[n], if samples are weighted
 *          └ inputs   f32[n][inputs]; if most are zero, starts u32[n + 1] and samples as in assembly/pairs.ts
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
 * Pointers to the n-th sample of a window.
 * @param window where the window starts now
 */
export function locateSample(
  { rows, targets, sampleWeights }: WindowLayout,
  { inputs, stride, bytesPerFloat }: Pick<Needs, 'inputs' | 'stride' | 'bytesPerFloat'>,
  window: number,
  n: number,
): { inputs: number; targets: number; sampleWeights: number } {
  return {
    inputs: window + rows + n * inputs * bytesPerFloat,
    targets: window + targets + n * stride * bytesPerFloat,
    sampleWeights: window + sampleWeights + n * bytesPerFloat,
  };
}

/** The index, among 32-bit words, of where the pairs of the n-th sample start. */
export const startIndex = ({ starts }: WindowLayout, window: number, n: number): number =>
  (window + starts) / 4 + n;

/**
 * The maximum number of bytes for the pairs of `count` samples: a float, two bytes and a bit for each input, padding for
 * alignment, and the bytes that the kernel writes beyond the last.
 */
export function mostPairBytes(
  { inputs, bytesPerFloat }: Pick<Needs, 'inputs' | 'bytesPerFloat'>,
  count: number,
): number {
  return count * (inputs * (bytesPerFloat + 2) + inputs / 8 + 16) + 128;
}
