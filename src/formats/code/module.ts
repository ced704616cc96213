import { shortestOf } from '../../base/shortest.js';
import type { Ensemble } from '../../ensemble/ensemble.js';
import type { Columns, Formula } from '../../model/columns.js';
import type { Transform } from '../../model/transforms.js';
import type { Network } from '../../network.js';
import {
  describeModule,
  numbers,
  outputsComment,
  predictComment,
  type ModuleLayer,
  type ModuleContent,
  type ModuleNetwork,
  type ModuleOptions,
} from './content.js';
import { toLiteral } from './content.js';
import { parts } from './parts.js';

/**
 * Writes the network as the source of an ES module without imports. Its `predict(inputs)` takes one sample as an array,
 * or as an object if the transforms have names. It returns a Float32Array with exactly the outputs of `predict`, because
 * it contains the functions of bp4's plain TypeScript engine. The module works under a strict Content-Security-Policy,
 * and its source is safe inside a script element for any names.
 *
 * An Ensemble becomes one module with all its networks. The source has about 13 characters per weight, plus 4 to 7 kB. A module of
 * more than 10,000 parameters holds them in base64 instead, 5.3 characters per weight, which it decodes with `atob`.
 * @throws TypeError if `net` is neither a Network nor an Ensemble, or an option is unknown or invalid
 * @throws StateError after `dispose`
 */
export function toModule(net: Network | Ensemble, options: ModuleOptions = {}): string {
  const content = describeModule(net, options);
  const { networks, isEnsemble, outputs } = content;
  const shapes = networks.map(
    ({ inputs, layers }) => `[${[inputs, ...layers.map(({ units }) => units)].join(', ')}]`,
  );
  const isLarge = countParameters(networks) > MOST_READABLE;
  const what = isEnsemble ? 'An ensemble of multilayer perceptrons' : 'A multilayer perceptron';
  return `// ${what} ${shapes.join(', ')} written by bp4/code: the computation, then the trained parameters.
${outputs ? `\n${outputsComment}\nexport const outputs = ${toLiteral(outputs)};\n` : ''}
${predictComment(content, '{Float32Array} ')}
${isEnsemble ? meanFunctions(content) : predictFunction(content)}
/**
 * z_j = Σ_k w_jk·a_k + b_j: k ascending, each product and each sum rounded to single precision. An a_k of 0 adds nothing.
 * Four sums at a time, because an addition waits for the one before.
 */
function weigh(W, a, b) {
  const places = new Int32Array(a.length);
  let count = 0;
  for (let k = 0; k < a.length; k++) if (a[k] !== 0) places[count++] = k;
  const z = new Float32Array(b.length);
  for (let j = 0; j < z.length; j += 4) {
    const w0 = W[j];
    const w1 = W[j + 1] ?? w0;
    const w2 = W[j + 2] ?? w0;
    const w3 = W[j + 3] ?? w0;
    let [z0, z1, z2, z3] = [0, 0, 0, 0];
    for (let i = 0; i < count; i++) {
      const k = places[i];
      const a_k = a[k];
      z0 = round(z0 + round(w0[k] * a_k));
      z1 = round(z1 + round(w1[k] * a_k));
      z2 = round(z2 + round(w2[k] * a_k));
      z3 = round(z3 + round(w3[k] * a_k));
    }
    z[j] = z0;
    z[j + 1] = z1; // not stored beyond the last unit
    z[j + 2] = z2;
    z[j + 3] = z3;
  }
  for (let j = 0; j < z.length; j++) z[j] += b[j];
  return z;
}

${checkedFunction(content)}${functionsFor(content)}${isLarge ? decodeFunctions : ''}${
    isEnsemble ? networksCode(content, isLarge) : networkCode(networks[0]!, isLarge)
  }`;
}

/** A module with more parameters isn't one to read. */
const MOST_READABLE = 10_000;

const countParameters = (networks: readonly ModuleNetwork[]): number =>
  networks
    .flatMap(({ layers }) => layers)
    .reduce((count, { weights, biases }) => count + weights.length + biases.length, 0);

const decodeFunctions = `
/** The floats whose bytes, little-endian, a text holds in base64. */
function floats(base64) {
  const text = atob(base64);
  const bytes = new DataView(new ArrayBuffer(text.length));
  for (let i = 0; i < text.length; i++) bytes.setUint8(i, text.charCodeAt(i));
  const list = new Float32Array(text.length / 4);
  for (let i = 0; i < list.length; i++) list[i] = bytes.getFloat32(4 * i, true);
  return list;
}

/** The rows of a matrix. */
function rows(matrix, width) {
  const count = matrix.length / width;
  return Array.from({ length: count }, (_, j) => matrix.subarray(j * width, (j + 1) * width));
}
`;

