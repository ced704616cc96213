import type { ActivationName, CheckedSpec } from '../model/spec.js';
import type { LayerDiagnosis } from '../training/reports.js';

// With these thresholds, MNIST causes no message if it is learned well: networks of relu or tanh, whose layers differ in speed
// by a factor of up to 7; one or two hidden layers of sigmoids, by up to 16; and sigmoid layers that end up with 90% of
// units saturated and with stuck outputs for 4% of the samples.

/** A layer is slow if it is this many times slower than the fastest and there is a cause. */
const SLOW = 10;
/** δ vanishes or explodes if it changes by a larger factor. Two hidden layers of sigmoids reach 46, and learn well. */
const FAR = 50;
/** A layer this many times slower is reported even without a cause. */
const VERY_SLOW = 100;

/** Activations that are flat on both sides of a steep middle. The others may well be flat for half of their inputs. */
const sigmoidal: readonly ActivationName[] = ['sigmoid', 'tanh', 'softsign'];

const percent = (share: number): string => `${Math.round(100 * share)}%`;

/**
 * Explains the numbers and suggests remedies; empty if all is well.
 * @param stuck the share of samples with an output saturated at the wrong end
 * @param count the number of samples
 */
export function describeLayers(
  { layers: specs, loss }: CheckedSpec,
  layers: readonly LayerDiagnosis[],
  stuck: number,
  count: number,
): string[] {
  const speeds = layers.map(({ speed }) => speed);
  const top = Math.max(...speeds.filter((speed) => speed < Infinity));
  const fastest = speeds.indexOf(top);

  return layers.flatMap(({ delta, input, zeroInputs, weights, gradient, speed, saturated, dead }, l) => {
    const { units, activation } = specs[l]!;
    const here = `layers[${l}]`;
    if (!Number.isFinite(delta + weights + gradient)) {
      return `${here}: W, δ or ∂C/∂W is not finite; try a lower learning rate, or inputs scaled to about 1`;
    }
    const ratio = top / speed;
    const isLast = l === layers.length - 1;
    const causes: string[] = [];
    const isSigmoidal = sigmoidal.includes(activation);
    if (dead > units / 10 && !isSigmoidal) {
      causes.push(
        `${dead} of its ${units} ${activation} units are dead (σ′ = 0 for all ${count} samples); ` +
          "try initializer 'heNormal', a lower learning rate, or leakyRelu",
      );
    } else if (isLast && stuck > 0.5 && loss !== 'crossEntropy' && loss !== 'binaryCrossEntropy') {
      causes.push(
        `${loss} loss with saturated ${activation} outputs, which are wrong for ${percent(stuck)} of the samples and hardly learn; ` +
          `try ${activation === 'sigmoid' ? "loss 'binaryCrossEntropy'" : "activation 'linear'"}`,
      );
    } else if (!isLast && saturated > (ratio <= SLOW ? 0.98 : isSigmoidal ? 0.5 : 0.9)) {
      causes.push(
        `${percent(saturated)} of its ${activation} units are saturated; try relu` +
          (weights > 2 * Math.sqrt(units) ? ", initializer 'scaledNormal'" : '') +
          (l === 0 && input > 1 ? ', smaller inputs' : ''),
      );
    }
    if (ratio > SLOW) {
      if (input < 0.1)
        causes.push(`its inputs are small (about ${input.toPrecision(1)}); scale them to about 1`);
      if (zeroInputs > 0.9)
        causes.push(`${percent(zeroInputs)} of its inputs are 0, whose weights learn nothing`);
    }
    if (ratio > SLOW && layers[fastest]!.delta > FAR * delta && !causes.length) {
      causes.push(
        l < fastest
          ? "δ shrinks on its way back, by σ′ and W of each layer; try relu with 'heNormal', or fewer layers"
          : "δ grows on its way back, by large W; try initializer 'heNormal' or 'scaledNormal'",
      );
    }
    const why = causes.length ? `: ${causes.join('; ')}` : '';
    if (!(ratio > SLOW)) return why ? here + why : [];
    const than = speed ? `learns ${Math.round(ratio)} times slower than` : 'learns nothing, unlike';
    return why || ratio > VERY_SLOW ? `${here} ${than} layers[${fastest}]${why}` : [];
  });
}
