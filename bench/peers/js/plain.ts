// Plain typed-array JavaScript: the baseline of `npm run bench`.

import { Network } from '../../../src/index.js';
import { PlainNetwork } from '../../../src/cli/bench/plain-network.js';
import { serve } from './serve.mjs';

await serve(async (job) => {
  const { inputs, inputScale, layers, loss, images, labels, miniBatchSize, learningRate, shuffle } = job;
  const shapes = layers.map(({ units, activation }) => ({ units, activation }));
  // The seed of the weights and the order in cases.ts, which all peers get.
  const net = new PlainNetwork(await Network.create({ inputs, layers: shapes, loss, seed: 1 }));
  return {
    train(samples, epochs) {
      const data = {
        inputs: images.subarray(0, samples * inputs),
        inputScale,
        labels: labels.subarray(0, samples),
      };
      net.train(data, { epochs, miniBatchSize, learningRate, shuffle });
    },
    predict: (questions) => net.predict({ inputs: questions, inputScale }),
  };
});
