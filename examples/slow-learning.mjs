// Why networks learn slowly: two demonstrations from Nielsen's book, and the messages of `diagnose` about them.
// `node examples/slow-learning.mjs`, after `npm ci`.

import { Network } from 'bp4';
import { mnist } from './idx.mjs';

await saturatedNeuron();
await vanishingDelta();

/** Chapter 3: a neuron that outputs 0.98 instead of 0 learns with two costs. */
async function saturatedNeuron() {
  const quadratic = await teach('quadratic');
  const crossEntropy = await teach('binaryCrossEntropy');

  console.log('A neuron outputs 0.98 instead of 0. Its output by epoch (η = 0.15):\n');
  console.log(`${'epoch'.padStart(7)}  ${'quadratic cost'.padEnd(31)}cross-entropy`);
  for (let epoch = 0; epoch <= 300; epoch += 20) {
    const bars = [quadratic, crossEntropy].map(({ outputs }) => drawBar(outputs[epoch]).padEnd(31));
    console.log(`${String(epoch).padStart(7)}  ${bars.join('').trimEnd()}`);
  }
  console.log(`\nbelow 0.5 after ${halfway(quadratic)} and ${halfway(crossEntropy)} epochs\n`);
  printMessages('quadratic cost', quadratic.diagnosis);
  printMessages('cross-entropy', crossEntropy.diagnosis);
}

async function teach(loss) {
  const data = { inputs: [[1]], targets: [[0]] };
  const net = await Network.fromJSON({
    format: 'bp4',
    version: 1,
    inputs: 1,
    loss,
    layers: [{ units: 1, activation: 'sigmoid', weights: [[2]], biases: [2] }],
  });
  const diagnosis = await net.diagnose(data);
  const outputs = [];
  const note = () => outputs.push(net.predict(data.inputs)[0]);
  note();
  await net.train(data, { epochs: 300, learningRate: 0.15, onEpoch: note });
  return { outputs, diagnosis };
}

function drawBar(output) {
  return `${output.toFixed(2)} ${'█'.repeat(Math.round(24 * output))}`;
}

function halfway({ outputs }) {
  return outputs.findIndex((output) => output < 0.5);
}

/** Chapter 5: the size of δ in each layer of a deep network before training. */
async function vanishingDelta() {
  for (const activation of ['sigmoid', 'relu']) {
    const net = await Network.create({
      inputs: 784,
      layers: [
        ...Array.from({ length: 4 }, () => ({ units: 30, activation })),
        { units: 10, activation: 'sigmoid' },
      ],
      seed: 1,
    });
    const diagnosis = await net.diagnose(mnist('t10k'));
    console.log(`\nδ of five layers before training, the first four with ${activation}:\n`);
    for (const [l, { delta }] of diagnosis.layers.entries()) {
      // each █ stands for a third of a power of ten
      const bar = '█'.repeat(Math.max(1, Math.round(3 * (Math.log10(delta) + 5))));
      console.log(`  layers[${l}]  ${delta.toFixed(6)} ${bar}`);
    }
    console.log();
    printMessages(activation, diagnosis);
  }
}

function printMessages(name, { messages }) {
  console.log(`diagnose, ${name}:`);
  for (const message of messages.length ? messages : ['no problems found']) console.log(`  ${message}`);
}
