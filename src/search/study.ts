import { checkInteger, checkKeys, checkName, checkOptional, checkType, show } from '../base/check.js';
import { loaded } from '../base/loaded.js';
import { sha256 } from '../base/sha256.js';
import type { Dataset } from '../data/dataset.js';
import { transformedWidth } from '../data/fit-transforms.js';
import type { Ensemble } from '../ensemble/ensemble.js';
import { TypeFault } from '../errors.js';
import type { Metric } from '../training/hooks/metrics.js';
import { checkSignal } from '../training/options.js';
import { Coordinator, publish, type NetworkShape, type Plan, type StudyTrial } from './coordinator.js';
import { checkSpace, type Space, type Values } from './domains.js';
import { inline, type Executor } from './executor.js';
import { measureImportances } from './importances.js';
import type { Journal, Recorder } from './journal.js';
import { checkPruner, planBrackets, type Pruner } from './pruners.js';
import { createSampler, type SamplerName } from './samplers/create-sampler.js';
import type { Sampler } from './samplers/sampler.js';
import { checkMetric, checkMetricFits, objectives, toLoss, type MetricName } from './scores.js';
import { checkDataset, checkDivision, listParts, type TrialSpec } from './task.js';

// A study proposes trials, runs their tasks, and keeps the journal. Its result depends on its options alone: trial i is proposed
// from the outcomes of the trials 0 … i − window, whatever else has finished by then, and outcomes are taken in the order of the
// trials.

/** The version of the arithmetic of training and proposals, raised by a release that changes a bit of them. */
export const ARITHMETIC = 1;

export interface StudyOptions<S extends Space> {
  /** The domain of each hyperparameter, by name. */
  readonly space: S;
  /**
   * Returns the network and the training options of a trial as plain data. Called with the proposed values, and the
   * numbers of inputs and outputs.
   */
  readonly trial: (values: Values<S>, shape: NetworkShape) => TrialSpec;
  readonly data: Dataset;
  /** The name of the study in its journal. Default 'bp4'. */
  readonly name?: string;
  /** The number of folds. Each trial trains one network per fold, on all other folds. Default 5. */
  readonly folds?: number;
  /** Instead of `folds`: the share of the samples to hold out, from above 0 to below 1. */
  readonly validation?: number;
  /**
   * What to optimize on the held-out parts: a name, or a function of the outputs and the answers, such as `topK(2)` of bp4/metrics. A
   * function runs in this thread, so the executor returns each network to it; the median pruner can't use one. Default
   * 'logLoss' for labels, 'rootMeanSquaredError' for targets.
   */
  readonly metric?: MetricName | Metric;
  /** Which scores of a function are better. A metric with a name has a direction of its own. */
  readonly direction?: 'minimize' | 'maximize';
  /** Default 40, or the number of combinations if it's smaller and the sampler is 'grid'. */
  readonly trials?: number;
  /** The seed of proposals, folds and networks, a safe integer. Default 0. */
  readonly seed?: number;
  /** The number of networks for each fold, with seeds of their own. Default 1. */
  readonly seeds?: number;
  /** How trials are proposed. Default 'tpe'. */
  readonly sampler?: SamplerName | Sampler;
  /**
   * The number of trials that may run at a time: trial i is proposed from the results of trials 0 to i − window. The
   * result of the study depends on the window, but not on the number of threads or machines. Default 8.
   */
  readonly window?: number;
  /** Default: every trial trains to its end. */
  readonly pruner?: Pruner;
  /**
   * The maximum number of rounds of ensemble selection. Each round adds the networks of one trial; 1 uses only the best
   * trial. Default 10.
   */
  readonly ensemble?: number;
  /** Where the tasks run. Default: in this thread, one after the other. */
  readonly executor?: Executor;
  /** Where the trials are recorded. A study that you run again with its journal continues. Default: nowhere. */
  readonly journal?: Journal;
  /** Called after each trial, in the order of the numbers. A returned promise is awaited. */
  readonly onTrial?: (trial: StudyTrial<S>) => unknown;
  /** Stops the study, which rejects with the signal's reason. */
  readonly signal?: AbortSignal;
}

export interface StudyResult<S extends Space = Space> {
  /** The complete trial with the best score; the first one if several are equal. */
  readonly best: StudyTrial<S>;
  /** In the order of their numbers. */
  readonly trials: readonly StudyTrial<S>[];
  /** How much each hyperparameter matters, by name: shares that add up to 1. */
  readonly importances: Readonly<Record<string, number>>;
  /** The networks of the chosen trials, one for each fold and repetition; their weights say how often a trial was chosen. */
  readonly ensemble: Ensemble;
  /** The ensemble's score on the held-out parts, each predicted by the networks that weren't trained on it. */
  readonly ensembleScore: number;
  /** The same score for the best trial alone. `best.score` is the mean over the held-out parts instead. */
  readonly bestPooledScore: number;
  /** By number of trial, how often the ensemble selection chose it. */
  readonly chosen: ReadonlyMap<number, number>;
}

const optionNames =
  'space trial data name folds validation metric direction trials seed seeds sampler window pruner ensemble executor journal onTrial signal'.split(
    ' ',
  );

/**
 * Searches for the best network and training options, and combines the best trials. The same options produce bit-for-bit
 * the same result, on one thread or on many machines.
 * @throws TypeError or RangeError naming the option
 * @throws StateError if the journal belongs to another study or has more trials, or no trial completes
 * @throws the errors of `trial`, of the executor and of the journal
 */
