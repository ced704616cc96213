import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import type { LossName, LossSpec } from '../../model/spec.js';
import type { Fields } from './fields.js';

/** Names in Keras and TensorFlow.js, small letters alone. */
const losses: ReadonlyMap<string, LossName> = new Map([
  ['meansquarederror', 'meanSquaredError'],
  ['mse', 'meanSquaredError'],
  ['meanabsoluteerror', 'meanAbsoluteError'],
  ['mae', 'meanAbsoluteError'],
  ['huber', 'huber'],
  ['huberloss', 'huber'],
  ['binarycrossentropy', 'binaryCrossEntropy'],
  ['categoricalcrossentropy', 'crossEntropy'],
  ['sparsecategoricalcrossentropy', 'crossEntropy'],
  ['hinge', 'hinge'],
]);

/**
 * The loss that a model was compiled with, where it says so.
 * @param trainingConfig as TensorFlow.js has it in model.json, or Keras in the topology
 * @throws FormatError where bp4 has no such loss
 */
export function readLoss(trainingConfig: unknown): LossSpec | undefined {
  let loss = (trainingConfig as Fields | null | undefined)?.['loss'];
  // One for each output, of which there is one: in a list, or by the name of the output.
  if (typeof loss === 'object' && loss !== null && !('class_name' in loss)) {
    const ofOutputs: unknown[] = Object.values(loss);
    if (ofOutputs.length < 2) loss = ofOutputs[0];
  }
  if (loss == null) return undefined;
  const { class_name, config } = (typeof loss === 'string' ? { class_name: loss } : loss) as {
    class_name: unknown;
    config?: Fields | null;
  };
  const name = typeof class_name === 'string' && losses.get(class_name.toLowerCase().replaceAll('_', ''));
  if (!name || config?.['from_logits'] === true) {
    const what = show(class_name) + (name ? ' from logits' : '');
    throw new FormatError({
      place: 'training_config.loss',
      problem: `bp4 has none that is ${what}`,
      cure: 'give options.loss',
      option: { name: 'loss' },
    });
  }
  if (name === 'huber') return { name, delta: (config?.['delta'] ?? 1) as number };
  const labelSmoothing = config?.['label_smoothing'];
  return labelSmoothing ? ({ name, labelSmoothing } as LossSpec) : name;
}
