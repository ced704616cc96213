import type { LayerState } from 'bp4';
import { MAP, REACH } from '../protocol.js';
import type { TaskData } from './samples.js';
import { squash } from './activations.js';

const COUNT = MAP * MAP;

/** The centers of the pixels of a map: rows from y = REACH down, as a screen draws them. */
const points = Float32Array.from({ length: COUNT * 2 }, (_, i) => {
  const pixel = i >> 1;
  const at = i % 2 ? MAP - 1 - Math.floor(pixel / MAP) : pixel % MAP;
  return REACH * ((2 * at + 1) / MAP - 1);
});

/**
 * What each unit answers over the plane, for display only: a from 0 to 1 as 0 to 255, and of activations with other ranges, from minus to
 * plus the largest magnitude.
 * @returns for each layer, [units][MAP][MAP]
 */
export function computeMaps(layers: readonly LayerState[], { toInputs }: TaskData): readonly Uint8Array[] {
  let below = transpose(toInputs!(points));
  return layers.map((layer) => {
    const values = feedForward(layer, below);
    below = values;
    const isShare = layer.activation === 'sigmoid' || layer.activation === 'softmax';
    return isShare ? Uint8Array.from(values, (a) => 255 * a) : scaleEachUnit(values);
  });
}

/** The answers of a layer, [units][COUNT]. */
function feedForward({ weights, biases, activation }: LayerState, below: Float32Array): Float32Array {
  const fanIn = below.length / COUNT;
  const values = new Float32Array(biases.length * COUNT);
  for (const [unit, bias] of biases.entries()) {
    const row = values.subarray(unit * COUNT, (unit + 1) * COUNT).fill(bias);
    for (let k = 0; k < fanIn; k++) {
      const w = weights[unit * fanIn + k]!;
      for (let i = 0; i < COUNT; i++) row[i]! += w * below[k * COUNT + i]!;
    }
  }
  if (activation === 'softmax') return normalize(values);
  return values.map((z) => squash(activation, z));
}

/** Softmax of the units at each point. */
function normalize(values: Float32Array): Float32Array {
  return values.map((z, i) => {
    let sum = 0;
    for (let other = i % COUNT; other < values.length; other += COUNT) sum += Math.exp(values[other]! - z);
    return 1 / sum;
  });
}

/** From −most to most as 0 to 255, where most is the largest magnitude of the unit. */
function scaleEachUnit(values: Float32Array): Uint8Array {
  const bytes = new Uint8Array(values.length);
  for (let first = 0; first < values.length; first += COUNT) {
    const row = values.subarray(first, first + COUNT);
    const most = row.reduce((largest, a) => Math.max(largest, Math.abs(a)), 1e-12);
    for (let i = 0; i < COUNT; i++) bytes[first + i] = 127.5 * (1 + row[i]! / most);
  }
  return bytes;
}

/** [COUNT][width] to [width][COUNT] */
function transpose(rows: Float32Array): Float32Array {
  const width = rows.length / COUNT;
  return rows.map((_, i) => rows[(i % COUNT) * width + Math.floor(i / COUNT)]!);
}
