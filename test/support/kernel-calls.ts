import type { Shape } from '../../bench/shapes.js';
import { scratchFloats } from '../../src/memory/layout.js';
import {
  activationCodes,
  lossCodes,
  lossNames,
  partners,
  type ActivationName,
  type LossName,
} from '../../src/model/spec.js';
import type { Arena, Call } from './arena.js';
import type { Source } from './sources.js';

/** A shape with the strides of its rows: at least as long as the rows, rounded up to fours. */
export interface Size extends Shape {
  /** Of everything that has a column for each unit. */
  readonly stride: number;
  /** Of everything that has a column for each unit before; where it is the network's input, not rounded. */
  readonly inputStride: number;
}

/** A kernel, and how its buffers are placed. */
export interface KernelCase {
  readonly name: string;
  readonly place: (arena: Arena, size: Size, source: Source) => Call;
}

export const roundUpToFours = (count: number): number => (count + 3) & ~3;

/**
 * [rows][stride] with room for further rows. Padding is NaN where no kernel may care what it holds, zero where they
 * count on that.
 */
function padded(
  draw: (count: number) => Float32Array,
  rows: number,
  stride: number,
  columns: number,
  padding: number,
  room = rows,
): Float32Array {
  const matrix = new Float32Array(room * stride).fill(padding);
  for (let row = 0; row < rows; row++) matrix.set(draw(columns), row * stride);
  return matrix;
}

const widenBytes: KernelCase = {
  name: 'widenBytes',
  place(arena, { rows, fanIn }, source) {
    const count = rows * fanIn;
    const bytes = arena.input('bytes', source.bytes(count));
    const floats = arena.output('floats', 1, count);
    const scale = source.number();
    return (kernels) => {
      kernels.widenBytes(bytes, floats, count, scale);
      return [];
    };
  },
};

const scaleFloats: KernelCase = {
  name: 'scaleFloats',
  place(arena, { rows, fanIn }, source) {
    const count = rows * fanIn;
    const floats = arena.changed('floats', source.floats(count));
    const scale = source.number();
    return (kernels) => {
      kernels.scaleFloats(floats, count, scale);
      return [];
    };
  },
};

const forward: KernelCase = {
  name: 'forward',
  place(arena, { rows, fanIn, units, stride, inputStride }, { floats }) {
    const input = arena.input('input', padded(floats, rows, inputStride, fanIn, NaN));
    const weights = arena.input('weights', padded(floats, fanIn, stride, units, NaN));
    const biases = arena.input('biases', padded(floats, 1, stride, units, NaN));
    const z = arena.output('z', rows, stride, units);
    const scratch = arena.scratch('scratch', scratchFloats({ rows, fanIn, units }));
    return (kernels) => {
      kernels.forward(input, inputStride, weights, biases, z, stride, rows, fanIn, units, scratch);
      return [];
    };
  },
};

const activate = (name: ActivationName): KernelCase => ({
  name: `activate ${name}`,
  place(arena, { rows, units, stride }, { floats, number }) {
    const z = arena.input('z', padded(floats, rows, stride, units, NaN));
    const a = arena.output('a', rows, stride);
    const alpha = number();
    return (kernels) => {
      kernels.activate(activationCodes[name], alpha, z, a, stride, rows, units);
      return [];
    };
  },
});

const multiplySlope = (name: ActivationName): KernelCase => ({
  name: `multiplySlope ${name}`,
  place(arena, { rows, stride }, { floats, number }) {
    const alpha = number();
    const count = rows * stride;
    const z = arena.input('z', floats(count));
    const a = arena.input('a', floats(count));
    const delta = arena.changed('delta', floats(count));
    return (kernels) => {
      kernels.multiplySlope(activationCodes[name], alpha, z, a, delta, count);
      return [];
    };
  },
});

const cost = (loss: LossName): KernelCase => ({
  name: `cost ${loss}`,
  place(arena, { rows, units, stride }, { floats, shares, number }) {
    const z = arena.input('z', padded(floats, rows, stride, units, NaN));
    const a = arena.input('a', padded(shares, rows, stride, units, NaN));
    const targets = arena.input('targets', padded(shares, rows, stride, units, NaN));
    const parameter = number();
    return (kernels) => [kernels.cost(lossCodes[loss], parameter, z, a, targets, stride, rows, units)];
  },
});

