import { checkNumber, checkPositive, show } from '../base/check.js';

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
 *   (Loshchilov and Hutter 2017, without restarts)
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

/** η: a number, a schedule, or a function that is asked before each step; a promise that it returns is waited for. */
export type LearningRate = number | ScheduleOptions | ((position: Position) => number | PromiseLike<number>);

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
  readonly at: (position: Position, plateau: Plateau) => number | Promise<number>;
  /** The rate that a plateau begins with. */
  readonly initial: number;
  /** After an epoch; only of a plateau. */
  readonly afterEpoch?: (plateau: Plateau, loss: number) => void;
}

/**
 * @param standard the rate where none is given
 * @throws TypeError, RangeError naming what is wrong
 */
export async function checkSchedule(option: LearningRate | undefined, standard: number): Promise<Schedule> {
  if (option === undefined || typeof option === 'number') {
    const initial = checkPositive('learningRate', option ?? standard);
    return { isConstant: true, isPerStep: false, initial, at: () => initial };
  }
  if (typeof option === 'function') {
    const check = (rate: number): number => checkNumber('learningRate', rate, 0);
    const at = (position: Position): number | Promise<number> => {
      const rate = option(position);
      return typeof rate === 'object' ? Promise.resolve(rate).then(check) : check(rate);
    };
    return { isConstant: false, isPerStep: true, initial: 0, at };
  }
  if (typeof option !== 'object' || (option as unknown) === null) {
    throw new TypeError(`learningRate: expected a number, a schedule or a function, got ${show(option)}`);
  }
  // Loaded only by those who have one.
  const { namedSchedule } = await import('./named-schedules.js');
  return namedSchedule(option);
}
