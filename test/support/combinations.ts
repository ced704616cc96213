import { Network, type ActivationName, type NetworkSpec } from '../../src/index.js';
import { activationCodes, lossNames, partners } from '../../src/model/spec.js';

/** Every activation in a hidden layer, and every loss with each output activation that it supports. */
export const combinations: readonly NetworkSpec[] = lossNames.flatMap((loss) =>
  partners[loss].flatMap((last) =>
    (Object.keys(activationCodes) as ActivationName[])
      .filter((hidden) => hidden !== 'softmax')
      .map((hidden) => ({
        inputs: 3,
        layers: [
          { units: 4, activation: hidden },
          { units: 2, activation: last },
        ],
        loss,
        seed: 3,
      })),
  ),
);

/** The bits of all weights and biases. */
export const toBits = (net: Network): Uint32Array[] =>
  net.layers.flatMap(({ weights, biases }) =>
    [weights, biases].map((values) => new Uint32Array(values.slice().buffer)),
  );

/** A network with weights at the limits of single precision. */
export async function extreme(): Promise<Network> {
  const net = await Network.create({ inputs: 3, layers: [{ units: 2, activation: 'linear' }] });
  const json = net.toJSON();
  const layer = {
    ...json.layers[0]!,
    weights: [
      [-0, 2 ** -149, 3.4028234663852886e38],
      [-(2 ** -149), 1 / 3, 16777217],
    ],
    biases: [-3.4028234663852886e38, -0],
  };
  return await Network.fromJSON({ ...json, layers: [layer] });
}

/** A network after some steps of Adam, with the optimizer state. */
export async function trained(): Promise<Network> {
  const net = await Network.create({
    inputs: 2,
    layers: [
      { units: 3, activation: 'tanh' },
      { units: 1, activation: 'linear' },
    ],
  });
  const data = {
    inputs: [
      [0, 1],
      [1, 0],
      [2, 2],
    ],
    targets: [[1], [0], [1]],
  };
  await net.train(data, { epochs: 2, optimizer: 'adam', learningRate: 0.01 });
  return net;
}
