import type { Kernels } from '../kernels/kernels.js';
import type { Model } from '../model/model.js';
import type { Run } from '../model/state.js';

// Loaded only for training with `ema`.

/** Steps that leave the averages of the weights in the network. */
export type AveragedSteps = Pick<Kernels, 'descend'>;

/**
 * Steps that learn as usual, and average the parameters w: after each step
 *
 *     v += (1 − βₜ)(w − v), with βₜ = min(β, (1 + t)/(10 + t))
 *
 * t counts the steps of the run before this one, from 0. Without (1 + t)/(10 + t), which is TensorFlow's `num_updates`, the
 * initial weights would weigh 0.999¹⁰⁰ = 90% after 100 steps. Between steps the network has v as its parameters, for validation,
 * predictions and files, and the slot has w, from which the next step starts.
 *
 * Rounds: 1 − βₜ in double precision, then to single; the difference, the product and the sum, each once.
 * @param slot of w
 */
export function averageSteps(model: Model, run: Run, beta: number, slot: number): AveragedSteps {
  const parameters = (): Float32Array | Float64Array => model.parametersAt(model.layout.parameters);
  const learned = (): Float32Array | Float64Array => model.parametersAt(model.slot(slot));
  if (run.step === 0) learned().set(parameters());
  const averages = parameters().slice();
  return {
    descend(net, window, first, count, size, learningRate) {
      const { kernels } = model;
      const w = parameters();
      averages.set(w);
      w.set(learned());
      // A late thread would still write weights after the step.
      const descend = kernels.team?.descendAlone ?? kernels.descend;
      const done = descend(net, window, first, count, size, learningRate);
      if (done === count) {
        learned().set(w);
        const rest = Math.fround(1 - Math.min(beta, (1 + run.step) / (10 + run.step)));
        for (let i = 0; i < w.length; i++) {
          const v = averages[i]!;
          w[i] = v + Math.fround(rest * Math.fround(w[i]! - v));
        }
      } else w.set(averages);
      return done;
    },
  };
}
