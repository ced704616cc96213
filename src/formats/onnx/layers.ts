import type { Budget } from './tensor.js';
import { collectAffines, hiddenActivation, POINTS } from './flow.js';
import { spreadOverColumns, isConstant, type GraphNode, type Flow, type GraphLayer } from './node.js';
import { showShape, type Constant } from './tensor.js';

// The operators of a layer: weights, biases and softmax.

/** α·A·B + β·C */
export function gemm(node: GraphNode, budget: Budget): Flow {
  if (node.number('transA', 'i', 0) !== 0) throw node.wrong('transA: expected 0, one row per sample');
  const isTransposed = node.number('transB', 'i', 0) !== 0;
  const flow = readLayer(node, budget, { isTransposed, scale: node.number('alpha', 'f', 1) });
  return node.has(2)
    ? addBiases(node, flow.layer, node.constant(2), node.number('beta', 'f', 1), budget)
    : flow;
}

/** A·B */
export const matMul = (node: GraphNode, budget: Budget): Flow =>
  readLayer(node, budget, { isTransposed: false, scale: 1 });

/** z = W·a, with biases 0 so far. @param how whether B is [units][fanIn], and a factor of the weights */
function readLayer(
  node: GraphNode,
  budget: Budget,
  { isTransposed, scale }: { isTransposed: boolean; scale: number },
): Flow & { layer: GraphLayer } {
  const input = node.flow(0);
  const { dims, values } = node.constant(1);
  const [rows = 0, columns = 0] = dims;
  if (dims.length !== 2 || rows === 0 || columns === 0) {
    throw node.wrong(`expected weights of two dims, got dims ${showShape(dims)}`);
  }
  const [units, fanIn] = isTransposed ? [rows, columns] : [columns, rows];
  if (input.layer) {
    hiddenActivation(input);
    const given = input.layer.biases.length;
    if (given !== fanIn) throw node.wrong(`its weights take ${fanIn} numbers, but its input has ${given}`);
  } else collectAffines(input);
  const weights = budget.floats(units * fanIn);
  for (let j = 0; j < units; j++) {
    for (let k = 0; k < fanIn; k++) {
      weights[j * fanIn + k] = values[isTransposed ? j * fanIn + k : k * units + j]! * scale;
    }
  }
  const layer = { input, weights, biases: budget.floats(units) };
  return { layer, values: POINTS, node };
}

/** z + b, the biases of a layer; undefined for any other addition. */
export function bias(node: GraphNode, budget: Budget): Flow | undefined {
  for (const [i, j] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const [flow, constant] = [node.input(i), node.input(j)];
    if (!isConstant(flow) && flow.layer && flow.values === POINTS && isConstant(constant)) {
      return addBiases(node, flow.layer, constant, 1, budget);
    }
  }
  return undefined;
}

function addBiases(node: GraphNode, layer: GraphLayer, added: Constant, scale: number, budget: Budget): Flow {
  const at = spreadOverColumns(node, added, layer.biases.length);
  const biases = budget.floats(layer.biases.length);
  for (let j = 0; j < biases.length; j++) biases[j] = layer.biases[j]! + at(j) * scale;
  return { layer: { ...layer, biases }, values: POINTS, node };
}

export function softmax(node: GraphNode): Flow {
  const { layer, values } = node.flow(0);
  if (!layer || values !== POINTS) throw node.wrong('expected it directly after the weights of a layer');
  const axis = node.number('axis', 'i', -1);
  if (axis !== 1 && axis !== -1) throw node.wrong(`axis: expected 1 or -1, got ${axis}`);
  return { layer, values: 'softmax', node };
}
