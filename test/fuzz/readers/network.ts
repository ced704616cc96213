import { Ensemble } from '../../../src/ensemble/index.js';
import { FormatError } from '../../../src/errors.js';
import { Network, type NetworkJSON, type NetworkOptions } from '../../../src/index.js';
import { byteMutations } from '../mutations/bytes.js';
import { inJSON } from '../mutations/json.js';
import { safetensorsMutations } from '../mutations/safetensors.js';
import { inText } from '../mutations/text.js';
import { makeJSON, NOT_GIVEN, type Reader } from '../reader.js';

const words = [
  ...[
    'format',
    'version',
    'bp4',
    'inputs',
    'loss',
    'name',
    'seed',
    'generator',
    'layers',
    'units',
    'activation',
  ],
  ...[
    'alpha',
    'dropout',
    'weights',
    'biases',
    'transforms',
    'targets',
    'kind',
    'standardize',
    'minMax',
    'oneHot',
  ],
  ...[
    'categories',
    'mean',
    'deviation',
    'min',
    'max',
    'identity',
    'softmax',
    'relu',
    'elu',
    'huber',
    'delta',
  ],
  ...['crossEntropy', 'labelSmoothing', 'quadratic', 'sigmoid', 'linear'],
];

const specs: readonly NetworkOptions[] = [
  { inputs: 1, layers: [{ units: 1, activation: 'linear' }] },
  {
    inputs: 4,
    layers: [
      { units: 3, activation: 'elu', dropout: 0.5 },
      { units: 2, activation: 'softmax' },
    ],
    transforms: {
      inputs: [
        { kind: 'standardize', mean: 1, deviation: 2, name: 'size' },
        { kind: 'oneHot', categories: ['red', 'green'] },
        { kind: 'minMax', min: -1, max: 1 },
      ],
    },
  },
  {
    inputs: 2,
    layers: [{ units: 1, activation: 'sigmoid' }],
    loss: { name: 'huber', delta: 2 },
    transforms: { targets: [{ kind: 'identity', name: 'y' }] },
  },
];

/** Small networks; the second has been trained. */
export async function networks(): Promise<Network[]> {
  const nets = await Promise.all(specs.map((spec) => Network.create({ ...spec, engine: 'reference' })));
  await nets[1]!.train(
    { inputs: [1, 'red', 0, 2, 'green', 1] as number[], labels: [0, 1] },
    { epochs: 2, optimizer: 'adam', miniBatchSize: 1 },
  );
  return nets;
}

/** Looks whether it is a network such as bp4 promises, and gives its memory back. */
export function used(net: Network): object {
  const layers = net.layers;
  net.dispose();
  if (
    !layers.every(({ weights, biases }) => [weights, biases].every((floats) => floats.every(Number.isFinite)))
  )
    throw new Error('weights that are not finite');
  return layers;
}

/** Of one network, and of two that differ in their shapes and weights. */
async function ensembles(): Promise<Uint8Array[]> {
  const [small, ...others] = await networks();
  const wide = await Network.create({
    ...specs[0]!,
    layers: [{ units: 2, activation: 'tanh' }, ...specs[0]!.layers],
  });
  const given = [
    [{ network: small! }, { network: wide, weight: 0.1 }],
    ...others.map((network) => [{ network, weight: 3 }]),
  ];
  return await Promise.all(given.map(async (members) => (await Ensemble.fromNetworks(members)).save()));
}

export const networkReaders: readonly Reader[] = [
  {
    name: 'Network.load',
    errors: [FormatError],
    seeds: async () => (await networks()).map((net) => net.save()),
    mutations: [...byteMutations, ...safetensorsMutations, ...safetensorsMutations],
    read: async (bytes) => used(await Network.load(bytes, { engine: 'reference' })),
  },
  {
    name: 'Ensemble.load',
    errors: [FormatError],
    seeds: ensembles,
    mutations: [...byteMutations, ...safetensorsMutations, ...safetensorsMutations],
    async read(bytes) {
      const ensemble = await Ensemble.load(bytes, { engine: 'reference' });
      const { members } = ensemble;
      ensemble.dispose();
      return await Promise.all(
        members.map(async ({ state }) => used(await Network.fromState(state, { engine: 'reference' }))),
      );
    },
  },
  {
    name: 'Network.fromJSON',
    seeds: async () => (await networks()).map((net) => Buffer.from(JSON.stringify(net))),
    mutations: [inJSON(words), inJSON(words), inJSON(words), inText(words)],
    async read(bytes) {
      const json = makeJSON(bytes);
      if (json === NOT_GIVEN) return json;
      return used(await Network.fromJSON(json as NetworkJSON, { engine: 'reference' }));
    },
  },
];
