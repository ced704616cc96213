import { FormatError } from '../../errors.js';
import { show } from '../../base/check.js';
import type { Budget } from './tensor.js';
import { attributeTypes, type Attribute, type Node } from './proto.js';
import { showShape, type Constant } from './tensor.js';

/** A layer's weights [units][fanIn] and biases [units], and what it was given. */
export interface GraphLayer {
  readonly input: Flow;
  readonly weights: Float32Array;
  readonly biases: Float32Array;
}

/** A value that depends on the inputs: f(z) of a layer, or of the inputs themselves. */
export interface Flow {
  /** Whose z; undefined for the inputs. */
  readonly layer: GraphLayer | undefined;
  /** f at `POINTS`, where it is one function of each number alone; or softmax, over all. */
  readonly values: Float64Array | 'softmax' | undefined;
  /** Where it is another value and a constant, added, subtracted, multiplied or divided: these. */
  readonly last?: Affine;
  /** What gives it; undefined for the inputs. */
  readonly node: GraphNode | undefined;
}

export interface Affine {
  readonly flow: Flow;
  readonly operation: 'Add' | 'Sub' | 'Mul' | 'Div';
  readonly constant: Constant;
  readonly node: GraphNode;
}

/** What stands under a name in a graph. */
export type Value = Constant | Flow;

/** What a node gives. @throws FormatError that names the node */
export type Operator = (node: GraphNode, budget: Budget) => Value;

export const isConstant = (value: Value): value is Constant => 'dims' in value;

/** A node of the graph, with what it is given. */
export class GraphNode {
  readonly op: string;
  /** Its name in error messages. */
  readonly place: string;
  readonly #node: Node;
  readonly #findValue: (i: number) => Value | undefined;

  /** @param findValue gives an input; undefined where that is left out */
  constructor(node: Node, position: number, findValue: (i: number) => Value | undefined) {
    // The operators of ONNX itself have no domain; those of others are named with it.
    const { domain = '', opType = '', name = '' } = node;
    this.op = domain === '' || domain === 'ai.onnx' ? opType : `${domain}.${opType}`;
    this.place = `bytes: graph.node[${position}], ${this.op.slice(0, 50)}${name && ` ${show(name)}`}`;
    this.#node = node;
    this.#findValue = findValue;
  }

  /** An error that names it. */
  wrong(problem: string, cure?: string): FormatError {
    return new FormatError({ place: this.place, problem, cure });
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
    if (isConstant(value)) return value;
    throw this.wrong(`expected its input ${i} to be a constant, got what depends on the inputs`);
  }

  /** The value of an attribute; undefined where it is left out. @param field where its type keeps it */
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

  /** A number that is an attribute. Some writers leave out what is 0. */
  number(name: string, field: 'f' | 'i', ifLeftOut: number): number {
    const isThere = this.#node.attribute.some((one) => one.name === name);
    return isThere ? (this.attribute(name, field) ?? 0) : ifLeftOut;
  }
}

/** A constant's number for each column: one for all, or one for each. */
export function spreadOverColumns(
  node: GraphNode,
  { dims, values }: Constant,
  width: number,
): (k: number) => number {
  if (values.length === 1) return () => values[0]!;
  if (values.length === width && dims.at(-1) !== 1) return (k) => values[k]!;
  throw node.wrong(`expected a constant of 1 or ${width} numbers, got dims ${showShape(dims)}`);
}
