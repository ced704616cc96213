import { awaited, type Work } from '../base/work.js';
import { checkKeys, show } from '../base/check.js';
import { giveBackKernels, takeKernels, type EngineChoice } from '../kernels/load.js';
import { plainRule, type Model } from '../model/model.js';
import { checkOptimizer } from '../model/optimizers.js';
import type { Run } from '../model/state.js';
import { describeFault, TypeFault } from '../errors.js';
import type { Diagnosis, EpochReport, Finding, LayerDiagnosis } from '../training/reports.js';
import type { Metrics } from '../training/evaluate.js';
import { Samples, type Data } from '../training/samples.js';
import { checkTrainOptions, type CheckedTrainOptions, type TrainOptions } from '../training/options.js';
import { findCauses, LEARNING, WELL } from './causes.js';
import {
  describeColumns,
  findConstantInputs,
  findConstantTargets,
  findLeaks,
  findMissingClasses,
  findRepeatedRows,
  findUnreachableTargets,
  findUnscaledInputs,
  findUnscaledTargets,
  readLabels,
} from './data-findings.js';
import { findEqualUnits, findInfinite, findLayerProblems, isSigmoidal } from './layer-findings.js';
import { measureLayers } from './layers.js';
import { findNoSignal } from './no-signal.js';
import {
  findImbalance,
  findOrder,
  findOverfitting,
  findValidationProblems,
  hasLearned,
} from './result-findings.js';
import type { PastTraining } from './suspects.js';
import { allRows, measure, measureBaseline, readTable, type Table } from './table.js';
import { countTrialSteps, readRule, Trials, type Settings } from './trials.js';

/** Nearly all units. */
const MOSTLY = 0.9;

/** The options of `diagnose`. */
export interface DiagnoseOptions {
  /** Samples that the network wasn't trained on. */
  readonly validation?: Data;
  /** The reports that `train` returned. */
  readonly history?: readonly EpochReport[];
  /** The options of the last training, for a network that was loaded: a file holds only some of them. */
  readonly training?: TrainOptions;
}

/** Trials know neither losses of one's own nor missing targets. */
const canTry = ({ spec }: Model): true | undefined => (!spec.own && !spec.ignoresMissing) || undefined;

/** What a diagnosis knows of a network beside its weights. */
interface Background {
  /** The last training, if there was one. */
  readonly run?: Run | undefined;
  /** Its options, if the model doesn't hold them. */
  readonly training?: CheckedTrainOptions | undefined;
  readonly history?: readonly EpochReport[] | undefined;
  readonly validation?: Samples | undefined;
  /** The engine of trials; undefined for no trials. */
  readonly engine?: EngineChoice | undefined;
  /** The parameters before the epoch, to compute `update`. */
  readonly before?: Float32Array | Float64Array | undefined;
}

/**
 * `diagnose` of a network, after a check of its arguments.
 * @param run the last training, if there was one
 * @param engine of copies to try cures on; undefined if nothing is to be tried
 * @throws TypeError, RangeError for invalid data or options
 */
export function* diagnoseNetwork(
  model: Model,
  data: Data,
  options: DiagnoseOptions,
  run: Run | undefined,
  engine: EngineChoice | undefined,
): Work<Diagnosis> {
  checkKeys('options', options, ['validation', 'history', 'training']);
  const { validation, history, training } = options;
  if (history !== undefined && !Array.isArray(history)) {
    throw new TypeFault({ place: 'history', problem: `expected the result of train, got ${show(history)}` });
  }
  const samples = yield* Samples.read(data, model);
  return yield* diagnose(model, samples, {
    run,
    engine: canTry(model) && engine && (model.kernels.engine === 'reference' ? 'reference' : engine),
    history,
    validation: validation && (yield* Samples.read(validation, model, 'validation.')),
    training: training && checkTrainOptions(training, model.layers.length),
  });
}

