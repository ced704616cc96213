import * as codes from '../src/kernels/codes.js';
import type { AllKernels } from '../src/kernels/kernels.js';
import { scratchFloats } from '../src/memory/layout.js';
import { Layer, Net, Rule } from '../src/memory/structs.js';
import {
  activationCodes,
  lossCodes,
  lossNames,
  partners,
  type ActivationName,
  type LossName,
} from '../src/model/spec.js';
import type { Arena, Call } from './arena.js';
import type { Source } from './numbers.js';
import { realShapes, type Shape } from './shapes.js';

// The one table of operations: parity (same bits), truth (double precision) and the bench read it. A new kernel is one row.

/** A shape with the strides of its rows: at least the row lengths, rounded up to multiples of four. */
export interface Size extends Shape {
  /** Of every matrix with a column per unit. */
  readonly stride: number;
  /** Of every matrix with a column per unit of the previous layer. Not rounded up if these are the network's inputs. */
  readonly inputStride: number;
}

/** An operation of the kernels. */
export interface Operation {
  readonly name: string;
  readonly equation: string;
  /** The shapes that the bench times; empty if it times none. The tests take these and the awkward shapes. */
  readonly shapes: readonly Shape[];
  /** Places buffers and structs. @returns the call, for kernels into whose memory the arena is loaded */
  readonly place: (arena: Arena, size: Size, source: Source) => Call;
  /** Floating-point operations of a call; a value of an activation counts as one. */
  readonly flops: (shape: Shape) => number;
  /** Successive roundings behind a number of the result. */
  readonly roundings: (shape: Shape) => number;
}

/** A row of the table. Its `call` takes the result of its `place`. */
interface Row<Placed> extends Omit<Operation, 'place' | 'shapes' | 'roundings'> {
  readonly shapes?: readonly Shape[];
  readonly place: (arena: Arena, size: Size, source: Source) => Placed;
  /** A returned number counts as a result too. */
  readonly call: (kernels: AllKernels, placed: Placed) => unknown;
  /** Default: enough for a few elementwise operations. */
  readonly roundings?: Operation['roundings'];
}

function operation<Placed>({ place, call, ...row }: Row<Placed>): Operation {
  return {
    shapes: [],
    roundings: () => ELEMENTWISE,
    ...row,
    place(arena, size, source) {
      const placed = place(arena, size, source);
      return (kernels) => {
        const returned = call(kernels, placed);
        return typeof returned === 'number' ? [returned] : [];
      };
    },
  };
}

/** A bound for a function, its slope and a product, in roundings of ½ ulp. sigmoid errs by 2.5 ulp, the others by less. */
const ELEMENTWISE = 16;

export const roundUpToFours = (count: number): number => (count + 3) & ~3;

