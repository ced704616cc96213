import type { Budget } from './tensor.js';
import {
  collectAffines,
  composeAffines,
  findAffines,
  hiddenActivation,
  POINTS,
  recognizeActivation,
} from './flow.js';
import {
  spreadOverColumns,
  isConstant,
  type Affine,
  type GraphNode,
  type Flow,
  type GraphLayer,
} from './node.js';
import { showShape, type Constant } from './tensor.js';

// The operators of a layer: weights, biases, softmax, and the scales that fold into weights and biases.

/** α·A·B + β·C */
export function gemm(node: GraphNode, budget: Budget): Flow {
  if (node.number('transA', 'i', 0) !== 0) throw node.wrong('transA: expected 0, one row per sample');
  const isTransposed = node.number('transB', 'i', 0) !== 0;
  const flow = readLayer(node, budget, { isTransposed, factor: node.number('alpha', 'f', 1) });
  return node.has(2)
    ? addBiases(node, flow.layer, node.constant(2), node.number('beta', 'f', 1), budget)
    : flow;
}

/** A·B */
export const matMul = (node: GraphNode, budget: Budget): Flow =>
  readLayer(node, budget, { isTransposed: false, factor: 1 });

/**
 * z = W·(scale·a + shift). The shift becomes biases, which are 0 so far without one.
 * @param how whether B is [units][fanIn], and a factor of the weights
 */
function readLayer(
  node: GraphNode,
  budget: Budget,
  { isTransposed, factor }: { isTransposed: boolean; factor: number },
): Flow & { layer: GraphLayer } {
  const given = node.flow(0);
  const { dims, values } = node.constant(1);
  const [rows = 0, columns = 0] = dims;
  if (dims.length !== 2 || rows === 0 || columns === 0) {
    throw node.wrong(`expected weights of two dims, got dims ${showShape(dims)}`);
  }
  const [units, fanIn] = isTransposed ? [rows, columns] : [columns, rows];
  const { input, affines } = separateInput(given);
  const width = input.layer?.biases.length ?? fanIn;
  if (width !== fanIn) throw node.wrong(`its weights take ${fanIn} numbers, but its input has ${width}`);
  const { scale, shift } = composeAffines(affines, fanIn);
  const weights = budget.floats(units * fanIn);
  const biases = budget.floats(units);
  for (let j = 0; j < units; j++) {
    let bias = 0;
    for (let k = 0; k < fanIn; k++) {
      const weight = values[isTransposed ? j * fanIn + k : k * units + j]! * factor;
      weights[j * fanIn + k] = weight * scale[k]!;
      bias += weight * shift[k]!;
    }
    biases[j] = bias;
  }
  return { layer: { input, weights, biases }, values: POINTS, node };
}

/**
 * Separates what a layer takes in from the operations that fold into its weights: those after the activation before it,
 * and before the first layer those from a BatchNormalization on. The others there become transforms.
 * @throws FormatError naming the node that is neither
 */
function separateInput(given: Flow): { input: Flow; affines: readonly Affine[] } {
  if (!given.layer) {
    const { affines } = collectAffines(given);
    const first = affines.findIndex(({ isNorm }) => isNorm);
    return first < 0
      ? { input: given, affines: [] }
      : { input: affines[first]!.flow, affines: affines.slice(first) };
  }
  const found = findAffines(given, ({ values }) => recognizeActivation(values) !== undefined);
  if (!found) hiddenActivation(given);
  return { input: found!.inner, affines: found!.affines };
}

/** z + b, the biases of a layer; undefined for any other addition. */
export function bias(node: GraphNode, budget: Budget): Flow | undefined {
  for (const [i, j] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const [flow, constant] = [node.input(i), node.input(j)];
    if (!isConstant(flow) && flow.layer && flow.values === POINTS && isConstant(constant)) {
      return addBiases(node, flow.layer, node.constant(j), 1, budget);
    }
  }
  return undefined;
}

function addBiases(
  node: GraphNode,
  layer: GraphLayer,
  added: Constant,
  factor: number,
  budget: Budget,
): Flow {
  const at = spreadOverColumns(node, added, layer.biases.length);
  const biases = budget.floats(layer.biases.length);
  for (let j = 0; j < biases.length; j++) biases[j] = layer.biases[j]! + at(j) * factor;
  return { layer: { ...layer, biases }, values: POINTS, node };
}

/**
 * (x − mean)·scale/√(variance + ε) + B: folds into the layer before it, or else into the layer after it, together with
 * what is between them.
 */
