import { isConstant, type GraphNode, type Affine, type Flow } from './node.js';
import type { Constant } from './tensor.js';

const arithmetic = {
  Add: (a: number, b: number) => a + b,
  Sub: (a: number, b: number) => a - b,
  Mul: (a: number, b: number) => a * b,
  Div: (a: number, b: number) => a / b,
};

/** Combines two values elementwise; one of them may be a constant. */
export function combine(node: GraphNode, operation: Affine['operation']): Flow {
  const f = arithmetic[operation];
  const [a, b] = [node.input(0), node.input(1)];
  if (isConstant(b)) return withConstant(node.flow(0), b, f);
  if (isConstant(a)) {
    const isEither = operation === 'Add' || operation === 'Mul';
    return withConstant(b, a, (z, c) => f(c, z), isEither);
  }
  if (a.layer !== b.layer) {
    throw node.wrong('branches of different layers meet', 'bp4 supports only a sequence of layers');
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