/**
 * [rows][stride] with room for further rows. Padding is NaN if kernels must ignore its content, and zero if they rely on
 * that.
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

const productFlops = ({ rows, fanIn, units }: Shape): number => 2 * rows * fanIn * units;
const valueFlops = ({ rows, units }: Shape): number => rows * units;
const parameterFlops = ({ fanIn, units }: Shape): number => 2 * fanIn * roundUpToFours(units);

const widenBytes = operation({
  name: 'widenBytes',
  equation: 'float = byte·scale',
  place(arena, { rows, fanIn }, source) {
    const count = rows * fanIn;
    const bytes = arena.input('bytes', source.bytes(count));
    const floats = arena.output('floats', 1, count);
    return { bytes, floats, count, scale: source.number() };
  },
  call: (kernels, { bytes, floats, count, scale }) => kernels.widenBytes(bytes, floats, count, scale),
  flops: ({ rows, fanIn }) => rows * fanIn,
});

const scaleFloats = operation({
  name: 'scaleFloats',
  equation: 'float = float·scale',
  place(arena, { rows, fanIn }, source) {
    const count = rows * fanIn;
    const floats = arena.changed('floats', source.floats(count));
    return { floats, count, scale: source.number() };
  },
  call: (kernels, { floats, count, scale }) => kernels.scaleFloats(floats, count, scale),
  flops: ({ rows, fanIn }) => rows * fanIn,
});

const areFinite = operation({
  name: 'areFinite',
  equation: '|x| < ∞',
  place(arena, { rows, fanIn }, source) {
    const count = rows * fanIn;
    return { floats: arena.input('floats', source.floats(count)), count };
  },
  call: (kernels, { floats, count }) => kernels.areFinite(floats, count),
  flops: ({ rows, fanIn }) => rows * fanIn,
});

const forward = operation({
  name: 'forward',
  equation: 'forward: z = W·a + b',
  shapes: realShapes,
  place(arena, { rows, fanIn, units, stride, inputStride }, { floats }) {
    const layer = arena.struct('layer', Layer, {
      ...{ fanIn, units, stride, inputStride },
      input: arena.input('input', padded(floats, rows, inputStride, fanIn, NaN)),
      weights: arena.input('weights', padded(floats, fanIn, stride, units, NaN)),
      biases: arena.input('biases', padded(floats, 1, stride, units, NaN)),
      preActivations: arena.output('z', rows, stride, units),
    });
    return { layer, rows, scratch: arena.scratch('scratch', scratchFloats({ rows, fanIn, units })) };
  },
  call: (kernels, { layer, rows, scratch }) => kernels.forward(layer, 0, rows, scratch),
  flops: productFlops,
  roundings: ({ fanIn }) => fanIn + 2,
});

const activate = (name: ActivationName): Operation =>
  operation({
    name: `activate ${name}`,
    equation: 'a = σ(z)',
    shapes: benchedActivations[name] ?? [],
    place(arena, { rows, units, stride }, { floats, number }) {
      const layer = arena.struct('layer', Layer, {
        ...{ activation: activationCodes[name], alpha: number(), units, stride },
        preActivations: arena.input('z', padded(floats, rows, stride, units, NaN)),
        undropped: arena.output('a', rows, stride),
      });
      return { layer, rows };
    },
    call: (kernels, { layer, rows }) => kernels.activate(layer, 0, rows),
    flops: valueFlops,
    roundings: ({ units }) => ELEMENTWISE + (name === 'softmax' ? 2 * units : 0),
  });

const benchedActivations: Partial<Record<ActivationName, readonly Shape[]>> = {
  sigmoid: [{ rows: 128, fanIn: 1, units: 512 }],
  tanh: [{ rows: 128, fanIn: 1, units: 512 }],
  relu: [{ rows: 128, fanIn: 1, units: 512 }],
  softmax: [{ rows: 128, fanIn: 1, units: 10 }],
};

const multiplySlope = (name: ActivationName): Operation =>
  operation({
    name: `multiplySlope ${name}`,
    equation: 'δ = δ ⊙ σ′(z)',
    place(arena, { rows, units, stride }, { floats, number }) {
      const alpha = number();
      const count = rows * stride;
      const layer = arena.struct('layer', Layer, {
        ...{ activation: activationCodes[name], alpha, units, stride },
        preActivations: arena.input('z', floats(count)),
        undropped: arena.input('a', floats(count)),
        delta: arena.changed('delta', floats(count)),
      });
      return { layer, rows };
    },
    call: (kernels, { layer, rows }) => kernels.multiplySlope(layer, 0, rows),
    flops: valueFlops,
  });

/** A network of one layer, with targets and a loss. */
function placeOutputs(
  arena: Arena,
  { rows, units, stride }: Size,
  { floats, shares, number }: Source,
  loss: LossName,
  padding: number,
  fields: (alpha: number) => { activation?: number; alpha?: number; delta?: number },
) {
  const preActivations = arena.input('z', padded(floats, rows, stride, units, NaN));
  const activations = arena.input('a', padded(shares, rows, stride, units, padding));
  const targets = arena.input('targets', padded(shares, rows, stride, units, padding));
  const lossParameters = arena.input(
    'lossParameters',
    padded(shares, 1, stride, loss === 'binaryFocal' ? Math.max(units, 2) : units, NaN), // γ and α
  );
  const layers = arena.struct('layer', Layer, {
    ...{ units, stride, preActivations, activations, undropped: activations },
    ...fields(number()),
  });
  const net = arena.struct('net', Net, {
    ...{ loss: lossCodes[loss], lossParameters, layerCount: 1, layers, targets },
  });
  return { net, rows };
}

