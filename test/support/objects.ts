import { floatBits, layerFields, RULE_BYTES, writeRule, type Rule } from '../../src/kernels/plan.js';
import { plainRule } from '../../src/model/model.js';

// Objects as kernels find them in memory.

const emptyRule: Rule = {
  ...plainRule,
  isWeighted: 0,
  first: 0,
  second: 0,
  rate: 0,
  rootScale: 0,
  decay: 0,
  gradientScale: 0,
};

/** A rule; what is not given is 0. */
export function ruleOf(fields: Partial<Rule>): Float32Array {
  const doubles = new Float64Array(RULE_BYTES / 8);
  writeRule({ words: new Uint32Array(doubles.buffer), doubles }, 0, { ...emptyRule, ...fields });
  return new Float32Array(doubles.buffer);
}

/** As much of a layer with dropout of p as `dropOut` looks at. */
export function droppingLayer(stride: number, p: number): Uint8Array {
  const fields: Partial<Record<string, number>> = {
    stride,
    dropBelow: Math.floor(p * 2 ** 32),
    keptScale: floatBits(1 / (1 - p)),
  };
  return new Uint8Array(Uint32Array.from(layerFields, (name) => fields[name] ?? 0).buffer);
}
