import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import type { LossName, LossSpec } from '../../model/spec.js';
import type { Fields } from './fields.js';

/** Names in Keras and TensorFlow.js, in lower case without underscores. */
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
  ['logcosh', 'logCosh'],
]);

/**
 * The loss that a model was compiled with; undefined if it has none.
 * @param trainingConfig from TensorFlow.js's model.json, or from Keras's topology
 * @throws FormatError if bp4 doesn't support the loss
 */
export function readLoss(trainingConfig: unknown): LossSpec | undefined {
  let loss = (trainingConfig as Fields | null | undefined)?.['loss'];
  // A list of losses, or an object by output name, has one entry, because there is one output.
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
      problem: `${what} is not supported`,
      cure: 'set options.loss',
      option: { name: 'loss' },
    });
  }
  if (name === 'huber') return { name, delta: (config?.['delta'] ?? 1) as number };
  const labelSmoothing = config?.['label_smoothing'];
  return labelSmoothing ? ({ name, labelSmoothing } as LossSpec) : name;
}
