import { Random } from '../base/random.js';
import { sha256 } from '../base/sha256.js';
import { awaited, inSlices, Pause, type Work } from '../base/work.js';
import type { Dataset } from '../data/dataset.js';
import { reportDiagnosis } from '../diagnosis/report-diagnosis.js';
import { DivergenceError, RangeFault, StateError } from '../errors.js';
import { decodeState, encodeState } from '../model/file.js';
import type { Model } from '../model/model.js';
import { readSlots } from '../model/parameters.js';
import type { NetworkState, Parameters, Run } from '../model/state.js';
import type { Network } from '../network.js';
import { evaluate, meanMetrics, type Metrics } from '../training/evaluate.js';
import type { Hook, ReportDraft } from '../training/hook.js';
import { collectReports } from '../training/hooks/callbacks.js';
import { watchBest } from '../training/hooks/early-stopping.js';
import { watchMetrics } from '../training/hooks/metrics.js';
import { reduceOnPlateau } from '../training/hooks/plateau.js';
import type { CheckedTrainOptions } from '../training/options.js';
import type { EpochReport } from '../training/reports.js';
import { assertResumable, countSlots, startRun } from '../training/resume.js';
import type { Samples } from '../training/samples.js';
import { measureWatched, readData, type CheckedData } from '../training/train.js';
import { runInOrder, type Executor } from './executor.js';
import { weightedMean } from './statistics.js';
import type { Shard } from './shard.js';

// The rounds of a sharded training: all shards train from the same network, and the next round begins with their mean.

/** What a sharded training does. */
export interface Plan {
  readonly options: CheckedTrainOptions;
  readonly shards: number;
  readonly rounds: number;
  /** What the shards are told. */
  readonly train: Shard['train'];
}

/** A sharded training, and where it runs. */
interface Place {
  readonly net: Network;
  readonly model: Model;
  /** Sets the network to a state. @returns its run, which hooks may change */
  readonly restore: (state: NetworkState) => Run | undefined;
  readonly plan: Plan;
  readonly executor: Executor;
  readonly signal: AbortSignal;
}

interface ShardedTraining extends Place {
  readonly parts: CheckedData;
  /** Of the samples. */
  readonly count: number;
}

/**
 * Trains a network in shards.
 * @param mayGoOn throws if the network is disposed, or the training aborted
 * @throws RangeError, StateError if the samples can't be trained in so many shards, or not resumed
 * @throws the errors of the executor
 */
export async function trainInRounds(
  place: Place,
  data: Dataset,
  mayGoOn: () => void,
): Promise<EpochReport[]> {
  mayGoOn();
  const { net, model, plan, executor } = place;
  const { options } = plan;
  const parts = await inSlices(readData(model, data, options), mayGoOn);
  checkParts(plan, parts, net.state.run, model);
  const { count, classWeights } = parts.training as Samples;
  // A shard has other counts of classes.
  const weights = options.classWeights === 'balanced' && { classWeights: classWeights! };
  const ofShards = { ...plan, train: { ...plan.train, ...weights } };
  try {
    await executor.open(gatherSamples(data, parts));
    return await inSlices(runRounds({ ...place, plan: ofShards, parts, count }), mayGoOn);
  } catch (error) {
    mayGoOn();
    throw error;
  } finally {
    await executor.close();
  }
}

/** @throws RangeError, StateError if these samples can't be trained in so many shards, or not resumed */
function checkParts(
  { options, shards }: Plan,
  { training }: CheckedData,
  run: Run | undefined,
  model: Model,
): void {
  const { count } = training as Samples;
  if (count < shards)
    throw new RangeFault({ place: 'shards', problem: `there are ${count} samples, too few for ${shards}` });
  if (!options.resume) return;
  assertResumable(run, model.slots, options);
  if (run.done > 0) {
    throw new StateError({
      place: 'resume',
      problem: 'the training stopped within an epoch, and shards begin with one',
      cure: 'leave shards out',
    });
  }
}

/** The samples to train with, as the network names them. */
function gatherSamples(data: Dataset, { training }: CheckedData): Dataset {
  const { chosen } = (training as Samples).answers;
  return chosen ? data.subset(chosen) : data;
}

/** Compare `runEpochs`: a round takes the place of an epoch. */
function* runRounds(training: ShardedTraining): Work<EpochReport[]> {
  const { net, model, restore, plan, parts } = training;
  const { options, rounds } = plan;
  const { epochs, optimizer, schedule, earlyStopping, checkpoint } = options;
  const { validation } = parts;
  const history: EpochReport[] = [];
  let run = restore(options.resume ? net.state : begin(net.state, model, options))!;
  const watch = (): Work<Hook | undefined> =>
    watchBest(model, run, () => measureWatched(model, parts, options), earlyStopping, optimizer.slots);
  let early = yield* watch();
  const metrics = yield* watchMetrics(model, validation, options.metrics, earlyStopping?.monitor);
  const reports = [
    options.diagnose ? reportDiagnosis(model, validation ?? parts.training) : undefined,
    collectReports(history, options.onEpoch),
  ];
  while (run.epoch <= epochs && !run.isOver) {
    const done = run.epoch - 1;
    const round = Math.floor((done * rounds) / epochs) + 1;
    const until = Math.ceil((round * epochs) / rounds);
    const before = net.state;
    const trained = yield* awaited(trainShards(training, before, round, until));
    run = restore(averageStates(before, trained, bestSlot(options)))!;
    const report = reportRound(trained, run, schedule.constant === undefined);
    if (validation) report.validation = yield* evaluate(model, validation);
    early = yield* watch();
    for (const hook of [
      schedule.plateau && reduceOnPlateau(run.plateau, schedule.plateau),
      metrics,
      early,
      ...reports,
    ]) {
      const work = hook?.afterEpoch?.(report);
      if (work) yield* work;
    }
    const { everyEpochs = Infinity, write } = checkpoint ?? {};
    if (Math.floor(until / everyEpochs) > Math.floor(done / everyEpochs))
      yield* new Pause(write!(net.save()));
  }
  early?.afterTraining?.();
  return history;
}

