// TensorFlow.js over its WebAssembly backend, which has SIMD and one thread in Node; forward and backward written out.
// Weights are [fanIn][units], and transposes are explicit, because matMul with transposeA or transposeB is about ten times
// slower there.

import { gather, gatherTargets, scaled, expandTargets } from './case.mjs';
import { serve } from './serve.mjs';
import { tf, useWasm } from './tfjs-wasm.mjs';

await useWasm();

const activate = {
  sigmoid: (z) => tf.sigmoid(z),
  relu: (z) => tf.relu(z),
  softmax: (z) => tf.softmax(z),
};

const forward = (x, { weights, biases, activation }) =>
  activate[activation](tf.add(tf.matMul(x, weights), biases));

/** δ ⊙ σ′(z), for δ not yet multiplied by it; σ′ from a = σ(z). */
const throughActivation = {
  sigmoid: (delta, a) => tf.mul(delta, tf.sub(a, tf.square(a))),
  relu: (delta, a) => tf.mul(delta, tf.step(a)),
  softmax: (delta) => delta,
};

/**
 * One step. The rate multiplies the first δ, which has the fewest numbers.
 * @returns the layers with their new weights
 */
function step(layers, x, y, rate) {
  const activations = [x];
  for (const layer of layers) activations.push(forward(activations.at(-1), layer));
  let delta = tf.mul(tf.sub(activations.at(-1), y), rate);
  const updated = [];
  for (let l = layers.length - 1; l >= 0; l--) {
    const { weights, biases, activation } = layers[l];
    delta = throughActivation[activation](delta, activations[l + 1]);
    updated.unshift({
      activation,
      weights: tf.sub(weights, tf.matMul(tf.transpose(activations[l]), delta)),
      biases: tf.sub(biases, tf.sum(delta, 0)),
    });
    if (l > 0) delta = tf.matMul(delta, tf.transpose(weights));
  }
  return updated;
}

await serve((job) => {
  const { inputs, layers, miniBatchSize, learningRate } = job;
  const { units } = layers.at(-1);
  let net = layers.map(({ units, fanIn, activation, weights, biases }) => ({
    activation,
    weights: tf.transpose(tf.tensor2d(weights, [units, fanIn])),
    biases: tf.tensor1d(biases),
  }));
  const targets = expandTargets(job);

  function learnBatch(order, first, rows) {
    const x = gather(job, order, first, rows, new Float32Array(rows * inputs));
    const y = gatherTargets(targets, order, first, rows, new Float32Array(rows * units));
    const before = net;
    net = tf.tidy(() =>
      step(net, tf.tensor2d(x, [rows, inputs]), tf.tensor2d(y, [rows, units]), learningRate / rows),
    );
    tf.dispose(before);
  }

  return {
    note: 'forward and backward written out',
    learn(order, epochs) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (let first = 0; first < order.length; first += miniBatchSize) {
          learnBatch(order, first, Math.min(miniBatchSize, order.length - first));
        }
      }
      net.at(-1).biases.dataSync(); // waits for the weights
    },
    predict: (questions) =>
      tf.tidy(() =>
        net
          .reduce(forward, tf.tensor2d(scaled(job, questions), [questions.length / inputs, inputs]))
          .dataSync(),
      ),
  };
});
