import { hashArrays, samples } from './weight-hash.mjs';

const spec = {
  inputs: 4,
  layers: [
    { units: 12, activation: 'tanh', dropout: 0.1 },
    { units: 3, activation: 'softmax' },
  ],
  loss: 'crossEntropy',
  seed: 7,
};

const options = {
  epochs: 40,
  miniBatchSize: 8,
  optimizer: 'adam',
  learningRate: { schedule: 'cosine', rate: 0.02, warmUp: 2 },
  l2: 1e-4,
  validationSplit: 0.25,
  earlyStopping: { patience: 3 },
};

/**
 * A typical program with bp4: trains with Adam, a schedule, a validation split and early stopping, saves the network, loads
 * it and continues the training.
 * @param Network the class from bp4
 * @returns the hash of the final weights, the number of epochs until early stopping, and the engine
 */
export async function trainSaveAndLoad(Network, engineOptions = {}) {
  const data = samples(96, spec.inputs, 3, false);
  const net = await Network.create({ ...spec, ...engineOptions });
  const history = await net.train(data, options);
  const loaded = await Network.load(net.save(), engineOptions);
  await loaded.train(data, { ...options, epochs: history.length + 5, resume: true });
  const again = await Network.fromJSON(JSON.parse(JSON.stringify(loaded)), engineOptions);
  const hash = hashArrays(again.layers.flatMap(({ weights, biases }) => [weights, biases]));
  const { engine } = again;
  for (const each of [net, loaded, again]) each.dispose();
  return { hash, epochs: history.length, engine };
}
