import { double } from '../../kernels/reference/numerics.js';
import { defaultAlphas, type ActivationName } from '../../model/spec.js';
import { combine, negate, readScaler } from './arithmetic.js';
import type { Budget } from './tensor.js';
import { activationFunction } from './flow.js';
import { batchNormalization, beforeActivation, bias, gemm, matMul, softmax } from './layers.js';
import { ERF_FORM } from './hints.js';
import type { GraphNode, Operator, Value } from './node.js';
import {
  cast,
  concat,
  constant,
  dequantize,
  flatten,
  gather,
  reshape,
  shape,
  squeeze,
  transpose,
  unsqueeze,
} from './shapes.js';

const passOn: Operator = (node) => node.input(0);

/** Applies an elementwise function. */
const elementwise =
  (functionOf: (node: GraphNode) => (z: number) => number): Operator =>
  (node, budget) => {
    const { layer, values } = beforeActivation(node.flow(0), budget);
    const f = functionOf(node);
    return { layer, node, values: values instanceof Float64Array ? values.map(f) : undefined };
  };

/** One of bp4's activations; α is an attribute with the same default. */
const activation = (name: ActivationName): Operator => {
  const sigma = activationFunction(name);
  return elementwise((node) => {
    const alpha = node.number('alpha', 'f', defaultAlphas[name] ?? 0);
    return (z) => sigma(z, alpha);
  });
};

/** The supported operators. */
export const operators: ReadonlyMap<string, Operator> = new Map<string, Operator>([
  ['Gemm', gemm],
  ['MatMul', matMul],
  ['Add', add],
  ['Sum', add],
  ['Sub', (node, budget) => combine(node, 'Sub', budget)],
  ['Mul', (node, budget) => combine(node, 'Mul', budget)],
  ['Div', (node, budget) => combine(node, 'Div', budget)],
  ['BatchNormalization', batchNormalization],
  ['ai.onnx.ml.Scaler', readScaler],
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
  ['Neg', negate],
  ['Exp', elementwise(() => double.exp)],
  ['Reciprocal', elementwise(() => (z) => 1 / z)],
  ['Pow', elementwise(exponent)],
  ['Identity', passOn],
  ['Dropout', passOn], // inference drops nothing
  ['Cast', cast],
  ['Flatten', flatten],
  ['Reshape', reshape],
  ['Constant', constant],
  ['Transpose', transpose],
  ['Shape', shape],
  ['Gather', gather],
  ['Unsqueeze', unsqueeze],
  ['Squeeze', squeeze],
  ['Concat', concat],
  ['DequantizeLinear', dequantize],
  ['ai.onnx.ml.ZipMap', passOn], // the probabilities of each sample, by class
]);

function add(node: GraphNode, budget: Budget): Value {
  if (node.has(2)) throw node.wrong('expected two inputs');
  return bias(node, budget) ?? combine(node, 'Add', budget);
}

function gelu(node: GraphNode, budget: Budget): Value {
  const approximate = new TextDecoder().decode(node.attribute('approximate', 's'));
  if (approximate !== 'tanh') throw node.wrong(ERF_FORM.problem, ERF_FORM.cure);
  return activation('gelu')(node, budget);
}

/** The powers that gelu uses. */
function exponent(node: GraphNode): (z: number) => number {
  const { values } = node.constant(1);
  if (values.length === 1 && values[0] === 2) return (z) => z * z;
  if (values.length === 1 && values[0] === 3) return (z) => z * z * z;
  throw node.wrong('expected the exponent 2 or 3');
}
