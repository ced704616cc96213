import { checkInteger, checkKeys, checkName, checkNumber, checkPositive, show } from '../model/check.js';

/** Where a training stands before a step. */
export interface Position {
  /** From 1, and how many there are to be. */
  readonly epoch: number;
  readonly epochs: number;
  /** From 0, over all epochs. */
  readonly step: number;
  /** As many as the epoch before had where the data is a stream; 0 in the first epoch of one. */
  readonly stepsPerEpoch: number;
}

/**
 * η over time. With e whole epochs behind:
 * - step: rate·factor^⌊e/every⌋
 * - exponential: rate·factorᵉ
 * - inverseTime: rate/(1 + decay·e)
 * - cosine, at each step: rises in a line to rate over `warmUp` epochs, then falls as half a cosine to `least` at the end
 *   (Loshchilov and Hutter 2017, without restarts); through the first epoch of a stream, whose steps are not known yet, it
 *   is rate, or rate/warmUp where that is less
 * - plateau: times `factor` after `patience` epochs whose loss was not less than the least by a share of `minDelta`; of
 *   the validation data where there is any (PyTorch's ReduceLROnPlateau)
 */
export type ScheduleOptions =
  | { readonly schedule: 'step'; readonly rate: number; readonly every: number; readonly factor: number }
  | { readonly schedule: 'exponential'; readonly rate: number; readonly factor: number }
  | { readonly schedule: 'inverseTime'; readonly rate: number; readonly decay: number }
  | {
      readonly schedule: 'cosine';
      readonly rate: number;
      /** Epochs. Default 0. */
      readonly warmUp?: number;
      /** Default 0. */
      readonly least?: number;
    }
  | {
      readonly schedule: 'plateau';
      readonly rate: number;
      /** Default 0.1. */
      readonly factor?: number;
      /** Epochs. Default 10. */
      readonly patience?: number;
      /** Default 1e-4. */
      readonly minDelta?: number;
      /** Below this it does not go. Default 0. */
      readonly least?: number;
    };

/** η: a number, a schedule, or a function that is asked before each step. */
export type LearningRate = number | ScheduleOptions | ((position: Position) => number);

/** What a plateau remembers. */
export interface Plateau {
  rate: number;
  best: number;
  waited: number;
}

/** A learning rate that was checked. */
export interface Schedule {
  readonly isConstant: boolean;
  /** Whether it changes within an epoch. */
  readonly isPerStep: boolean;
  /** η at a position, in single precision. */
  readonly at: (position: Position, plateau: Plateau) => number;
  /** The rate that a plateau begins with. */
  readonly initial: number;
  /** After an epoch; only of a plateau. */
  readonly afterEpoch?: (plateau: Plateau, loss: number) => void;
}

const parameters = {
  step: ['every', 'factor'],
  exponential: ['factor'],
  inverseTime: ['decay'],
  cosine: ['warmUp', 'least'],
  plateau: ['factor', 'patience', 'minDelta', 'least'],
} as const;

/**
 * @param standard the rate where none is given
 * @throws TypeError, RangeError naming what is wrong
 */
export function checkSchedule(option: LearningRate | undefined, standard: number): Schedule {
  if (option === undefined || typeof option === 'number') {
    const initial = checkPositive('learningRate', option ?? standard);
    return { isConstant: true, isPerStep: false, initial, at: () => initial };
  }
  if (typeof option === 'function') {
    const at = (position: Position): number => checkRate(option(position));
    return { isConstant: false, isPerStep: true, initial: 0, at };
  }
  if (typeof option !== 'object' || (option as unknown) === null) {
    throw new TypeError(`learningRate: expected a number, a schedule or a function, got ${show(option)}`);
  }
  const names = Object.keys(parameters) as ScheduleOptions['schedule'][];
  const kind = checkName('learningRate.schedule', option.schedule, names);
  checkKeys('learningRate', option, ['schedule', 'rate', ...parameters[kind]]);
  const initial = checkPositive('learningRate.rate', option.rate);
  return { isConstant: false, isPerStep: kind === 'cosine', initial, ...scheduleOf(option, initial) };
}

const checkRate = (rate: unknown): number => checkNumber('learningRate', rate, 0);

function scheduleOf(option: ScheduleOptions, rate: number): Pick<Schedule, 'at' | 'afterEpoch'> {
  const number = (key: string, value: number, least = 0): number =>
    checkNumber(`learningRate.${key}`, value, least);
  const { fround } = Math;
  switch (option.schedule) {
    case 'step': {
      const every = checkInteger('learningRate.every', option.every);
      number('factor', option.factor);
      return {
        at: ({ epoch }) => fround(rate * power(option.factor, Math.floor((epoch - 1) / every))),
      };
    }
    case 'exponential': {
      number('factor', option.factor);
      return { at: ({ epoch }) => fround(rate * power(option.factor, epoch - 1)) };
    }
    case 'inverseTime': {
      number('decay', option.decay);
      return { at: ({ epoch }) => fround(rate / (1 + option.decay * (epoch - 1))) };
    }
    case 'cosine': {
      const { warmUp = 0, least = 0 } = option;
      number('warmUp', warmUp);
      number('least', least);
      return {
        at({ epochs, step, stepsPerEpoch }) {
          // The first epoch of a stream: how long it is nobody knows.
          if (stepsPerEpoch === 0) return fround(rate / Math.max(warmUp, 1));
          const rising = warmUp * stepsPerEpoch;
          if (step < rising) return fround((rate * (step + 1)) / rising);
          const falling = Math.max(epochs * stepsPerEpoch - rising, 1);
          return fround(least + (rate - least) * halfCosine(Math.min((step - rising) / falling, 1)));
        },
      };
    }
    case 'plateau': {
      const { factor = 0.1, minDelta = 1e-4, least = 0 } = option;
      const patience = checkInteger('learningRate.patience', option.patience ?? 10, 0);
      checkNumber('learningRate.factor', factor, 0, 1);
      number('minDelta', minDelta);
      number('least', least);
      return {
        at: (_, plateau) => fround(plateau.rate),
        afterEpoch(plateau, loss) {
          const isBetter = loss < plateau.best * (1 - minDelta);
          if (isBetter) plateau.best = loss;
          plateau.waited = isBetter ? 0 : plateau.waited + 1;
          if (plateau.waited <= patience) return;
          plateau.rate = Math.max(plateau.rate * factor, least);
          plateau.waited = 0;
        },
      };
    }
  }
}

/** xⁿ by squaring: `**` differs from engine to engine. */
function power(x: number, n: number): number {
  let product = 1;
  for (; n > 0; n = Math.floor(n / 2)) {
    if (n % 2 === 1) product *= x;
    x *= x;
  }
  return product;
}

/**
 * (1 + cos πt)/2 for 0 ≤ t ≤ 1, as 1 − sin²(πt/2) with the series of the sine for |x| ≤ π/4, and cos² beyond by symmetry;
 * Math.cos differs from engine to engine. Rounds in double precision, each operation once.
 */
function halfCosine(t: number): number {
  if (t > 0.5) return 1 - halfCosine(1 - t);
  const x = (Math.PI / 2) * t;
  const square = x * x;
  // x − x³/3! + x⁵/5! − … ; for x ≤ π/4 the term after the last is below 1e-17
  let sine = 0;
  for (let n = 17; n > 1; n -= 2) sine = ((1 + sine) * -square) / (n * (n - 1));
  sine = x * (1 + sine);
  return 1 - sine * sine;
}
