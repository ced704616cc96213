import { memberPrefix } from '../../ensemble/file.js';
import { nameTensors } from '../../model/file.js';
import type { Parameters } from '../../model/state.js';
import type { ActivationName, CheckedSpec } from '../../model/spec.js';
import { GraphBuilder } from './graph-builder.js';
import { DOUBLE, FLOAT } from './proto.js';
import { writeInverse, writeTransforms } from './write-transforms.js';

export const INPUTS = 'inputs';
export const OUTPUTS = 'outputs';

/** The operator of each activation; linear needs none, and some need several. */
const operators: Record<
  Exclude<ActivationName, 'linear' | 'swish' | 'gelu' | 'geluExact' | 'mish'>,
  string
> = {
  sigmoid: 'Sigmoid',
  tanh: 'Tanh',
  relu: 'Relu',
  leakyRelu: 'LeakyRelu',
  elu: 'Elu',
  selu: 'Selu',
  softplus: 'Softplus',
  softsign: 'Softsign',
  softmax: 'Softmax',
};

/**
 * Builds the graph of a network in operators of opset 13: 'inputs' [batch][columns] → 'outputs' [batch][outputs], of
 * floats. Weights and biases are named '0.weight' and '0.bias', as in PyTorch's nn.Sequential.
 * @throws RangeError if two categories are equal in single precision
 */
export function buildGraph(spec: CheckedSpec, parameters: readonly Parameters[]): GraphBuilder {
  const draft = new GraphBuilder();
  writeNetwork(draft, '', spec, parameters, INPUTS);
  draft.nodes.push({ ...draft.nodes.pop()!, output: [OUTPUTS] }); // the last node computes the outputs
  return draft;
}

/** A network of an ensemble. */
export interface Branch {
  readonly spec: CheckedSpec;
  readonly parameters: readonly Parameters[];
  readonly weight: number;
}

/**
 * Builds the graph of an ensemble: a branch for each network, whose names begin with 'member0.' and so on, and the weighted
 * mean of their outputs in double precision.
 * @throws RangeError if two categories are equal in single precision
 */
export function buildEnsembleGraph(branches: readonly Branch[]): GraphBuilder {
  const draft = new GraphBuilder();
  let sum: string | undefined;
  let total = 0;
  for (const [i, { spec, parameters, weight }] of branches.entries()) {
    const prefix = memberPrefix(i);
    // names of nodes derive from that of their input
    const inputs = draft.node('Identity', [INPUTS], `${prefix}${INPUTS}`);
    const outputs = writeNetwork(draft, prefix, spec, parameters, inputs);
    const double = draft.node('Cast', [outputs], `${prefix}double`, { to: DOUBLE });
    const factor = draft.constant(`${prefix}factor`, [], Float64Array.of(weight));
    const weighted = draft.node('Mul', [double, factor], `${prefix}weighted`);
    sum = sum === undefined ? weighted : draft.node('Add', [sum, weighted], `${prefix}sum`);
    total += weight;
  }
  const mean = draft.node('Div', [sum!, draft.constant('total', [], Float64Array.of(total))], 'mean');
  draft.node('Cast', [mean], OUTPUTS, { to: FLOAT });
  return draft;
}

/**
 * @param prefix of the names
 * @param input the name of the untransformed inputs
 * @returns the name of the outputs in the targets' own units
 */
function writeNetwork(
  draft: GraphBuilder,
  prefix: string,
  spec: CheckedSpec,
  parameters: readonly Parameters[],
  input: string,
): string {
  const { inputs, targets } = spec.transforms;
  let value = inputs ? writeTransforms(draft, inputs, input) : input;
  for (const [name, { shape, values }] of nameTensors(prefix, parameters))
    draft.constant(name, shape, values);
  for (const [l, layer] of spec.layers.entries()) {
    const name = `${prefix}${l}`;
    const z = draft.node('Gemm', [value, `${name}.weight`, `${name}.bias`], `${name}.preActivations`, {
      transB: 1,
    });
    value = writeActivation(draft, layer, z, `${name}.activations`);
  }
  return targets ? writeInverse(draft, targets, value) : value;
}

function writeActivation(
  draft: GraphBuilder,
  { activation, alpha }: CheckedSpec['layers'][number],
  z: string,
  name: string,
): string {
  if (activation === 'linear') return z;
  // z/(1 + e⁻ᶻ)
  if (activation === 'swish') return draft.node('Mul', [z, draft.node('Sigmoid', [z], `${name}.gate`)], name);
  // z·tanh(ln(1 + eᶻ)). (The operator Mish came with opset 18.)
  if (activation === 'mish') {
    const softplus = draft.node('Softplus', [z], `${name}.softplus`);
    return draft.node('Mul', [z, draft.node('Tanh', [softplus], `${name}.gate`)], name);
  }
  if (activation === 'gelu') return writeGelu(draft, z, name);
  if (activation === 'geluExact') return writeExactGelu(draft, z, name);
  const attributes = activation === 'softmax' ? { axis: 1 } : alpha ? { alpha } : {};
  return draft.node(operators[activation], [z], name, attributes);
}

/**
 * gelu in its tanh form, as bp4 computes it: ½z(1 + tanh(w/2)) = z/(1 + e⁻ʷ) with w = z(c + dz²), c = 2√(2/π) and
 * d = 0.044715c. (The operator Gelu came with opset 20.)
 */
function writeGelu(draft: GraphBuilder, z: string, name: string): string {
  const number = (letter: string, value: number): string =>
    draft.constant(`${name}.${letter}`, [], Float32Array.of(value));
  const square = draft.node('Mul', [z, z], `${name}.square`);
  const product = draft.node('Mul', [square, number('d', 0.07135481627260025)], `${name}.product`);
  const sum = draft.node('Add', [product, number('c', 1.5957691216057308)], `${name}.sum`);
  const w = draft.node('Mul', [z, sum], `${name}.w`);
  return draft.node('Mul', [z, draft.node('Sigmoid', [w], `${name}.gate`)], name);
}

/** ½z(1 + erf(z/√2)), as torch.onnx.export writes it. */
function writeExactGelu(draft: GraphBuilder, z: string, name: string): string {
  const number = (letter: string, value: number): string =>
    draft.constant(`${name}.${letter}`, [], Float32Array.of(value));
  const quotient = draft.node('Div', [z, number('root', Math.SQRT2)], `${name}.quotient`);
  const erf = draft.node('Erf', [quotient], `${name}.erf`);
  const sum = draft.node('Add', [erf, number('one', 1)], `${name}.sum`);
  const product = draft.node('Mul', [z, sum], `${name}.product`);
  return draft.node('Mul', [product, number('half', 0.5)], name);
}
