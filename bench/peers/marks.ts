import type { PeerCase } from './cases.js';

/** The quality of the answers. */
export interface Marks {
  /** The share of correct answers. */
  readonly accuracy: number;
  /** The mean cost, in the loss of the case. */
  readonly loss: number;
}

/** @param outputs f32[n][outputs] */
export function mark({ layers, loss, questions }: PeerCase, outputs: Float32Array): Marks {
  const { labels } = questions;
  const { units } = layers.at(-1)!;
  if (outputs.length !== labels.length * units) {
    throw new Error(`answered with ${outputs.length} numbers, not ${labels.length} × ${units}`);
  }
  let right = 0;
  let cost = 0;
  for (const [n, label] of labels.entries()) {
    const row = outputs.subarray(n * units, (n + 1) * units);
    const answer = units === 1 ? Number(row[0]! >= 0.5) : row.indexOf(Math.max(...row));
    if (answer === label) right++;
    cost += loss === 'crossEntropy' ? -Math.log(row[label]!) : quadratic(row, label);
  }
  return { accuracy: right / labels.length, loss: cost / labels.length };
}

/** ½ Σ_j (a_j − y_j)² */
function quadratic(outputs: Float32Array, label: number): number {
  const target = (j: number): number => (outputs.length === 1 ? label : Number(j === label));
  return outputs.reduce((sum, a, j) => sum + (a - target(j)) ** 2 / 2, 0);
}
