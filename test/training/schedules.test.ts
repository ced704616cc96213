import { describe, expect, it, vi } from 'vitest';
import {
  Network,
  type Data,
  type LearningRate,
  type Position,
  type Stream,
  type TrainOptions,
} from '../../src/index.js';
import { fingerprint } from '../support/fingerprint.js';
import { expectError, expectHarmlessError, goodData, spec, type Expected } from '../support/patient.js';
import { randomData } from '../support/random-data.js';

// η over time, compared with its formulas; and that the network learns at this η.

const COUNT = 10;
const SIZE = 4;
const STEPS = 3; // of an epoch: 4 + 4 + 2
const EPOCHS = 7;
const data = randomData(COUNT, 3, 2);

interface Watched {
  /** η of the last step of each epoch, as reported. */
  readonly reported: (number | undefined)[];
  readonly losses: number[];
  readonly print: string;
}

async function train(
  learningRate: LearningRate,
  samples: Data | Stream = data,
  epochs = EPOCHS,
): Promise<Watched> {
  const net = await Network.create(spec);
  const history = await net.train(samples, { epochs, miniBatchSize: SIZE, learningRate });
  return {
    reported: history.map(({ learningRate }) => learningRate),
    losses: history.map(({ loss }) => loss),
    print: fingerprint(net),
  };
}

type Formula = (e: number, step: number) => number;

/** After e epochs, or `step` steps. */
const formulas: [string, LearningRate, Formula][] = [
  ['step', { schedule: 'step', rate: 0.3, every: 2, factor: 0.7 }, (e) => 0.3 * 0.7 ** Math.floor(e / 2)],
  ['step up', { schedule: 'step', rate: 0.01, every: 3, factor: 2 }, (e) => 0.01 * 2 ** Math.floor(e / 3)],
  ['exponential', { schedule: 'exponential', rate: 0.3, factor: 0.8 }, (e) => 0.3 * 0.8 ** e],
  ['inverseTime', { schedule: 'inverseTime', rate: 0.3, decay: 0.4 }, (e) => 0.3 / (1 + 0.4 * e)],
  [
    'cosine',
    { schedule: 'cosine', rate: 0.3 },
    (_, step) => (0.3 * (1 + Math.cos((Math.PI * step) / (EPOCHS * STEPS)))) / 2,
  ],
  [
    'cosine to minRate',
    { schedule: 'cosine', rate: 0.3, minRate: 0.1 },
    (_, step) => 0.1 + (0.2 * (1 + Math.cos((Math.PI * step) / (EPOCHS * STEPS)))) / 2,
  ],
  [
    'cosine after a warm-up',
    { schedule: 'cosine', rate: 0.3, warmUp: 1.5 },
    (_, step) => {
      const rising = 1.5 * STEPS;
      if (step < rising) return (0.3 * (step + 1)) / rising;
      return (0.3 * (1 + Math.cos((Math.PI * (step - rising)) / (EPOCHS * STEPS - rising)))) / 2;
    },
  ],
];

describe.each(formulas)('schedule: %s', (_, schedule, formula) => {
  it('the reported rate follows the formula at the end of each epoch', async () => {
    const { reported } = await train(schedule);
    expect(reported).toHaveLength(EPOCHS);
    for (const [e, rate] of reported.entries()) {
      const expected = formula(e, (e + 1) * STEPS - 1);
      // The given rate and the resulting one are rounded to single precision: half an ulp each, or 6e-8. Roundings in
      // double precision are negligible beside it, except where the cosine nears its end: 1e-16 of the full rate.
      expect(Math.abs(rate! - expected)).toBeLessThanOrEqual(1.2e-7 * expected + 1e-15);
    }
  });

  it('the network learns at the rate of the formula in every step', async () => {
    const asked: number[] = [];
    const asFunction = ({ epoch, step }: Position): number => {
      const rate = formula(epoch - 1, step);
      asked.push(rate);
      return rate;
    };
    const [one, other] = await Promise.all([train(schedule), train(asFunction)]);
    expect(asked).toHaveLength(EPOCHS * STEPS);
    // Rates that differ by an ulp, 1e-7 of their size, change losses by about as much; another rate changes them by 1e-3.
    for (const [e, loss] of one.losses.entries())
      expect(Math.abs(loss / other.losses[e]! - 1)).toBeLessThan(2e-6);
    expect(one.print).not.toBe((await train(0.3)).print);
  });
});

it('a number sets the same rate for every step and is not reported', async () => {
  const constant = await train(0.25);
  expect(constant.reported).toEqual(Array(EPOCHS).fill(undefined));
  expect(constant.print).toBe((await train(() => 0.25)).print);
  expect(constant.print).toBe((await train({ schedule: 'inverseTime', rate: 0.25, decay: 0 })).print);
});

