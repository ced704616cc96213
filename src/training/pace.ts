import type { Model } from '../model/model.js';

// The amount of training between pauses, measured in multiplications, which need no clock.

/** Multiplications that an engine does in some tenths of a millisecond. */
export const WORK_BETWEEN_PAUSES = { wasm: 5e6, reference: 2e5 };

/** The cost of a step in addition to the multiplications of its samples. */
export const WORK_PER_STEP = 2000;

/** Multiplications to learn one sample, in mini-batches of `size`. */
export const estimateWork = ({ layout }: Model, size: number): number =>
  layout.parameterCount + WORK_PER_STEP / size;

/** The number of samples that one call of the kernels may learn, in mini-batches of `size`, to stay short. */
export function samplesPerCall(model: Model, size: number): number {
  return size * Math.ceil(WORK_BETWEEN_PAUSES[model.kernels.engine] / (estimateWork(model, size) * size));
}
