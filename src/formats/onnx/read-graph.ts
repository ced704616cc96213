import { FormatError, RangeFault } from '../../errors.js';
import { show } from '../../base/check.js';
import type { SpecJSON } from '../../model/json.js';
import type { Parameters } from '../../model/state.js';
import type { NumberTransform } from '../../model/transforms.js';
import { Budget } from './tensor.js';
import {
  collectAffines,
  composeAffines,
  hiddenActivation,
  POINTS,
  recognizeActivation,
  type FoundActivation,
} from './flow.js';
import {
  spreadOverColumns,
  isConstant,
  GraphNode,
  type Value,
  type Affine,
  type Flow,
  type GraphLayer,
} from './node.js';
import { listNames } from '../files-by-name.js';
import type { ExternalData } from './external-data.js';
import { findHint, type Hint } from './hints.js';
import { checkNorm } from './layers.js';
import { operators } from './operators.js';
import type { Graph } from './proto.js';
import { readTensor } from './tensor.js';

/** A network as a graph describes it, without a loss. */
export interface Found {
  readonly spec: Omit<SpecJSON, 'format' | 'version' | 'loss'>;
  readonly parameters: readonly Parameters[];
}

/** A model to read. */
export interface Source {
  readonly graph: Graph;
  /** The size of the file. */
  readonly bytes: number;
  readonly external: ExternalData;
}

/**
 * Reads an untrusted graph: a sequence of layers from one input to one output. Nodes that the output doesn't depend on
 * are ignored.
 * @param output the name of the value to read if the graph has several outputs
 * @throws FormatError naming the first unsupported node
 * @throws RangeError if no value has the name
 */
export function readGraph({ graph, bytes, external }: Source, output?: string): Found {
  const values = new Map<string, Value>();
  const initializers = new Map(graph.initializer.map((tensor) => [tensor.name ?? '', tensor]));
  const answer = chooseOutput(graph, output);
  const needed = findNeeded(graph, answer);
  const inputs = graph.input.filter(({ name = '' }) => needed.has(name) && !initializers.has(name));
  if (inputs.length !== 1) {
    throw new FormatError({
      place: 'bytes',
      problem: `expected an output that depends on one input, got ${listNames(inputs.map(({ name = '' }) => name))}`,
      ...(inputs.length > 1 && { cure: 'export it with all columns in one matrix, [samples][columns]' }),
    });
  }
  values.set(inputs[0]!.name!, { layer: undefined, values: POINTS, node: undefined });
  const findValue = (name: string): Value | undefined => {
    const tensor = initializers.get(name);
    if (!values.has(name) && tensor)
      values.set(name, readTensor(`bytes: initializer ${show(name)}`, tensor, external));
    return values.get(name);
  };

  const budget = new Budget(bytes + external.bytes);
  for (const [position, one] of graph.node.entries()) {
    if (!one.output.some((name) => needed.has(name))) continue;
    const node = new GraphNode(one, position, (i) => {
      const name = one.input[i] ?? '';
      if (name === '') return undefined; // an omitted optional input
      const value = findValue(name);
      if (value) return value;
      throw node.wrong(`no earlier node outputs its input ${show(name)}`);
    });
    const operator = operators.get(node.op);
    if (!operator) {
      const hint: Hint = findHint(node.op, one.input[0] ?? '') ?? {
        problem: 'this operator is not supported',
        cure: `use ${[...operators.keys()].join(', ')}`,
      };
      throw node.wrong(hint.problem, hint.cure, hint.option);
    }
    const [name = ''] = one.output;
    if (findValue(name)) throw node.wrong(`${show(name)} is defined twice`);
    values.set(name, operator(node, budget));
  }

  const value = findValue(answer);
  if (!value || isConstant(value)) {
    throw new FormatError({
      place: 'bytes',
      problem: `the output ${show(answer)} does not depend on the inputs`,
    });
  }
  return assembleNetwork(value, readWidth(inputs[0]!));
}

