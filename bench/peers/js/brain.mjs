// brain.js: sigmoid throughout and the quadratic cost, updated after every sample.
// node brain.mjs brain.js-1 | brain.js-2

import { scaled, expandTargets } from './case.mjs';
import { serve } from './serve.mjs';

const { default: brain } = await import(process.argv[2]);

/** For one sample: its share in the case's mini-batch. The quadratic cost of the other cases needs another rate. */
const scaleRate = ({ loss, learningRate, miniBatchSize }) =>
  loss === 'quadratic' ? learningRate / miniBatchSize : 0.3;

await serve((job) => {
  const { inputs, layers, loss, miniBatchSize } = job;
  const { units } = layers.at(-1);
  const net = new brain.NeuralNetwork({ activation: 'sigmoid' });
  net.sizes = [inputs, ...layers.map((layer) => layer.units)];
  net.initialize();
  for (const [l, { fanIn, weights, biases }] of layers.entries()) {
    for (const [j, row] of net.weights[l + 1].entries()) {
      row.set(weights.subarray(j * fanIn, (j + 1) * fanIn));
    }
    net.biases[l + 1].set(biases);
  }
  // Set here, because the options reject a momentum of 0 and rates from 1.
  Object.assign(net.trainOpts, { momentum: 0, learningRate: scaleRate(job) });

  const rows = (bytes) => {
    const floats = scaled(job, bytes);
    return Array.from({ length: floats.length / inputs }, (_, n) =>
      floats.subarray(n * inputs, (n + 1) * inputs),
    );
  };
  const targets = expandTargets(job);
  const patterns = rows(job.images).map((input, n) => ({
    input,
    output: targets.subarray(n * units, (n + 1) * units),
  }));
  const differences = [
    miniBatchSize > 1 ? 'mini-batches of 1' : '',
    loss === 'quadratic' ? '' : 'sigmoid throughout, quadratic cost, η 0.3',
  ];
  return {
    note: differences.filter(Boolean).join(', '),
    learn(order, epochs) {
      const drawn = Array.from(order, (n) => patterns[n]);
      for (let epoch = 0; epoch < epochs; epoch++) net.trainPatterns(drawn);
    },
    predict(questions) {
      return Float32Array.from(rows(questions).flatMap((row) => [...net.runInput(row)]));
    },
  };
});
