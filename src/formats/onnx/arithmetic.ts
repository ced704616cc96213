import { isConstant, type GraphNode, type Affine, type Flow } from './node.js';
import { beforeActivation } from './layers.js';
import type { Budget, Constant } from './tensor.js';

const arithmetic = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  Div: (a: number, b: number) => a / b,
};

/** Combines two values elementwise; one of them may be a constant. */
export function combine(node: GraphNode, operation: Affine['operation'], budget: Budget): Flow {
  const f = arithmetic[operation];
  const [a, b] = [node.input(0), node.input(1)];
  if (isConstant(b)) return withConstant(node.flow(0), node.constant(1), f);
  if (isConstant(a)) {
    const isEither = operation === 'Add' || operation === 'Mul';
    return withConstant(b, node.constant(0), (z, c) => f(c, z), isEither);
  }
  const [left, right] = [beforeActivation(a, budget), beforeActivation(b, budget)];
  const { layer } = left;
  if (layer !== right.layer) {
    throw node.wrong('branches of different layers meet', 'bp4 supports only a sequence of layers');
  }
  const [f1, f2] = [left.values, right.values];
  const areFunctions = f1 instanceof Float64Array && f2 instanceof Float64Array;
  return { layer, node, values: areFunctions ? f1.map((z, i) => f(z, f2[i]!)) : undefined };

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

/** −a */
export function negate(node: GraphNode): Flow {
  const flow = node.flow(0);
  const constant = { dims: [], values: Float64Array.of(-1) };
  return {
    layer: flow.layer,
    values: flow.values instanceof Float64Array ? flow.values.map((z) => -z) : undefined,
    node,
    last: { flow, operation: 'Mul', constant, node },
  };
}

/** (x − offset)·scale, as skl2onnx writes scikit-learn's scalers. */
export function readScaler(node: GraphNode): Flow {
  const readConstant = (name: string): Constant => {
    const values = node.attribute(name, 'floats') ?? [];
    return { dims: [values.length], values: Float64Array.from(values) };
  };
  const flow = node.flow(0);
  const shifted: Flow = {
    layer: flow.layer,
    values: undefined,
    node,
    last: { flow, operation: 'Sub', constant: readConstant('offset'), node },
  };
  return { ...shifted, last: { flow: shifted, operation: 'Mul', constant: readConstant('scale'), node } };
}
