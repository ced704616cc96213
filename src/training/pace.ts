import type { Model } from '../model/model.js';

// How much a training does before others have their turn. It is measured in multiplications, since they need no clock.

/** An engine does so many in some tenths of a millisecond. */
export const WORK_BETWEEN_PAUSES = { wasm: 5e6, reference: 2e5 };

/** What a step costs besides the multiplications of its samples. */
export const WORK_PER_STEP = 2000;

/** Multiplications to learn one sample, in mini-batches of `size`. */
export const estimateWork = ({ layout }: Model, size: number): number =>
  layout.parameterCount + WORK_PER_STEP / size;

/** How many samples one call of the kernels may learn, in mini-batches of `size`, so that it is not long. */
export function samplesPerCall(model: Model, size: number): number {
  return size * Math.ceil(WORK_BETWEEN_PAUSES[model.kernels.engine] / (estimateWork(model, size) * size));
}
