import type { NumericArray } from '../base/numeric-arrays.js';
import type { Dataset } from '../data/dataset.js';
import { Ensemble } from '../ensemble/ensemble.js';
import { StateError } from '../errors.js';
import { Network } from '../network.js';
import { publish, type Coordinator, type Ended, type Plan, type StudyTrial } from './coordinator.js';
import type { Combination, Recorder } from './journal.js';
import { weightedMean } from './statistics.js';
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
  recorder: Recorder | undefined,
): Promise<Combined> {
  const candidates = coordinator.candidates;
  const [best] = candidates;
  if (!best) throw explainFailure(coordinator);
  const { trials, rounds } = plan;
  const recorded = recorder?.combinationOf(trials, rounds);
  const isChosen = ({ number }: Ended): boolean =>
    !recorded || recorded.chosen.some(([trial]) => trial === number);
  const trained = await Promise.all(
    candidates
      .filter(isChosen)
      .map(async (live): Promise<Trained> => [live, await coordinator.retrain(live)]),
  );
  const combination = recorded ?? { trials, rounds, ...(await chooseEnsemble(plan, trained)) };
  if (!recorded) await recorder?.combine(combination);
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
    scoreOutputs(outputs, plan.objective, answers, plan.shape.outputs, lossName);
  const counts = selectEnsemble(predictions, plan.rounds, (outputs) =>
    toLoss(plan.objective, score(outputs)),
  );
  return {
    chosen: counts.flatMap((count, c) => (count > 0 ? [[trained[c]![0].number, count] as const] : [])),
    score: score(weightedMean(predictions, counts)),
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
function joinAnswers({ data, division }: Plan): Pick<Dataset, 'labels' | 'targets'> {
  const tests = Array.from({ length: countFolds(division) }, (_, fold) => divide(data, division, fold).test);
  if (data.labels) return { labels: Int32Array.from(tests.flatMap(({ labels }) => Array.from(labels!))) };
  return { targets: Float32Array.from(tests.flatMap(({ targets }) => Array.from(targets as NumericArray))) };
}

/** Predicts each held-out part by the networks of its fold: the mean over repetitions, rounded once. */
async function predictHeldOut(
  { data, division, parts }: Plan,
  results: readonly TaskResult[],
): Promise<Float32Array> {
  const outputs: number[][] = [];
  for (let fold = 0; fold < countFolds(division); fold++) {
    const predictions: Float32Array[] = [];
    for (const [p, { network }] of results.entries()) {
      if (parts[p]!.fold !== fold) continue;
      const net = await Network.load(network!);
      predictions.push(net.predict(divide(data, division, fold).test));
      net.dispose();
    }
    const once = predictions.map(() => 1);
    outputs.push(Array.from(weightedMean(predictions, once)));
  }
  return Float32Array.from(outputs.flat());
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
