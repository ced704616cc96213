import type { Kernels } from '../kernels/kernels.js';
import type { Model } from '../model/model.js';
import type { Run } from '../model/state.js';
import type { CheckedTrainOptions } from './options.js';
import { countSlots } from './resume.js';

// Loaded only for training with `ema` or `swa`.

/** Steps that leave the averages of the weights in the network. */
export interface AveragedSteps extends Pick<Kernels, 'descend'> {
  /** Whether one call must take one step. */
  readonly isStepwise: boolean;
  /** Called after the steps of an epoch, before its validation. */
  endEpoch(): void;
}

/**
 * Steps that learn as usual, and average the parameters w: v += s(w − v). With `ema`, after step t of the run, from 0,
 *
 *     s = 1 − βₜ with βₜ = min(β, (1 + t)/(10 + t))
 *
 * Without (1 + t)/(10 + t), which is TensorFlow's `num_updates`, the initial weights would weigh 0.999¹⁰⁰ = 90% after 100 steps.
 * With `swa`, s = 1/(n + 1) after an epoch that counts, where n epochs counted before: v is their mean (Izmailov et al. 2018).
 *
 * Between steps the network has v as its parameters, for validation, predictions and files, and the slot has w, from which the
 * next step starts. Up to the end of the first epoch that `swa` counts, v = w.
 *
 * Rounds: s in double precision, then to single; the difference, the product and the sum, each once.
 */
export function averageSteps(model: Model, run: Run, options: CheckedTrainOptions): AveragedSteps {
  const { ema, swa } = options;
  const slot = countSlots(options) - 1;
  const parameters = (): Float32Array | Float64Array => model.parametersAt(model.layout.parameters);
  const learned = (): Float32Array | Float64Array => model.parametersAt(model.slot(slot));
  if (run.step === 0) learned().set(parameters());
  const averages = parameters().slice();
  const moveBy = (share: number): void => {
    const s = Math.fround(share);
    const [v, w] = [parameters(), learned()];
    for (let i = 0; i < v.length; i++) v[i]! += Math.fround(s * Math.fround(w[i]! - v[i]!));
  };
  return {
    isStepwise: ema > 0,
    descend(...args) {
      const { kernels } = model;
      if (run.epoch <= swa) return kernels.descend(...args);
      const count = args[3];
      averages.set(parameters());
      parameters().set(learned());
      let done;
      try {
        // A late thread would still write weights after the step.
        done = kernels.team ? kernels.team.descendAlone(...args) : kernels.descend(...args);
        if (done === count) learned().set(parameters());
      } finally {
        parameters().set(averages); // also if it diverges, or a loss of the user's own throws
      }
      if (ema > 0 && done === count) moveBy(1 - Math.min(ema, (1 + run.step) / (10 + run.step)));
      return done;
    },
    endEpoch() {
      const counted = run.epoch - swa;
      if (counted === 0) learned().set(parameters());
      else if (swa > 0 && counted > 0) moveBy(1 / (counted + 1));
    },
  };
}