describe('a rate function', () => {
  it('calls the rate function before each step with the position of the training', async () => {
    const asked: Position[] = [];
    await train((position) => {
      asked.push(position);
      return 0.1;
    });
    expect(asked).toEqual(
      Array.from({ length: EPOCHS * STEPS }, (_, step) => ({
        epoch: 1 + Math.floor(step / STEPS),
        epochs: EPOCHS,
        step,
        stepsPerEpoch: STEPS,
      })),
    );
  });

  it('passes the step count of the previous epoch to the rate function when training on a stream', async () => {
    const asked: Position[] = [];
    const batches = (): Data[] => [data, data]; // each of 4 + 4 + 2
    await train(
      (position) => {
        asked.push(position);
        return 0.1;
      },
      { batches },
      3,
    );
    expect(asked.map(({ step }) => step)).toEqual(Array.from({ length: 18 }, (_, step) => step));
    expect(asked.map(({ epoch, stepsPerEpoch }) => [epoch, stepsPerEpoch])).toEqual(
      [1, 2, 3].flatMap((epoch) => Array<number[]>(6).fill([epoch, epoch === 1 ? 0 : 6])),
    );
  });

  it('learns nothing when the rate function returns 0', async () => {
    const net = await Network.create(spec);
    const before = net.layers;
    await net.train(data, { learningRate: () => 0 });
    expect(net.layers).toEqual(before);
  });

  it('awaits a promise that the rate function returns', async () => {
    const rate = ({ step }: Position): number => 0.3 / (1 + step);
    const late = async (position: Position): Promise<number> => {
      await new Promise((resolve) => setTimeout(resolve, 1));
      return rate(position);
    };
    expect(await train(late)).toEqual(await train(rate));
  });

  it.each<[unknown, Expected]>([
    [Promise.resolve(-1), [RangeError, 'learningRate: expected a number of at least 0, got -1']],
    [null, [TypeError, 'learningRate: expected a number, got null']],
    [-1, [RangeError, 'learningRate: expected a number of at least 0, got -1']],
    [NaN, [RangeError, 'learningRate: expected a number of at least 0, got NaN']],
    [Infinity, [RangeError, /^learningRate: .*got Infinity$/]],
    ['0.1', [TypeError, "learningRate: expected a number, got '0.1'"]],
    [undefined, [TypeError, 'learningRate: expected a number, got undefined']],
  ])('stops the training before the step for which the rate function returns %o', async (rate, expected) => {
    const [net, other] = await Promise.all([Network.create(spec), Network.create(spec)]);
    const options = { miniBatchSize: SIZE, epochs: 2, shuffle: false };
    const learningRate = ({ step }: Position): number => (step < STEPS ? 0.1 : (rate as number));
    await expectError(() => net.train(data, { ...options, learningRate }), expected);
    await other.train(data, { ...options, epochs: 1, learningRate: 0.1 });
    expect(fingerprint(net)).toBe(fingerprint(other));
  });
});

describe('a cosine over a stream', () => {
  const stream: Stream = { batches: () => [data] };

  it.each([0, 0.5, 2])(
    'has the rates of memory in each step, with a warm-up of %d epochs',
    async (warmUp) => {
      const option = { schedule: 'cosine', rate: 0.3, warmUp } as const;
      const counted = vi.fn(() => [data]);
      const [inStream, inMemory] = [await train(option, { batches: counted }), await train(option)];
      expect(inStream).toEqual(inMemory);
      expect(counted).toHaveBeenCalledTimes(1 + inMemory.reported.length);
    },
  );

  it('a stream that is resumed in its first epoch is not counted again', async () => {
    const [net, whole] = [await Network.create(spec), await Network.create(spec)];
    const options: TrainOptions = {
      epochs: 2,
      miniBatchSize: 3,
      learningRate: { schedule: 'cosine', rate: 0.3, warmUp: 1 },
    };
    await whole.train(stream, options);
    const stop = new AbortController();
    const onBatch = ({ batch }: { batch: number }) => batch === 2 && stop.abort();
    await net.train(stream, { ...options, onBatch, signal: stop.signal }).catch(() => undefined);
    await net.train(stream, { ...options, resume: true });
    expect(net.layers).toEqual(whole.layers);
  });

  it('ends each epoch of a stream at the rate it has in memory when a cosine warms up', async () => {
    const { reported } = await train({ schedule: 'cosine', rate: 0.3, warmUp: 2 }, stream);
    const whole = await train({ schedule: 'cosine', rate: 0.3, warmUp: 2 });
    expect(reported).toEqual(whole.reported);
  });
});

