import { checkInteger, checkKeys, checkName, checkNumber, checkPositive, show } from '../base/check.js';
import type { Run } from '../model/state.js';
import { TypeFault } from '../errors.js';
import type { CheckedPlateau, PlateauOptions } from './hooks/plateau.js';

/** The position of a training run before a step. */
export interface Position {
  /** The current epoch, from 1, and the number of epochs. */
  readonly epoch: number;
  readonly epochs: number;
  /** The number of steps taken so far, over all epochs. */
  readonly step: number;
  /** Steps per epoch. For a stream, the steps of the previous epoch; 0 in the first. */
  readonly stepsPerEpoch: number;
}

/**
 * η over time, after e completed epochs:
 * - step: rate·factor^⌊e/every⌋
 * - exponential: rate·factorᵉ
 * - inverseTime: rate/(1 + decay·e)
 * - cosine: changes at every step, so a stream is read once before training to count its steps. Rises linearly to `rate`
 *   over `warmUp` epochs, then falls along half a cosine to `minRate` (Loshchilov and Hutter 2017, without restarts)
 * - plateau: multiplied by `factor` when the loss stops improving
 */
export type ScheduleOptions =
  | { readonly schedule: 'step'; readonly rate: number; readonly every: number; readonly factor: number }
  | { readonly schedule: 'exponential'; readonly rate: number; readonly factor: number }
  | { readonly schedule: 'inverseTime'; readonly rate: number; readonly decay: number }
  | {
      readonly schedule: 'cosine';
      readonly rate: number;
      /** Epochs over which the rate rises. Default 0. */
      readonly warmUp?: number;
      /** The rate at the end. Default 0. */
      readonly minRate?: number;
    }
  | PlateauOptions;

/** η: a number, a schedule, or a function called before each step. Training waits for a promise it returns. */
export type LearningRate = number | ScheduleOptions | ((position: Position) => number | PromiseLike<number>);

/** A checked learning rate. */
export interface Schedule {
  /** η, if it never changes. */
  readonly constant?: number;
  /** Whether it changes within an epoch. */
  readonly isStepwise: boolean;
  /** Whether it must know the steps of an epoch, for which a stream is read once before. */
  readonly needsLength?: boolean;
  /** η at a position, in single precision. */
  readonly at: (position: Position, plateau: Run['plateau']) => number | Promise<number>;
  /** The initial rate of a plateau. */
  readonly initial: number;
  /** The options of a plateau, if the schedule is one. */
  readonly plateau?: CheckedPlateau;
}

/**
 * @param standard the default rate
 * @throws TypeError, RangeError that name the problem
 */
export function checkSchedule(option: LearningRate | undefined, standard: number): Schedule {
  if (option === undefined || typeof option === 'number') {
    const initial = checkPositive('learningRate', option ?? standard);
    return { constant: initial, isStepwise: false, initial, at: () => initial };
  }
  if (typeof option === 'function') {
    const check = (rate: number): number => checkNumber('learningRate', rate, 0);
    const at = (position: Position): number | Promise<number> => {
      const rate = option(position);
      return typeof rate === 'object' ? Promise.resolve(rate).then(check) : check(rate);
    };
    return { isStepwise: true, initial: 0, at };
  }
  if (typeof option !== 'object' || (option as unknown) === null) {
    throw new TypeFault({
      place: 'learningRate',
      problem: `expected a number, a schedule or a function, got ${show(option)}`,
    });
  }
  return checkNamedSchedule(option);
}

const parameters = {
  step: ['every', 'factor'],
  exponential: ['factor'],
  inverseTime: ['decay'],
  cosine: ['warmUp', 'minRate'],
  plateau: ['factor', 'patience', 'minDelta', 'minRate'],
} as const;

function checkNamedSchedule(option: ScheduleOptions): Schedule {
  const names = Object.keys(parameters) as ScheduleOptions['schedule'][];
  const kind = checkName('learningRate.schedule', option.schedule, names);
  checkKeys('learningRate', option, ['schedule', 'rate', ...parameters[kind]]);
  const initial = checkPositive('learningRate.rate', option.rate);
  const isCosine = kind === 'cosine';
  return { isStepwise: isCosine, needsLength: isCosine, initial, ...checkFormula(option, initial) };
}

function checkFormula(option: ScheduleOptions, rate: number): Pick<Schedule, 'at' | 'plateau'> {
  const check = (key: string, value: number): number => checkNumber(`learningRate.${key}`, value, 0);
  const { fround } = Math;
  switch (option.schedule) {
    case 'step': {
      const every = checkInteger('learningRate.every', option.every);
      check('factor', option.factor);
      return {
        at: ({ epoch }) => fround(rate * power(option.factor, Math.floor((epoch - 1) / every))),
      };
    }
    case 'exponential': {
      check('factor', option.factor);
      return { at: ({ epoch }) => fround(rate * power(option.factor, epoch - 1)) };
    }
    case 'inverseTime': {
      check('decay', option.decay);
      return { at: ({ epoch }) => fround(rate / (1 + option.decay * (epoch - 1))) };
    }
    case 'cosine': {
      const { warmUp = 0, minRate = 0 } = option;
      check('warmUp', warmUp);
      check('minRate', minRate);
      return {
        at({ epochs, step, stepsPerEpoch }) {
          const rising = warmUp * stepsPerEpoch;
          if (step < rising) return fround((rate * (step + 1)) / rising);
          const falling = Math.max(epochs * stepsPerEpoch - rising, 1);
          const progress = Math.min((step - rising) / falling, 1);
          return fround(minRate + (rate - minRate) * halfCosine(progress));
        },
      };
    }
    case 'plateau': {
      const { factor = 0.1, patience = 10, minDelta = 1e-4, minRate = 0 } = option;
      checkInteger('learningRate.patience', patience, 0);
      checkNumber('learningRate.factor', factor, 0, 1);
      check('minDelta', minDelta);
      check('minRate', minRate);
      return {
        at: (_, plateau) => fround(plateau.rate),
        plateau: { factor, patience, minDelta, minRate },
      };
    }
  }
}

/** xⁿ by squaring, because `**` differs between engines. */
function power(x: number, n: number): number {
  let product = 1;
  for (; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) product *= x;
    x *= x;
  }
  return product;
}

/**
 * (1 + cos πt)/2 for 0 ≤ t ≤ 1, as 1 − sin²(πt/2) with the series of the sine for |x| ≤ π/4, and cos² beyond by symmetry.
 * Math.cos differs between engines. Rounds in double precision, each operation once.
 */
function halfCosine(t: number): number {
  if (t > 0.5) return 1 - halfCosine(1 - t);
  const x = (Math.PI / 2) * t;
  const square = x * x;
  // x − x³/3! + x⁵/5! − … ; for x ≤ π/4 the first omitted term is below 1e-17
  let sine = 0;
  for (let n = 17; n > 1; n -= 2) sine = ((1 + sine) * -square) / (n * (n - 1));
  sine = x * (1 + sine);
  return 1 - sine * sine;
}
