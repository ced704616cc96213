import type { Work } from '../base/work.js';
import { DivergenceError } from '../errors.js';
import { restart, runEpochs, type Training } from './epochs.js';
import type { Hook } from './hook.js';
import { assertFinite, Diverged, isSound, keepEachStep } from './hooks/divergence.js';
import type { Window } from './window.js';

/** Steps that a rate must take well to be advised, and rates to try. */
const TRIAL_STEPS = 20;
const MOST_TRIALS = 40;

/**
 * Repeats a training from its last snapshot, step by step, up to the step that diverges. The weights may have been infinite
 * for a while. If a callback or a stream differs the second time, the repeat may not diverge: then the learning rate of the
 * first time is all that's known.
 * @param first how it diverged
 */
export function* findDivergence(
  training: Training,
  hooks: readonly Hook[],
  first: Diverged,
): Work<DivergenceError> {
  const { model, windows, run, snapshot } = training;
  let found = first;
  snapshot.restore();
  try {
    restart(training);
    yield* runEpochs(training, [...hooks.filter((hook) => hook.affectsTraining), keepEachStep(snapshot)]);
    assertFinite(model, run);
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    found = error;
  }
  // The last finite step may be the last step of the previous epoch.
  const { epoch, epochStep } = run;
  snapshot.restore();
  const at = { epoch, step: run.step - epochStep + 1 };
  const { problem, ...where } = describe(training, at, found.hasGrown);
  const rate = windows.current
    ? yield* findRate(training, windows.current, found.learningRate)
    : Number(found.learningRate.toPrecision(3));
  return new DivergenceError(
    {
      place: 'train',
      problem,
      cure:
        (rate ? `use a learningRate below ${rate}, ` : 'use ') +
        'clip: { norm: 1 }, or inputs scaled to about 1, with transforms: dataset.fitTransforms()',
      option: { name: 'learningRate', ...(rate && { values: [rate] }) },
    },
    { ...at, ...where },
  );
}

/**
 * Finds a rate that works: halves it until some steps on the mini-batch drawn last, from the weights at the start of the
 * training, lower its loss.
 * @returns undefined if none does
 */
function* findRate({ model, snapshot }: Training, window: Window, rate: number): Work<number | undefined> {
  const { kernels, layout, tally } = model;
  for (let trial = 1; trial <= MOST_TRIALS; trial++) {
    // Two digits, so that the message gives the very number that was tried.
    rate = Number((rate / 2).toPrecision(2));
    snapshot.restore(true);
    const rows = window.gather();
    const losses: number[] = [];
    while (losses.length < TRIAL_STEPS && kernels.descend(layout.net, 0, 0, rows, rows, rate) === rows) {
      losses.push(tally.batchLoss);
      if (tally.batchLoss > losses[0]! * 2) break;
    }
    const works = losses.length === TRIAL_STEPS && losses.at(-1)! <= losses[0]! && isSound(model);
    snapshot.restore();
    if (works) return rate;
    yield kernels.team?.isLate && kernels.team.recover(); // the network is as it was
  }
  return undefined;
}

/**
 * Describes why a training can't continue, by the gradients of the mini-batch drawn last, which can't be learned, at the last
 * finite weights.
 */
function describe(
  { model, windows }: Training,
  { epoch, step }: { readonly epoch: number; readonly step: number },
  hasGrown: boolean,
): { problem: string; layer: number; largestGradient: number } {
  const rows = windows.current?.gather() ?? 0;
  const loss = model.tally.batchLoss / rows;
  const { kernels, layout, views } = model;
  kernels.feedForward(layout.net, rows);
  kernels.backpropagate(layout.net, rows, model.rule.isWeighted && layout.sampleWeights);
  let layer = 0;
  let largest = -1;
  for (const [l, { weightGradients, biasGradients, fanIn, stride }] of model.layers.entries()) {
    for (const [pointer, count] of [
      [weightGradients, fanIn * stride],
      [biasGradients, stride],
    ] as const) {
      const from = views.at(pointer);
      for (const gradient of views.floats.subarray(from, from + count)) {
        const size = Math.abs(gradient) / rows;
        if (size <= largest || Number.isNaN(largest)) continue;
        largest = size; // NaN is the largest of all
        layer = l;
      }
    }
  }
  const what = !Number.isFinite(loss)
    ? `the loss is ${loss}`
    : hasGrown
      ? `the loss is ${loss.toPrecision(3)}, over a million times that of the start`
      : 'a weight or an optimizer slot became infinite';
  return {
    problem:
      `diverged in epoch ${epoch}, step ${step}: ${what}; the largest gradient, ${largest.toPrecision(3)}, is in ` +
      `layers[${layer}]. The network keeps its last finite step`,
    layer,
    largestGradient: largest,
  };
}
