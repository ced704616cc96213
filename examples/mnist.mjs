// `npm start`: Nielsen's network for handwritten digits, trained on all 60,000 images of MNIST.
// Ctrl-C stops after the current step, then reports and saves the result. A second Ctrl-C quits immediately.

import { writeFileSync } from 'node:fs';
import { Network } from 'bp4';
import { accuracy, confusionMatrix, formatConfusionMatrix } from 'bp4/metrics';
import { mnist } from './idx.mjs';
import { count, percent, Progress } from './progress.mjs';

/** The best of 30 epochs in chapter 1 of Nielsen's book, with N(0, 1) weights and 50,000 images. */
const BOOK_ACCURACY = 0.9542;
const MODEL_FILE = 'mnist-model.json';

const digits = mnist('train');
const test = mnist('t10k');
const net = await Network.create({
  inputs: 784,
  layers: [
    { units: 30, activation: 'sigmoid' },
    { units: 10, activation: 'sigmoid' },
  ],
  loss: 'quadratic',
  seed: 1,
});
const options = { epochs: 30, miniBatchSize: 10, learningRate: 3, validation: test };

console.log(`[784, 30, 10] on ${count(digits.labels.length)} digits, engine ${net.engine}\n`);
const progress = await train();
const outputs = net.predict(test.inputs, { inputScale: test.inputScale });
console.log(`\n${formatConfusionMatrix(confusionMatrix(outputs, test))}\n`);
summarize(progress, accuracy(outputs, test));
save();

/** Trains to the end, or until Ctrl-C. */
async function train() {
  const progress = new Progress(options.miniBatchSize);
  const stop = new AbortController();
  const onInterrupt = () => stop.abort();
  process.once('SIGINT', onInterrupt); // once: a second Ctrl-C quits
  progress.start();
  try {
    await net.train(digits, {
      ...options,
      onBatch: (report) => progress.onBatch(report),
      onEpoch: (report) => progress.onEpoch(report),
      signal: stop.signal,
    });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
    progress.stop();
  }
  process.off('SIGINT', onInterrupt);
  return progress;
}

function summarize({ epochs, samples, seconds }, last) {
  const best = Math.max(last, ...epochs.map(({ validation }) => validation.accuracy));
  console.log(
    `test accuracy  best ${percent(best)}, last ${percent(last)}, in the book ${percent(BOOK_ACCURACY)}`,
  );
  console.log(`speed          ${count(samples / seconds)} samples/s, ${seconds.toFixed(1)} s of training`);
}

function save() {
  const json = JSON.stringify(net);
  writeFileSync(MODEL_FILE, json);
  console.log(`model          ${MODEL_FILE}, ${count(json.length / 1000)} kB`);
}