/** What was measured of a network, before anything is concluded. */
interface Measured {
  readonly model: Model;
  readonly samples: Samples;
  readonly table: Table;
  readonly layers: readonly LayerDiagnosis[];
  readonly stuckOutputs: number;
  readonly metrics: Metrics;
  /** The predicted class of each row. */
  readonly predicted: Uint32Array;
  /** The loss of perfect outputs, and how much more constant ones have. */
  readonly perfect: number;
  readonly range: number;
  /** The share of `range` that the network leaves: 0 if it's perfect, 1 if it's no better than constant outputs. */
  readonly left: number;
}

/**
 * Measures each layer, and finds what slows learning down or makes the score misleading. Trains copies to try cures, if the network was
 * trained and hasn't learned well.
 */
export function* diagnose(model: Model, samples: Samples, background: Background): Work<Diagnosis> {
  const { layers, stuckOutputs } = yield* measureLayers(model, samples, background.before);
  const table = yield* readTable(model, samples);
  const rows = allRows(table);
  const { perfect, ...baseline } = yield* measureBaseline(model, table, rows);
  const predicted = new Uint32Array(table.count);
  const metrics = yield* measure(model, table, rows, (chunk) => readPredictions(model, chunk, predicted));
  const range = baseline.loss - perfect;
  // If all answers are the same, constant outputs are perfect.
  const left = range > 0 ? (metrics.loss - perfect) / range : Number(metrics.loss > perfect);
  const measured = { model, samples, table, layers, stuckOutputs, metrics, predicted, perfect, range, left };
  const findings = yield* findProblems(measured, background);
  return { layers, stuckOutputs, ...metrics, baseline, findings, messages: findings.map(describeFault) };
}

/** The problems, those first that make others meaningless. */
function* findProblems(measured: Measured, background: Background): Work<Finding[]> {
  const { model, samples, table, layers, predicted, left } = measured;
  const { run } = background;
  const isTraining = background.before !== undefined;
  const inputs = describeColumns(table.inputs, table.width);
  const targets = describeColumns(table.targets, table.outputs);
  const labels = readLabels(table);
  const equal = findEqualUnits(model);
  const hopeless = [
    ...findConstantInputs(table, inputs),
    ...findConstantTargets(table, targets),
    ...findUnreachableTargets(table, model),
  ];
  const isHopeless = hopeless.some(
    ({ code, numbers }) => code !== 'constantInputs' || numbers['constant'] === table.width,
  );
  const ofData = isTraining
    ? []
    : [...findMissingClasses(table, samples), ...findRepeatedRows(table), ...findLeaks(table, labels)];
  const areDisputed = ofData.some(({ code }) => code === 'contradictions');
  const imbalance = isTraining ? [] : findImbalance(labels, predicted, run !== undefined);
  const ofResult = isTraining ? [] : yield* findResultProblems(measured, background);
  const certain = [
    ...hopeless,
    ...equal,
    ...findOrder(labels, !run || run.shuffle || run.miniBatchSize === 0),
  ];
  const others = [...ofData, ...imbalance, ...ofResult];
  const unscaledInputs = findUnscaledInputs(inputs);
  const unscaledTargets = findUnscaledTargets(table, targets, model);
  const scales = [unscaledInputs, unscaledTargets].flatMap((one) => (one?.isSevere ? one.finding : []));

  const infinite = findInfinite(layers);
  if (infinite.length > 0) return [...certain, ...scales, ...infinite];
  if (isHopeless || areDisputed || equal.length > 0) return [...certain, ...others];
  if (left < WELL) {
    // Saturated units remember samples, and say nothing about others.
    const isRuined = isSigmoidal(model.spec.layers[0]!.activation) && layers[0]!.saturated > MOSTLY;
    return [...certain, ...(isRuined ? scales : []), ...others];
  }
  const weights = findLayerProblems(model, { ...measured, count: samples.count });
  const causes =
    run &&
    imbalance.length === 0 &&
    (yield* withTrials(model, table, background, (trials) =>
      findCauses(trials, model, describeTraining(run), {
        ...{ table, inputs, targets, unscaledInputs, unscaledTargets, weights },
      }),
    ));
  if (causes) return [...certain, ...causes, ...others];
  const symptoms = left > LEARNING ? weights : [];
  return [...certain, ...(scales.length > 0 ? scales : symptoms), ...others];
}

