import { shortest } from '../base/shortest.js';
import { splitRows, type Written } from './json.js';

/** σ of a sum z, from α. */
const activations = {
  sigmoid: () => '1/(1+Math.exp(-z))',
  relu: () => 'z<0?0:z',
  'leaky-relu': (alpha: number) => `z>0?z:${alpha}*z`,
  tanh: () => 'Math.tanh(z)',
};

/**
 * The body of a function of `input` that computes a network without a library. Its length is linear in the number of weights,
 * because it writes each weight once. It computes in double precision from weights in single precision.
 */
export function writeSource({ sizes, parameters, inputLookup, outputLookup, trainOpts }: Written): string {
  const inputs = inputLookup
    ? `[${[...inputLookup.keys()].map((key) => `input[${quote(key)}]||0`).join()}]`
    : `Array.from({length:${sizes[0]!}},function(_,k){return input[k]||0})`;
  const layers = parameters.map(({ weights, biases }) => {
    const units = splitRows(weights, biases.length).map(
      (row, j) => `[${[biases[j]!, ...row].map(shortest).join()}]`,
    );
    return `[${units.join()}]`;
  });
  const outputs = outputLookup
    ? `{${[...outputLookup].map(([key, k]) => `[${quote(key)}]:a[${k}]`).join()}}`
    : 'a';
  return (
    `var a=${inputs};` +
    // a unit is its bias and its weights
    `[${layers.join()}].forEach(function(layer){` +
    'a=layer.map(function(unit){' +
    'var z=unit[0];' +
    'for(var k=0;k<a.length;k++)z+=unit[k+1]*a[k];' +
    `return ${activations[trainOpts.activation](trainOpts.leakyReluAlpha)}` +
    '})});' +
    `return ${outputs};`
  );
}

/** A string literal. A line separator or `</script>` in a key is harmless. */
const quote = (key: string): string =>
  JSON.stringify(key).replace(
    /[<\u2028\u2029]/g,
    (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
