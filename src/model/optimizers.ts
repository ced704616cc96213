import { ADAGRAD, ADAM, MOMENTUM, NESTEROV, RMSPROP, SGD } from '../kernels/codes.js';
import { checkKeys, checkName, checkNumber, checkPositive } from '../base/check.js';

/** The optimizers whose slots a state may hold. */
export const optimizerNames = [
  ...['sgd', 'momentum', 'nesterov', 'adagrad', 'rmsprop', 'adam', 'adamw'],
] as const;

/**
 * How gradients become updates. Formulas and sources: assembly/optimizers.ts; the conventions are PyTorch's.
 * - sgd: W −= η·g
 * - momentum: v = μ·v + g, W −= η·v; nesterov: W −= η·(g + μ·v)
 * - adagrad: s += g², W −= η·g/(√s + ε)
 * - rmsprop: s = ρ·s + (1 − ρ)·g², W −= η·g/(√s + ε)
 * - adam: running means m of g and v of g², corrected for their start at 0; adamw: the same after W −= η·λ·W
 */
export type OptimizerName = (typeof optimizerNames)[number];

/** An optimizer with its parameters. A parameter that the optimizer doesn't have throws an error. */
export interface OptimizerOptions {
  readonly name: OptimizerName;
  /** μ of momentum and nesterov. Default 0.9. */
  readonly momentum?: number;
  /** ρ of rmsprop. Default 0.99. */
  readonly decay?: number;
  /** β₁ of adam and adamw. Default 0.9. */
  readonly beta1?: number;
  /** β₂ of adam and adamw. Default 0.999. */
  readonly beta2?: number;
  /** ε of adagrad (default 1e-10), rmsprop, adam and adamw (default 1e-8). */
  readonly epsilon?: number;
  /** λ of adamw. Default 0.01. */
  readonly weightDecay?: number;
}

type NumberName = Exclude<keyof OptimizerOptions, 'name'>;

interface Optimizer {
  readonly code: number;
  /** The numbers that it keeps for each parameter. */
  readonly slots: number;
  /** The default η. */
  readonly rate: number;
  /** The defaults of its parameters. */
  readonly numbers: Readonly<Partial<Record<NumberName, number>>>;
}

const adam = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 };

const optimizers: Record<OptimizerName, Optimizer> = {
  sgd: { code: SGD, slots: 0, rate: 0.1, numbers: {} },
  momentum: { code: MOMENTUM, slots: 1, rate: 0.01, numbers: { momentum: 0.9 } },
  nesterov: { code: NESTEROV, slots: 1, rate: 0.01, numbers: { momentum: 0.9 } },
  adagrad: { code: ADAGRAD, slots: 1, rate: 0.01, numbers: { epsilon: 1e-10 } },
  rmsprop: { code: RMSPROP, slots: 1, rate: 0.001, numbers: { decay: 0.99, epsilon: 1e-8 } },
  adam: { code: ADAM, slots: 2, rate: 0.001, numbers: adam },
  adamw: { code: ADAM, slots: 2, rate: 0.001, numbers: { ...adam, weightDecay: 0.01 } },
};

/** A checked optimizer: its name, and its part of the rule. */
export interface CheckedOptimizer {
  readonly name: OptimizerName;
  readonly slots: number;
  readonly rate: number;
  /** μ, ρ or β₁; and β₂. 0 for none. */
  readonly decays: readonly [number, number];
  readonly rule: Partial<
    Record<
      | 'optimizer'
      | 'beta1'
      | 'beta2'
      | 'momentum'
      | 'momentumRest'
      | 'square'
      | 'squareRest'
      | 'epsilon'
      | 'weightDecay',
      number
    >
  >;
}

/**
 * @throws TypeError, RangeError that name the problem
 */
export function checkOptimizer(option: OptimizerName | OptimizerOptions): CheckedOptimizer {
  const given = typeof option === 'string' ? { name: option } : option;
  if (typeof option === 'object') checkKeys('optimizer', option, optimizerKeys);
  const name = checkName(
    typeof option === 'string' ? 'optimizer' : 'optimizer.name',
    given.name,
    optimizerNames,
  );
  const { code, slots, rate, numbers } = optimizers[name];
  checkKeys(`optimizer ${name}`, given, ['name', ...Object.keys(numbers)]);
  const {
    momentum = 0,
    decay = 0,
    beta1 = 0,
    beta2 = 0,
    epsilon = 0,
    weightDecay = 0,
  } = {
    ...numbers,
    ...defined(given),
  };
  for (const [place, value] of Object.entries({ momentum, decay, beta1, beta2 })) {
    checkNumber(`optimizer.${place}`, value, 0, 1);
  }
  if ('epsilon' in numbers) checkPositive('optimizer.epsilon', epsilon);
  checkNumber('optimizer.weightDecay', weightDecay, 0);
  const first = momentum || decay || beta1;
  return {
    name,
    slots,
    rate,
    decays: [first, beta2],
    rule: {
      optimizer: code,
      beta1,
      beta2,
      momentum: first,
      momentumRest: 1 - first,
      square: beta2,
      squareRest: 1 - beta2,
      epsilon,
      weightDecay,
    },
  };
}

const numberNames: readonly NumberName[] = ['momentum', 'decay', 'beta1', 'beta2', 'epsilon', 'weightDecay'];

export const optimizerKeys: readonly string[] = ['name', ...numberNames];

/** Without undefined values, which stand for the default. */
const defined = (options: OptimizerOptions): Partial<Record<NumberName, number>> =>
  Object.fromEntries(numberNames.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]]])));
