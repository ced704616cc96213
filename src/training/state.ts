import type { TrainingState } from '../model/file.js';
import type { Model } from '../model/model.js';
import type { Run } from './run.js';

/** A training as it is written into a file: its run, and the slots as tensors 'slot0.0.weight', 'slot0.0.bias', …. */
export function stateOf(model: Model, run: Run): TrainingState {
  const tensors = new Map<string, { shape: number[]; values: Float32Array }>();
  for (let s = 0; s < run.slots; s++) {
    for (const [l, { weights, biases }] of model.parameters(model.slot(s)).entries()) {
      const units = biases.length;
      tensors.set(`slot${s}.${l}.weight`, { shape: [units, weights.length / units], values: weights });
      tensors.set(`slot${s}.${l}.bias`, { shape: [units], values: biases });
    }
  }
  return { json: run, tensors };
}
