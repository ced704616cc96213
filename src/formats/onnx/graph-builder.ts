import { attributeTypes, type GivenNode } from './proto.js';
import type { NamedNumbers } from './tensor.js';

/** A graph in the making: each call adds to it, and gives the name under which what was added is to be had. */
export class GraphBuilder {
  readonly nodes: GivenNode[] = [];
  readonly constants: NamedNumbers[] = [];

  constant(name: string, dims: readonly number[], values: NamedNumbers['values']): string {
    this.constants.push({ name, dims, values });
    return name;
  }

  /** @returns its first output @param attributes whole numbers; `alpha` is a float */
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
