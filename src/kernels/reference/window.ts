import type { StepKernels } from '../kernels.js';
import { Window } from '../../memory/structs.js';
import { readDescription, type Description, type MemoryViews } from './description.js';
import type { Precision } from './numerics.js';

type WindowKernels = Pick<StepKernels, 'addBytes' | 'addFloats'> & {
  /** Samples from the `first` on, in the window's order, become the mini-batch. */
  gather(this: void, network: Description, window: number, first: number, rows: number): void;
};

/** What goes into a window, and comes out of it; assembly/gather.ts does the same. */
export function windowKernels(views: () => MemoryViews, { bytesPerFloat, round }: Precision): WindowKernels {
  /** The index of a float. */
  const at = (pointer: number): number => pointer / bytesPerFloat;

  /** The inputs of the first layer are always written out: what is left out elsewhere is multiplied here. */
  function gather({ net, layers }: Description, window: number, first: number, rows: number): void {
    const { stride } = layers.at(-1)!;
    const { words, floats } = views();
    const { order, targets, sampleWeights, rows: inputs, starts } = new Window(views(), window);
    for (let i = 0; i < rows; i++) {
      const sample = order ? words[(window + order) / 4 + first + i]! : first + i;
      const input = at(net.inputs) + i * net.inputCount;
      if (starts) {
        const begin = window + words[(window + starts) / 4 + sample]!;
        const end = window + words[(window + starts) / 4 + sample + 1]!;
        const others = Math.floor((end - begin) / (bytesPerFloat + 2));
        const places = new Uint16Array(words.buffer, begin + others * bytesPerFloat, others);
        floats.fill(0, input, input + net.inputCount);
        for (let i = 0; i < others; i++) floats[input + places[i]!] = floats[at(begin) + i]!;
      } else {
        const from = at(window + inputs) + sample * net.inputCount;
        floats.copyWithin(input, from, from + net.inputCount);
      }
      const target = at(net.targets) + i * stride;
      const from = at(window + targets) + sample * stride;
      floats.copyWithin(target, from, from + stride);
      if (sampleWeights) floats[at(net.sampleWeights) + i] = floats[at(window + sampleWeights) + sample]!;
    }
  }

  /** Adds a row to the window as the values that are not zero and, as numbers of two bytes, their places. */
  function addRow(window: number, row: Float32Array | Float64Array, sample: number): void {
    const { words, floats } = views();
    const { starts } = new Window(views(), window);
    const begin = window + words[(window + starts) / 4 + sample]!;
    const places = [...row.keys()].filter((k) => row[k] !== 0);
    for (const [i, k] of places.entries()) floats[at(begin) + i] = row[k]!;
    const end = begin + places.length * bytesPerFloat;
    new Uint16Array(words.buffer, end, places.length).set(places);
    const padded = Math.ceil((end + 2 * places.length) / bytesPerFloat) * bytesPerFloat;
    words[(window + starts) / 4 + sample + 1] = padded - window;
  }

  return {
    gather,

    addBytes(pointer, window, bytes, scale, first, count) {
      const { inputCount } = readDescription(views(), pointer).net;
      const { buffer } = views().words;
      const factor = round(scale);
      const row = new Float64Array(inputCount);
      for (let i = 0; i < count; i++) {
        const source = new Uint8Array(buffer, bytes + i * inputCount, inputCount);
        for (let k = 0; k < inputCount; k++) row[k] = round(source[k]! * factor);
        addRow(window, row, first + i);
      }
    },

    addFloats(pointer, window, rows, first, count) {
      const { inputCount } = readDescription(views(), pointer).net;
      const from = at(rows);
      for (let i = 0; i < count; i++) {
        const start = from + i * inputCount;
        addRow(window, views().floats.subarray(start, start + inputCount), first + i);
      }
    },
  };
}
