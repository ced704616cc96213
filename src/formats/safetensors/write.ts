import { encode } from '../../model/safetensors.js';
import type { Network } from '../../network.js';
import { exportNetwork } from '../portable.js';
import type { LayerJSON, SpecJSON } from '../../model/json.js';

/**
 * Writes a network as a safetensors file for PyTorch: float32 tensors '0.weight' [units][fanIn], '0.bias' [units], and so
 * on. The names are those of the state_dict of an nn.Sequential that holds a Linear, an activation module and a Dropout
 * for each layer. A linear activation has no module, and neither does a dropout of 0, so the numbers of later modules are
 * smaller. In the metadata, `pytorch` holds the line of Python that builds the model, and `bp4` holds the rest of the
 * spec for `fromSafetensors`.
 *
 * The nn.Sequential has no transforms: it takes and returns transformed values. The JSON under `bp4` holds the transforms
 * as `{ transforms: { inputs, targets } }`, one per column. For inputs, standardize is (x − mean) / deviation and minMax
 * is (x − min) / (max − min), both 0 if the divisor is 0; oneHot has one column per category. To invert the transforms of
 * `targets`, compute y · deviation + mean, or y · (max − min) + min.
 * @throws TypeError if `net` is not a Network
 * @throws RangeError if a weight is NaN or infinite, or the header would be too long to read
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

// A network as an nn.Sequential of PyTorch: for each layer a Linear, its activation and its Dropout. A linear
// activation has no module, nor does a layer without dropout. The position of a Linear names its tensors.

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
  geluExact: () => 'nn.GELU()',
  selu: () => 'nn.SELU()',
  mish: () => 'nn.Mish()',
  softsign: () => 'nn.Softsign()',
  softmax: () => 'nn.Softmax(dim=1)',
};

/** The Python source of the model, and the position of each layer's Linear in it. */
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
