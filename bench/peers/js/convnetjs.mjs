// convnetjs: sample by sample in doubles, updated once per mini-batch. It learns exactly what bp4 learns. Its layers are
// assembled by hand, because `makeLayers` would add a linear layer after the outputs of a quadratic loss.

import convnet from 'convnetjs';
import { gather, expandTargets } from './case.mjs';
import { serve } from './serve.mjs';

const Activation = { sigmoid: convnet.SigmoidLayer, relu: convnet.ReluLayer, softmax: convnet.SoftmaxLayer };

function createNet({ inputs, layers, loss }) {
  const net = new convnet.Net();
  net.layers = [new convnet.InputLayer({ out_sx: 1, out_sy: 1, out_depth: inputs })];
  for (const { units, fanIn, activation, weights, biases } of layers) {
    const full = new convnet.FullyConnLayer({ num_neurons: units, in_sx: 1, in_sy: 1, in_depth: fanIn });
    for (const [j, { w }] of full.filters.entries()) w.set(weights.subarray(j * fanIn, (j + 1) * fanIn));
    full.biases.w.set(biases);
    net.layers.push(full, new Activation[activation]({ in_sx: 1, in_sy: 1, in_depth: units }));
  }
  if (loss === 'quadratic') {
    net.layers.push(new convnet.RegressionLayer({ in_sx: 1, in_sy: 1, in_depth: layers.at(-1).units }));
  }
  return net;
}

await serve((job) => {
  const { inputs, layers, loss, labels, miniBatchSize, learningRate } = job;
  const { units } = layers.at(-1);
  const net = createNet(job);
  const trainer = new convnet.Trainer(net, {
    method: 'sgd',
    momentum: 0,
    batch_size: miniBatchSize,
    learning_rate: learningRate,
  });
  const x = new convnet.Vol(1, 1, inputs, 0);
  const targets = Float64Array.from(expandTargets(job));
  const answers = Array.from(labels, (label, n) =>
    loss === 'quadratic' ? targets.subarray(n * units, (n + 1) * units) : label,
  );
  return {
    note: 'in doubles',
    learn(order, epochs) {
      for (let epoch = 0; epoch < epochs; epoch++) {
        for (let n = 0; n < order.length; n++) {
          gather(job, order, n, 1, x.w);
          trainer.train(x, answers[order[n]]);
        }
      }
    },
    predict(questions) {
      const asked = { ...job, images: questions };
      const count = questions.length / inputs;
      const outputs = new Float32Array(count * units);
      for (let n = 0; n < count; n++) {
        gather(asked, [n], 0, 1, x.w);
        outputs.set(net.forward(x).w, n * units);
      }
      return outputs;
    },
  };
});
