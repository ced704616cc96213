import type { LayerJSON, SpecJSON } from '../../model/json.js';

// A network as layers of a tf.Sequential, in the JSON of Keras. TensorFlow.js 4.22 can't load two activations by name:
//
// - elu with α ≠ 1: its ELU layer throws. ELU with α = 1, then LeakyReLU of α, is the same: the sign of z stays.
// - gelu in its tanh form: 'gelu_new' can be saved, but not opened again ("Unknown activation: geluNew"), and 'gelu' is
//   geluExact. The writer nests a model without weights in the Sequential.

/** A layer in the JSON of Keras. */
export interface TFJSLayer {
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
}

type Activation = LayerJSON['activation'];

/** Keras's names of the activations that Dense accepts by name. */
const kerasNames: Record<Exclude<Activation, 'leakyRelu' | 'gelu'>, string> = {
  linear: 'linear',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  relu: 'relu',
  elu: 'elu',
  selu: 'selu',
  softplus: 'softplus',
  swish: 'swish',
  mish: 'mish',
  geluExact: 'gelu',
  softsign: 'softsign',
  softmax: 'softmax',
};

/** The supported names, and bp4's names for them. */
export const activationNames: ReadonlyMap<unknown, Activation> = new Map([
  ...Object.entries(kerasNames).map(([name, kerasName]) => [kerasName, name as Activation] as const),
  ['silu', 'swish'],
  ['gelu_new', 'gelu'],
]);

export const denseName = (l: number): string => `dense_${l + 1}`;

/** The layers of a network, without its transforms. */
export function buildLayers({ layers }: Pick<SpecJSON, 'layers'>): TFJSLayer[] {
  return layers.flatMap(({ units, activation, alpha, dropout }, l) => {
    const [named, ...activations] = splitActivation(l, units, activation, alpha);
    return [
      dense(denseName(l), units, named, true),
      ...activations,
      ...(dropout === undefined ? [] : [layer('Dropout', `dropout_${l + 1}`, { rate: dropout })]),
    ];
  });
}

/** The activation name for Dense, and the layers that follow it. */
function splitActivation(
  l: number,
  units: number,
  activation: Activation,
  alpha = 1,
): [string, ...TFJSLayer[]] {
  const leaky = (): TFJSLayer => layer('LeakyReLU', `leaky_re_lu_${l + 1}`, { alpha });
  if (activation === 'leakyRelu') return ['linear', leaky()];
  if (activation === 'elu' && alpha !== 1) return ['elu', leaky()];
  if (activation === 'gelu') return ['linear', gelu(`gelu_${l + 1}`, units)];
  return [kerasNames[activation]];
}

const layer = (class_name: string, name: string, config: object): TFJSLayer => ({
  class_name,
  config: { name, trainable: true, ...config },
});

export const dense = (name: string, units: number, activation: string, trainable: boolean): TFJSLayer =>
  layer('Dense', name, { trainable, units, activation, use_bias: true });

/** y = scale·x + offset; both are numbers, or arrays with one number per column. */
export const rescaling = (name: string, scale: unknown, offset: unknown): TFJSLayer =>
  layer('Rescaling', name, { trainable: false, scale, offset });

/** z·σ(2u), which is ½z(1 + tanh u), u = √(2/π)(z + 0.044715z³). */
export function gelu(name: string, units: number): TFJSLayer {
  const node = ({ class_name, config }: TFJSLayer, ...sources: string[]): object => ({
    name: config['name'],
    class_name,
    config,
    inbound_nodes: sources.length === 0 ? [] : [sources.map((source) => [source, 0, 0, {}])],
  });
  const input = { name: 'z', batch_input_shape: [null, units], dtype: 'float32', sparse: false };
  return {
    class_name: 'Model',
    config: {
      name,
      layers: [
        node({ class_name: 'InputLayer', config: input }),
        node(layer('Multiply', 'cube', {}), 'z', 'z', 'z'),
        node(rescaling('cubic', 0.044715, 0), 'cube'),
        node(layer('Add', 'sum', {}), 'z', 'cubic'),
        node(rescaling('twice_u', 1.5957691216057308, 0), 'sum'),
        node(layer('Activation', 'share', { activation: 'sigmoid' }), 'twice_u'),
        node(layer('Multiply', 'product', {}), 'z', 'share'),
      ],
      input_layers: [['z', 0, 0]],
      output_layers: [['product', 0, 0]],
    },
  };
}

/**
 * Copies a matrix [rows][columns] to [columns][rows]: TensorFlow.js kernels are [in][units], bp4 weights are
 * [units][in].
 */
export function transpose(values: Float32Array, rows: number, columns: number): Float32Array {
  const turned = new Float32Array(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) turned[j * rows + i] = values[i * columns + j]!;
  }
  return turned;
}
