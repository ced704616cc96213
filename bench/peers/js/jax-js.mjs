// jax-js over its WebAssembly backend, which in Node has one thread: the whole step is one function under `jit`.

import { init, jit, nn, numpy as np } from '@jax-js/jax';
import { gather, gatherTargets, scaled, expandTargets } from './case.mjs';
import { serve } from './serve.mjs';

/** Steps after which the weights are forced, because pending computations slow each further step. */
const FORCED_EVERY = 2;

await init('wasm');

const activate = {
  sigmoid: (z) => nn.sigmoid(z),
  relu: (z) => nn.relu(z),
  softmax: (z) => nn.softmax(z),
};

/** δ ⊙ σ′(z), for δ not yet multiplied by it; σ′ from a = σ(z). */
const throughActivation = {
  sigmoid: (delta, a) => delta.mul(a.ref.mul(np.subtract(1, a))),
  relu: (delta, a) => delta.mul(a.greater(0).astype(np.float32)),
  softmax(delta, a) {
    a.dispose();
    return delta;
  },
};

/** jax-js consumes every argument; `ref` keeps it. Parameters: weights [units][fanIn], biases, by layer. */
const compileForward = (kinds) => (parameters, x) =>
  kinds.reduce(
    (activations, kind, l) => {
      const z = np
        .matmul(activations.at(-1).ref, np.transpose(parameters[2 * l].ref))
        .add(parameters[2 * l + 1].ref);
      return [...activations, activate[kind](z)];
    },
    [x],
  );

function compileStep(kinds, rate) {
  const forward = compileForward(kinds);
  return (parameters, x, y) => {
    const activations = forward(parameters, x);
    let delta = activations.at(-1).ref.sub(y).mul(rate);
    const updated = [];
    for (let l = kinds.length - 1; l >= 0; l--) {
      const [weights, biases] = parameters.slice(2 * l, 2 * l + 2);
      delta = throughActivation[kinds[l]](delta, activations[l + 1]);
      const gradient = np.matmul(np.transpose(delta.ref), activations[l].ref);
      updated.unshift(weights.ref.sub(gradient), biases.sub(np.sum(delta.ref, 0)));
      if (l > 0) delta = np.matmul(delta, weights);
      else weights.dispose();
    }
    delta.dispose();
    x.dispose();
    return updated;
  };
}

await serve((job) => {
  const { inputs, layers, miniBatchSize, learningRate } = job;
  const { units } = layers.at(-1);
  const kinds = layers.map(({ activation }) => activation);
  const step = jit(compileStep(kinds, learningRate / miniBatchSize));
  const forward = jit((parameters, x) => compileForward(kinds)(parameters, x).at(-1));
  let parameters = layers.flatMap(({ units, fanIn, weights, biases }) => [
    np.array(weights).reshape([units, fanIn]),
    np.array(biases),
  ]);
  const targets = expandTargets(job);
  let steps = 0;

  function learnBatch(order, first) {
    const x = gather(job, order, first, miniBatchSize, new Float32Array(miniBatchSize * inputs));
    const y = gatherTargets(targets, order, first, miniBatchSize, new Float32Array(miniBatchSize * units));
    parameters = step(
      parameters,
      np.array(x).reshape([miniBatchSize, inputs]),
      np.array(y).reshape([miniBatchSize, units]),
    );
    if (++steps % FORCED_EVERY === 0) force();
  }
  const force = () => parameters.at(-1).ref.dataSync();

  return {
    learn(order, epochs) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (let first = 0; first < order.length; first += miniBatchSize) learnBatch(order, first);
      }
      force();
    },
    predict(questions) {
      const kept = parameters.map((parameter) => parameter.ref);
      return forward(kept, np.array(scaled(job, questions)).reshape([-1, inputs])).dataSync();
    },
  };
});
