import { attributeTypes, type GivenNode } from './proto.js';
import type { NamedNumbers } from './tensor.js';

/** Builds a graph. Each method adds a part and returns its name. */
export class GraphBuilder {
  readonly nodes: GivenNode[] = [];
  readonly constants: NamedNumbers[] = [];

  constant(name: string, dims: readonly number[], values: NamedNumbers['values']): string {
    this.constants.push({ name, dims, values });
    return name;
  }

  /** @param attributes integers, except `alpha`, a float @returns the name of the node's first output */
  node(
    opType: string,
    input: readonly string[],
    output: string | readonly string[],
    attributes: Readonly<Record<string, number>> = {},
  ): string {
    const outputs = typeof output === 'string' ? [output] : output;
    this.nodes.push({
      input,
      output: outputs,
      name: `${outputs[0]!}.${opType}`,
      opType,
      attribute: Object.entries(attributes).map(([name, value]) =>
        name === 'alpha'
          ? { name, f: value, type: attributeTypes.f }
          : { name, i: value, type: attributeTypes.i },
      ),
    });
    return outputs[0]!;
  }
}