/** Problems of the score: a network that fits the samples but no others, and validation data that are unlike the samples. */
function* findResultProblems(measured: Measured, background: Background): Work<Finding[]> {
  const { model, samples, table, metrics, perfect, range, left } = measured;
  const { validation, history } = background;
  const checked =
    validation && (yield* findValidationProblems(model, table, samples.count, range, validation));
  const problems = checked?.findings ?? [];
  const overfitting =
    problems.length > 0
      ? []
      : findOverfitting({ ...metrics, left }, table, checked?.result, history, range, perfect);
  // A network that learned the samples by heart may have had nothing else to learn.
  const mayBeNoise =
    (left < WELL || overfitting.length > 0) && !(checked?.result && hasLearned(checked.result));
  const noise =
    mayBeNoise && (yield* withTrials(model, table, background, (trials) => findNoSignal(trials, table)));
  return noise && noise.length > 0 ? noise : [...problems, ...overfitting];
}

/** Does some work with trials. @returns undefined if none are possible */
function* withTrials(
  model: Model,
  table: Table,
  background: Background,
  use: (trials: Trials) => Work<Finding[]>,
): Work<Finding[] | undefined> {
  const { run, engine } = background;
  const settings = run && readSettings(model, run, background);
  if (!settings || engine === undefined || countTrialSteps(model.spec, settings) === 0) return undefined;
  const kernels = yield* awaited(takeKernels(engine));
  try {
    return yield* use(new Trials(model, table, settings, kernels));
  } finally {
    giveBackKernels(kernels);
  }
}

/** Reads the predicted class of each row of a mini-batch, after the forward pass. */
function readPredictions(model: Model, rows: Uint32Array, predicted: Uint32Array): void {
  const { activations, stride, units } = model.layers.at(-1)!;
  const { floats } = model.views;
  const middle = model.spec.loss === 'hinge' ? 0 : 0.5;
  for (const [i, n] of rows.entries()) {
    const at = model.views.at(activations) + i * stride;
    const row = floats.subarray(at, at + units);
    predicted[n] = units === 1 ? Number(row[0]! >= middle) : row.indexOf(Math.max(...row));
  }
}

/** The options of the last training: those given, or those of this model, or as much as its run knows. */
function readSettings(model: Model, run: Run, { training }: Background): Settings {
  const { optimizer: name, decays, miniBatchSize, learningRate, plateau } = run;
  const rate = Math.max(learningRate, plateau.rate, training?.schedule.initial ?? 0);
  const { rule, slots } = checkOptimizer(name);
  const frozen = [...model.layers.entries()].flatMap(([l, { isFrozen }]) => (isFrozen ? [l] : []));
  const ofModel = readRule(model);
  if (training) {
    const { optimizer, regularization, rule, miniBatchSize } = training;
    return {
      ...{ rule, frozen: regularization.frozen, slots: optimizer.slots, rate },
      miniBatchSize,
    };
  }
  const isOfModel = ofModel.optimizer === rule.optimizer && model.step > 0;
  const ofRun = { ...plainRule, ...rule, momentum: decays[0], momentumRest: 1 - decays[0] };
  return { rule: isOfModel ? ofModel : ofRun, frozen, slots, rate, miniBatchSize };
}

const describeTraining = (run: Run): PastTraining => ({
  steps: run.stepsBefore + run.step,
  stepsPerEpoch: run.stepsPerEpoch,
  miniBatchSize: run.miniBatchSize,
  firstRate: run.plateau.rate,
  lastRate: run.learningRate,
  usualRate: checkOptimizer(run.optimizer).rate,
});
