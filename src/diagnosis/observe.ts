import { show } from '../base/check.js';
import type { Model } from '../model/model.js';
import { checkMetrics, measure, type Answers } from '../training/metric.js';
import { predict } from '../training/metrics.js';
import type { CheckedTrainOptions, EpochReport } from '../training/options.js';
import type { Samples } from '../training/samples.js';
import type { TrainingData } from '../training/train.js';
import { isStream, type Stream } from '../training/source.js';
import type { Work } from '../base/work.js';
import { copyParameters, diagnoseLayers } from './layers.js';

/** A diagnosis of so many samples tells as much as one of all. */
const MOST_SAMPLES = 1000;

/** Adds to the report of an epoch what was asked for. */
export type Observe = (report: EpochReport) => Work<EpochReport>;

/**
 * @throws TypeError where the options are not what they should be, or there is no data for them
 */
export function observerOf(
  model: Model,
  { training, validation }: TrainingData,
  { metrics, diagnose }: Pick<CheckedTrainOptions, 'metrics' | 'diagnose'>,
): Observe {
  if (metrics !== undefined) {
    checkMetrics(metrics);
    if (!validation) {
      throw new TypeError('metrics: they are of validation data; give some, or a validationSplit');
    }
  }
  if (diagnose !== undefined && typeof diagnose !== 'boolean') {
    throw new TypeError(`diagnose: expected a boolean, got ${show(diagnose)}`);
  }
  const samples = diagnose ? fewOf(validation ?? training) : undefined;
  let before = samples && copyParameters(model);
  return function* (report) {
    let full = report;
    if (metrics && validation) {
      const outputs = yield* predict(model, validation);
      const values = yield* measure(metrics, outputs, answersOf(model, validation));
      full = { ...full, validation: { ...report.validation!, metrics: values } };
    }
    if (samples) {
      full = { ...full, diagnosis: yield* diagnoseLayers(model, samples, before) };
      before = copyParameters(model);
    }
    return full;
  };
}

/** Samples from all over. */
function fewOf(samples: Samples | Stream): Samples {
  if (isStream(samples)) throw new TypeError('diagnose: of a stream it needs validation data');
  const step = Math.ceil(samples.count / MOST_SAMPLES);
  const some = Array.from({ length: Math.ceil(samples.count / step) }, (_, i) => i * step);
  return samples.choose(Uint32Array.from(some));
}

/** In the user's own units, as `predict` answers. */
function answersOf({ outputs, spec }: Model, samples: Samples): Answers {
  const { labels, targets, chosen } = samples.answers;
  const numbers = chosen ?? Array.from({ length: samples.count }, (_, n) => n);
  if (labels) return { outputs, labels: Uint32Array.from(numbers, (n) => labels[n]!) };
  const values = new Float32Array(samples.count * outputs);
  for (const [i, n] of numbers.entries()) {
    for (let j = 0; j < outputs; j++) values[i * outputs + j] = targets![n * outputs + j]!;
  }
  spec.transforms.targets?.invert(values);
  return { outputs, targets: values };
}
