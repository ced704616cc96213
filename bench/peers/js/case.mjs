// Reads a case of cases.ts: its data, its initial weights and the order of its first epoch.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * @param {string} directory
 * @returns {import('./case.d.mts').Case}
 */
export function readCase(directory) {
  const file = (name) => readFileSync(join(directory, name));
  /** A view of the file's buffer, not a copy, because memory is measured too. */
  const bytes = (name) => {
    const { buffer, byteOffset, length } = file(name);
    return new Uint8Array(buffer, byteOffset, length);
  };
  const aligned = (name) => bytes(name).slice().buffer;
  const lines = file('case.txt').toString().trim().split('\n');
  const settings = Object.fromEntries(lines.map((line) => line.split(' ')));
  const inputs = Number(settings.inputs);
  return {
    inputs,
    inputScale: Number(settings.inputScale),
    loss: settings.loss,
    miniBatchSize: Number(settings.miniBatchSize),
    learningRate: Number(settings.learningRate),
    shuffle: settings.shuffle === 'true',
    layers: readLayers(inputs, settings.layers, new Float32Array(aligned('parameters.f32'))),
    images: bytes('inputs.u8'),
    labels: bytes('labels.u8'),
    questions: bytes('questions.u8'),
    order: new Uint32Array(aligned('order.u32')),
  };
}

/** `30:sigmoid,10:sigmoid`, and the parameters: for each layer its weights [units][fanIn], then its biases [units]. */
function readLayers(inputs, description, parameters) {
  let fanIn = inputs;
  let at = 0;
  const take = (count) => parameters.slice(at, (at += count));
  return description.split(',').map((words) => {
    const [units, activation] = words.split(':');
    const layer = { units: Number(units), fanIn, activation };
    layer.weights = take(layer.units * fanIn);
    layer.biases = take(layer.units);
    fanIn = layer.units;
    return layer;
  });
}

/** The targets of the samples: one-hot, or with a single output the label itself. [n][outputs] */
export function expandTargets({ layers, labels }) {
  const { units } = layers.at(-1);
  if (units === 1) return Float32Array.from(labels);
  const targets = new Float32Array(labels.length * units);
  for (const [n, label] of labels.entries()) targets[n * units + label] = 1;
  return targets;
}

/** Gathers a mini-batch into `to`, f32[rows][inputs], scaled. */
export function gather({ images, inputs, inputScale }, order, first, rows, to) {
  for (let row = 0, at = 0; row < rows; row++) {
    const from = order[first + row] * inputs;
    for (let k = 0; k < inputs; k++, at++) to[at] = images[from + k] * inputScale;
  }
  return to;
}

/** Gathers the targets of a mini-batch into `to`, f32[rows][outputs]. */
export function gatherTargets(targets, order, first, rows, to) {
  const units = to.length / rows;
  for (let row = 0, at = 0; row < rows; row++) {
    const from = order[first + row] * units;
    for (let j = 0; j < units; j++, at++) to[at] = targets[from + j];
  }
  return to;
}

/** Scales bytes to inputs. [n][inputs] */
export function scaled({ inputScale }, bytes) {
  const floats = new Float32Array(bytes.length);
  for (let i = 0; i < bytes.length; i++) floats[i] = bytes[i] * inputScale;
  return floats;
}
