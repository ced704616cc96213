import type { Shape } from '../../bench/shapes.js';
import * as codes from '../../src/kernels/codes.js';
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
import { droppingLayer, ruleOf } from './objects.js';
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

/** How many numbers an optimizer remembers of each parameter, and whether the last of them is a sum of squares. */
const optimizers = {
  sgd: { code: codes.SGD, remembers: 0, squares: false },
  momentum: { code: codes.MOMENTUM, remembers: 1, squares: false },
  nesterov: { code: codes.NESTEROV, remembers: 1, squares: false },
  adagrad: { code: codes.ADAGRAD, remembers: 1, squares: true },
  rmsprop: { code: codes.RMSPROP, remembers: 1, squares: true },
  adam: { code: codes.ADAM, remembers: 2, squares: true },
} as const;

/** Three updates, each with a rule of its own; what an optimizer does not remember it must leave alone. */
const optimize = (name: keyof typeof optimizers): KernelCase => ({
  name: `optimize ${name}`,
  place(arena, { fanIn, stride }, { floats, shares, number }) {
    const { code, remembers, squares } = optimizers[name];
    const count = fanIn * stride;
    const rules = [0, 1, 999].map((step) => {
      const numbers = { momentum: number(), momentumRest: number(), square: number(), squareRest: number() };
      // As floats: half of a double may be NaN when it is looked at as a float.
      const betas = { beta1: Math.fround(number()), beta2: Math.fround(number()) };
      const others = { epsilon: number(), weightDecay: number(), gradientScale: number() };
      return arena.changed(
        `rule of step ${step}`,
        ruleOf({ optimizer: code, step, ...numbers, ...betas, ...others }),
      );
    });
    const parameters = arena.changed('parameters', floats(count));
    const gradients = arena.input('gradients', floats(count));
    const [first, second] = [1, 2].map((slot) => {
      const values = squares && slot === remembers ? shares(count) : floats(count);
      return slot <= remembers ? arena.changed(`slot ${slot}`, values) : arena.input(`slot ${slot}`, values);
    });
    const learningRate = number();
    return (kernels) => {
      for (const rule of rules) {
        kernels.beginUpdate(rule, learningRate);
        kernels.optimize(rule, parameters, gradients, first!, second!, count);
      }
      return [];
    };
  },
});

type Penalty = 'l1' | 'l2' | 'clipValue';

/** The penalties are above zero, as the options of a training are; `clipValue` of 0 is none. */
const regularise = (penalties: readonly Penalty[], penalizes: boolean): KernelCase => ({
  name: `regularise by ${penalties.join(' ') || 'nothing'}${penalizes ? '' : ', not penalized'}`,
  place(arena, { fanIn, stride }, { floats, number }) {
    const count = fanIn * stride;
    const numbers = penalties.map((name) => [name, Math.abs(number())] as const);
    const rule = arena.input('rule', ruleOf(Object.fromEntries(numbers)));
    const parameters = arena.input('parameters', floats(count));
    const gradients = arena.changed('gradients', floats(count));
    const scale = number();
    return (kernels) => {
      kernels.regularise(rule, parameters, gradients, scale, penalizes, count);
      return [];
    };
  },
});

const decay: KernelCase = {
  name: 'decay',
  place(arena, { fanIn, stride }, { floats, number }) {
    const count = fanIn * stride;
    const weights = arena.changed('weights', floats(count));
    const rate = number();
    return (kernels) => {
      kernels.decay(weights, rate, count);
      return [];
    };
  },
};

/** Of all units, or of the second half of them alone, as a thread has it. */
const limitNorms = (half: boolean): KernelCase => ({
  name: `limitNorms of ${half ? 'half of the' : 'all'} units`,
  place(arena, { fanIn, stride }, { floats, number }) {
    const weights = arena.changed('weights', floats(fanIn * stride));
    const from = half ? 4 * Math.ceil(stride / 8) : 0;
    // Ordinary floats have norms of about √fanIn: some are limited, and some are not.
    const most = (0.75 + number() / 2) * Math.sqrt(fanIn);
    return (kernels) => {
      kernels.limitNorms(weights, fanIn, stride, from, stride, most);
      return [];
    };
  },
});

/** Rows of a mini-batch from `row` on, in place or not. */
const dropOut = (p: number, row: number, inPlace: boolean): KernelCase => ({
  name: `dropOut ${p} from row ${row}${inPlace ? ', in place' : ''}`,
  place(arena, { rows, fanIn, stride }, { floats, bytes }) {
    const word = (): number => new Uint32Array(bytes(4).buffer)[0]!;
    const rule = arena.input('rule', ruleOf({ key0: word(), key1: word(), step: fanIn }));
    const layer = arena.input('layer', droppingLayer(stride, p));
    const values = floats(rows * stride);
    const from = inPlace ? arena.changed('values', values) : arena.input('values', values);
    const to = inPlace ? from : arena.output('dropped', rows, stride);
    return (kernels) => {
      kernels.dropOut(rule, layer, fanIn % 5, from, to, row, rows);
      return [];
    };
  },
});

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
  ...(Object.keys(optimizers) as (keyof typeof optimizers)[]).map(optimize),
  ...([[], ['l1'], ['l2'], ['clipValue'], ['l1', 'l2', 'clipValue']] as const).flatMap((penalties) =>
    [true, false].map((penalizes) => regularise(penalties, penalizes)),
  ),
  decay,
  ...[false, true].map(limitNorms),
  ...[0.1, 0.5, 0.999].flatMap((p) => [dropOut(p, 0, false), dropOut(p, 13, true)]),
];