describe('plateau', () => {
  /** ReduceLROnPlateau, mode 'min', threshold_mode 'rel': the rate of each epoch, by the losses after them. */
  function rates(
    losses: number[],
    rate: number,
    factor: number,
    patience: number,
    minDelta: number,
    minRate: number,
  ) {
    let best = Infinity;
    let waited = 0;
    return losses.map((loss) => {
      const before = rate;
      if (loss < best * (1 - minDelta)) {
        best = loss;
        waited = 0;
      } else waited++;
      if (waited > patience) {
        rate = Math.max(rate * factor, minRate);
        waited = 0;
      }
      return before;
    });
  }

  it.each([
    { factor: 0.5, patience: 0, minDelta: 0.05, minRate: 0 },
    { factor: 0.5, patience: 2, minDelta: 0.05, minRate: 0.2 },
    { factor: 0.1, patience: 1, minDelta: 0, minRate: 1e-3 },
  ])(
    'reduces the rate as ReduceLROnPlateau does, with %j',
    async ({ factor, patience, minDelta, minRate }) => {
      for (const watchesValidation of [false, true]) {
        const net = await Network.create(spec);
        const history = await net.train(data, {
          epochs: 30,
          learningRate: { schedule: 'plateau', rate: 2, factor, patience, minDelta, minRate },
          ...(watchesValidation && { validation: randomData(5, 3, 2, 9) }),
        });
        const losses = history.map(({ loss, validation }) => validation?.loss ?? loss);
        const expected = rates(losses, 2, factor, patience, minDelta, minRate);
        expect(history.map(({ learningRate }) => learningRate)).toEqual(expected.map(Math.fround));
        expect(new Set(expected).size).toBeGreaterThan(2);
      }
    },
  );

  it('plateau has the defaults of PyTorch', async () => {
    const plateau = { schedule: 'plateau', rate: 1e-9 } as const; // learns too little to be better
    const { reported } = await train(plateau, data, 24);
    const [first, second] = [Math.fround(1e-9), Math.fround(1e-9) * 0.1];
    const expected = [...Array<number>(12).fill(first), ...Array<number>(11).fill(second), second * 0.1];
    expect(reported).toEqual(expected.map(Math.fround));
  });
});

describe('invalid learning rates', () => {
  const rate = 0.1;
  it.each<[string, unknown, Expected]>([
    ['null', null, [TypeError, 'learningRate: expected a number, a schedule or a function, got null']],
    ['a string', '0.1', [TypeError, "learningRate: expected a number, a schedule or a function, got '0.1'"]],
    ['an array', [0.1], [RangeError, 'learningRate.schedule: expected one of ']],
    [
      'options without a schedule',
      { rate },
      [
        RangeError,
        "learningRate.schedule: expected one of 'step', 'exponential', 'inverseTime', 'cosine', 'plateau', got undefined",
      ],
    ],
    ['an unknown schedule', { schedule: 'linear', rate }, [RangeError, "got 'linear'"]],
    [
      'an option of another schedule',
      { schedule: 'cosine', rate, factor: 1 },
      [TypeError, "learningRate: unknown 'factor'; the names are schedule, rate, warmUp, minRate"],
    ],
    [
      'a schedule without a rate',
      { schedule: 'cosine' },
      [TypeError, 'learningRate.rate: expected a number, got undefined'],
    ],
    ['a rate of 0', { schedule: 'cosine', rate: 0 }, [RangeError, /^learningRate\.rate: .*above 0, got 0$/]],
    [
      'an exponential schedule without a factor',
      { schedule: 'exponential', rate },
      [TypeError, 'learningRate.factor: expected a number, got undefined'],
    ],
    [
      'a factor below 0',
      { schedule: 'exponential', rate, factor: -1 },
      [RangeError, 'learningRate.factor: '],
    ],
    [
      'a step schedule without every',
      { schedule: 'step', rate, factor: 1 },
      [TypeError, 'learningRate.every: '],
    ],
    [
      'a fractional every',
      { schedule: 'step', rate, factor: 1, every: 0.5 },
      [RangeError, 'learningRate.every: '],
    ],
    ['a decay of NaN', { schedule: 'inverseTime', rate, decay: NaN }, [RangeError, 'learningRate.decay: ']],
    ['a warm-up below 0', { schedule: 'cosine', rate, warmUp: -1 }, [RangeError, 'learningRate.warmUp: ']],
    ['a minRate below 0', { schedule: 'cosine', rate, minRate: -1 }, [RangeError, 'learningRate.minRate: ']],
    [
      'a plateau with a factor of 1',
      { schedule: 'plateau', rate, factor: 1 },
      [RangeError, 'learningRate.factor: '],
    ],
    [
      'a patience below 0',
      { schedule: 'plateau', rate, patience: -1 },
      [RangeError, 'learningRate.patience: '],
    ],
    [
      'a minDelta that is a string',
      { schedule: 'plateau', rate, minDelta: '0' },
      [TypeError, 'learningRate.minDelta: '],
    ],
  ])('learningRate rejects %s', (_, learningRate, expected) =>
    expectHarmlessError(
      (net) => net.train(goodData, { learningRate: learningRate as LearningRate }),
      expected,
    ),
  );
});
