import type { ActivationName, LayerJSON, NetworkJSON, NumberTransform, Transform } from 'bp4';

/** σ for a whole layer: z and a are arrays with a number for each unit. */
const functions: Readonly<Record<ActivationName, string>> = {
  linear: 'z',
  sigmoid: 'z.map((z) => 1 / (1 + Math.exp(-z)))',
  tanh: 'z.map((z) => Math.tanh(z))',
  relu: 'z.map((z) => Math.max(z, 0))',
  leakyRelu: 'z.map((z) => (z > 0 ? z : alpha * z))',
  elu: 'z.map((z) => (z > 0 ? z : alpha * Math.expm1(z)))',
  softplus: 'z.map((z) => Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z))))',
  swish: 'z.map((z) => z / (1 + Math.exp(-z)))',
  gelu: 'z.map((z) => (z / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3))))',
  softsign: 'z.map((z) => z / (1 + Math.abs(z)))',
  softmax: `{
  const powers = z.map((z_j) => Math.exp(z_j - Math.max(...z))); // less the largest: nothing overflows
  const sum = powers.reduce((sum, power) => sum + power, 0);
  return powers.map((power) => power / sum);
}`,
};

/**
 * The network as an ES module that needs nothing else: predict(inputs) for one sample. Written to be read: it shows
 * z = W·a + b and a = σ(z), and computes in double precision.
 */
export function codeOf({ inputs, layers, transforms }: NetworkJSON, outputNames: readonly string[]): string {
  const raw = transforms?.inputs?.length ?? inputs;
  const sizes = [inputs, ...layers.map(({ units }) => units)].join(', ');
  return `// A multilayer perceptron [${sizes}], trained by bp4, with its weights. predict(inputs) takes the ${raw} numbers of one
// sample, and returns ${outputNames.length === 1 ? 'a number' : `${outputNames.length} numbers`}, in the order of \`outputs\`.

export const outputs = ${quoted(outputNames)};

/** W has a row for each unit, with a weight for each activation of the layer before; b a bias for each unit. */
const layers = [
${layers.map(layerCode).join('')}];

export function predict(inputs) {
  let a = ${transforms?.inputs ? 'prepared(inputs)' : 'Array.from(inputs)'};
  for (const { W, b, activation } of layers) {
    // z = W·a + b: z_j = Σ_k w_jk·a_k + b_j
    const z = W.map((w_j, j) => w_j.reduce((sum, w_jk, k) => sum + w_jk * a[k], b[j]));
    // a = σ(z)
    a = activation(z);
  }
  return ${transforms?.targets ? 'inUnits(a)' : 'a'};
}
${activationsCode(layers)}${transforms?.inputs ? inputsCode(transforms.inputs) : ''}${transforms?.targets ? targetsCode(transforms.targets) : ''}`;
}

function layerCode({ weights, biases, activation, alpha }: LayerJSON): string {
  const rows = weights.map((row) => `      [${row.join(', ')}],\n`).join('');
  return `  {
    activation: ${alpha === undefined ? activation : `(z) => ${activation}(z, ${alpha})`},
    W: [
${rows}    ],
    b: [${biases.join(', ')}],
  },
`;
}

/** Those that occur, as functions: they are there before the layers that name them. */
function activationsCode(layers: readonly LayerJSON[]): string {
  const names = new Set(layers.map(({ activation }) => activation));
  return [...names]
    .map((name) => {
      const body = functions[name];
      const alpha = body.includes('alpha') ? ', alpha' : '';
      return `
/** σ */
function ${name}(z${alpha}) ${body.startsWith('{') ? body : `{\n  return ${body};\n}`}
`;
    })
    .join('');
}

/** What was fitted to the training data: the network sees the inputs so. */
function inputsCode(transforms: readonly Transform[]): string {
  const lines = transforms.map((transform, k) => {
    const comment = transform.name === undefined ? '' : ` // ${quoted(transform.name)}`;
    return `    ${inputCode(transform, `inputs[${k}]`)},${comment}\n`;
  });
  const oneHot = transforms.some(({ kind }) => kind === 'oneHot')
    ? `
/** 1 at the category, or at its number from 0; else 0. */
function oneHot(value, categories) {
  const i = categories.includes(value) ? categories.indexOf(value) : value;
  if (categories[i] === undefined) throw new RangeError(\`\${value} is none of \${categories.join(', ')}\`);
  return categories.map((_, k) => (k === i ? 1 : 0));
}
`
    : '';
  return `
/** The inputs as the network was trained on them. */
function prepared(inputs) {
  return [
${lines.join('')}  ];
}
${oneHot}`;
}

function inputCode(transform: Transform, x: string): string {
  switch (transform.kind) {
    case 'identity':
      return x;
    case 'standardise':
      return scaled(x, transform.mean, transform.deviation);
    case 'minMax':
      return scaled(x, transform.least, transform.most - transform.least);
    case 'oneHot':
      return `...oneHot(${x}, ${quoted(transform.categories)})`;
  }
}

const scaled = (x: string, shift: number, range: number): string =>
  range === 0 ? '0' : `(${x} - ${signed(shift)}) / ${range}`;

function targetsCode(transforms: readonly NumberTransform[]): string {
  const lines = transforms.map((transform, k) => `    ${targetCode(transform, `a[${k}]`)},\n`);
  return `
/** The answers in the units of the data. */
function inUnits(a) {
  return [
${lines.join('')}  ];
}
`;
}

function targetCode(transform: NumberTransform, y: string): string {
  switch (transform.kind) {
    case 'identity':
      return y;
    case 'standardise':
      return `${y} * ${transform.deviation} + ${signed(transform.mean)}`;
    case 'minMax':
      return `${y} * ${transform.most - transform.least} + ${signed(transform.least)}`;
  }
}

/** x - -1 is no error, but x - (-1) is what people write. */
const signed = (x: number): string => (x < 0 ? `(${x})` : String(x));

/** As JavaScript, on one line even where a name holds a line separator. */
const quoted = (value: unknown): string =>
  JSON.stringify(value).replace(/[\u2028\u2029]/g, (c) => `\\u${c.charCodeAt(0).toString(16)}`);
