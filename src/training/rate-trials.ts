import type { Random } from '../base/random.js';
import type { Work } from '../base/work.js';
import type { Model } from '../model/model.js';
import { isSound } from './hooks/divergence.js';
import { Order } from './order.js';
import { estimateWork } from './pace.js';
import type { Samples } from './samples.js';

// Short training runs that try a learning rate. Loaded only by the parts that need them.

/** Multiplications that take an engine some hundredths of a second. */
const WORK_OF_A_TRIAL = { wasm: 1e9, reference: 1e8 };

/** The steps of a trial: enough that a rate that is too large shows, fewer for a large network. */
export function stepsOfTrial(model: Model, size: number): number {
  const steps = Math.floor(WORK_OF_A_TRIAL[model.kernels.engine] / (estimateWork(model, size) * size));
  return Math.min(Math.max(steps, 20), 200);
}

/**
 * Learns mini-batches of some samples, epoch after epoch, in an order drawn from `random`. One thread computes. Yields after each
 * step.
 * @param size samples per mini-batch
 * @param rateAt η of a step, from 0
 * @param goesOn called after each step with the mean loss before its update; false ends the trial
 * @returns whether all steps were learned, and all numbers are finite
 */
export function* learnSome(
  model: Model,
  samples: Samples,
  { size, steps, random }: { readonly size: number; readonly steps: number; readonly random: Random },
  rateAt: (step: number) => number,
  goesOn: (loss: number, step: number) => boolean = () => true,
): Work<boolean> {
  const { kernels, layout, tally } = model;
  const order = new Order(random, samples.count, { words: new Uint32Array(samples.count), at: 0 });
  let first = samples.count;
  for (let step = 0; step < steps; step++) {
    if (first === samples.count) {
      for (let n = order.begin(0); n < samples.count; n = order.begin(n));
      first = 0;
    }
    const rows = Math.min(size, samples.count - first);
    order.draw(first, rows);
    samples.gather(model, first, rows, order.numbers);
    first += rows;
    const descend = kernels.team?.descendAlone ?? kernels.descend;
    const learned = descend(layout.net, 0, 0, rows, rows, rateAt(step));
    if (learned < rows || !goesOn(tally.batchLoss / rows, step)) return false;
    yield;
  }
  return isSound(model);
}
