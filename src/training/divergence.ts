import { DivergenceError } from '../errors.js';
import type { Model } from '../model/model.js';
import type { Chunk } from './source.js';

/**
 * Says why a training cannot go on: looks at the mini-batch that cannot be learnt, with the last finite weights.
 * @param first the first of its rows, in the chunk's order
 * @param at    the epoch, and the step within it, from 1
 */
export function divergenceAt(
  model: Model,
  { samples, order }: Chunk,
  first: number,
  rows: number,
  at: { readonly epoch: number; readonly step: number },
  learningRate: number,
): DivergenceError {
  const loss = model.tally.batchLoss / rows;
  const { kernels, layout } = model;
  samples.gather(model, first, rows, order?.ofChunk);
  kernels.feedForward(layout.net, rows);
  kernels.backpropagate(layout.net, rows);
  let layer = 0;
  let largest = -1;
  for (const [l, { weightGradients, biasGradients, fanIn, stride }] of model.layers.entries()) {
    for (const [pointer, count] of [
      [weightGradients, fanIn * stride],
      [biasGradients, stride],
    ] as const) {
      const from = model.views.at(pointer);
      for (const gradient of model.views.floats.subarray(from, from + count)) {
        const size = Math.abs(gradient) / rows;
        if (size <= largest || Number.isNaN(largest)) continue;
        largest = size; // NaN is the largest of all
        layer = l;
      }
    }
  }
  const what = Number.isFinite(loss) ? 'a weight became infinite' : `the loss is ${loss}`;
  return new DivergenceError(
    `train: diverged in epoch ${at.epoch}, step ${at.step}: ${what}; the largest gradient, ${largest.toPrecision(3)}, is ` +
      `in layers[${layer}]. The network is left after its last finite step. Use a learningRate below ` +
      `${Number(learningRate.toPrecision(3))}, inputs of about 1 in size, or clip: { norm: 1 }`,
    { ...at, layer, largestGradient: largest },
  );
}
