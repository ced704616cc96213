import type { Work } from '../base/work.js';
import { DivergenceError } from '../errors.js';
import type { Model } from '../model/model.js';
import { restart, runEpochs, type Training } from './epochs.js';
import type { Hook } from './hook.js';
import { assertFinite, Diverged, keepEachStep, type Snapshot } from './hooks/divergence.js';
import type { Window } from './window.js';

/**
 * Repeats a training from its last snapshot, step by step, up to the step that diverges. The weights may have been infinite
 * for a while. If a callback or a stream differs the second time, the repeat may not diverge: then `learningRate`, from the
 * first time, is all that's known.
 */
export function* findDivergence(
  training: Training,
  hooks: readonly Hook[],
  snapshot: Snapshot,
  learningRate: number,
): Work<DivergenceError> {
  const { model, windows, run } = training;
  snapshot.restore();
  try {
    restart(training);
    yield* runEpochs(training, [...hooks.filter((hook) => hook.affectsTraining), keepEachStep(snapshot)]);
    assertFinite(model, run);
  } catch (error) {
    if (!(error instanceof Diverged)) throw error;
    ({ learningRate } = error);
  }
  // The last finite step may be the last step of the previous epoch.
  const { epoch, epochStep } = run;
  snapshot.restore();
  return describeDivergence(model, epoch, run.step - epochStep + 1, windows.current, learningRate);
}

/**
 * Describes why a training can't continue, by the gradients of the mini-batch drawn last, which can't be learned, at the last
 * finite weights.
 */
function describeDivergence(
  model: Model,
  epoch: number,
  step: number,
  window: Window | undefined,
  learningRate: number,
): DivergenceError {
  const rows = window?.gather() ?? 0;
  const loss = model.tally.batchLoss / rows;
  const { kernels, layout, views } = model;
  kernels.feedForward(layout.net, rows);
  kernels.backpropagate(layout.net, rows);
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
  const what = Number.isFinite(loss) ? 'a weight became infinite' : `the loss is ${loss}`;
  return new DivergenceError(
    {
      place: 'train',
      problem:
        `diverged in epoch ${epoch}, step ${step}: ${what}; the largest gradient, ${largest.toPrecision(3)}, is in ` +
        `layers[${layer}]. The network keeps its last finite step`,
      cure:
        `use a learningRate below ${Number(learningRate.toPrecision(3))}, inputs of about 1 in size, ` +
        'or clip: { norm: 1 }',
      option: { name: 'learningRate' },
    },
    { epoch, step, layer, largestGradient: largest },
  );
}
