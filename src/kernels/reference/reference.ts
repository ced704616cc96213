import { GrowingBuffer } from '../../memory/memory.js';
import { Views } from '../../memory/views.js';
import type { EquationKernels, Kernels } from '../kernels.js';
import { BINARY_CROSS_ENTROPY, CROSS_ENTROPY } from '../codes.js';
import { activationsIn } from './activations.js';
import { costs, slopesIn } from './costs.js';
import { dropoutKernel } from './dropout.js';
import { single, type Precision } from './numerics.js';
import { optimizerKernels } from './optimizers.js';
import { regularisationKernels } from './regularise.js';
import { stepKernels } from './step.js';

/**
 * The kernels in plain TypeScript: what the WebAssembly ones do, in the same order and with the same roundings, to
 * be read beside Nielsen's network.py. A sum over k is written with k outside and the units inside: each unit's
 * accumulator is its place in memory, and storing into a Float32Array rounds the sum.
 * @param precision `single`, the engine of a network, or `double`, the truth
 */
export function referenceKernels(precision: Precision = single): Kernels {
  const { bytesPerFloat, round } = precision;
  const activations = activationsIn(precision);
  const lossSlopes = slopesIn(precision);
  const memory = new GrowingBuffer();
  /** The memory as floats; floats[at(pointer) + i] is the i-th from a pointer. Hot loops hold it in a local f. */
  const views = new Views({ memory, bytesPerFloat });
  let { floats } = views;
  const at = (pointer: number): number => pointer / bytesPerFloat;

  /**
   * c_j = Σ a_p·b_pj for four neighbours j, each one sequential sum over p from +0: the four of a row that a vector
   * holds, padding included. Side by side they need not wait for each other.
   * @param a place of a_0 in f, and the step to the next a
   * @param b place of b_00, the step to the next p and to the next j
   */
  function fourSums(
    f: Float32Array | Float64Array,
    a: number,
    aStep: number,
    b: number,
    bStep: number,
    bColumn: number,
    c: number,
    depth: number,
  ): void {
    let c0 = 0;
    let c1 = 0;
    let c2 = 0;
    let c3 = 0;
    for (let p = 0; p < depth; p++) {
      const x = f[a]!;
      c0 = round(c0 + round(x * f[b]!));
      c1 = round(c1 + round(x * f[b + bColumn]!));
      c2 = round(c2 + round(x * f[b + 2 * bColumn]!));
      c3 = round(c3 + round(x * f[b + 3 * bColumn]!));
      a += aStep;
      b += bStep;
    }
    f[c] = c0;
    f[c + 1] = c1;
    f[c + 2] = c2;
    f[c + 3] = c3;
  }

  /** δ ⊙ σ′(z), in place. */
  function multiplySlope(
    activation: number,
    alpha: number,
    z: number,
    a: number,
    delta: number,
    count: number,
  ): void {
    const f = floats;
    const { slope } = activations[activation]!;
    if (!slope) return;
    const scale = round(alpha);
    const [zAt, aAt] = [at(z), at(a)];
    for (let i = 0, d = at(delta); i < count; i++, d++) f[d] = f[d]! * slope(f[zAt + i]!, f[aAt + i]!, scale);
  }

  /** Padding is zero, as the vector kernels leave it. */
  function clearPadding(matrix: number, stride: number, rows: number, units: number): void {
    if (units === stride) return;
    for (let row = matrix; row < matrix + rows * stride; row += stride)
      floats.fill(0, row + units, row + stride);
  }

  const equations: EquationKernels = {
    widenBytes(bytes, target, count, scale) {
      const f = floats;
      const source = new Uint8Array(memory.buffer, bytes, count);
      const factor = round(scale);
      for (let i = 0; i < count; i++) f[at(target) + i] = source[i]! * factor;
    },

    scaleFloats(target, count, scale) {
      const f = floats;
      const factor = round(scale);
      for (let i = at(target); i < at(target) + count; i++) f[i] = f[i]! * factor;
    },

    forward(input, inputStride, weights, biases, z, stride, rows, fanIn, units) {
      const f = floats;
      for (let n = 0; n < rows; n++) {
        const zn = at(z) + n * stride;
        const an = at(input) + n * inputStride;
        for (let j = 0; j < units; j += 4) {
          fourSums(f, an, 1, at(weights) + j, stride, 1, zn + j, fanIn);
        }
        for (let j = 0; j < units; j++) f[zn + j] = f[zn + j]! + f[at(biases) + j]!;
      }
    },

    activate(activation, alpha, z, a, stride, rows, units) {
      const f = floats;
      const scale = round(alpha);
      const { value, row } = activations[activation]!;
      for (let n = 0; n < rows; n++) {
        const zn = at(z) + n * stride;
        const an = at(a) + n * stride;
        if (value) for (let j = 0; j < units; j++) f[an + j] = value(f[zn + j]!, scale);
        row?.(f, zn, an, units);
      }
      clearPadding(at(a), stride, rows, units);
    },

    multiplySlope,

    cost(loss, parameter, z, a, targets, stride, rows, units) {
      const f = floats;
      const of = costs[loss]!;
      const rounded = round(parameter);
      let total = 0;
      for (let n = 0; n < rows * stride; n += stride)
        total += of(f, at(z) + n, at(a) + n, at(targets) + n, units, rounded);
      return total;
    },

    outputDelta(loss, parameter, activation, alpha, z, a, targets, delta, stride, rows, units) {
      const f = floats;
      const slope = lossSlopes[loss];
      const rounded = round(parameter);
      for (let n = 0; n < rows; n++) {
        const row = n * stride;
        let total = 1;
        if (loss === CROSS_ENTROPY) {
          total = 0;
          for (let j = 0; j < units; j++) total = round(total + f[at(targets) + row + j]!);
        }
        for (let j = row; j < row + stride; j++) {
          const output = f[at(a) + j]!;
          const target = f[at(targets) + j]!;
          f[at(delta) + j] = slope
            ? round(slope(output, target, rounded)) / units
            : round(output * total) - target;
        }
      }
      if (loss === CROSS_ENTROPY || loss === BINARY_CROSS_ENTROPY) return;
      multiplySlope(activation, alpha, z, a, delta, rows * stride);
      clearPadding(at(delta), stride, rows, units);
    },

    hiddenDelta(
      activation,
      alpha,
      nextWeights,
      nextDelta,
      nextStride,
      nextUnits,
      z,
      a,
      delta,
      stride,
      rows,
      units,
    ) {
      const f = floats;
      for (let n = 0; n < rows; n++) {
        const d = at(nextDelta) + n * nextStride;
        for (let k = 0; k < units; k += 4) {
          const w = at(nextWeights) + k * nextStride;
          fourSums(f, d, 1, w, 1, nextStride, at(delta) + n * stride + k, nextUnits);
        }
      }
      multiplySlope(activation, alpha, z, a, delta, rows * stride);
      clearPadding(at(delta), stride, rows, units);
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
      for (let k = 0; k < fanIn; k++) {
        const g = at(weightGradients) + k * stride;
        for (let j = 0; j < units; j += 4) {
          fourSums(f, at(input) + k, inputStride, at(delta) + j, stride, 1, g + j, rows);
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

    ...optimizerKernels(() => views.arrays, precision),
    ...regularisationKernels(() => views.arrays, precision),
    ...dropoutKernel(() => views.arrays, precision),
  };

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
        if (floats.buffer === memory.buffer) return;
        ({ floats } = views);
      },
    },
    ...equations,
    ...stepKernels(equations, () => views.arrays, precision),
  };
}