/** The state of a training run at its start. */
function begin(
  { generator, run: last, ...state }: NetworkState,
  model: Model,
  options: CheckedTrainOptions,
): NetworkState {
  model.reserve(1, countSlots(options));
  const random = new Random(generator);
  const run = startRun(model, random, options, last);
  return { ...state, generator: random.state, run: { ...run, slots: readSlots(model) } };
}

/** What a shard has come to. */
interface Trained extends Metrics {
  /** n_k */
  readonly rows: number;
  readonly state: NetworkState;
}

/** Trains all shards for a round. An error of the first shard comes before those of others, whichever came first. */
async function trainShards(
  { plan, executor, count, signal }: ShardedTraining,
  { run, ...state }: NetworkState,
  round: number,
  until: number,
): Promise<Trained[]> {
  const { shards, train, options } = plan;
  const slots = run!.slots.filter((_, s) => s !== bestSlot(options));
  const start = encodeState({ ...state, run: { ...run!, slots } });
  const hash = sha256(start);
  const tasks = Array.from({ length: shards }, (_, k) => (rest: AbortSignal) => {
    const shard: Shard = { shard: k, shards, round, until, train, start: hash };
    return executor.run(shard, { start, needsNetwork: true, signal: rest }).catch((error: unknown) => {
      throw nameShard(k, round, error);
    });
  });
  const trained: Trained[] = [];
  for await (const { network, score, accuracy } of runInOrder(tasks, signal)) {
    const rows = Math.ceil((count - trained.length) / shards);
    const { state } = decodeState(network!);
    trained.push({ rows, state, loss: score, accuracy: accuracy! });
  }
  return trained;
}

function nameShard(shard: number, round: number, error: unknown): unknown {
  if (!(error instanceof DivergenceError)) return error;
  const { epoch, step, layer, largestGradient } = error;
  const { problem, cure, option } = error;
  const fault = { place: `shard ${shard}, round ${round}`, problem, cure, option };
  return new DivergenceError(fault, { epoch, step, layer, largestGradient });
}

/** The slot of the best parameters, which shards don't have; undefined if there is none. */
const bestSlot = ({ optimizer, earlyStopping }: CheckedTrainOptions): number | undefined =>
  earlyStopping?.restoreBest ? optimizer.slots : undefined;

/**
 * The state after a round: the means over the shards, and the counters of shard 0, which has the most steps.
 * @param best the slot that the shards don't have
 */
function averageStates(
  { run: before, ...state }: NetworkState,
  trained: readonly Trained[],
  best: number | undefined,
): NetworkState {
  const weights = trained.map(({ rows }) => rows);
  const average = (pick: (state: NetworkState) => readonly Parameters[]): Parameters[] => {
    const all = trained.map(({ state }) => pick(state));
    return all[0]!.map((_, l) => ({
      weights: weightedMean(
        all.map((layers) => layers[l]!.weights),
        weights,
      ),
      biases: weightedMean(
        all.map((layers) => layers[l]!.biases),
        weights,
      ),
    }));
  };
  const { epoch, step, epochStep, stepsPerEpoch, learningRate, slots } = trained[0]!.state.run!;
  const means: (readonly Parameters[])[] = slots.map((_, s) => average(({ run }) => run!.slots[s]!));
  if (best !== undefined) means.splice(best, 0, before!.slots[best]!);
  const random = new Random(state.generator);
  random.bits(); // of the shards
  const generator = random.state;
  return {
    ...state,
    parameters: average(({ parameters }) => parameters),
    generator,
    run: {
      ...before!,
      ...{ epoch, step, epochStep, stepsPerEpoch, learningRate, epochStart: [...generator] },
      slots: means,
    },
  };
}

/** The report of the last epoch of a round: means over the samples of all shards. */
function reportRound(
  trained: readonly Trained[],
  { epoch, learningRate }: Run,
  isScheduled: boolean,
): ReportDraft {
  const count = trained.reduce((sum, { rows }) => sum + rows, 0);
  const sums = { loss: 0, right: 0 };
  for (const { rows, loss, accuracy } of trained) {
    sums.loss += rows * loss;
    sums.right += rows * accuracy;
  }
  return { epoch: epoch - 1, ...meanMetrics(sums, count), ...(isScheduled && { learningRate }) };
}
