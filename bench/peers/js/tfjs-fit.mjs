// TensorFlow.js over its WebAssembly backend, as in its guide: a sequential model, compile, fit.

import { scaled, expandTargets } from './case.mjs';
import { serve } from './serve.mjs';
import { tf, useWasm } from './tfjs-wasm.mjs';

await useWasm();

/** Half the mean over the outputs times their number: ½ Σ_j (a_j − y_j)², as in bp4. */
const quadratic = (targets, outputs) => tf.mul(0.5, tf.sum(tf.square(tf.sub(outputs, targets)), -1));

function createModel({ inputs, layers, loss, learningRate }) {
  const model = tf.sequential();
  for (const [l, { units, activation }] of layers.entries()) {
    model.add(tf.layers.dense({ units, activation, ...(l === 0 && { inputShape: [inputs] }) }));
  }
  for (const [l, { units, fanIn, weights, biases }] of layers.entries()) {
    model.layers[l].setWeights([tf.transpose(tf.tensor2d(weights, [units, fanIn])), tf.tensor1d(biases)]);
  }
  model.compile({
    optimizer: tf.train.sgd(learningRate),
    loss: loss === 'quadratic' ? quadratic : 'categoricalCrossentropy',
  });
  return model;
}

await serve((job) => {
  const { inputs, layers, miniBatchSize, shuffle } = job;
  const { units } = layers.at(-1);
  const model = createModel(job);
  const toTensor = (floats, width) => tf.tensor2d(floats, [floats.length / width, width]);
  const images = scaled(job, job.images);
  const targets = expandTargets(job);
  return {
    note: 'in its own order',
    async train(samples, epochs) {
      // Creates the tensors for each call, because a slice of a tensor first copies the whole tensor.
      const x = toTensor(images.subarray(0, samples * inputs), inputs);
      const y = toTensor(targets.subarray(0, samples * units), units);
      await model.fit(x, y, { epochs, batchSize: miniBatchSize, shuffle, verbose: 0, yieldEvery: 'never' });
      tf.dispose([x, y]);
    },
    predict: (questions) => tf.tidy(() => model.predict(toTensor(scaled(job, questions), inputs)).dataSync()),
  };
});
