import {
  ELU,
  HINGE,
  HUBER,
  LEAKY_RELU,
  MEAN_ABSOLUTE_ERROR,
  QUANTILE,
  RELU,
  SELU,
  SOFTSIGN,
} from '../../src/kernels/codes.js';
import type { Model } from '../../src/model/model.js';
import { backward, cost, forward } from './steps.js';

/**
 * The step h of the differences. Costs here are at most 93. In double precision (ε = 2⁻⁵³) their rounding errs by about
 * 93ε/h = 2⁻³⁶, and truncation errs by h⁴/30·C⁽⁵⁾ = 2⁻⁴⁵·C⁽⁵⁾. Measured, twice this step errs seven times as much, and half
 * of it a third less.
 */
const STEP = 2 ** -10;

/**
 * The least scale of relative errors: smaller derivatives are compared relative to this. Rounding, 2⁻³⁶, is at most
 * 2⁻²² = 2.4e-7 of it, and most costs are far smaller. In truth/kernels.test.ts 92 of 29,220 derivatives are this small, and
 * 698 are zero, behind relu or beyond the kinks of a loss.
 */
const SMALLEST = 2 ** -14;

/** The place and the size of an error. */
export interface Finding {
  readonly place: string;
  readonly error: number;
}

/** A weight or bias and its gradient, as indices into the floats of the model. */
interface Parameter {
  readonly place: string;
  readonly at: number;
  readonly gradientAt: number;
}

/**
 * The largest relative error of the ∂C/∂W and ∂C/∂b of `backward` against central differences of C.
 * @param rows the number of gathered samples
 */
export function worstGradient(model: Model, rows: number): Finding {
  forward(model, rows);
  backward(model, rows);
  const { floats } = model.views;
  const gradients = pickParameters(model).map((parameter) => ({
    ...parameter,
    gradient: floats[parameter.gradientAt]!,
  }));
  return worst(
    gradients.map(({ place, at, gradient }) => ({ place, error: catchError(gradient, model, rows, at) })),
  );
}

/**
 * The largest relative error of one sample's δ, by layer, against central differences of its cost with respect to the
 * biases, since ∂C/∂b = ∂C/∂z. Only this sample is gathered.
 */
export function worstDelta(model: Model, deltas: readonly (readonly number[])[]): Finding {
  return worst(
    model.layers.flatMap(({ biases }, l) =>
      deltas[l]!.map((delta, j) => ({
        place: `layers[${l}].delta[${j}]`,
        error: catchError(delta, model, 1, model.views.at(biases) + j),
      })),
    ),
  );
}

function worst(findings: readonly Finding[]): Finding {
  return findings.reduce((most, finding) => (finding.error <= most.error ? most : finding));
}

function pickParameters({ layers, layout, views }: Model): Parameter[] {
  const distance = views.at(layout.gradients - layout.parameters);
  const parameter = (place: string, at: number): Parameter => ({ place, at, gradientAt: at + distance });
  return layers.flatMap(({ units, fanIn, stride, weights, biases }, l) =>
    Array.from({ length: units }, (_, j) => [
      parameter(`layers[${l}].biases[${j}]`, views.at(biases) + j),
      ...Array.from({ length: fanIn }, (_, k) =>
        parameter(`layers[${l}].weights[${j}][${k}]`, views.at(weights) + k * stride + j),
      ),
    ]).flat(),
  );
}

/** |derivative − difference| divided by the larger of the two; Infinity if one is NaN. */
function catchError(derivative: number, model: Model, rows: number, at: number): number {
  const difference = centralDifference(model, rows, at);
  const size = Math.max(Math.abs(derivative), Math.abs(difference), SMALLEST);
  const error = Math.abs(derivative - difference) / size;
  return Number.isNaN(error) ? Infinity : error;
}

/** ∂C/∂p by the fourth-order central difference (8(C₊₁ − C₋₁) − (C₊₂ − C₋₂))/12h. */
function centralDifference(model: Model, rows: number, at: number): number {
  const { floats } = model.views;
  const parameter = floats[at]!;
  forward(model, rows);
  const side = sideOfKinks(model, rows);
  const costAt = (steps: number): number => {
    floats[at] = parameter + steps * STEP;
    forward(model, rows);
    if (sideOfKinks(model, rows) !== side)
      throw new Error('a difference steps over a kink: use another seed');
    return cost(model, rows);
  };
  const near = costAt(1) - costAt(-1);
  const far = costAt(2) - costAt(-2);
  floats[at] = parameter;
  return (8 * near - far) / (12 * STEP);
}

/** The points at which the first or second derivative of an activation jumps. */
const kinks: Readonly<Record<number, readonly number[]>> = {
  [RELU]: [0],
  [LEAKY_RELU]: [0],
  [ELU]: [0],
  [SELU]: [0],
  [SOFTSIGN]: [0],
};

/**
 * The side of the kinks on which each unit and output lies, for each sample. A difference across a kink doesn't approximate
 * the slope.
 */
function sideOfKinks({ layers, layout, loss, spec, views }: Model, rows: number): string {
  const { floats } = views;
  const last = layers.at(-1)!;
  const numbers = (pointer: number, stride: number): ArrayLike<number> =>
    floats.subarray(views.at(pointer), views.at(pointer) + rows * stride);
  const units = layers.flatMap(({ activation, preActivations, stride }) =>
    (kinks[activation] ?? []).map((kink) =>
      Array.from(numbers(preActivations, stride), (z) => Number(z > kink)),
    ),
  );
  const a = numbers(last.activations, last.stride);
  const sides = Array.from(numbers(layout.targets, last.stride), (y, i) => {
    const difference = a[i]! - y;
    if (loss === MEAN_ABSOLUTE_ERROR || loss === QUANTILE) return Math.sign(difference);
    if (loss === HUBER) return Math.abs(difference) > spec.lossParameters[0]! ? Math.sign(difference) : 0;
    return loss === HINGE && y * a[i]! < 1 ? 1 : 0;
  });
  return [...units, sides].join();
}