export function batchNormalization(node: GraphNode, budget: Budget): Flow {
  if (node.number('training_mode', 'i', 0) !== 0 || node.outputs > 1) {
    throw node.wrong('it is in training mode', 'export the model for inference, in evaluation mode');
  }
  const [scale, offset, mean, variance] = [1, 2, 3, 4].map((i) => node.constant(i).values);
  const epsilon = node.number('epsilon', 'f', 1e-5);
  const count = scale!.length;
  if ([offset, mean, variance].some((values) => values!.length !== count))
    throw node.wrong('its scale, B, mean and variance differ in length');
  const factors = Float64Array.from(scale!, (value, k) => value / Math.sqrt(variance![k]! + epsilon));
  if (!factors.every(Number.isFinite)) throw node.wrong('expected variances above −epsilon');
  const shifts = factors.map((factor, k) => offset![k]! - mean![k]! * factor);
  const normalized = addNorm(addNorm(node.flow(0), 'Mul', factors, node), 'Add', shifts, node);
  return foldIntoLayer(normalized, budget) ?? normalized;
}

function addNorm(flow: Flow, operation: Affine['operation'], values: Float64Array, node: GraphNode): Flow {
  const constant = { dims: [values.length], values };
  return {
    layer: flow.layer,
    values: undefined,
    node,
    last: { flow, operation, constant, node, isNorm: true },
  };
}

/** A flow that a layer computes after operations with constants, as that layer alone; undefined if it is another. */
function foldIntoLayer(flow: Flow, budget: Budget): Flow | undefined {
  if (flow.layer && flow.values === POINTS) return flow;
  const known = folded.get(flow);
  if (known) return known;
  const found = findAffines(flow, ({ values }) => values === POINTS);
  if (!found?.inner.layer) return undefined;
  const { input, weights: plain, biases: offsets } = found.inner.layer;
  const units = offsets.length;
  const { scale, shift } = composeAffines(found.affines, units);
  const weights = budget.floats(plain.length);
  const fanIn = plain.length / units;
  for (let i = 0; i < plain.length; i++) weights[i] = plain[i]! * scale[Math.floor(i / fanIn)]!;
  const biases = budget.floats(units);
  for (let j = 0; j < units; j++) biases[j] = offsets[j]! * scale[j]! + shift[j]!;
  const result: Flow = { layer: { input, weights, biases }, values: POINTS, node: flow.node };
  folded.set(flow, result);
  return result;
}

/** Branches such as z and σ(z) of swish must meet in the same layer. */
const folded = new WeakMap<Flow, Flow>();

/**
 * The input of an activation: scales per unit of a layer fold into its weights.
 * @throws FormatError naming a BatchNormalization between two activations
 */
export function beforeActivation(flow: Flow, budget: Budget): Flow {
  if (flow.values !== undefined || !flow.layer) return flow;
  const result = foldIntoLayer(flow, budget);
  if (result) return result;
  checkNorm(flow, 'it is between two activations');
  return flow;
}

/** @throws FormatError naming the BatchNormalization that leads to a flow, because no layer can take it */
export function checkNorm(flow: Flow, problem: string): void {
  for (let { last } = flow; last; { last } = last.flow) {
    if (last.isNorm)
      throw last.node.wrong(
        `${problem}, so that it does not fold into the weights of a layer`,
        'move it before or after a layer, or train without it',
      );
  }
}

export function softmax(node: GraphNode, budget: Budget): Flow {
  const flow = node.flow(0);
  // A factor, such as a temperature, folds into the weights.
  const { layer, values } = foldIntoLayer(flow, budget) ?? beforeActivation(flow, budget);
  if (!layer || values !== POINTS) throw node.wrong('expected it directly after the weights of a layer');
  const axis = node.number('axis', 'i', -1);
  if (axis !== 1 && axis !== -1) throw node.wrong(`axis: expected 1 or -1, got ${axis}`);
  return { layer, values: 'softmax', node };
}

/**
 * [1 − p, p] of one sigmoid, as skl2onnx writes a classifier of two classes: a softmax of −z/2 and z/2.
 * @throws FormatError unless it is that
 */
export function twoClasses(node: GraphNode, budget: Budget): Flow {
  const axis = node.number('axis', 'i', 1);
  const [first, second] = [node.flow(0), node.flow(1)];
  const { layer } = first;
  const isSigmoid = ({ values }: Flow): boolean => recognizeActivation(values)?.activation === 'sigmoid';
  const [left, right] = [first.values, second.values];
  const isComplement =
    left instanceof Float64Array &&
    right instanceof Float64Array &&
    left.every((value, i) => Math.abs(value + right[i]! - 1) < 1e-6);
  const isPair = layer?.biases.length === 1 && layer === second.layer && !node.has(2);
  if (
    !layer ||
    !isPair ||
    !(isSigmoid(first) || isSigmoid(second)) ||
    !isComplement ||
    (axis !== 1 && axis !== -1)
  ) {
    throw node.wrong('bp4 joins only 1 − p and p of one sigmoid unit');
  }
  const fanIn = layer.weights.length;
  const [weights, biases] = [budget.floats(2 * fanIn), budget.floats(2)];
  const half = isSigmoid(first) ? -0.5 : 0.5;
  for (const [j, factor] of [-half, half].entries()) {
    for (let k = 0; k < fanIn; k++) weights[j * fanIn + k] = layer.weights[k]! * factor;
    biases[j] = layer.biases[0]! * factor;
  }
  return { layer: { input: layer.input, weights, biases }, values: 'softmax', node };
}
