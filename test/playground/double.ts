import type { LossName } from 'bp4';
import type { Trial } from '../../playground/src/protocol.js';

/** z, a, δ and gradients of a layer. */
interface DoubleLayer {
  readonly z: readonly number[];
  readonly a: readonly number[];
  readonly delta: readonly number[];
  /** [units][fanIn] */
  readonly weightGradients: readonly number[];
}

const activate: Record<string, (z: number) => number> = {
  sigmoid: (z) => 1 / (1 + Math.exp(-z)),
  tanh: Math.tanh,
  linear: (z) => z,
};

/** The four equations for one sample in double precision, written without the library. */
export function passInDouble(
  { layers, inputs, targets }: Trial,
  loss: LossName,
): { cost: number; layers: DoubleLayer[] } {
  let below = Array.from(inputs);
  const forward = layers.map(({ weights, biases, activation }) => {
    const z = Array.from(biases, (b, j) =>
      below.reduce((sum, a, k) => sum + weights[j * below.length + k]! * a, b),
    );
    const exps = z.map(Math.exp);
    const total = exps.reduce((sum, e) => sum + e);
    const a = activation === 'softmax' ? exps.map((e) => e / total) : z.map(activate[activation]!);
    const layer = { z, a, inputs: below };
    below = a;
    return layer;
  });
  const delta: number[][] = [];
  for (let l = layers.length - 1; l >= 0; l--) {
    const { z, a } = forward[l]!;
    const { activation } = layers[l]!;
    const slope = (j: number): number => {
      if (activation === 'linear') return 1;
      return activation === 'tanh'
        ? 1 - Math.tanh(z[j]!) ** 2
        : activate.sigmoid!(z[j]!) * (1 - activate.sigmoid!(z[j]!));
    };
    delta[l] = a.map((_, j) => {
      if (l < layers.length - 1)
        return (
          delta[l + 1]!.reduce((sum, d, k) => sum + d * layers[l + 1]!.weights[k * a.length + j]!, 0) *
          slope(j)
        );
      const error = a[j]! - targets[j]!;
      if (loss === 'quadratic') return error * slope(j);
      return loss === 'meanSquaredError' ? (2 * error) / a.length : error;
    });
  }
  const a = forward.at(-1)!.a;
  const cost = {
    quadratic: () => a.reduce((sum, x, j) => sum + (x - targets[j]!) ** 2 / 2, 0),
    meanSquaredError: () => a.reduce((sum, x, j) => sum + (x - targets[j]!) ** 2 / a.length, 0),
    crossEntropy: () => a.reduce((sum, x, j) => sum - targets[j]! * Math.log(x), 0),
    binaryCrossEntropy: () =>
      a.reduce((sum, x, j) => sum - targets[j]! * Math.log(x) - (1 - targets[j]!) * Math.log(1 - x), 0),
  }[loss as 'quadratic']();
  return {
    cost,
    layers: forward.map(({ z, a, inputs }, l) => ({
      z,
      a,
      delta: delta[l]!,
      weightGradients: delta[l]!.flatMap((d) => inputs.map((x) => d * x)),
    })),
  };
}
