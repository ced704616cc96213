import { defaultAlphas, type ActivationName } from '../../model/spec.js';
import { affinesOf, hiddenActivation, POINTS, sigmaOf, type Affine, type Flow, type Layer } from './flow.js';
import type { Budget } from './budget.js';
import { isConstant, type NodeAt, type Value } from './node.js';
import { DOUBLE, FLOAT, FLOAT16 } from './proto.js';
import { constantOf, type Constant } from './tensor.js';

/** What a node gives. @throws FormatError that names the node */
type Operator = (node: NodeAt, budget: Budget) => Value;

const passOn: Operator = (node) => node.input(0);

/** A function of each number alone. */
const elementwise =
  (functionOf: (node: NodeAt) => (z: number) => number): Operator =>
  (node) => {
    const { layer, values } = node.flow(0);
    const f = functionOf(node);
    return { layer, node, values: values instanceof Float64Array ? values.map(f) : undefined };
  };

/** One of bp4's activations, whose α is an attribute, with the same default. */
const activation = (name: ActivationName): Operator => {
  const sigma = sigmaOf(name);
  return elementwise((node) => {
    const alpha = node.number('alpha', 'f', defaultAlphas[name] ?? 0);
    return (z) => sigma(z, alpha);
  });
};

const arithmetic = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  Div: (a: number, b: number) => a / b,
};

/** The operators that are read. */
export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Gemm', gemm],
  ['MatMul', (node, budget) => layerOf(node, budget, { isTransposed: false, scale: 1 })],
  ['Add', (node, budget) => bias(node, budget) ?? combined(node, 'Add')],
  ['Sub', (node) => combined(node, 'Sub')],
  ['Mul', (node) => combined(node, 'Mul')],
  ['Div', (node) => combined(node, 'Div')],
  ['ai.onnx.ml.Scaler', scaler],
  ['Sigmoid', activation('sigmoid')],
  ['Tanh', activation('tanh')],
  ['Relu', activation('relu')],
  ['LeakyRelu', activation('leakyRelu')],
  ['Elu', activation('elu')],
  ['Softplus', activation('softplus')],
  ['Softsign', activation('softsign')],
  ['Gelu', gelu],
  ['Softmax', softmax],
  ['Abs', elementwise(() => Math.abs)],
  ['Pow', elementwise(exponent)],
  ['Identity', passOn],
  ['Dropout', passOn], // of inference
  ['Cast', cast],
  ['Flatten', flatten],
  ['Reshape', reshape],
  ['Constant', constant],
  ['Transpose', transpose],
]);

/** α·A·B + β·C */
function gemm(node: NodeAt, budget: Budget): Flow {
  if (node.number('transA', 'i', 0) !== 0) throw node.wrong('transA: expected 0: a row for each sample');
  const isTransposed = node.number('transB', 'i', 0) !== 0;
  const flow = layerOf(node, budget, { isTransposed, scale: node.number('alpha', 'f', 1) });
  return node.has(2) ? biased(node, flow.layer, node.constant(2), node.number('beta', 'f', 1), budget) : flow;
}

/** z = W·a, its biases 0 so far. @param how whether B is [units][fanIn], and by what it is multiplied */
function layerOf(
  node: NodeAt,
  budget: Budget,
  { isTransposed, scale }: { isTransposed: boolean; scale: number },
): Flow & { layer: Layer } {
  const input = node.flow(0);
  const { dims, values } = node.constant(1);
  const [rows = 0, columns = 0] = dims;
  if (dims.length !== 2 || rows === 0 || columns === 0) {
    throw node.wrong(`expected weights of two dims, got dims [${dims.join()}]`);
  }
  const [units, fanIn] = isTransposed ? [rows, columns] : [columns, rows];
  if (input.layer) {
    hiddenActivation(input);
    const given = input.layer.biases.length;
    if (given !== fanIn) throw node.wrong(`its weights take ${fanIn} numbers, it is given ${given}`);
  } else affinesOf(input);
  const weights = budget.floats(units * fanIn);
  for (let j = 0; j < units; j++) {
    for (let k = 0; k < fanIn; k++) {
      weights[j * fanIn + k] = values[isTransposed ? j * fanIn + k : k * units + j]! * scale;
    }
  }
  const layer = { input, weights, biases: budget.floats(units) };
  return { layer, values: POINTS, node };
}

/** z + b: the biases of a layer. Undefined where something else is added. */
function bias(node: NodeAt, budget: Budget): Flow | undefined {
  for (const [i, j] of [
    [0, 1],
    [1, 0],
  ] as const) {
    const [flow, constant] = [node.input(i), node.input(j)];
    if (!isConstant(flow) && flow.layer && flow.values === POINTS && isConstant(constant)) {
      return biased(node, flow.layer, constant, 1, budget);
    }
  }
  return undefined;
}

function biased(node: NodeAt, layer: Layer, added: Constant, scale: number, budget: Budget): Flow {
  const at = columnsOf(node, added, layer.biases.length);
  const biases = budget.floats(layer.biases.length);
  for (let j = 0; j < biases.length; j++) biases[j] = layer.biases[j]! + at(j) * scale;
  return { layer: { ...layer, biases }, values: POINTS, node };
}

