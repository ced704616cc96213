import { expect, it } from 'vitest';
import { Network } from '../../dist/index.js';
import { python } from './python.mjs';

// Losses beside those of PyTorch and scikit-learn.

const ROWS = 50;
const q = [0.125, 0.5, 0.875]; // floats, so that both sides have the same
const inputs = Float32Array.from({ length: 2 * ROWS }, (_, i) => Math.fround(Math.sin(7 * i)));
const targets = Float32Array.from({ length: 3 * ROWS }, (_, i) => Math.round(3 + 3 * Math.sin(5 * i)));

const rows = (values, width) =>
  Array.from({ length: values.length / width }, (_, n) => [...values.subarray(n * width, (n + 1) * width)]);

it.each(['logCosh', 'poisson', { name: 'quantile', q }])('%j agrees with PyTorch', async (loss) => {
  const net = await Network.create({
    inputs: 2,
    layers: [{ units: 3, activation: 'linear' }],
    loss,
    seed: 1,
  });
  const given = { outputs: rows(net.predict(inputs), 3), targets: rows(targets, 3), q };
  const packages = ['python3-torch', 'python3-sklearn'];
  const found = JSON.parse(python('losses.py', [], packages, JSON.stringify(given)))[loss.name ?? loss];
  const { loss: cost, layers } = net.backprop({ inputs, targets });
  // bp4 sums costs in double precision, of outputs that both have.
  expect(Math.abs(cost / found.loss - 1)).toBeLessThan(1e-12);
  if (found.pinball !== undefined) expect(Math.abs(cost / found.pinball - 1)).toBeLessThan(1e-12);
  // δ is of each sample's cost, rounded to single precision: three roundings of ε = 6e-8 of at most e⁶.
  for (const [i, d] of layers[0].delta.entries()) {
    expect(Math.abs(d - found.gradient[i] * ROWS)).toBeLessThan(2e-7 * Math.max(1, Math.abs(d)));
  }
});

it.each([
  ['softmax', { name: 'focal', gamma: 1.75 }],
  ['sigmoid', { name: 'binaryFocal', gamma: 1.75, alpha: 0.375 }],
])('with %s, %j agrees with the gradient that PyTorch derives from its formula', async (activation, loss) => {
  const net = await Network.create({ inputs: 2, layers: [{ units: 3, activation }], loss, seed: 1 });
  // PyTorch gets z, in which both have the same numbers.
  const shares = targets.map((y) => y / 6);
  const { loss: cost, layers } = net.backprop({ inputs, targets: shares });
  const given = {
    outputs: rows(layers[0].preActivations, 3),
    targets: rows(targets, 3),
    q,
    alpha: 0,
    ...loss,
  };
  const packages = ['python3-torch', 'python3-sklearn'];
  const found = JSON.parse(python('losses.py', [], packages, JSON.stringify(given)))[loss.name];
  // The targets are sixths, which bp4 rounds to single precision: ε = 6e-8.
  expect(Math.abs(cost / found.loss - 1)).toBeLessThan(1e-7);
  for (const [i, d] of layers[0].delta.entries()) {
    expect(Math.abs(d - found.gradient[i] * ROWS)).toBeLessThan(2e-7);
  }
});
