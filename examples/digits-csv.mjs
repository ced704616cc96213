// Handwritten digits from a CSV file: a line for each, its label and 784 pixels. The file is written here from the images
// of MNIST, so that there is one.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Network } from 'bp4';
import { Dataset } from 'bp4/data';
import { accuracy } from 'bp4/metrics';
import { mnist } from './idx.mjs';
import { count, percent } from './progress.mjs';

const SIZE = 28;
const folder = mkdtempSync(join(tmpdir(), 'bp4-digits-'));
const file = join(folder, 'digits.csv');
try {
  writeFileSync(file, csvOf(mnist('t10k'), 10_000));
  const data = Dataset.fromCSV(readFileSync(file, 'utf8'), { label: 'digit' });
  console.log(`${count(data.count)} digits of ${SIZE * SIZE} pixels, classes ${data.classes.join(' ')}\n`);

  const { train, test } = data.split({ test: 0.2, seed: 1 });
  const net = await Network.create({
    inputs: SIZE * SIZE,
    layers: [
      { units: 64, activation: 'relu' },
      { units: 10, activation: 'softmax' },
    ],
    transforms: train.fitTransforms({ inputs: 'minMax' }),
    seed: 1,
  });
  await net.train(train, {
    epochs: 10,
    learningRate: 0.1,
    validation: test,
    onEpoch: ({ epoch, loss, validation }) =>
      console.log(
        `epoch ${String(epoch).padStart(2)}  loss ${loss.toFixed(4)}  test accuracy ${percent(validation.accuracy)}`,
      ),
  });

  const outputs = net.predict(test.inputs);
  console.log(`\ntest accuracy ${percent(accuracy(outputs, test))}\n`);
  const first = outputs.subarray(0, 10);
  console.log(pictureOf(test.inputs, 0));
  console.log(
    `the network says ${data.classes[first.indexOf(Math.max(...first))]}; it is ${data.classes[test.labels[0]]}`,
  );
  net.dispose();
} finally {
  rmSync(folder, { recursive: true });
}

function csvOf({ inputs, labels }, lines) {
  const pixels = Array.from({ length: SIZE * SIZE }, (_, k) => `p${k}`);
  const rows = Array.from({ length: lines }, (_, n) => [
    labels[n],
    ...inputs.subarray(n * SIZE * SIZE, (n + 1) * SIZE * SIZE),
  ]);
  return [['digit', ...pixels], ...rows].map((row) => row.join()).join('\n');
}

function pictureOf(pixels, n) {
  const line = (y) =>
    Array.from({ length: SIZE }, (_, x) => ' .:*#'[Math.round(pixels[(n * SIZE + y) * SIZE + x] / 64)]).join(
      '',
    );
  return Array.from({ length: SIZE }, (_, y) => line(y))
    .filter((text) => text.trim())
    .join('\n');
}
