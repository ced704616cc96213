import type { EquationKernels, StepKernels } from '../kernels.js';
import {
  LAYER_BYTES,
  layerFields,
  netFields,
  readFields,
  TALLY_BATCH_LOSS,
  TALLY_LOSS,
  TALLY_RIGHT,
  windowFields,
} from '../plan.js';
import type { Precision } from './numerics.js';

/** The linear memory as numbers of every kind. */
export interface MemoryViews {
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  readonly floats: Float32Array | Float64Array;
}

type Net = Record<(typeof netFields)[number], number>;
type Layer = Record<(typeof layerFields)[number], number>;

/**
 * The steps of a mini-batch, over the equations of an engine: input, forward, output error, error back, gradients,
 * update. assembly/step.ts does the same.
 */
export function stepKernels(
  equations: EquationKernels,
  views: () => MemoryViews,
  { bytesPerFloat, round }: Precision,
): StepKernels {
  const netAt = (net: number): Net => readFields(views().words, net / 4, netFields);
  const layersOf = ({ layers, layerCount }: Net): Layer[] =>
    Array.from({ length: layerCount }, (_, l) =>
      readFields(views().words, (layers + l * LAYER_BYTES) / 4, layerFields),
    );
  /** The index of a float of the mini-batch or of a window. */
  const at = (pointer: number): number => pointer / bytesPerFloat;

  /** Forward: z = W·a + b, a = σ(z), layer by layer. */
  function feedForward(pointer: number, rows: number): void {
    const net = netAt(pointer);
    for (const l of layersOf(net)) {
      equations.forward(
        l.input,
        l.inputStride,
        l.weights,
        l.biases,
        l.preActivations,
        l.stride,
        rows,
        l.fanIn,
        l.units,
        net.scratch,
      );
      equations.activate(l.activation, l.preActivations, l.activations, l.stride, rows, l.units);
    }
  }

  /** BP1 to BP4; the sums over the mini-batch are left in the gradients. */
  function backpropagate(pointer: number, rows: number): void {
    const net = netAt(pointer);
    const layers = layersOf(net);
    const last = layers.at(-1)!;
    equations.outputDelta(
      net.loss,
      last.activation,
      last.preActivations,
      last.activations,
      net.targets,
      last.delta,
      last.stride,
      rows,
      last.units,
    );
    for (let i = layers.length - 2; i >= 0; i--) {
      const l = layers[i]!;
      const next = layers[i + 1]!;
      equations.hiddenDelta(
        l.activation,
        next.weights,
        next.delta,
        next.stride,
        next.units,
        l.preActivations,
        l.activations,
        l.delta,
        l.stride,
        rows,
        l.units,
        net.scratch,
      );
    }
    for (const l of layers) {
      equations.biasGradient(l.delta, l.biasGradients, l.stride, rows, l.units);
      equations.weightGradient(
        l.input,
        l.inputStride,
        l.delta,
        l.weightGradients,
        l.stride,
        rows,
        l.fanIn,
        l.units,
        net.scratch,
      );
    }
  }

  function tally(pointer: number, sums: number, rows: number): void {
    const net = netAt(pointer);
    const l = layersOf(net).at(-1)!;
    const { doubles, words, floats } = views();
    let batchLoss = 0;
    for (let n = 0; n < rows; n++) {
      const row = n * l.stride * bytesPerFloat;
      const [z, a, y] = [l.preActivations + row, l.activations + row, net.targets + row];
      const loss = equations.cost(net.loss, z, a, y, l.stride, 1, l.units);
      doubles[sums / 8 + TALLY_LOSS]! += loss;
      batchLoss += loss;
      if (isRight(floats, at(a), at(y), l.units)) words[sums / 4 + TALLY_RIGHT]!++;
    }
    doubles[sums / 8 + TALLY_BATCH_LOSS] = batchLoss;
  }

  /** The inputs of the first layer are always written out: what is left out elsewhere is multiplied here. */
  function gather(pointer: number, window: number, first: number, rows: number): void {
    const net = netAt(pointer);
    const { stride } = layersOf(net).at(-1)!;
    const { words, floats } = views();
    const { order, targets, rows: inputs, starts } = readFields(words, window / 4, windowFields);
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
    }
  }

  /** Adds a row to the window as the values that are not zero and, as numbers of two bytes, their places. */
  function addRow(window: number, row: Float32Array | Float64Array, sample: number): void {
    const { words, floats } = views();
    const { starts } = readFields(words, window / 4, windowFields);
    const begin = window + words[(window + starts) / 4 + sample]!;
    const places = [...row.keys()].filter((k) => row[k] !== 0);
    for (const [i, k] of places.entries()) floats[at(begin) + i] = row[k]!;
    const end = begin + places.length * bytesPerFloat;
    new Uint16Array(words.buffer, end, places.length).set(places);
    const padded = Math.ceil((end + 2 * places.length) / bytesPerFloat) * bytesPerFloat;
    words[(window + starts) / 4 + sample + 1] = padded - window;
  }

  return {
    feedForward,
    backpropagate,
    tally,

    addBytes(pointer, window, bytes, scale, first, count) {
      const { inputCount } = netAt(pointer);
      const { buffer } = views().words;
      const factor = Math.fround(scale);
      const row = new Float64Array(inputCount);
      for (let i = 0; i < count; i++) {
        const source = new Uint8Array(buffer, bytes + i * inputCount, inputCount);
        for (let k = 0; k < inputCount; k++) row[k] = round(source[k]! * factor);
        addRow(window, row, first + i);
      }
    },

    addFloats(pointer, window, rows, first, count) {
      const { inputCount } = netAt(pointer);
      const from = at(rows);
      for (let i = 0; i < count; i++) {
        const start = from + i * inputCount;
        addRow(window, views().floats.subarray(start, start + inputCount), first + i);
      }
    },

    descend(pointer, window, first, count, size, learningRate) {
      const net = netAt(pointer);
      for (let done = 0; done < count; done += size) {
        const rows = Math.min(size, count - done);
        if (window) gather(pointer, window, first + done, rows);
        feedForward(pointer, rows);
        tally(pointer, net.tally, rows);
        backpropagate(pointer, rows);
        equations.update(net.parameters, net.gradients, learningRate / rows, net.parameterCount);
      }
      return count;
    },
  };
}

/** Of the mini-batch's rows a and y, as places in f; assembly/tally.ts says what is right. */
function isRight(f: Float32Array | Float64Array, a: number, y: number, units: number): boolean {
  if (units > 1) return largest(f, a, units) === largest(f, y, units);
  const answer = f[a]!;
  return answer === answer && answer >= 0.5 === f[y]! >= 0.5;
}

/** The place of the first largest of `count` numbers; −1 where one is NaN and none is larger than −Infinity. */
function largest(numbers: ArrayLike<number>, start: number, count: number): number {
  let place = -1;
  let value = -Infinity;
  for (let j = 0; j < count; j++) {
    if (numbers[start + j]! > value) {
      value = numbers[start + j]!;
      place = j;
    }
  }
  return place;
}