const cost = (loss: LossName): Operation =>
  operation({
    name: `cost ${loss}`,
    equation: 'C',
    place: (arena, size, source) => placeOutputs(arena, size, source, loss, NaN, () => ({})),
    call: (kernels, { net, rows }) => kernels.cost(net, 0, rows),
    flops: valueFlops,
  });

const outputDelta = (loss: LossName, activation: ActivationName): Operation =>
  operation({
    name: `outputDelta ${loss} ${activation}`,
    equation: 'BP1: δ = ∇ₐC ⊙ σ′(z)',
    place: (arena, size, source) =>
      placeOutputs(arena, size, source, loss, 0, (alpha) => ({
        ...{ activation: activationCodes[activation], alpha },
        delta: arena.output('delta', size.rows, size.stride),
      })),
    call: (kernels, { net, rows }) => kernels.outputDelta(net, 0, rows),
    flops: valueFlops,
    roundings: ({ units }) => ELEMENTWISE + (loss === 'crossEntropy' ? units : 0),
  });

/** The layer has as many units as the shape has before it; the next layer has those of the shape. */
const hiddenDelta = (activation: ActivationName): Operation =>
  operation({
    name: `hiddenDelta ${activation}`,
    equation: 'BP2: δ = (W₊ᵀ·δ₊) ⊙ σ′(z)',
    shapes: activation === 'linear' ? realShapes : [],
    place(arena, { rows, fanIn, units: nextUnits, stride: nextStride, inputStride }, { floats, number }) {
      const units = fanIn;
      const stride = roundUpToFours(inputStride);
      const room = roundUpToFours(rows); // samples are transposed four at a time
      const next = arena.struct('next', Layer, {
        ...{ units: nextUnits, stride: nextStride },
        weights: arena.input('nextWeights', padded(floats, units, nextStride, nextUnits, NaN)),
        delta: arena.input('nextDelta', padded(floats, rows, nextStride, nextUnits, NaN, room)),
      });
      const layer = arena.struct('layer', Layer, {
        ...{ activation: activationCodes[activation], alpha: number(), units, stride },
        preActivations: arena.input('z', padded(floats, rows, stride, units, NaN)),
        undropped: arena.input('a', padded(floats, rows, stride, units, 0)),
        delta: arena.output('delta', rows, stride, stride, room),
      });
      const scratch = arena.scratch('scratch', scratchFloats({ rows, fanIn, units: nextUnits }));
      return { layer, next, rows, scratch };
    },
    call: (kernels, { layer, next, rows, scratch }) => kernels.hiddenDelta(layer, next, 0, rows, scratch),
    flops: productFlops,
    roundings: ({ units }) => units + ELEMENTWISE,
  });

const biasGradient = operation({
  name: 'biasGradient',
  equation: 'BP3: ∂C/∂b = δ',
  place(arena, { rows, units, stride }, { floats }) {
    const layer = arena.struct('layer', Layer, {
      ...{ units, stride },
      delta: arena.input('delta', padded(floats, rows, stride, units, NaN)),
      biasGradients: arena.output('biasGradients', 1, stride, units),
    });
    return { layer, rows };
  },
  call: (kernels, { layer, rows }) => kernels.biasGradient(layer, rows),
  flops: valueFlops,
  roundings: ({ rows }) => rows,
});