export async function study<const S extends Space>(options: StudyOptions<S>): Promise<StudyResult<S>> {
  const plan = await checkStudy(options as unknown as StudyOptions<Space>);
  const { journal, executor = inline() } = options;
  // Before the first trial: a page that is offline after the last one would lose them all.
  const { combineBest } = await loaded('study', import('./combine-best.js'));
  try {
    const recorder = journal && (await openJournal(journal, plan));
    await executor.open(options.data);
    const coordinator = new Coordinator(plan, recorder, executor);
    await coordinator.runTrials();
    const trials = coordinator.trials.map(publish);
    const losses = trials.flatMap(({ state, values, score }) =>
      state === 'complete' ? { values, loss: toLoss(plan.objective, score!) } : [],
    );
    return {
      trials,
      importances: measureImportances(
        plan.space.map(({ name }) => name),
        losses,
      ),
      ...(await combineBest(plan, coordinator, recorder)),
    } as unknown as StudyResult<S>;
  } finally {
    await executor.close();
    await journal?.close?.();
  }
}

/** A plan, and what its journal must agree with. */
interface CheckedStudy extends Plan {
  readonly name: string;
  readonly identity: () => object;
}

/** @throws StateError if the journal is of another study, or of a larger one */
async function openJournal(
  journal: Journal,
  { name, objective, identity, trials }: CheckedStudy,
): Promise<Recorder> {
  const { Recorder } = await loaded('journal', import('./journal.js'));
  const recorder = await Recorder.open(journal);
  await recorder.begin(name, objective.isLoss, identity());
  recorder.checkCount(trials);
  return recorder;
}

async function checkStudy(options: StudyOptions<Space>): Promise<CheckedStudy> {
  checkKeys('options', options, optionNames);
  const { data, name = 'bp4', folds, validation, seed = 0, seeds = 1, sampler = 'tpe', window = 8 } = options;
  const { ensemble = 10, pruner, onTrial, signal } = options;
  const space = checkSpace(options.space);
  checkType('trial', options.trial, 'function');
  checkType('name', name, 'string');
  checkDataset(data);
  checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
  checkInteger('window', window);
  checkInteger('ensemble', ensemble, 1, 1000);
  checkOptional('onTrial', onTrial, 'function');
  checkMethods('executor', options.executor, ['open', 'run', 'close']);
  checkMethods('journal', options.journal, ['read', 'append']);
  checkSignal(signal);
  const division = checkDivision(data, folds, validation, seed);
  const checkedPruner = pruner && checkPruner(pruner);
  const metric = checkObjective(options, checkedPruner);
  const checkedSampler = await createSampler(sampler, space, seed);
  const most = checkedSampler.count ?? Infinity;
  const trials = checkInteger('trials', options.trials ?? Math.min(40, most), 1, Math.min(most, 1e6));
  return {
    name,
    space,
    describe: options.trial,
    data,
    shape: measureShape(data),
    division,
    ...metric,
    sampler: checkedSampler,
    trials,
    window,
    brackets: planBrackets(checkedPruner, trials),
    pruner: checkedPruner,
    rounds: ensemble,
    parts: listParts(division, checkInteger('seeds', seeds)),
    identity: () => ({
      arithmetic: ARITHMETIC,
      data: sha256(data.save()),
      space: Object.fromEntries(space.map(({ name, domain }) => [name, domain])),
      sampler: typeof sampler === 'string' ? sampler : 'custom',
      seed,
      seeds,
      window,
      division,
      metric: metric.isMeasuredHere ? { custom: options.direction } : metric.metric,
      pruner: checkedPruner ?? null,
      // Without rungs, a study may go on to more trials.
      trials: checkedPruner && checkedPruner.kind !== 'median' ? trials : null,
    }),
    onTrial,
    signal,
  };
}

/** @throws TypeError unless the value is undefined or has these methods */
export function checkMethods(place: string, value: unknown, names: readonly string[]): void {
  if (value === undefined) return;
  const methods = value as Partial<Record<string, unknown>> | null;
  if (names.every((name) => typeof methods?.[name] === 'function')) return;
  const problem = `expected an object with the methods ${names.join(', ')}, got ${show(value)}`;
  throw new TypeFault({ place, problem });
}

function checkObjective(
  { data, metric: given, direction }: StudyOptions<Space>,
  pruner: Pruner | undefined,
): Pick<Plan, 'objective' | 'metric' | 'isMeasuredHere'> {
  const byDefault = data.labels ? 'logLoss' : 'rootMeanSquaredError';
  if (typeof given !== 'function') {
    const metric = checkMetric('metric', given ?? byDefault);
    if (direction !== undefined)
      throw new TypeFault({
        place: 'direction',
        problem: `${metric} has one of its own`,
        cure: 'leave it out',
      });
    checkMetricFits(metric, data);
    return { objective: objectives[metric], metric, isMeasuredHere: false };
  }
  const isLoss = checkName('direction', direction, ['minimize', 'maximize']) === 'minimize';
  if (pruner?.kind === 'median') {
    throw new TypeFault({ place: 'metric', problem: "a function doesn't work with the median pruner" });
  }
  return { objective: { measure: given, isLoss }, metric: byDefault, isMeasuredHere: true };
}

export const measureShape = (data: Dataset): NetworkShape => ({
  inputs: transformedWidth(data.withOwnCategories().fitTransforms()),
  outputs: data.labels ? data.classes!.length : data.targets!.length / data.count,
});
