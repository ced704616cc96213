import { tensorsOf, type TrainingState } from '../model/file.js';
import type { Model } from '../model/model.js';
import type { Run } from './run.js';

/** A training as it is written into a file: its run, and the slots as tensors 'slot0.0.weight', 'slot0.0.bias', …. */
export function stateOf(model: Model, run: Run): TrainingState {
  const slots = Array.from({ length: run.slots }, (_, s) => [
    ...tensorsOf(`slot${s}.`, model.parameters(model.slot(s))),
  ]);
  return { json: run, tensors: new Map(slots.flat()) };
}
