import { double } from '../../kernels/reference/numerics.js';
import { defaultAlphas, type ActivationName } from '../../model/spec.js';
import { combine, negate, readScaler } from './arithmetic.js';
import type { Budget } from './tensor.js';
import { activationFunction } from './flow.js';
import { batchNormalization, beforeActivation, bias, gemm, matMul, softmax } from './layers.js';
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
  ['Selu', selu],
  ['Mish', activation('mish')],
  ['Softplus', activation('softplus')],
  ['Softsign', activation('softsign')],
  ['Gelu', gelu],
  ['Erf', elementwise(() => erf)],
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
  return activation(approximate === 'tanh' ? 'gelu' : 'geluExact')(node, budget);
}

/** Its α and γ may be given, but only those that make it selu. */
function selu(node: GraphNode, budget: Budget): Value {
  const alpha = node.number('alpha', 'f', SELU_ALPHA);
  const gamma = node.number('gamma', 'f', SELU_GAMMA);
  if (Math.abs(alpha - SELU_ALPHA) > 1e-6 || Math.abs(gamma - SELU_GAMMA) > 1e-6)
    throw node.wrong(`expected the α and γ of selu, ${SELU_ALPHA} and ${SELU_GAMMA}`);
  return activation('selu')(node, budget);
}
const SELU_ALPHA = 1.6732632423543772;
const SELU_GAMMA = 1.0507009873554805;

/** 1 − 2Φ(−x√2) for x ≥ 0. */
function erf(x: number): number {
  const z = Math.abs(x) * Math.SQRT2;
  return Math.sign(x) * (1 - 2 * double.scaledTail(z) * double.exp((-z * z) / 2));
}

/** The powers that gelu uses. */
function exponent(node: GraphNode): (z: number) => number {
  const { values } = node.constant(1);
  if (values.length === 1 && values[0] === 2) return (z) => z * z;
  if (values.length === 1 && values[0] === 3) return (z) => z * z * z;
  throw node.wrong('expected the exponent 2 or 3');
}
