import { shortest } from '../base/shortest.js';
import { splitRows, type Written } from './json.js';

/** σ of a sum z, which is written once, from α. */
const activations = {
  sigmoid: (z: string) => `1/(1+Math.exp(-(${z})))`,
  relu: (z: string) => `Math.max(0,${z})`,
  'leaky-relu': (z: string, alpha: number) => `((z=${z})>0?z:${alpha}*z)`,
  tanh: (z: string) => `Math.tanh(${z})`,
};

/** Networks with more weights are written as loops: engines don't optimize functions that are too long. */
const STRAIGHT_UP_TO = 2000;

/**
 * The body of a function of `input` that computes a network without a library. Its length is linear in the number of weights,
 * because it writes each weight once. It computes in double precision from weights in single precision.
 */
export function writeSource({ sizes, parameters, inputLookup, outputLookup, trainOpts }: Written): string {
  const { activation, leakyReluAlpha } = trainOpts;
  const activate = (z: string): string => activations[activation](z, leakyReluAlpha);
  const inputs = Array.from({ length: sizes[0]! }, (_, k) => {
    const key = inputLookup?.list[k];
    return `input[${key === undefined ? k : quote(key)}]||0`;
  });
  const layers = parameters.map(({ weights, biases }) =>
    splitRows(weights, biases.length).map((row, j) => [biases[j]!, ...row].map(shortest)),
  );
  const count = parameters.reduce((sum, { weights }) => sum + weights.length, 0);
  const [source, outputs] =
    count <= STRAIGHT_UP_TO ? writeStraight(inputs, layers, activate) : writeLoops(inputs, layers, activate);
  const answer = outputLookup
    ? `{${outputLookup.list.map((key, j) => `${property(key)}:${outputs[j]!}`).join()}}`
    : `[${outputs.join()}]`;
  return `var z,${source};return ${answer};`;
}

/** Declarations, and the names of the outputs. A unit is its bias and its weights. */
type Declared = readonly [source: string, outputs: readonly string[]];

/** One variable for each input and each unit. */
function writeStraight(
  inputs: readonly string[],
  layers: readonly number[][][],
  activate: (z: string) => string,
): Declared {
  const declared = inputs.map((input, k) => `a0_${k}=${input}`);
  let names = inputs.map((_, k) => `a0_${k}`);
  for (const [l, units] of layers.entries()) {
    const of = units.map((_, j) => `a${l + 1}_${j}`);
    for (const [j, [bias, ...weights]] of units.entries()) {
      const sum = weights.map((weight, k) => `${weight < 0 ? '' : '+'}${weight}*${names[k]!}`).join('');
      declared.push(`${of[j]!}=${activate(`${bias!}${sum}`)}`);
    }
    names = of;
  }
  return [declared.join(), names];
}

/** One list for each layer. */
function writeLoops(
  inputs: readonly string[],
  layers: readonly number[][][],
  activate: (z: string) => string,
): Declared {
  const units = layers.map((layer) => `[${layer.map((unit) => `[${unit.join()}]`).join()}]`);
  const step =
    'a=layer.map(function(unit){' +
    'var s=unit[0];' +
    'for(var k=0;k<a.length;k++)s+=unit[k+1]*a[k];' +
    `return ${activate('s')}})`;
  const source = `a=[${inputs.join()}];[${units.join()}].forEach(function(layer){${step}})`;
  return [source, layers.at(-1)!.map((_, j) => `a[${j}]`)];
}

/** A string literal. A line separator or `</script>` in a key is harmless. */
const quote = (key: string): string =>
  JSON.stringify(key).replace(
    /[<\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** A key of an object literal. Only in brackets, `__proto__` is a key like any other. */
const property = (key: string): string => (key === '__proto__' ? `[${quote(key)}]` : quote(key));
