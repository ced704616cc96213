import type { ActivationName } from 'bp4';
import type { View } from './view.js';

/** σ and σ′ of each activation, in NumPy. */
const functions: Readonly<Record<ActivationName, readonly [sigma: string, sigmaPrime: string]>> = {
  sigmoid: ['1 / (1 + np.exp(-z))', 'sigmoid(z) * (1 - sigmoid(z))'],
  tanh: ['np.tanh(z)', '1 - np.tanh(z)**2'],
  relu: ['np.maximum(z, 0)', '1.0 * (z > 0)'],
  leakyRelu: ['np.where(z > 0, z, 0.01 * z)', 'np.where(z > 0, 1, 0.01)'],
  elu: ['np.where(z > 0, z, np.expm1(np.minimum(z, 0)))', 'np.where(z > 0, 1, np.exp(np.minimum(z, 0)))'],
  softplus: ['np.logaddexp(0, z)', '1 / (1 + np.exp(-z))'],
  swish: ['z / (1 + np.exp(-z))', '(1 + np.exp(-z) * (1 + z)) / (1 + np.exp(-z))**2'],
  gelu: [
    '0.5 * z * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))',
    [
      '0.5 * (1 + np.tanh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3)))',
      '0.5 * z / np.cosh(np.sqrt(2 / np.pi) * (z + 0.044715 * z**3))**2 * np.sqrt(2 / np.pi) * (1 + 0.134145 * z**2)',
    ].join(' + '),
  ],
  geluExact: [
    "0.5 * z * (1 + np.vectorize(__import__('math').erf)(z / np.sqrt(2)))",
    "0.5 * (1 + np.vectorize(__import__('math').erf)(z / np.sqrt(2))) + z * np.exp(-z**2 / 2) / np.sqrt(2 * np.pi)",
  ],
  selu: [
    '1.0507009873554805 * np.where(z > 0, z, 1.6732632423543772 * np.expm1(np.minimum(z, 0)))',
    '1.0507009873554805 * np.where(z > 0, 1, 1.6732632423543772 * np.exp(np.minimum(z, 0)))',
  ],
  mish: [
    'z * np.tanh(np.logaddexp(0, z))',
    'np.tanh(np.logaddexp(0, z)) + z / np.cosh(np.logaddexp(0, z))**2 / (1 + np.exp(-z))',
  ],
  softsign: ['z / (1 + np.abs(z))', '1 / (1 + np.abs(z))**2'],
  linear: ['z', 'np.ones_like(z)'],
  softmax: ['np.exp(z - z.max()) / np.exp(z - z.max()).sum()', ''],
};

/**
 * The mini-batch of a walk as a program in NumPy, in the names of Nielsen's network.py. It computes the gradients again and
 * compares them with those of the page.
 */
