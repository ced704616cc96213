import { checkInteger, checkKeys, checkName, checkNumber, checkPositive } from '../base/check.js';
import type { Schedule, ScheduleOptions } from './schedules.js';

const parameters = {
  step: ['every', 'factor'],
  exponential: ['factor'],
  inverseTime: ['decay'],
  cosine: ['warmUp', 'least'],
  plateau: ['factor', 'patience', 'minDelta', 'least'],
} as const;

/**
 * @throws TypeError, RangeError naming what is wrong
 */
export function namedSchedule(option: ScheduleOptions): Schedule {
  const names = Object.keys(parameters) as ScheduleOptions['schedule'][];
  const kind = checkName('learningRate.schedule', option.schedule, names);
  checkKeys('learningRate', option, ['schedule', 'rate', ...parameters[kind]]);
  const initial = checkPositive('learningRate.rate', option.rate);
  return { isConstant: false, isPerStep: kind === 'cosine', initial, ...scheduleOf(option, initial) };
}

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