const weightGradient = operation({
  name: 'weightGradient',
  equation: 'BP4: ∂C/∂W = δ·aᵀ',
  shapes: realShapes,
  place(arena, { rows, fanIn, units, stride, inputStride }, { floats }) {
    const layer = arena.struct('layer', Layer, {
      ...{ fanIn, units, stride, inputStride },
      input: arena.input('input', padded(floats, rows, inputStride, fanIn, NaN)),
      delta: arena.input('delta', padded(floats, rows, stride, units, NaN)),
      weightGradients: arena.output('weightGradients', fanIn, stride, units),
    });
    const scratch = arena.scratch('scratch', scratchFloats({ rows, fanIn, units }));
    return { layer, rows, fanIn, scratch };
  },
  call: (kernels, { layer, rows, fanIn, scratch }) => kernels.weightGradient(layer, rows, 0, fanIn, scratch),
  flops: productFlops,
  roundings: ({ rows }) => rows + 1,
});

const update = operation({
  name: 'update',
  equation: 'update: W −= η/m Σ ∂C/∂W',
  // Parameters that fit a second-level cache, and some that don't.
  shapes: [
    { rows: 1, fanIn: 785, units: 30 },
    { rows: 1, fanIn: 1025, units: 1024 },
  ],
  place(arena, { fanIn, stride }, source) {
    const rate = source.number();
    const count = fanIn * stride;
    const parameters = arena.changed('parameters', source.floats(count));
    const gradients = arena.input('gradients', source.floats(count));
    return { parameters, gradients, rate, count };
  },
  call: (kernels, { parameters, gradients, rate, count }) =>
    kernels.update(parameters, gradients, rate, count),
  flops: parameterFlops,
});

/** The number of values that an optimizer keeps per parameter, and whether the last is a sum of squares. */
const optimizers = {
  sgd: { code: codes.SGD, remembers: 0, squares: false },
  momentum: { code: codes.MOMENTUM, remembers: 1, squares: false },
  nesterov: { code: codes.NESTEROV, remembers: 1, squares: false },
  adagrad: { code: codes.ADAGRAD, remembers: 1, squares: true },
  rmsprop: { code: codes.RMSPROP, remembers: 1, squares: true },
  adam: { code: codes.ADAM, remembers: 2, squares: true },
} as const;

/** Three updates, each with another rule. The optimizer must not touch slots that it doesn't use. */
const optimize = (name: keyof typeof optimizers): Operation =>
  operation({
    name: `optimize ${name}`,
    equation: 'update by an optimizer',
    place(arena, { fanIn, stride }, { floats, shares, number }) {
      const { code, remembers, squares } = optimizers[name];
      const count = fanIn * stride;
      const rules = [0, 1, 999].map((step) => {
        const numbers = {
          momentum: number(),
          momentumRest: number(),
          square: number(),
          squareRest: number(),
        };
        // Rounded to floats, because half of a double may look like NaN as a float.
        const betas = { beta1: Math.fround(number()), beta2: Math.fround(number()) };
        const others = { epsilon: number(), weightDecay: number(), gradientScale: number() };
        const fields = { optimizer: code, step, ...numbers, ...betas, ...others };
        return arena.struct(`rule of step ${step}`, Rule, fields, true);
      });
      const parameters = arena.changed('parameters', floats(count));
      const gradients = arena.input('gradients', floats(count));
      const [first, second] = [1, 2].map((slot) => {
        const values = squares && slot === remembers ? shares(count) : floats(count);
        return slot <= remembers
          ? arena.changed(`slot ${slot}`, values)
          : arena.input(`slot ${slot}`, values);
      });
      return { rules, parameters, gradients, first: first!, second: second!, count, learningRate: number() };
    },
    call(kernels, { rules, parameters, gradients, first, second, count, learningRate }) {
      for (const rule of rules) {
        kernels.beginUpdate(rule, learningRate);
        kernels.optimize(rule, parameters, gradients, first, second, count);
      }
    },
    flops: parameterFlops,
  });

type Penalty = 'l1' | 'l2' | 'clipValue';

