import type { Columns } from '../../model/columns.js';
import type { LayerJSON } from '../../model/json.js';
import type { Network } from '../../network.js';
import {
  describeModule,
  numbers,
  outputsComment,
  predictComment,
  type ModuleContent,
  type ModuleOptions,
} from './content.js';
import { toLiteral } from './content.js';
import { parts } from './parts.js';

/**
 * Writes the network as the source of an ES module without imports. Its `predict(inputs)` takes one sample as an array,
 * or as an object if the transforms have names. It returns a Float32Array, the outputs of `Network.predict` to the bit
 * on every engine, because it contains the functions of bp4's plain TypeScript engine. The module works under a strict
 * Content-Security-Policy, and its source is safe inside a script element for any names.
 *
 * The source has about 13 characters per weight, plus 3 to 6 kB.
 * @throws TypeError if `net` is not a Network, or an option is unknown or invalid
 * @throws StateError after `dispose`
 */
export function toModule(net: Network, options: ModuleOptions = {}): string {
  const content = describeModule(net, options);
  const { inputs, layers, outputs, inputColumns, targetColumns } = content;
  const sizes = [inputs, ...layers.map(({ units }) => units)].join(', ');
  return `// A multilayer perceptron [${sizes}] written by bp4/code: the computation, then the trained parameters.
${outputs ? `\n${outputsComment}\nexport const outputs = ${toLiteral(outputs)};\n` : ''}
${predictComment(content, '{Float32Array} ')}
export function predict(inputs) {
  let a = checked(inputs);
  for (const { W, b, activation } of layers) {
    // z = W·a + b: z_j = Σ_k w_jk·a_k + b_j
    const z = Float32Array.from(W, (w_j, j) => dot(w_j, a) + b[j]);
    // a = σ(z)
    a = activation(z);
  }
${targetColumns ? '  targets.invert(a);\n' : ''}  return a;
}

/** Σ_k w_k·a_k: k ascending, each product and each sum rounded to single precision. */
function dot(w, a) {
  let sum = 0;
  for (let k = 0; k < w.length; k++) sum = round(sum + round(w[k] * a[k]));
  return sum;
}

${checkedFunction(content)}${functionsFor(content)}${columnsCode('columns', inputColumns)}${columnsCode('targets', targetColumns)}
/** For each layer: W, one row of weights per unit; b, one bias per unit; and the activation σ. */
const layers = [
${layers.map(layerCode).join('')}];
`;
}

/** The source of the function that checks a sample and transforms it. */
function checkedFunction({ given, inputs, inputColumns, inputNames }: ModuleContent): string {
  const byName = `  const isNamed = typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs);
  if (isNamed && !ArrayBuffer.isView(inputs)) inputs = columns.list.map(({ given }) => inputs[given.name]);
`;
  const untransformed = `  for (let k = 0; k < a.length; k++) {
    if (!fits(inputs[k])) throw misfit(\`inputs[\${k}]\`, inputs[k]);
    a[k] = inputs[k];
  }
`;
  return `/** A sample as the network sees it: checked${inputColumns ? ', transformed' : ''}, in single precision. */
function checked(inputs) {
${inputNames ? byName : ''}  if (!Array.isArray(inputs) && !ArrayBuffer.isView(inputs)) {
    throw new TypeError(\`inputs: expected an array of ${numbers(given)}, got \${show(inputs)}\`);
  }
  if (inputs.length !== ${given}) throw new RangeError(\`inputs: expected ${given} values, got \${inputs.length}\`);
  const a = new Float32Array(${inputs});
${inputColumns ? "  columns.transformRow('inputs', inputs, 1, a, 0);\n" : untransformed}  return a;
}
`;
}

/** The functions, classes and constants of bp4 that the module uses, with their dependencies. */
function functionsFor({ layers, inputColumns, targetColumns }: ModuleContent): string {
  const needed = new Set<string>();
  const need = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    parts.get(name)!.needs.forEach(need);
  };
  ['round', 'show', 'fits', 'misfit', ...layers.map(({ activation }) => activation)].forEach(need);
  if (inputColumns ?? targetColumns) need('Columns');
  const texts = Array.from(parts, ([name, { text }]) => (needed.has(name) ? text : ''));
  return texts.map((text) => (/^(\/\*|function)/.test(text) ? `\n${text}` : text)).join('');
}

function columnsCode(name: string, columns: Columns | undefined): string {
  if (!columns) return '';
  const lines = columns.list.map(({ given, width, places, rest, shift, range }) => {
    const named = given.name === undefined ? '{}' : `{ name: ${toLiteral(given.name)} }`;
    const kind = places
      ? `width: ${width}, places: new Map(${toLiteral([...places] as [string | number, number][])})` +
        (rest === undefined ? '' : `, rest: ${rest}`)
      : `width: 1, shift: ${toLiteral(shift)}, range: ${toLiteral(range)}`;
    return `  { given: ${named}, ${kind} },\n`;
  });
  return `
/** For each column its fitted transform: y = (x − shift) / range, or the position of each category's 1, and of that for the rest. */
const ${name} = new Columns([
${lines.join('')}]);
`;
}

function layerCode({ weights, biases, activation, alpha }: LayerJSON): string {
  const rows = weights.map((row) => `      new Float32Array(${toLiteral(row)}),\n`).join('');
  return `  {
    activation: ${activationCode(activation, alpha)},
    W: [
${rows}    ],
    b: new Float32Array(${toLiteral(biases)}),
  },
`;
}

function activationCode(name: LayerJSON['activation'], alpha: number | undefined): string {
  if (name === 'softmax') return '(z) => (softmax(z, 0, 0, z.length), z)'; // softmax works in place
  return `(z) => z.map((z_j) => ${name}(z_j${alpha === undefined ? '' : `, round(${alpha})`}))`;
}