function chooseOutput({ output: outputs, node: nodes }: Graph, wanted: string | undefined): string {
  const names = outputs.map(({ name = '' }) => name);
  if (wanted === undefined && names.length !== 1) {
    throw new FormatError({
      place: 'bytes',
      problem: `expected a graph of one output, got ${listNames(names)}`,
      cure: 'set options.output',
      option: { name: 'output', values: names },
    });
  }
  const output = wanted ?? names[0]!;
  const isThere = names.includes(output) || nodes.some((node) => node.output.includes(output));
  if (wanted === undefined || isThere) return output;
  throw new RangeFault({
    place: 'options.output',
    problem: `expected ${listNames(names)}, or a value inside the graph, got ${show(wanted)}`,
  });
}

/** Finds all names that a value depends on. Nodes come after the nodes of their inputs. */
function findNeeded(graph: Graph, answer: string): ReadonlySet<string> {
  const needed = new Set([answer]);
  for (let i = graph.node.length - 1; i >= 0; i--) {
    const { input, output } = graph.node[i]!;
    if (output.some((name) => needed.has(name))) for (const name of input) needed.add(name);
  }
  return needed;
}

/** The number of values per sample; undefined if the file doesn't fix it. */
function readWidth({ type }: Graph['input'][number]): number | undefined {
  const [, ...sizes] = type?.tensor?.shape?.dim ?? [];
  const width = sizes.reduce((product, { size = NaN }) => product * size, 1);
  return sizes.length > 0 && width > 0 ? width : undefined;
}

/** Assembles the layers that lead to a value, with the transforms before and after them. */
function assembleNetwork(answer: Flow, width: number | undefined): Found {
  const { inner, affines: after } = collectAffines(
    answer,
    ({ values }) => recognizeActivation(values) !== undefined,
  );
  if (after.length > 0) checkNorm(answer, 'it follows the last activation');
  const layers: GraphLayer[] = [];
  const found: FoundActivation[] = [];
  let flow = inner;
  for (; flow.layer; flow = flow.layer.input) {
    layers.unshift(flow.layer);
    found.unshift(hiddenActivation(flow));
  }
  const [first] = layers;
  if (!first)
    throw new FormatError({
      place: 'bytes',
      problem: 'expected a graph of at least one layer (Gemm, or MatMul), got none',
    });
  const inputs = first.weights.length / first.biases.length;
  if (width !== undefined && width !== inputs) {
    throw new FormatError({
      place: 'bytes',
      problem: `the first layer takes ${inputs} numbers, but the input of the graph has ${width}`,
    });
  }
  const { affines: before } = collectAffines(flow);
  const transforms = {
    ...(before.length > 0 && { inputs: inputTransforms(before, inputs) }),
    ...(after.length > 0 && { targets: targetTransforms(after, layers.at(-1)!.biases.length) }),
  };
  return {
    spec: {
      inputs,
      layers: layers.map(({ biases }, l) => ({ units: biases.length, ...found[l]! })),
      ...(before.length + after.length > 0 && { transforms }),
    },
    parameters: layers.map(({ weights, biases }) => ({ weights, biases })),
  };
}

/** y = (x − mean) / deviation; 0 for a constant column, which the graph divides by infinity. */
function inputTransforms(affines: readonly Affine[], width: number): NumberTransform[] {
  const columns = affines.map(({ node, constant }) => spreadOverColumns(node, constant, width));
  return Array.from({ length: width }, (_, k) => {
    let [mean, deviation] = [0, 1];
    for (const [i, { operation }] of affines.entries()) {
      const c = columns[i]!(k);
      if (operation === 'Add') mean -= c * deviation;
      else if (operation === 'Sub') mean += c * deviation;
      else if (operation === 'Mul') deviation /= c;
      else deviation *= c;
    }
    return toTransform(mean, deviation === Infinity ? 0 : deviation);
  });
}

/** y = a·deviation + mean */
function targetTransforms(affines: readonly Affine[], width: number): NumberTransform[] {
  const { scale, shift } = composeAffines(affines, width);
  return Array.from(scale, (deviation, k) => toTransform(shift[k]!, deviation));
}

const toTransform = (mean: number, deviation: number): NumberTransform =>
  mean === 0 && deviation === 1 ? { kind: 'identity' } : { kind: 'standardize', mean, deviation };