/** The penalties are above zero, as in the options of a training. A `clipValue` of 0 means no clipping. */
const regularize = (penalties: readonly Penalty[], penalizes: boolean): Operation =>
  operation({
    name: `regularize by ${penalties.join(' ') || 'nothing'}${penalizes ? '' : ', not penalized'}`,
    equation: 'g = 1/m Σ ∂C/∂W + l2·w + l1·sign(w), clipped',
    place(arena, { fanIn, stride }, { floats, number }) {
      const count = fanIn * stride;
      const numbers = penalties.map((name) => [name, Math.abs(number())] as const);
      const rule = arena.struct('rule', Rule, Object.fromEntries(numbers));
      const parameters = arena.input('parameters', floats(count));
      const gradients = arena.changed('gradients', floats(count));
      return { rule, parameters, gradients, scale: number(), count };
    },
    call: (kernels, { rule, parameters, gradients, scale, count }) =>
      kernels.regularize(rule, parameters, gradients, scale, penalizes, count),
    flops: parameterFlops,
  });

const decay = operation({
  name: 'decay',
  equation: 'w −= η·λ·w',
  place(arena, { fanIn, stride }, { floats, number }) {
    const count = fanIn * stride;
    const weights = arena.changed('weights', floats(count));
    return { weights, rate: number(), count };
  },
  call: (kernels, { weights, rate, count }) => kernels.decay(weights, rate, count),
  flops: parameterFlops,
});

/** For all units, or for the second half alone, as on a thread. */
const limitNorms = (half: boolean): Operation =>
  operation({
    name: `limitNorms of ${half ? 'half of the' : 'all'} units`,
    equation: '‖w‖ ≤ c',
    place(arena, { fanIn, stride }, { floats, number }) {
      const weights = arena.changed('weights', floats(fanIn * stride));
      const from = half ? 4 * Math.ceil(stride / 8) : 0;
      // Ordinary floats have norms of about √fanIn, so some units are limited, and some aren't.
      const most = (0.75 + number() / 2) * Math.sqrt(fanIn);
      return { layer: arena.struct('layer', Layer, { fanIn, stride, weights }), from, to: stride, most };
    },
    call: (kernels, { layer, from, to, most }) => kernels.limitNorms(layer, from, to, most),
    flops: parameterFlops,
    roundings: ({ fanIn }) => fanIn + ELEMENTWISE,
  });

/** For samples of a mini-batch from `first` on, in place or not. */
const dropOut = (p: number, first: number, inPlace: boolean): Operation =>
  operation({
    name: `dropOut ${p} from row ${first}${inPlace ? ', in place' : ''}`,
    equation: 'a = 0 with probability p, else a/(1 − p)',
    place(arena, { rows, fanIn, stride }, { floats, bytes }) {
      const word = (): number => new Uint32Array(bytes(4).buffer)[0]!;
      const rule = arena.struct('rule', Rule, { key0: word(), key1: word(), step: fanIn });
      const dropBelow = Math.floor(p * 2 ** 32);
      const fields = { stride, dropBelow, keptScale: 1 / (1 - p), number: fanIn % 5 };
      const layer = arena.struct('layer', Layer, fields);
      const values = floats(rows * stride);
      const source = inPlace ? arena.changed('values', values) : arena.input('values', values);
      const target = inPlace ? source : arena.output('dropped', rows, stride);
      // The buffers begin at the sample `first` of a mini-batch; earlier samples are missing.
      return { rule, layer, source, target, rows, before: first * stride };
    },
    call(kernels, { rule, layer, source, target, rows, before }) {
      const skipped = before * kernels.bytesPerFloat;
      kernels.dropOut(rule, layer, source - skipped, target - skipped, first, first + rows);
    },
    flops: valueFlops,
  });

const activationNames = Object.keys(activationCodes) as ActivationName[];

/** Every operation, with each valid activation and loss. */
export const operations: readonly Operation[] = [
  widenBytes,
  scaleFloats,
  areFinite,
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
    [true, false].map((penalizes) => regularize(penalties, penalizes)),
  ),
  decay,
  ...[false, true].map(limitNorms),
  ...[0.1, 0.5, 0.999].flatMap((p) => [dropOut(p, 0, false), dropOut(p, 13, true)]),
];
