import { defaultAlphas, type ActivationName } from '../../model/spec.js';
import { combined, scaler } from './arithmetic.js';
import type { Budget } from './budget.js';
import { sigmaOf } from './flow.js';
import { bias, gemm, matMul, softmax } from './layers.js';
import type { NodeAt, Operator, Value } from './node.js';
import { cast, concat, constant, flatten, gather, reshape, shape, transpose, unsqueeze } from './shapes.js';

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

/** The operators that are read. */
export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Gemm', gemm],
  ['MatMul', matMul],
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
  ['Shape', shape],
  ['Gather', gather],
  ['Unsqueeze', unsqueeze],
  ['Concat', concat],
]);

function gelu(node: NodeAt, budget: Budget): Value {
  const approximate = new TextDecoder().decode(node.attribute('approximate', 's'));
  if (approximate !== 'tanh')
    throw node.wrong(`bp4 has the gelu of approximate='tanh' only, not that of erf`);
  return activation('gelu')(node, budget);
}

/** Powers as gelu needs them. */
function exponent(node: NodeAt): (z: number) => number {
  const { values } = node.constant(1);
  if (values.length === 1 && values[0] === 2) return (z) => z * z;
  if (values.length === 1 && values[0] === 3) return (z) => z * z * z;
  throw node.wrong('expected the exponent 2 or 3');
}
