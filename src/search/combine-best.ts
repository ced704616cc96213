import type { NumericArray } from '../base/numeric-arrays.js';
import { Ensemble } from '../ensemble/ensemble.js';
import { StateError } from '../errors.js';
import { Network } from '../network.js';
import { publish, type Coordinator, type Ended, type Plan, type StudyTrial } from './coordinator.js';
import type { Combination, Recorder } from './journal.js';
import { toLoss } from './scores.js';
import { selectEnsemble } from './select-ensemble.js';
import { countFolds, divide, scoreOutputs, type TaskResult } from './task.js';

/** The best trials, combined. */
interface Combined {
  readonly best: StudyTrial;
  readonly ensemble: Ensemble;
  readonly ensembleScore: number;
  readonly bestPooledScore: number;
  readonly chosen: ReadonlyMap<number, number>;
}

/** A trial with the networks of its parts. */
type Trained = readonly [live: Ended, results: readonly TaskResult[]];

/**
 * Chooses an ensemble among the best trials by their predictions of the held-out parts, unless the journal says which was chosen.
 * @throws StateError if no trial is complete
 */
export async function combineBest(
  plan: Plan,
  coordinator: Coordinator,
  recorder: Recorder,
): Promise<Combined> {
  const candidates = coordinator.listCandidates();
  const [best] = candidates;
  if (!best) throw explainFailure(coordinator);
  const { trials, rounds } = plan;
  const recorded = recorder.combinationOf(trials, rounds);
  const isChosen = ({ number }: Ended): boolean =>
    !recorded || recorded.chosen.some(([trial]) => trial === number);
  const trained = await Promise.all(
    candidates
      .filter(isChosen)
      .map(async (live): Promise<Trained> => [live, await coordinator.retrain(live)]),
  );
  const combination = recorded ?? { trials, rounds, ...(await chooseEnsemble(plan, trained)) };
  if (!recorded) await recorder.combine(combination);
  const chosen = new Map(combination.chosen);
  return {
    best: publish(best),
    ensemble: await loadEnsemble(trained, chosen),
    ensembleScore: combination.score,
    bestPooledScore: combination.bestScore,
    chosen,
  };
}

/** @param trained best trial first */
async function chooseEnsemble(
  plan: Plan,
  trained: readonly Trained[],
): Promise<Pick<Combination, 'chosen' | 'score' | 'bestScore'>> {
  const answers = joinAnswers(plan);
  const predictions: Float32Array[] = [];
  for (const [, results] of trained) predictions.push(await predictHeldOut(plan, results));
  const { loss } = trained[0]![0].spec;
  const lossName = typeof loss === 'object' ? loss.name : loss;
  const score = (outputs: Float32Array): number =>
    scoreOutputs(outputs, plan.metric, answers, plan.shape.outputs, lossName);
  const counts = selectEnsemble(predictions, plan.rounds, (outputs) => toLoss(plan.metric, score(outputs)));
  return {
    chosen: counts.flatMap((count, c) => (count > 0 ? [[trained[c]![0].number, count] as const] : [])),
    score: score(weighPredictions(predictions, counts)),
    bestScore: score(predictions[0]!),
  };
}

function explainFailure({ trials }: Coordinator): StateError {
  const first = trials.find(({ outcome }) => outcome?.error !== undefined);
  return new StateError({
    place: 'study',
    problem: `none of ${trials.length} trials completed; trial ${first?.number ?? 0}: ${first?.outcome?.error ?? 'pruned'}`,
  });
}

/** The answers of the held-out parts, fold by fold. */
function joinAnswers({ data, division }: Plan): { labels?: number[]; targets?: Float32Array } {
  const tests = Array.from({ length: countFolds(division) }, (_, fold) => divide(data, division, fold).test);
  if (data.labels) return { labels: tests.flatMap(({ labels }) => Array.from(labels!)) };
  return { targets: Float32Array.from(tests.flatMap(({ targets }) => Array.from(targets as NumericArray))) };
}

/** Predicts each held-out part by the networks of its fold: the mean over repetitions, rounded once. */
async function predictHeldOut(
  { data, division, seeds }: Plan,
  results: readonly TaskResult[],
): Promise<Float32Array> {
  const parts: Float32Array[] = [];
  for (let fold = 0; fold < countFolds(division); fold++) {
    const { test } = divide(data, division, fold);
    const ofFold = results.filter((_, p) => seeds[p]!.fold === fold);
    const predictions: Float32Array[] = [];
    for (const { network } of ofFold) {
      const net = await Network.load(network!);
      predictions.push(net.predict(test));
      net.dispose();
    }
    parts.push(
      weighPredictions(
        predictions,
        predictions.map(() => 1),
      ),
    );
  }
  const joined = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** The weighted mean: summed in double precision in the order of the predictions, divided once, rounded once. */
function weighPredictions(predictions: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Float32Array.from(predictions[0]!, (_, i) => {
    let sum = 0;
    for (const [p, weight] of weights.entries()) if (weight > 0) sum += weight * predictions[p]![i]!;
    return sum / total;
  });
}

async function loadEnsemble(
  trained: readonly Trained[],
  chosen: ReadonlyMap<number, number>,
): Promise<Ensemble> {
  const members: { network: Network; weight: number }[] = [];
  try {
    for (const [{ number }, results] of trained) {
      const weight = chosen.get(number);
      if (weight === undefined) continue;
      for (const { network } of results) members.push({ network: await Network.load(network!), weight });
    }
    return await Ensemble.fromNetworks(members);
  } finally {
    for (const { network } of members) network.dispose();
  }
}