/** The layers in turn: from the checked sample a to the activations a of the last layer. */
const forward = `  for (const { W, b, activation } of layers) {
    // z = W·a + b, a = σ(z)
    a = activation(weigh(W, a, b));
  }
`;

const predictFunction = ({ networks: [network] }: ModuleContent): string => `export function predict(inputs) {
  let a = checked(inputs);
${forward}${network!.targetColumns ? '  targets.invert(a);\n' : ''}  return a;
}
`;

const meanFunctions = ({ answers }: ModuleContent): string => `export function predict(inputs) {
  // Σ_i weight_i·a_i / Σ_i weight_i: i ascending, in double precision, rounded once
  const sums = new Float64Array(${answers}).fill(-0);
  let total = 0;
  for (const network of networks) {
    const a = feedForward(inputs, network);
    for (let j = 0; j < a.length; j++) sums[j] += network.weight * a[j];
    total += network.weight;
  }
  return Float32Array.from(sums, (sum) => sum / total);
}

/** The outputs of one network. */
function feedForward(inputs, { width, columns, layers, targets }) {
  let a = checked(inputs, width, columns);
${forward}  if (targets) targets.invert(a);
  return a;
}
`;

/** The source of the function that checks a sample and transforms it. */
function checkedFunction({ given, networks, isEnsemble, inputNames }: ModuleContent): string {
  const [{ inputs, inputColumns }] = networks as readonly [ModuleNetwork];
  const byName = `  const isNamed = typeof inputs === 'object' && inputs !== null && !Array.isArray(inputs);
  if (isNamed && !ArrayBuffer.isView(inputs)) inputs = columns.pick(inputs);
`;
  const transformed = "columns.transformRow('inputs', inputs, 1, a, 0);\n";
  const untransformed = `  for (let k = 0; k < a.length; k++) {
    if (!fits(inputs[k])) throw misfit(\`inputs[\${k}]\`, inputs[k]);
    a[k] = inputs[k];
  }
`;
  const either = `  if (columns) {
    ${transformed}    return a;
  }
${untransformed}`;
  const copy = isEnsemble ? either : inputColumns ? `  ${transformed}` : untransformed;
  const isTransformed = networks.some(({ inputColumns }) => inputColumns);
  return `/** A sample as the network sees it: checked${isTransformed ? ', transformed' : ''}, in single precision. */
function checked(inputs${isEnsemble ? ', width, columns' : ''}) {
${inputNames ? byName : ''}  if (!Array.isArray(inputs) && !ArrayBuffer.isView(inputs)) {
    throw new TypeError(\`inputs: expected an array of ${numbers(given)}, got \${show(inputs)}\`);
  }
  if (inputs.length !== ${given}) throw new RangeError(\`inputs: expected ${given} values, got \${inputs.length}\`);
  const a = new Float32Array(${isEnsemble ? 'width' : inputs});
${copy}  return a;
}
`;
}

/** The functions, classes and constants of bp4 that the module uses, with their dependencies. */
function functionsFor({ networks }: ModuleContent): string {
  const needed = new Set<string>();
  const need = (name: string): void => {
    if (needed.has(name)) return;
    needed.add(name);
    parts.get(name)!.needs.forEach(need);
  };
  ['round', 'show', 'fits', 'misfit'].forEach(need);
  for (const { layers, inputColumns, targetColumns } of networks) {
    for (const { given } of [...(inputColumns?.list ?? []), ...(targetColumns?.list ?? [])]) {
      const name = formulaNames[given.kind];
      if (name !== undefined) need(name);
    }
    for (const { activation } of layers) need(activation);
    if (inputColumns ?? targetColumns) need('Columns');
  }
  const texts = Array.from(parts, ([name, { text }]) => (needed.has(name) ? text : ''));
  return texts.map((text) => (/^(\/\*|function)/.test(text) ? `\n${text}` : text)).join('');
}

const columnsComment =
  "/** For each column its fitted transform: y = (x − shift) / range, or the position of each category's 1, and of that for the rest. */";
const layersComment =
  '/** For each layer: W, one row of weights per unit; b, one bias per unit; and the activation σ. */';

/** The constants of a module with one network. */
function networkCode({ inputColumns, targetColumns, layers }: ModuleNetwork, isLarge: boolean): string {
  const constant = (name: string, columns: Columns | undefined): string =>
    columns ? `\n${columnsComment}\nconst ${name} = ${columnsCode(columns)};\n` : '';
  return `${constant('columns', inputColumns)}${constant('targets', targetColumns)}
${layersComment}
const layers = ${layersCode(layers, isLarge)};
`;
}