export function writePythonCell({ walk, problem, settings }: View): string {
  const { before, gradients, count, learningRate } = walk;
  const { activations, sizes } = problem;
  const names = [...new Set(activations)];
  const loss = problem.isRegression ? 'meanSquaredError' : settings.loss;
  const samples = Array.from({ length: count }, (_, n) => {
    const x = row(gradients.inputs, n, sizes[0]!);
    const y = row(gradients.targets, n, sizes.at(-1)!);
    return `    (${column(x)},\n     ${column(y)}),`;
  });
  const isPlain =
    settings.optimizer === 'sgd' && settings.l1 === 0 && settings.l2 === 0 && settings.dropout === 0;
  return `# Step ${walk.step} of a run of the bp4 playground, in the names of network.py (Nielsen, chapter 2)
import numpy as np

weights = [
${before.map(({ weights, units }) => `    ${matrix(weights, units)},`).join('\n')}
]
biases = [
${before.map(({ biases }) => `    ${column(biases)},`).join('\n')}
]
mini_batch = [  # (x, y)
${samples.join('\n')}
]
eta = ${learningRate}

${names.flatMap(define).join('\n')}

layers = [${activations.map((name) => (name === 'softmax' ? '(softmax, None)' : `(${name}, ${name}_prime)`)).join(', ')}]


def output_delta(z, a, y):
    """BP1: the partial derivatives of C by z."""
    return ${outputDelta(loss, activations.at(-1)!)}


def backprop(x, y):
    """The gradients of the cost of one sample."""
    nabla_b = [np.zeros(b.shape) for b in biases]
    nabla_w = [np.zeros(w.shape) for w in weights]
    # feedforward
    activation = x
    activations = [x]
    zs = []
    for b, w, (sigma, _) in zip(biases, weights, layers):
        z = np.dot(w, activation) + b
        zs.append(z)
        activation = sigma(z)
        activations.append(activation)
    # backward pass
    delta = output_delta(zs[-1], activations[-1], y)                 # BP1
    nabla_b[-1] = delta                                              # BP3
    nabla_w[-1] = np.dot(delta, activations[-2].transpose())         # BP4
    for l in range(2, len(weights) + 1):
        sp = layers[-l][1](zs[-l])
        delta = np.dot(weights[-l + 1].transpose(), delta) * sp      # BP2
        nabla_b[-l] = delta                                          # BP3
        nabla_w[-l] = np.dot(delta, activations[-l - 1].transpose())  # BP4
    return nabla_b, nabla_w


# the means over the mini-batch
deltas = [backprop(x, y) for x, y in mini_batch]
nabla_b = [sum(nb[l] for nb, _ in deltas) / len(mini_batch) for l in range(len(biases))]
nabla_w = [sum(nw[l] for _, nw in deltas) / len(mini_batch) for l in range(len(weights))]
${isPlain ? updateLines : ''}
# the same by the playground, in single precision
bp4_nabla_b = [
${gradients.layers.map(({ biasGradients }) => `    ${column(biasGradients)},`).join('\n')}
]
bp4_nabla_w = [
${gradients.layers.map(({ weightGradients }, l) => `    ${matrix(weightGradients, sizes[l + 1]!)},`).join('\n')}
]
for l, (nb, nw, b, w) in enumerate(zip(nabla_b, nabla_w, bp4_nabla_b, bp4_nabla_w)):
    print(f"layer {l + 1}: differs by {max(np.abs(nb - b).max(), np.abs(nw - w).max()):.1e}")
`;
}

const updateLines = `
# the update
new_weights = [w - eta * nw for w, nw in zip(weights, nabla_w)]
new_biases = [b - eta * nb for b, nb in zip(biases, nabla_b)]
`;

function define(name: ActivationName): string[] {
  const [sigma, sigmaPrime] = functions[name];
  const lines = ['', `def ${name}(z):`, `    return ${sigma}`, ''];
  return sigmaPrime === '' ? lines : [...lines, '', `def ${name}_prime(z):`, `    return ${sigmaPrime}`, ''];
}

function outputDelta(loss: View['settings']['loss'], activation: ActivationName): string {
  if (loss === 'crossEntropy' || loss === 'binaryCrossEntropy') return 'a - y  # sigma_prime(z) cancels';
  const factor = loss === 'meanSquaredError' ? '2 / y.size * ' : '';
  return `${factor}(a - y) * ${activation}_prime(z)`;
}

const row = (values: Float32Array, n: number, width: number): Float32Array =>
  values.subarray(n * width, (n + 1) * width);

/** Nine digits identify a number of single precision. */
const list = (values: Float32Array): string =>
  `[${Array.from(values, (value) => String(Number(value.toPrecision(9)))).join(', ')}]`;

const column = (values: Float32Array): string => `np.array([${list(values)}]).transpose()`;

function matrix(values: Float32Array, rows: number): string {
  const width = values.length / rows;
  const lines = Array.from({ length: rows }, (_, j) => list(row(values, j, width)));
  return `np.array([${lines.join(',\n              ')}])`;
}
