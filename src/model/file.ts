import { specToJSON } from './json.js';
import type { Model, Parameters } from './model.js';
import type { Random } from '../base/random.js';
import { encode, type Tensor, type Tensors } from './safetensors.js';

// A network in one binary. Weights are tensors '0.weight' [units][fanIn] and '0.bias' [units], as PyTorch names those of
// an nn.Sequential; the rest is JSON, as `toJSON` gives it, under 'bp4' in the metadata.

/** What training needs to go on where it stopped: plain data, and tensors by names of their own. */
export interface TrainingState {
  readonly json: object;
  readonly tensors: Tensors;
}

/** Weights and biases, or what a slot holds of each, as tensors by name. @param prefix of the names */
export function* tensorsOf(prefix: string, parameters: readonly Parameters[]): Generator<[string, Tensor]> {
  for (const [l, { weights, biases }] of parameters.entries()) {
    const units = biases.length;
    yield [`${prefix}${l}.weight`, { shape: [units, weights.length / units], values: weights }];
    yield [`${prefix}${l}.bias`, { shape: [units], values: biases }];
  }
}

/**
 * @throws RangeError where a value is NaN or infinite
 */
export function save(model: Model, random: Random, training?: TrainingState): Uint8Array<ArrayBuffer> {
  const tensors = new Map([...tensorsOf('', model.parameters()), ...(training?.tensors ?? [])]);
  const bp4 = JSON.stringify({ ...specToJSON(model, random), training: training?.json });
  return encode(tensors, { bp4 });
}
