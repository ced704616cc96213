import { checkKeys, checkType } from '../../base/check.js';
import type { NumericArray } from '../../base/numeric-arrays.js';
import { awaited, type Work } from '../../base/work.js';
import { isFault, RangeFault, TypeFault, within } from '../../errors.js';
import type { Model } from '../../model/model.js';
import { predict } from '../evaluate.js';
import type { Hook } from '../hook.js';
import type { Samples } from '../samples.js';

/** The expected outputs of samples, as `train` passes them to its metrics: either labels or targets. */
export type Answers = {
  /** Outputs per sample. */
  readonly outputs: number;
  /** A single output of at least this is class 1: 0.5, or 0 for hinge. */
  readonly threshold: number;
  /** Set if targets may be NaN. */
  readonly missingTargets?: 'ignore';
} & (
  | {
      /** [n] class indices; 0 or 1 for a single output */
      readonly labels: NumericArray;
      readonly targets?: undefined;
    }
  | {
      /** [n][outputs], row after row */
      readonly targets: NumericArray;
      readonly labels?: undefined;
    }
);

/**
 * Measures the outputs of a network.
 * @param outputs predictions, [n][outputs]
 * @param answers the expected outputs
 */
export type Metric = (outputs: Float32Array, answers: Answers) => number;

/** Metrics by names of the user's choice. Training waits for a promise that one returns. */
export type NamedMetrics = Readonly<
  Record<string, (...given: Parameters<Metric>) => number | PromiseLike<number>>
>;

/**
 * @throws TypeError that names a metric that isn't a function
 */
export function checkMetrics(metrics: unknown): asserts metrics is NamedMetrics {
  checkKeys('metrics', metrics, Object.keys(metrics ?? {}));
  for (const [name, metric] of Object.entries(metrics)) {
    checkType(`metrics.${name}`, metric, 'function');
  }
}

/**
 * Checks the metrics of a training run, which are computed on validation data.
 * @throws TypeError if a metric isn't a function, or if there is no validation data
 */
export function checkValidationMetrics(
  metrics: NamedMetrics | undefined,
  hasValidation: boolean,
): NamedMetrics | undefined {
  if (metrics === undefined) return undefined;
  checkMetrics(metrics);
  if (!hasValidation) {
    throw new TypeFault({
      place: 'metrics',
      problem: 'need validation data',
      cure: 'pass validation or validationSplit',
    });
  }
  return metrics;
}

export function* measure(
  metrics: NamedMetrics,
  outputs: Float32Array,
  answers: Answers,
): Work<Record<string, number>> {
  const values: Record<string, number> = {};
  for (const [name, metric] of Object.entries(metrics)) {
    try {
      values[name] = yield* awaited(metric(outputs, answers));
    } catch (error) {
      throw isFault(error) ? new RangeFault(within(`metrics.${name}`, error), { cause: error }) : error;
    }
  }
  return values;
}

/** Measures the predictions for samples at the present weights. */
export function* measureSamples(
  model: Model,
  samples: Samples,
  metrics: NamedMetrics,
): Work<Record<string, number>> {
  return yield* measure(metrics, yield* predict(model, samples), readAnswers(model, samples));
}

/**
 * Adds the user's metrics of the validation data to each report. Measures once before the training, so that a metric refuses
 * the samples before anything is learned.
 * @param monitor what early stopping watches: if it's one of them, the training depends on it
 */
export function* watchMetrics(
  model: Model,
  samples: Samples | undefined,
  metrics: NamedMetrics | undefined,
  monitor = '',
): Work<Hook | undefined> {
  if (!metrics) return undefined;
  const answers = readAnswers(model, samples!);
  const measureNow = function* () {
    return yield* measure(metrics, yield* predict(model, samples!), answers);
  };
  const figures = yield* measureNow();
  if (Number.isNaN(figures[monitor])) {
    throw new RangeFault({
      place: `metrics.${monitor}`,
      problem: 'is NaN, so early stopping cannot watch it',
    });
  }
  return {
    affectsTraining: monitor in metrics,
    *afterEpoch(report) {
      report.validation = { ...report.validation!, metrics: yield* measureNow() };
    },
  };
}

/** The expected outputs in the user's own units, like the outputs of `predict`. */
function readAnswers({ outputs, spec }: Model, samples: Samples): Answers {
  const { labels, targets, chosen } = samples.answers;
  const answers = {
    outputs,
    threshold: spec.loss === 'hinge' ? 0 : 0.5,
    ...(spec.ignoresMissing && { missingTargets: 'ignore' as const }),
  };
  const numbers = chosen ?? Array.from({ length: samples.count }, (_, n) => n);
  if (labels) return { ...answers, labels: Uint32Array.from(numbers, (n) => labels[n]!) };
  const values = new Float32Array(samples.count * outputs);
  for (const [i, n] of numbers.entries()) {
    for (let j = 0; j < outputs; j++) values[i * outputs + j] = targets![n * outputs + j]!;
  }
  spec.transforms.targets?.invert(values);
  return { ...answers, targets: values };
}