/** Two values, one of which may be constant, number by number. */
function combined(node: NodeAt, operation: Affine['operation']): Flow {
  const f = arithmetic[operation];
  const [a, b] = [node.input(0), node.input(1)];
  if (isConstant(b)) return withConstant(node.flow(0), b, f);
  if (isConstant(a)) {
    const isEither = operation === 'Add' || operation === 'Mul';
    return withConstant(b, a, (z, c) => f(c, z), isEither);
  }
  if (a.layer !== b.layer) {
    throw node.wrong('branches of different layers meet; bp4 has one layer after the other');
  }
  const [left, right] = [a.values, b.values];
  const areFunctions = left instanceof Float64Array && right instanceof Float64Array;
  return { layer: a.layer, node, values: areFunctions ? left.map((z, i) => f(z, right[i]!)) : undefined };

  function withConstant(
    flow: Flow,
    constant: Constant,
    f: (z: number, c: number) => number,
    isAffine = true,
  ): Flow {
    const [c] = constant.values;
    const isFunction = constant.values.length === 1 && flow.values instanceof Float64Array;
    return {
      layer: flow.layer,
      node,
      values: isFunction ? flow.values.map((z) => f(z, c!)) : undefined,
      ...(isAffine && { last: { flow, operation, constant, node } }),
    };
  }
}

/** (x − offset)·scale, as scikit-learn's scalers are written by skl2onnx. */
function scaler(node: NodeAt): Flow {
  const constantOf = (name: string): Constant => {
    const values = node.attribute(name, 'floats') ?? [];
    return { dims: [values.length], values: Float64Array.from(values) };
  };
  const flow = node.flow(0);
  const shifted: Flow = {
    layer: flow.layer,
    values: undefined,
    node,
    last: { flow, operation: 'Sub', constant: constantOf('offset'), node },
  };
  return { ...shifted, last: { flow: shifted, operation: 'Mul', constant: constantOf('scale'), node } };
}

function gelu(node: NodeAt, budget: Budget): Value {
  const approximate = new TextDecoder().decode(node.attribute('approximate', 's'));
  if (approximate !== 'tanh')
    throw node.wrong(`bp4 has the gelu of approximate='tanh' only, not that of erf`);
  return activation('gelu')(node, budget);
}

function softmax(node: NodeAt): Flow {
  const { layer, values } = node.flow(0);
  if (!layer || values !== POINTS) throw node.wrong('expected it right after the weights of a layer');
  const axis = node.number('axis', 'i', -1);
  if (axis !== 1 && axis !== -1) throw node.wrong(`axis: expected 1 or -1, got ${axis}`);
  return { layer, values: 'softmax', node };
}

/** Powers as gelu needs them. */
function exponent(node: NodeAt): (z: number) => number {
  const { values } = node.constant(1);
  if (values.length === 1 && values[0] === 2) return (z) => z * z;
  if (values.length === 1 && values[0] === 3) return (z) => z * z * z;
  throw node.wrong('expected the exponent 2 or 3');
}

function cast(node: NodeAt): Value {
  const to = node.number('to', 'i', 0);
  if (to !== FLOAT && to !== DOUBLE && to !== FLOAT16) {
    throw node.wrong(`to: expected a type of floats (${FLOAT}, ${DOUBLE} or ${FLOAT16}), got ${to}`);
  }
  return node.input(0);
}

function flatten(node: NodeAt): Flow {
  const axis = node.number('axis', 'i', 1);
  if (axis !== 1) throw node.wrong(`axis: expected 1, a row for each sample, got ${axis}`);
  return node.flow(0);
}

/** To [batch][-1] alone. */
function reshape(node: NodeAt): Flow {
  const flow = node.flow(0);
  const { values: shape } = node.constant(1);
  const [batch, width] = shape;
  const isBatch = batch === -1 || batch === 0 || batch === 1;
  // Of the inputs, how many they are is compared with the weights.
  const isWidth = width === -1 || (flow.layer ? width === flow.layer.biases.length : width! > 0);
  if (shape.length !== 2 || !isBatch || !isWidth) {
    throw node.wrong(`expected the shape [-1, all numbers of a sample], got [${shape.slice(0, 8).join()}]`);
  }
  return flow;
}

function constant(node: NodeAt): Constant {
  const tensor = node.attribute('value', 't');
  if (tensor) return constantOf(node.place, tensor);
  const one = node.attribute('value_float', 'f') ?? node.attribute('value_int', 'i');
  const values = node.attribute('value_floats', 'floats') ?? node.attribute('value_ints', 'ints');
  if (values) return { dims: [values.length], values: Float64Array.from(values) };
  if (one !== undefined) return { dims: [], values: Float64Array.of(one) };
  throw node.wrong('expected one of value, value_float, value_floats, value_int, value_ints');
}

function transpose(node: NodeAt, budget: Budget): Constant {
  const { dims, values } = node.constant(0);
  const [rows = 0, columns = 0] = dims;
  const order = node.attribute('perm', 'ints') ?? [1, 0];
  if (dims.length !== 2 || order.join() !== '1,0') throw node.wrong('expected a matrix, and perm [1, 0]');
  const transposed = budget.floats(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) transposed[j * rows + i] = values[i * columns + j]!;
  }
  return { dims: [columns, rows], values: transposed };
}

/** A constant's number for each column: one for all, or one for each. */
export function columnsOf(node: NodeAt, { dims, values }: Constant, width: number): (k: number) => number {
  if (values.length === 1) return () => values[0]!;
  if (values.length === width && dims.at(-1) !== 1) return (k) => values[k]!;
  throw node.wrong(`expected a constant of 1 or ${width} numbers, got dims [${dims.join()}]`);
}