/** The constant of a module with an ensemble. */
function networksCode({ networks }: ModuleContent, isLarge: boolean): string {
  const list = networks.map(({ weight, inputs, inputColumns, targetColumns, layers }) => {
    const columns = inputColumns ? `\ncolumns: ${columnsCode(inputColumns)},` : '';
    const targets = targetColumns ? `\ntargets: ${columnsCode(targetColumns)},` : '';
    return `{
weight: ${toLiteral(Math.fround(weight))},
width: ${inputs},${columns}${targets}
layers: ${layersCode(layers, isLarge)},
},
`;
  });
  return `
/**
 * For each network: its weight in the mean; the number of its inputs; for each column of inputs and targets the fitted transform,
 * y = (x − shift) / range, or the position of each category's 1; and for each layer W, b and σ.
 */
const networks = [
${list.join('')}];
`;
}

function columnsCode({ list }: Columns): string {
  const lines = list.map(({ given, width, places, rest, shift, range, formula }) => {
    const named = given.name === undefined ? '{}' : `{ name: ${toLiteral(given.name)} }`;
    const kind = formula
      ? `width: ${width}, formula: new ${formulaNames[given.kind]!}(${fieldsCode(formula)})`
      : places
        ? `width: ${width}, places: new Map(${toLiteral([...places] as [string | number, number][])})` +
          (rest === undefined ? '' : `, rest: ${rest}`)
        : `width: 1, shift: ${toLiteral(shift)}, range: ${toLiteral(range)}`;
    return `  { given: ${named}, ${kind} },\n`;
  });
  return `new Columns([\n${lines.join('')}])`;
}

/** The class of each kind in formulas.ts. A bundler may rename the class itself. */
const formulaNames: Partial<Record<Transform['kind'], string>> = {
  robust: 'Robust',
  log1p: 'LogScale',
  quantile: 'Quantiles',
  piecewiseLinear: 'PiecewiseLinear',
  hash: 'Hashed',
  bagOfWords: 'BagOfWords',
};

/** The arguments of its constructor: its fields in order. */
function fieldsCode(formula: Formula): string {
  const fields = Object.entries(formula as unknown as Record<string, number | number[]>);
  return fields.flatMap(([name, value]) => (name === 'isOfText' ? [] : toLiteral(value))).join(', ');
}

const layersCode = (layers: readonly ModuleLayer[], isLarge: boolean): string =>
  `[\n${layers.map(isLarge ? packedLayerCode : layerCode).join('')}]`;

function layerCode({ weights, biases, activation, alpha }: ModuleLayer): string {
  const width = weights.length / biases.length;
  const rows = Array.from(biases, (_, j) => {
    const row = weights.subarray(j * width, (j + 1) * width);
    return `      new Float32Array(${toLiteral(shortestOf(row))}),\n`;
  });
  return `  {
    activation: ${activationCode(activation, alpha)},
    W: [
${rows.join('')}    ],
    b: new Float32Array(${toLiteral(shortestOf(biases))}),
  },
`;
}

function packedLayerCode({ weights, biases, activation, alpha }: ModuleLayer): string {
  return `  {
    activation: ${activationCode(activation, alpha)},
    W: rows(floats('${toBase64(weights)}'), ${weights.length / biases.length}),
    b: floats('${toBase64(biases)}'),
  },
`;
}

/** Bytes that become text at a time: a multiple of 3, which fill whole characters. */
const BYTES_AT_A_TIME = 3 * 2 ** 12;

/** The bytes of floats, little-endian, in base64. A spread of the bytes takes six times as long as `apply`. */
function toBase64(floats: Float32Array): string {
  const bytes = new Uint8Array(4 * floats.length);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < floats.length; i++) view.setFloat32(4 * i, floats[i]!, true);
  let text = '';
  for (let at = 0; at < bytes.length; at += BYTES_AT_A_TIME)
    text += btoa(Reflect.apply(String.fromCharCode, undefined, bytes.subarray(at, at + BYTES_AT_A_TIME)));
  return text;
}

function activationCode(name: ModuleLayer['activation'], alpha: number | undefined): string {
  if (name === 'softmax') return '(z) => (softmax(z, 0, 0, z.length), z)'; // softmax works in place
  return `(z) => z.map((z_j) => ${name}(z_j${alpha === undefined ? '' : `, round(${alpha})`}))`;
}
