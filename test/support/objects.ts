import { roundUp } from '../../src/memory/layout.js';
import type { Fields } from '../../src/memory/struct.js';
import { Layer, Rule } from '../../src/memory/structs.js';

// Structs as kernels find them in memory, to be placed there; a field that is not given is 0.

export const ruleOf = (fields: Partial<Fields<Rule>>): Float32Array => contentOf(Rule, fields);

/** As much of a layer with dropout of p as `dropOut` looks at. */
export const droppingLayer = (stride: number, p: number): Float32Array =>
  contentOf(Layer, { stride, dropBelow: Math.floor(p * 2 ** 32), keptScale: 1 / (1 - p) });

function contentOf<S extends Rule | Layer>(
  Struct: { new (...args: ConstructorParameters<typeof Rule>): S; readonly bytes: number },
  fields: Partial<Fields<S>>,
): Float32Array {
  const doubles = new Float64Array(roundUp(Struct.bytes, 8) / 8);
  const { buffer } = doubles;
  const singles = new Float32Array(buffer);
  const views = { ints: new Int32Array(buffer), words: new Uint32Array(buffer), singles, doubles };
  Object.assign(new Struct(views, 0), fields);
  return singles;
}
