import { encode } from '../../model/safetensors.js';
import type { Network } from '../../network.js';
import { exportNetwork } from '../portable.js';
import type { LayerJSON, SpecJSON } from '../../model/json.js';

/**
 * The network as a safetensors file for PyTorch: float32 tensors '0.weight' [units][fanIn] and '0.bias' [units] and so on,
 * by the names that they have in the state_dict of an nn.Sequential. That holds for each layer a Linear, then the module of
 * its activation, then a Dropout; where the activation is linear, or nothing is dropped, there is none, and what follows
 * moves up. The metadata hold under `pytorch` the line of Python that makes it, and under `bp4` all else of the network,
 * for `fromSafetensors`.
 *
 * Transforms are no part of an nn.Sequential: it takes numbers that are transformed, and gives such. They are in the JSON
 * under `bp4` as `{ transforms: { inputs, targets } }`, one for each column: standardize is (x − mean) / deviation, minMax
 * (x − min) / (max − min), both 0 where the divisor is 0, oneHot a column for each category; what the model answers
 * is y · deviation + mean, or y · (max − min) + min, by `targets`.
 * @throws TypeError where it is no network
 * @throws RangeError where a weight is NaN or infinite, or the header would be longer than can be read again
 * @throws StateError after `dispose`
 */
export function toSafetensors(net: Network): Uint8Array<ArrayBuffer> {
  const { spec, parameters } = exportNetwork(net);
  const { source, places } = writeSequential(spec);
  const tensors = parameters.flatMap(({ weights, biases }, l) => {
    const units = biases.length;
    const weight = { shape: [units, weights.length / units], values: weights };
    const bias = { shape: [units], values: biases };
    return [[`${places[l]}.weight`, weight] as const, [`${places[l]}.bias`, bias] as const];
  });
  return encode(new Map(tensors), { format: 'pt', pytorch: source, bp4: JSON.stringify(spec) });
}

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
function writeSequential({ inputs, layers, transforms }: SpecJSON): {
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
