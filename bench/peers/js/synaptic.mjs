// synaptic: updated after every sample, logistic units, and the cross-entropy of each output. It compiles the network to a
// function with a statement for each weight.

import synaptic from 'synaptic';
import { expandTargets } from './case.mjs';
import { serve } from './serve.mjs';

await serve((job) => {
  const { inputs, inputScale, layers, learningRate, miniBatchSize } = job;
  const { units } = layers.at(-1);
  const net = new synaptic.Architect.Perceptron(inputs, ...layers.map((layer) => layer.units));
  const groups = [...net.layers.hidden, net.layers.output];
  for (const [l, { fanIn, weights, biases }] of layers.entries()) {
    for (const [j, neuron] of groups[l].list.entries()) {
      neuron.bias = biases[j];
      for (const [k, connection] of Object.values(neuron.connections.inputs).entries()) {
        connection.weight = weights[j * fanIn + k];
      }
    }
  }
  const rows = (bytes) =>
    Array.from({ length: bytes.length / inputs }, (_, n) =>
      Float64Array.from(bytes.subarray(n * inputs, (n + 1) * inputs), (byte) => byte * inputScale),
    );
  const samples = rows(job.images);
  const allTargets = expandTargets(job);
  const targets = samples.map((_, n) => allTargets.subarray(n * units, (n + 1) * units));
  // This cost is steeper than the quadratic: with the η of XOR the network would learn nothing.
  const rate = Math.min(0.5, learningRate / miniBatchSize);
  return {
    note: 'mini-batches of 1, logistic throughout, binary cross-entropy, in doubles',
    learn(order, epochs) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (const n of order) {
          net.activate(samples[n]);
          net.propagate(rate, targets[n]);
        }
      }
    },
    predict: (questions) => Float32Array.from(rows(questions).flatMap((row) => [...net.activate(row)])),
  };
});
