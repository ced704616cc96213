import type { Kernels, Memory } from '../kernels.js';
import { BINARY_CROSS_ENTROPY, CROSS_ENTROPY, QUADRATIC } from '../codes.js';
import { activationsIn } from './activations.js';
import { binaryCrossEntropy, crossEntropy, quadratic } from './costs.js';
import type { Precision } from './numerics.js';

const costs: Record<number, typeof quadratic> = {
  [QUADRATIC]: quadratic,
  [CROSS_ENTROPY]: crossEntropy,
  [BINARY_CROSS_ENTROPY]: binaryCrossEntropy,
};

/**
 * The kernels in plain TypeScript: what the WebAssembly ones do, in the same order and with the same roundings, to
 * be read beside Nielsen's network.py. A sum over k is written with k outside and the units inside: each unit's
 * accumulator is its place in memory, and storing into a Float32Array rounds the sum.
 * @param precision `single` for the engine of a network; `double` for the truth
 */
export function referenceKernels(precision: Precision): Kernels {
  const { bytesPerFloat, Floats, round } = precision;
  const activations = activationsIn(precision);
  const memory = new GrowingBuffer();
  /** The memory as floats; floats[at(pointer) + i] is the i-th from a pointer. Hot loops hold it in a local f. */
  let floats = new Floats(memory.buffer);
  const at = (pointer: number): number => pointer / bytesPerFloat;

  /** δ ⊙ σ′(z), in place. */
  function multiplySlope(activation: number, z: number, a: number, delta: number, count: number): void {
    const f = floats;
    const { slope } = activations[activation]!;
    if (!slope) return;
    for (let i = 0; i < count; i++) f[delta + i] = f[delta + i]! * slope(f[z + i]!, f[a + i]!);
  }

  /** Padding is zero, as the vector kernels leave it. */
  function clearPadding(matrix: number, stride: number, rows: number, units: number): void {
    if (units === stride) return;
    for (let row = matrix; row < matrix + rows * stride; row += stride)
      floats.fill(0, row + units, row + stride);
  }

  return {
    engine: 'reference',
    bytesPerFloat,
    memory: {
      base: memory.base,
      get buffer() {
        return memory.buffer;
      },
      ensure(bytes) {
        memory.ensure(bytes);
        if (floats.buffer !== memory.buffer) floats = new Floats(memory.buffer);
      },
    },

    widenBytes(bytes, target, count, scale) {
      const f = floats;
      const source = new Uint8Array(memory.buffer, bytes, count);
      const factor = round(scale);
      for (let i = 0; i < count; i++) f[at(target) + i] = source[i]! * factor;
    },

    forward(input, inputStride, weights, biases, z, stride, rows, fanIn, units) {
      const f = floats;
      for (let n = 0; n < rows; n++) {
        const zn = at(z) + n * stride;
        const an = at(input) + n * inputStride;
        f.fill(0, zn, zn + units);
        for (let k = 0; k < fanIn; k++) {
          const a = f[an + k]!;
          const w = at(weights) + k * stride;
          for (let j = 0; j < units; j++) f[zn + j] = f[zn + j]! + round(a * f[w + j]!);
        }
        for (let j = 0; j < units; j++) f[zn + j] = f[zn + j]! + f[at(biases) + j]!;
      }
    },

    activate(activation, z, a, stride, rows, units) {
      const f = floats;
      const { value, normalise } = activations[activation]!;
      for (let n = 0; n < rows; n++) {
        const zn = at(z) + n * stride;
        const an = at(a) + n * stride;
        for (let j = 0; j < units; j++) f[an + j] = value(f[zn + j]!);
        normalise?.(f, zn, an, units);
      }
      clearPadding(at(a), stride, rows, units);
    },

    cost(loss, z, a, targets, stride, rows, units) {
      const f = floats;
      const of = costs[loss]!;
      let total = 0;
      for (let n = 0; n < rows * stride; n += stride)
        total += of(f, at(z) + n, at(a) + n, at(targets) + n, units);
      return total;
    },

    outputDelta(loss, activation, z, a, targets, delta, stride, rows, units) {
      const f = floats;
      for (let n = 0; n < rows; n++) {
        const row = n * stride;
        let total = 1;
        if (loss === CROSS_ENTROPY) {
          total = 0;
          for (let j = 0; j < units; j++) total = round(total + f[at(targets) + row + j]!);
        }
        for (let j = row; j < row + stride; j++) {
          f[at(delta) + j] = round(f[at(a) + j]! * total) - f[at(targets) + j]!;
        }
      }
      if (loss === QUADRATIC) multiplySlope(activation, at(z), at(a), at(delta), rows * stride);
    },

    hiddenDelta(activation, nextWeights, nextDelta, nextStride, nextUnits, z, a, delta, stride, rows, units) {
      const f = floats;
      for (let n = 0; n < rows; n++) {
        for (let k = 0; k < units; k++) {
          const w = at(nextWeights) + k * nextStride;
          const d = at(nextDelta) + n * nextStride;
          let sum = 0;
          for (let j = 0; j < nextUnits; j++) sum = round(sum + round(f[w + j]! * f[d + j]!));
          f[at(delta) + n * stride + k] = sum;
        }
      }
      clearPadding(at(delta), stride, rows, units);
      multiplySlope(activation, at(z), at(a), at(delta), rows * stride);
    },

    biasGradient(delta, biasGradients, stride, rows, units) {
      const f = floats;
      const g = at(biasGradients);
      f.fill(0, g, g + units);
      for (let n = 0; n < rows; n++) {
        for (let j = 0; j < units; j++) f[g + j] = f[g + j]! + f[at(delta) + n * stride + j]!;
      }
    },

    weightGradient(input, inputStride, delta, weightGradients, stride, rows, fanIn, units) {
      const f = floats;
      f.fill(0, at(weightGradients), at(weightGradients) + fanIn * stride);
      for (let n = 0; n < rows; n++) {
        const d = at(delta) + n * stride;
        for (let k = 0; k < fanIn; k++) {
          const a = f[at(input) + n * inputStride + k]!;
          const g = at(weightGradients) + k * stride;
          for (let j = 0; j < units; j++) f[g + j] = f[g + j]! + round(a * f[d + j]!);
        }
      }
    },

    update(parameters, gradients, rate, count) {
      const f = floats;
      const p = at(parameters);
      const g = at(gradients);
      const factor = round(rate);
      for (let i = 0; i < count; i++) f[p + i] = f[p + i]! - round(factor * f[g + i]!);
    },
  };
}

/** Linear memory for the reference: an ArrayBuffer that is replaced when it must grow. */
class GrowingBuffer implements Memory {
  readonly base = 64;
  buffer = new ArrayBuffer(64);

  ensure(bytes: number): void {
    if (bytes <= this.buffer.byteLength) return;
    const grown = new ArrayBuffer(Math.ceil(bytes / 8) * 8);
    new Uint8Array(grown).set(new Uint8Array(this.buffer));
    this.buffer = grown;
  }
}
