// Handwritten digits from CSV files with one line per digit: its label and 784 pixels. The example first writes the files
// from MNIST. The training data is never in memory as a whole, because each epoch reads its file again.

import { createReadStream, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Network } from 'bp4';
import { csvBatches, Dataset } from 'bp4/data';
import { accuracy } from 'bp4/metrics';
import { mnist } from './idx.mjs';
import { count, percent } from './progress.mjs';

const SIZE = 28;
const CLASSES = Array.from({ length: 10 }, (_, digit) => digit);
const LINES = 20_000;
const columns = { label: 'digit', classes: CLASSES };

const folder = mkdtempSync(join(tmpdir(), 'bp4-digits-'));
const file = join(folder, 'digits.csv');
const testFile = join(folder, 'test.csv');
try {
  writeFileSync(file, formatCSV(mnist('train'), LINES));
  writeFileSync(testFile, formatCSV(mnist('t10k'), 2000));
  console.log(`${count(LINES)} training digits in a file of ${count(statSync(file).size / 1e6)} MB\n`);
  const test = Dataset.fromCSV(readFileSync(testFile, 'utf8'), columns);

  // pixels range from 0 to 255, so the scaling needs no fit
  const pixel = { kind: 'minMax', min: 0, max: 255 };
  const net = await Network.create({
    inputs: SIZE * SIZE,
    layers: [
      { units: 64, activation: 'relu' },
      { units: 10, activation: 'softmax' },
    ],
    transforms: { inputs: new Array(SIZE * SIZE).fill(pixel) },
    seed: 1,
  });
  await net.train(
    { batches: csvBatches(() => createReadStream(file), columns, 1000) },
    {
      epochs: 5,
      learningRate: 0.2,
      validation: test,
      onEpoch: ({ epoch, loss, validation }) =>
        console.log(`epoch ${epoch}  loss ${loss.toFixed(4)}  test accuracy ${percent(validation.accuracy)}`),
    },
  );

  const outputs = net.predict(test.inputs);
  console.log(`\ntest accuracy ${percent(accuracy(outputs, test))} of ${count(test.count)}\n`);
  const first = outputs.subarray(0, 10);
  console.log(drawDigit(test.inputs.subarray(0, SIZE * SIZE)));
  console.log(`predicted ${first.indexOf(Math.max(...first))}, true ${test.labels[0]}`);
  net.dispose();
} finally {
  rmSync(folder, { recursive: true });
}

function formatCSV({ inputs, labels }, lines) {
  const header = ['digit', ...Array.from({ length: SIZE * SIZE }, (_, k) => `p${k}`)].join();
  const line = (n) => `${labels[n]},${inputs.subarray(n * SIZE * SIZE, (n + 1) * SIZE * SIZE).join()}`;
  return [header, ...Array.from({ length: lines }, (_, n) => line(n))].join('\n');
}

function drawDigit(pixels) {
  const line = (y) =>
    Array.from(pixels.subarray(y * SIZE, (y + 1) * SIZE), (pixel) => ' .:*#'[Math.round(pixel / 64)]).join(
      '',
    );
  return Array.from({ length: SIZE }, (_, y) => line(y))
    .filter((text) => text.trim())
    .join('\n');
}
