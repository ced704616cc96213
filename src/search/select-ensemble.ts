/** Predictions of the held-out samples by one candidate: [n][outputs]. */
export type HeldOutPredictions = Float32Array;

/**
 * Greedy ensemble selection with replacement (Caruana et al. 2004): starts with the best candidate, and adds in each round the
 * candidate that lowers the loss of the mean most. Equal losses go to the earlier candidate.
 * @param candidates their predictions of the same samples, best candidate first
 * @param measureLoss the loss of predictions, lower is better
 * @returns how many times each candidate was chosen, in the round with the lowest loss
 */
export function selectEnsemble(
  candidates: readonly HeldOutPredictions[],
  rounds: number,
  measureLoss: (predictions: Float32Array) => number,
): number[] {
  const length = candidates[0]!.length;
  const sum = new Float64Array(length);
  const mean = new Float32Array(length);
  const counts = candidates.map(() => 0);
  let best = { loss: Infinity, counts: [1, ...counts.slice(1)] };
  for (let round = 1; round <= rounds; round++) {
    let chosen = 0;
    let least = Infinity;
    for (const [c, candidate] of candidates.entries()) {
      for (let i = 0; i < length; i++) mean[i] = (sum[i]! + candidate[i]!) / round;
      const loss = measureLoss(mean);
      if (loss < least) [chosen, least] = [c, loss];
    }
    for (let i = 0; i < length; i++) sum[i]! += candidates[chosen]![i]!;
    counts[chosen]!++;
    if (least < best.loss) best = { loss: least, counts: [...counts] };
  }
  return best.counts;
}
