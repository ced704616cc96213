import { activationsIn } from '../../kernels/reference/micro/activations.js';
import { double } from '../../kernels/reference/numerics.js';
import { activationCodes, defaultAlphas, type ActivationName } from '../../model/spec.js';
import { spreadOverColumns, type Affine, type Flow } from './node.js';

/**
 * The values of z at which functions are compared: near 0, where they bend, and further out, where they are almost
 * straight. Exporters compose swish, gelu and others from various operators, so the reader recognizes them by their
 * values at these points.
 */
export const POINTS = Float64Array.from(
  [0, ...[0.001, 0.03, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 4, 5, 6, 7, 8, 10, 15, 20, 40, 80]].flatMap(
    (z) => [z, -z],
  ),
);

/** Graphs hold constants in single precision. The two forms of gelu differ by 5·10⁻⁴. */
const TOLERANCE = 1e-6;

const ours = activationsIn(double);

/** The activation function of one unit, in double precision. */
export const activationFunction = (activation: ActivationName): ((z: number, alpha: number) => number) =>
  ours[activationCodes[activation]]!.value!;

const plainActivations = (Object.keys(activationCodes) as ActivationName[]).filter(
  (name) => name !== 'softmax' && !(name in defaultAlphas),
);

/** An activation as in a spec. */
export interface FoundActivation {
  readonly activation: ActivationName;
  readonly alpha?: number;
}

/** Finds the activation with these values at `POINTS`; undefined if there is none. */
export function recognizeActivation(values: Flow['values']): FoundActivation | undefined {
  if (values === undefined) return undefined;
  if (values === 'softmax') return { activation: 'softmax' };
  const atMinus1 = values[POINTS.indexOf(-1)]!;
  // Activations with an α come last, because leakyRelu with α = 1 is linear.
  const alphas = { leakyRelu: -atMinus1, elu: atMinus1 / double.expm1(-1) };
  for (const activation of [...plainActivations, ...(['leakyRelu', 'elu'] as const)]) {
    const sigma = activationFunction(activation);
    const alpha = activation in alphas ? alphas[activation as keyof typeof alphas] : undefined;
    if (alpha !== undefined && !(alpha > 0)) continue;
    const isIt = values.every((given, i) => {
      const expected = sigma(POINTS[i]!, alpha ?? 0);
      return Math.abs(given - expected) <= TOLERANCE * Math.max(1, Math.abs(expected));
    });
    if (isIt) return { activation, ...(alpha !== undefined && { alpha }) };
  }
  return undefined;
}

/**
 * The activation of a hidden layer.
 * @throws FormatError naming the node whose result is not an activation
 */
export function hiddenActivation({ values, node }: Flow): FoundActivation {
  const found = recognizeActivation(values);
  if (found) return found;
  throw node!.wrong(`its result is not one of the activations ${Object.keys(activationCodes).join(', ')}`);
}

/** The operations with constants that lead from an inner flow to another, in order; undefined if others do. */
export function findAffines(
  flow: Flow,
  isInner: (flow: Flow) => boolean,
): { inner: Flow; affines: readonly Affine[] } | undefined {
  const affines: Affine[] = [];
  while (!isInner(flow)) {
    if (!flow.last || affines.length === MOST_AFFINES) return undefined;
    affines.unshift(flow.last);
    flow = flow.last.flow;
  }
  return { inner: flow, affines };
}

/** What operations with constants amount to: scale·a + shift, for each of `width` columns. */
export function composeAffines(
  affines: readonly Affine[],
  width: number,
): { scale: Float64Array; shift: Float64Array } {
  const scale = new Float64Array(width).fill(1);
  const shift = new Float64Array(width);
  for (const { operation, constant, node } of affines) {
    const at = spreadOverColumns(node, constant, width);
    for (let k = 0; k < width; k++) {
      const c = at(k);
      if (operation === 'Add') shift[k]! += c;
      else if (operation === 'Sub') shift[k]! -= c;
      else {
        const factor = operation === 'Mul' ? c : 1 / c;
        scale[k]! *= factor;
        shift[k]! *= factor;
      }
    }
  }
  return { scale, shift };
}

/**
 * Collects the affine operations on the inputs before the first layer, or on the outputs after the last, in order.
 * @param isInner whether a flow is the start of the chain; by default, whether it is the graph's input
 * @throws FormatError naming the node that is not such an operation
 */
export function collectAffines(
  flow: Flow,
  isInner: (flow: Flow) => boolean = ({ node }) => node === undefined,
): { inner: Flow; affines: readonly Affine[] } {
  const found = findAffines(flow, isInner);
  if (found) return found;
  let { node } = flow;
  for (let at = flow; at.last; at = at.last.flow) node = at.last.flow.node ?? node;
  const what = flow.layer ? 'after the last layer' : 'before the first layer';
  throw node!.wrong(`${what}, at most ${MOST_AFFINES} of Add, Sub, Mul, Div with constants are supported`);
}
const MOST_AFFINES = 8;
