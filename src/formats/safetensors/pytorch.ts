import type { LayerJSON, SpecJSON } from '../../model/json.js';

// A network as an nn.Sequential of PyTorch: a Linear for each layer, then its activation, then its Dropout. Where the
// activation is linear, and where nothing is dropped, there is no module. Tensors are named by the place of their Linear.

const modules: Readonly<Record<LayerJSON['activation'], (alpha: number) => string | undefined>> = {
  linear: () => undefined,
  sigmoid: () => 'nn.Sigmoid()',
  tanh: () => 'nn.Tanh()',
  relu: () => 'nn.ReLU()',
  leakyRelu: (alpha) => `nn.LeakyReLU(${alpha})`,
  elu: (alpha) => `nn.ELU(${alpha})`,
  softplus: () => 'nn.Softplus()',
  swish: () => 'nn.SiLU()',
  gelu: () => "nn.GELU(approximate='tanh')",
  softsign: () => 'nn.Softsign()',
  softmax: () => 'nn.Softmax(dim=1)',
};

/** What makes the model there, and where in it the Linear of each layer stands. */
export function sequentialOf({ inputs, layers, transforms }: SpecJSON): {
  source: string;
  places: readonly number[];
} {
  const list: string[] = [];
  const places: number[] = [];
  let fanIn = inputs;
  for (const { units, activation, alpha = 1, dropout } of layers) {
    places.push(list.length);
    list.push(`nn.Linear(${fanIn}, ${units})`);
    const module = modules[activation](alpha);
    if (module !== undefined) list.push(module);
    if (dropout !== undefined) list.push(`nn.Dropout(${dropout})`);
    fanIn = units;
  }
  const note = transforms ? ' # of numbers transformed: see "transforms" in the JSON under bp4' : '';
  return { source: `nn.Sequential(${list.join(', ')})${note}`, places };
}
