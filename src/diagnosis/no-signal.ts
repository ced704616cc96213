import type { Work } from '../base/work.js';
import type { Finding } from '../training/reports.js';
import type { Table } from './table.js';
import type { Trials } from './trials.js';

/**
 * Whether nothing can be learned about samples that weren't learned: the answers may not belong to the rows.
 * @param left the share of the baseline's loss that a new network leaves, if it's known
 */
export function* findNoSignal(trials: Trials, table: Table, left?: number): Work<Finding[]> {
  if (yield* hasNeighbors(table)) return [];
  return (left ?? (yield* trials.try({}))) > trials.leastUseless ? [noSignal(table)] : [];
}

const noSignal = ({ count }: Table): Finding => ({
  code: 'noSignal',
  place: 'samples',
  problem: `the inputs say nothing about the answers: among ${count} samples, neither similar samples nor a new network help to predict the others`,
  cure: 'check that each answer belongs to its row, and that inputs and answers were not sorted or shuffled separately',
  numbers: { samples: count },
});

const MOST_COMPARED = 300;
const MOST_DISTANCES = 2e7;
/** Standard deviations by which neighbors must agree more than chance, or less. */
const SIGNIFICANT = 2.5;
const FEWEST_COMPARED = 100;

/**
 * Whether similar samples have similar answers, or opposite ones: whether the answers of nearest neighbors agree as often as those of
 * any two samples. If samples are too few to say, true.
 */
function* hasNeighbors({ count: all, width, outputs, inputs, targets }: Table): Work<boolean> {
  const count = Math.min(all, MOST_COMPARED, Math.floor(Math.sqrt(MOST_DISTANCES / width)));
  if (count < FEWEST_COMPARED) return true;
  // The squared distances between answers: of nearest neighbors, and of all pairs.
  let [near, sum, squares] = [0, 0, 0];
  for (let n = 0; n < count; n++) {
    let [ofNearest, least] = [0, Infinity];
    for (let m = 0; m < count; m++) {
      if (m === n) continue;
      const distance = squaredDistance(inputs, width, n, m);
      const difference = squaredDistance(targets, outputs, n, m);
      if (distance < least) [ofNearest, least] = [difference, distance];
      sum += difference;
      squares += difference * difference;
    }
    near += ofNearest;
    yield;
  }
  const pairs = count * (count - 1);
  const mean = sum / pairs;
  const spread = Math.sqrt(squares / pairs - mean * mean);
  return Math.abs(near / count - mean) > (SIGNIFICANT * spread) / Math.sqrt(count);
}

/** Between rows n and m of a matrix. */
function squaredDistance(values: Float32Array, width: number, n: number, m: number): number {
  let sum = 0;
  for (let k = 0; k < width; k++) {
    const difference = values[n * width + k]! - values[m * width + k]!;
    sum += difference * difference;
  }
  return sum;
}
