import { awaited, type Work } from '../base/work.js';
import { DivergenceError } from '../errors.js';
import type { Model } from '../model/model.js';
import { restart, runEpochs, type Training } from './epochs.js';
import type { Hook } from './hook.js';
import { assertFinite, Diverged, keepEachStep } from './hooks/divergence.js';

/**
 * Repeats a training run from its last snapshot, step by step, up to the step that diverges. The weights may have been infinite
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
  // The mini-batch drawn last can't be learned, at the last finite weights.
  const rows = windows.current?.gather() ?? 0;
  const loss = model.tally.batchLoss / rows;
  const where = findLargestGradient(model, rows);
  const part = yield* awaited(import('./explain-divergence.js').catch(() => undefined)); // service workers forbid import()
  const what = part ? `${part.describeLoss(loss, found.hasGrown)}; ` : '';
  const rate =
    part && windows.watched
      ? yield* part.findRate(training, found.learningRate)
      : Number(found.learningRate.toPrecision(3));
  return new DivergenceError(
    {
      place: 'train',
      problem:
        `diverged in epoch ${epoch}, step ${at.step}: ${what}${describeLargest(where)}. ` +
        'The network keeps its last finite step',
      cure: part?.describeCure(rate) ?? `use a learningRate below ${rate}`,
      option: { name: 'learningRate', ...(rate && { values: [rate] }) },
    },
    { ...at, ...where },
  );
}

/** The layer with the largest gradient of a mini-batch, and the size of that gradient. */
export function findLargestGradient(
  model: Model,
  rows: number,
): { readonly layer: number; readonly largestGradient: number } {
  const { kernels, layout, views } = model;
  kernels.feedForward(layout.net, rows);
  kernels.backpropagate(layout.net, rows, model.rule.isWeighted && layout.sampleWeights);
  let layer = 0;
  let largestGradient = -1;
  for (const [l, { weightGradients, biasGradients, fanIn, stride }] of model.layers.entries()) {
    for (const [pointer, count] of [
      [weightGradients, fanIn * stride],
      [biasGradients, stride],
    ] as const) {
      const from = views.at(pointer);
      for (const gradient of views.floats.subarray(from, from + count)) {
        const size = Math.abs(gradient) / rows;
        if (size <= largestGradient || Number.isNaN(largestGradient)) continue;
        largestGradient = size; // NaN is the largest of all
        layer = l;
      }
    }
  }
  return { layer, largestGradient };
}

/** What `findLargestGradient` found, for a message. */
export const describeLargest = ({ layer, largestGradient }: ReturnType<typeof findLargestGradient>): string =>
  `the largest gradient, ${largestGradient.toPrecision(3)}, is in layers[${layer}]`;
