import { FormatError, type FaultOption } from '../../errors.js';
import { show } from '../../base/check.js';
import type { Budget } from './tensor.js';
import { attributeTypes, type Attribute, type Node } from './proto.js';
import { showShape, type Constant } from './tensor.js';

/** A layer's weights [units][fanIn] and biases [units], and its input. */
export interface GraphLayer {
  readonly input: Flow;
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** A value that depends on the graph's inputs: f(z) of a layer, or of the inputs themselves. */
export interface Flow {
  /** The layer of z; undefined for the inputs. */
  readonly layer: GraphLayer | undefined;
  /** f at `POINTS` if f is elementwise, or 'softmax' over the row. */
  readonly values: Float64Array | 'softmax' | undefined;
  /** The last affine operation, if the value is another value combined with a constant. */
  readonly last?: Affine;
  /** The node that computes it; undefined for the inputs. */
  readonly node: GraphNode | undefined;
}

export interface Affine {
  readonly flow: Flow;
  readonly operation: 'Add' | 'Sub' | 'Mul' | 'Div';
  readonly constant: Constant;
  readonly node: GraphNode;
  /** Whether it is part of a BatchNormalization, which folds into a layer and never becomes a transform. */
  readonly isNorm?: true;
}

/** The value of a name in a graph. */
export type Value = Constant | Flow;

/** Computes the value of a node. @throws FormatError naming the node */
export type Operator = (node: GraphNode, budget: Budget) => Value;

export const isConstant = (value: Value): value is Constant => 'dims' in value;

/** Why a model of integers is refused. */
export const QUANTIZED = {
  problem: 'the model is quantized to 8 bits or fewer, and bp4 computes with floats',
  cure: 'export it unquantized',
};

/** A node of the graph, with its inputs. */
export class GraphNode {
  readonly op: string;
  /** Its name in error messages. */
  readonly place: string;
  readonly #node: Node;
  readonly #findValue: (i: number) => Value | undefined;

  /** @param findValue returns an input, or undefined if it is omitted */
  constructor(node: Node, position: number, findValue: (i: number) => Value | undefined) {
    // ONNX's own operators have no domain. The domain prefixes the names of others.
    const { domain = '', opType = '', name = '' } = node;
    this.op = domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
    this.place = `bytes: graph.node[${position}], ${this.op.slice(0, 50)}${name && ` ${show(name)}`}`;
    this.#node = node;
    this.#findValue = findValue;
  }

  /** Creates an error that names the node. */
  wrong(problem: string, cure?: string, option?: FaultOption): FormatError {
    return new FormatError({ place: this.place, problem, cure, option });
  }

  has(i: number): boolean {
    return this.#findValue(i) !== undefined;
  }

  input(i: number): Value {
    const value = this.#findValue(i);
    if (!value) throw this.wrong(`its input ${i} is missing`);
    return value;
  }

  flow(i: number): Flow {
    const value = this.input(i);
    if (isConstant(value))
      throw this.wrong(`expected its input ${i} to depend on the inputs, got a constant`);
    return value;
  }

  constant(i: number): Constant {
    const value = this.input(i);
    if (isConstant(value)) {
      if (value.isQuantized)
        throw this.wrong(`its input ${i} has integers of 8 bits; ${QUANTIZED.problem}`, QUANTIZED.cure);
      return value;
    }
    throw this.wrong(`expected its input ${i} to be a constant, got a value that depends on the inputs`);
  }

  /** The number of values that it computes; optional ones may be omitted. */
  get outputs(): number {
    return this.#node.output.filter((name) => name !== '').length;
  }

  /** The value of an attribute; undefined if it is omitted. @param field the field that its type uses */
  attribute<Field extends keyof typeof attributeTypes>(
    name: string,
    field: Field,
  ): Attribute[Field] | undefined {
    const attribute = this.#node.attribute.find((one) => one.name === name);
    if (!attribute) return undefined;
    if (attribute.type !== attributeTypes[field]) {
      throw this.wrong(
        `attribute ${name}: expected type ${attributeTypes[field]}, got ${attribute.type ?? 0}`,
      );
    }
    return attribute[field];
  }

  /** A numeric attribute. Some writers omit zeros. */
  number(name: string, field: 'f' | 'i', ifLeftOut: number): number {
    const isThere = this.#node.attribute.some((one) => one.name === name);
    return isThere ? (this.attribute(name, field) ?? 0) : ifLeftOut;
  }
}

/** Expands a constant of one number, or of one per column, to one per column. */
export function spreadOverColumns(
  node: GraphNode,
  { dims, values }: Constant,
  width: number,
): (k: number) => number {
  if (values.length === 1) return () => values[0]!;
  if (values.length === width && dims.at(-1) !== 1) return (k) => values[k]!;
  throw node.wrong(`expected a constant of 1 or ${width} numbers, got dims ${showShape(dims)}`);
}
