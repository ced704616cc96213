import type { LayerState, Network } from 'bp4';
import { GRID, PIXELS, REACH, type Confusion } from '../protocol.js';
import type { TaskData } from './samples.js';

const EXAMPLES = 4;

/** The grid points of the plane: rows from y = −REACH upward, columns from x = −REACH. */
const plane = Float32Array.from({ length: GRID * GRID * 2 }, (_, i) => {
  const point = i >> 1;
  const at = i % 2 ? Math.floor(point / GRID) : point % GRID;
  return REACH * ((2 * at) / (GRID - 1) - 1);
});

/**
 * P(class 1) over the plane, [GRID][GRID]: a single output, or the second output's share of the sum of both, because two
 * sigmoid outputs need not sum to 1. It's above ½ where the network predicts class 1. A regression's output is mapped from
 * [−1, 1] to [0, 1].
 */
export function computeBoundary(
  net: Network,
  { toInputs, isRegression, outputNames }: TaskData,
): Float32Array {
  const outputs = net.predict(toInputs!(plane));
  if (isRegression) return outputs.map((value) => Math.min(1, Math.max(0, (value + 1) / 2)));
  if (outputNames.length === 1) return outputs;
  return Float32Array.from({ length: GRID * GRID }, (_, i) => {
    const [first, second] = [outputs[2 * i]!, outputs[2 * i + 1]!];
    return first + second > 0 ? second / (first + second) : 0.5;
  });
}

/** The confusion matrix of the test data, with some images for each cell if the inputs are pixels. */
export function countAnswers(net: Network, { test, classNames, inputs: width }: TaskData): Confusion {
  const { inputs, labels, inputScale } = test;
  const outputs = net.predict(inputs, inputScale === undefined ? {} : { inputScale });
  const outputCount = outputs.length / test.count;
  const counts = classNames.map(() => classNames.map(() => 0));
  const examples = classNames.map(() => classNames.map((): Uint8Array[] => []));
  for (const [n, label] of labels!.entries()) {
    const answer = classOf(outputs.subarray(n * outputCount, (n + 1) * outputCount));
    counts[label]![answer]!++;
    const shown = examples[label]![answer]!;
    if (width === PIXELS && inputs instanceof Uint8Array && shown.length < EXAMPLES)
      shown.push(inputs.slice(n * width, (n + 1) * width));
  }
  return { counts, examples };
}

/** The class of a single output by the threshold ½; of several, that of the largest, the first among equals. */
function classOf(values: Float32Array): number {
  if (values.length === 1) return values[0]! > 0.5 ? 1 : 0;
  let at = 0;
  for (let i = 1; i < values.length; i++) if (values[i]! > values[at]!) at = i;
  return at;
}

/**
 * The 64-bit FNV-1a hash of all weights and biases, layer by layer, as 16 hexadecimal digits. It computes with two halves,
 * because BigInt takes fifty times as long.
 */
export function hashLayers(layers: readonly LayerState[]): string {
  let high = 0xcbf29ce4;
  let low = 0x84222325;
  for (const { buffer, byteOffset, byteLength } of layers.flatMap(({ weights, biases }) => [
    weights,
    biases,
  ])) {
    const bytes = new Uint8Array(buffer, byteOffset, byteLength);
    for (let i = 0; i < bytes.length; i++) {
      low = (low ^ bytes[i]!) >>> 0;
      // multiply by 2⁴⁰ + 435, modulo 2⁶⁴
      const product = low * 435;
      const carry = Math.floor(product / 2 ** 32);
      high = (Math.imul(high, 435) + carry + (low << 8)) >>> 0;
      low = product >>> 0;
    }
  }
  return [high, low].map((half) => half.toString(16).padStart(8, '0')).join('');
}