const outputDelta = (loss: LossName, activation: ActivationName): KernelCase => ({
  name: `outputDelta ${loss} ${activation}`,
  place(arena, { rows, units, stride }, { floats, shares, number }) {
    const z = arena.input('z', padded(floats, rows, stride, units, NaN));
    const a = arena.input('a', padded(shares, rows, stride, units, 0));
    const targets = arena.input('targets', padded(shares, rows, stride, units, 0));
    const delta = arena.output('delta', rows, stride);
    const codes = [lossCodes[loss], number(), activationCodes[activation], number()] as const;
    return (kernels) => {
      kernels.outputDelta(...codes, z, a, targets, delta, stride, rows, units);
      return [];
    };
  },
});

/** The layer has as many units as the shape has before it; the layer after has those of the shape. */
const hiddenDelta = (activation: ActivationName): KernelCase => ({
  name: `hiddenDelta ${activation}`,
  place(arena, { rows, fanIn, units: nextUnits, stride: nextStride, inputStride }, { floats, number }) {
    const units = fanIn;
    const stride = roundUpToFours(inputStride);
    const room = roundUpToFours(rows); // samples are turned four at a time
    const nextWeights = arena.input('nextWeights', padded(floats, units, nextStride, nextUnits, NaN));
    const nextDelta = arena.input('nextDelta', padded(floats, rows, nextStride, nextUnits, NaN, room));
    const z = arena.input('z', padded(floats, rows, stride, units, NaN));
    const a = arena.input('a', padded(floats, rows, stride, units, 0));
    const delta = arena.output('delta', rows, stride, stride, room);
    const scratch = arena.scratch('scratch', scratchFloats({ rows, fanIn, units: nextUnits }));
    const next = [nextWeights, nextDelta, nextStride, nextUnits] as const;
    const codes = [activationCodes[activation], number()] as const;
    return (kernels) => {
      kernels.hiddenDelta(...codes, ...next, z, a, delta, stride, rows, units, scratch);
      return [];
    };
  },
});

const biasGradient: KernelCase = {
  name: 'biasGradient',
  place(arena, { rows, units, stride }, { floats }) {
    const delta = arena.input('delta', padded(floats, rows, stride, units, NaN));
    const biasGradients = arena.output('biasGradients', 1, stride, units);
    return (kernels) => {
      kernels.biasGradient(delta, biasGradients, stride, rows, units);
      return [];
    };
  },
};

const weightGradient: KernelCase = {
  name: 'weightGradient',
  place(arena, { rows, fanIn, units, stride, inputStride }, { floats }) {
    const input = arena.input('input', padded(floats, rows, inputStride, fanIn, NaN));
    const delta = arena.input('delta', padded(floats, rows, stride, units, NaN));
    const weightGradients = arena.output('weightGradients', fanIn, stride, units);
    const scratch = arena.scratch('scratch', scratchFloats({ rows, fanIn, units }));
    return (kernels) => {
      kernels.weightGradient(input, inputStride, delta, weightGradients, stride, rows, fanIn, units, scratch);
      return [];
    };
  },
};

const update: KernelCase = {
  name: 'update',
  place(arena, { fanIn, stride }, source) {
    const count = fanIn * stride;
    const parameters = arena.changed('parameters', source.floats(count));
    const gradients = arena.input('gradients', source.floats(count));
    const rate = source.number();
    return (kernels) => {
      kernels.update(parameters, gradients, rate, count);
      return [];
    };
  },
};

const activationNames = Object.keys(activationCodes) as ActivationName[];

/** Every kernel, with each activation and loss that it may be given. */
export const kernelCases: readonly KernelCase[] = [
  widenBytes,
  scaleFloats,
  forward,
  ...activationNames.map(activate),
  ...activationNames.map(multiplySlope),
  ...lossNames.map(cost),
  ...lossNames.flatMap((loss) => partners[loss].map((activation) => outputDelta(loss, activation))),
  ...partners.quadratic.map(hiddenDelta),
  biasGradient,
  weightGradient,
  update,
];
