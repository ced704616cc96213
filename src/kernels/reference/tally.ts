import { argmax } from '../../base/argmax.js';
import type { EquationKernels } from '../kernels.js';
import { HINGE } from '../codes.js';
import { Tally } from '../../memory/structs.js';
import type { Description, MemoryViews } from './description.js';
import type { Precision } from './numerics.js';

/** Adds up a mini-batch, sample by sample; assembly/tally.ts does the same. */
export function tallyOf(
  equations: EquationKernels,
  views: () => MemoryViews,
  { bytesPerFloat }: Precision,
): (network: Description, sums: number, rows: number, weights: number) => void {
  return ({ net, layers }, sums, rows, weights) => {
    const l = layers.at(-1)!;
    const { floats } = views();
    const tally = new Tally(views(), sums);
    const middle = net.loss === HINGE ? 0 : 0.5;
    let batchLoss = 0;
    for (let n = 0; n < rows; n++) {
      const row = n * l.stride * bytesPerFloat;
      const [z, a, y] = [l.preActivations + row, l.activations + row, net.targets + row];
      const weight = weights ? floats[weights / bytesPerFloat + n]! : 1;
      const loss = weight * equations.cost(net.loss, net.lossParameter, z, a, y, l.stride, 1, l.units);
      tally.loss += loss;
      batchLoss += loss;
      if (isRight(floats, a / bytesPerFloat, y / bytesPerFloat, l.units, middle)) {
        tally.right++;
      }
    }
    tally.batchLoss = batchLoss;
  };
}

/** Of the mini-batch's rows a and y, as places in f; assembly/tally.ts says what is right. */
function isRight(
  f: Float32Array | Float64Array,
  a: number,
  y: number,
  units: number,
  middle: number,
): boolean {
  if (units > 1) return argmax(f, a, units) === argmax(f, y, units);
  const answer = f[a]!;
  return answer === answer && answer >= middle === f[y]! >= middle;
}
