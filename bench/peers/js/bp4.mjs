// bp4 itself, through its public API.

import { Network } from '../../../dist/index.js';
import { serve } from './serve.mjs';

await serve(async (job) => {
  const { inputs, inputScale, layers, loss, images, labels, miniBatchSize, learningRate, shuffle } = job;
  const shapes = layers.map(({ units, activation }) => ({ units, activation }));
  // The seed from which cases.ts drew the weights and the order that the peers are given.
  const net = await Network.create({ inputs, layers: shapes, loss, seed: 1, engine: 'wasm', threads: 1 });
  return {
    async train(samples, epochs) {
      const data = {
        inputs: images.subarray(0, samples * inputs),
        inputScale,
        labels: labels.subarray(0, samples),
      };
      // A call reads the bytes and finds their zeros anew; the peers have been given floats before the clock runs.
      await net.train(data, { epochs, miniBatchSize, learningRate, shuffle });
    },
    predict: (questions) => net.predict(questions, { inputScale }),
  };
});
