import type { NumericArray } from '../base/numeric-arrays.js';
import type { Dataset } from '../data/dataset.js';
import { Ensemble } from '../ensemble/ensemble.js';
import { StateError } from '../errors.js';
import { Network } from '../network.js';
import { publish, type Coordinator, type Plan, type StudyTrial } from './coordinator.js';
import { toLoss } from './scores.js';
import { selectEnsemble } from './select-ensemble.js';
import { countFolds, divide, scoreOutputs, type TaskResult } from './task.js';

/** The best trials, combined. */
interface Combined {
  readonly best: StudyTrial;
  readonly ensemble: Ensemble;
  readonly ensembleScore: number;
  readonly chosen: ReadonlyMap<number, number>;
}

/**
 * Chooses an ensemble among the best trials by their predictions of the held-out parts.
 * @throws StateError if no trial is complete
 */
export async function combineBest(plan: Plan, coordinator: Coordinator): Promise<Combined> {
  const { candidates } = coordinator;
  const [best] = candidates;
  if (!best) throw explainFailure(coordinator);
  const trained: (readonly TaskResult[])[] = [];
  for (const live of candidates) trained.push(await coordinator.retrain(live));
  const answers = joinAnswers(plan);
  const predictions: Float32Array[] = [];
  for (const results of trained) predictions.push(await predictHeldOut(plan, results));
  const { loss } = best.spec;
  const lossName = typeof loss === 'object' ? loss.name : loss;
  const score = (outputs: Float32Array): number =>
    scoreOutputs(outputs, plan.objective, answers, plan.shape.outputs, lossName);
  const counts = selectEnsemble(predictions, plan.rounds, (outputs) =>
    toLoss(plan.objective, score(outputs)),
  );
  return {
    best: publish(best),
    ensemble: await loadEnsemble(trained, counts),
    ensembleScore: score(weightedMean(predictions, counts)),
    chosen: new Map(counts.flatMap((count, c) => (count > 0 ? [[candidates[c]!.number, count]] : []))),
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

/** Σ_k weight_k·x_k / Σ_k weight_k: k ascending from +0, in double precision; divided once, rounded once. */
export function weightedMean(all: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const sums = new Float64Array(all[0]!.length);
  let total = 0;
  for (const [k, weight] of weights.entries()) {
    total += weight;
    if (weight > 0) for (let i = 0; i < sums.length; i++) sums[i]! += weight * all[k]![i]!;
  }
  return Float32Array.from(sums, (sum) => sum / total);
}

async function loadEnsemble(
  trained: readonly (readonly TaskResult[])[],
  counts: readonly number[],
): Promise<Ensemble> {
  const members: { network: Network; weight: number }[] = [];
  try {
    for (const [c, weight] of counts.entries()) {
      if (weight === 0) continue;
      for (const { network } of trained[c]!) members.push({ network: await Network.load(network!), weight });
    }
    return await Ensemble.fromNetworks(members);
  } finally {
    for (const { network } of members) network.dispose();
  }
}
