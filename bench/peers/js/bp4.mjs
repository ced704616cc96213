// bp4 through its public API.

import { Network } from '../../../dist/index.js';
import { serve } from './serve.mjs';

await serve(async (job) => {
  const { inputs, inputScale, layers, loss, images, labels, miniBatchSize, learningRate, shuffle } = job;
  const shapes = layers.map(({ units, activation }) => ({ units, activation }));
  // The seed of the weights and the order in cases.ts, which all peers get.
  const net = await Network.create({ inputs, layers: shapes, loss, seed: 1, engine: 'wasm', threads: 1 });
  return {
    async train(samples, epochs) {
      const data = {
        inputs: images.subarray(0, samples * inputs),
        inputScale,
        labels: labels.subarray(0, samples),
      };
      // Each call reads the bytes and finds their zeros again; the other peers get floats before the clock starts.
      await net.train(data, { epochs, miniBatchSize, learningRate, shuffle });
    },
    predict: (questions) => net.predict(questions, { inputScale }),
  };
});
