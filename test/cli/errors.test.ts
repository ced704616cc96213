import { describe, expect, it } from 'vitest';
import {
  DivergenceError,
  FormatError,
  RangeFault,
  StateError,
  TypeFault,
  type Fault,
} from '../../src/errors.js';
import { FileError } from '../../src/node/file-error.js';
import {
  DataError,
  describeError,
  inFile,
  StoppedError,
  toDataError,
  toUsageError,
  underFlag,
  UsageError,
} from '../../src/cli/errors.js';
import { chooseExitCode, exitCodes, listExitCodes } from '../../src/cli/exit-codes.js';
import { flagTable } from '../../src/cli/flags.js';
import { tryEachFlag } from '../../src/cli/options/command.js';
import { trainingGroup } from '../../src/cli/options/training.js';
import { describeFailure } from '../../src/cli/train/run-training.js';

// Exit codes and flags follow from classes and options. So each error is thrown in other words and at other places, too.

/** Different words for the same fault; some of them look like other faults. */
const wordings = [
  'expected a whole number, got 3.5',
  'is NaN',
  'xyz',
  '',
  'inputs[3]: unknown row 7; give options.activations',
];

/** Places of options, of data and of files, and other texts. */
const places = [
  '',
  'CSV row 3',
  "line 2, column 'a'",
  'inputs[3][1]',
  'layers[1].dropout',
  'bytes',
  'npz: x',
  'xyz',
];

/** The error of a function that throws. */
async function catchError(run: () => unknown): Promise<unknown> {
  try {
    await run();
  } catch (error) {
    return error;
  }
  throw new Error('nothing was thrown');
}

const throwError = (error: unknown) => (): never => {
  throw error;
};

const faultClasses = { TypeFault, RangeFault, FormatError } as const;
const classNames = Object.keys(faultClasses) as (keyof typeof faultClasses)[];

describe.each(classNames)('%s', (name) => {
  const create = (fault: Fault): Error => new faultClasses[name](fault);

  it.each(wordings)(
    'exits with 3 when the error arises in a file, whatever its words and its place: %j',
    async (problem) => {
      for (const place of places) {
        for (const cure of [undefined, problem]) {
          const error = await catchError(() =>
            inFile('iris.csv', throwError(create({ place, problem, cure }))),
          );
          expect(error).toBeInstanceOf(DataError);
          expect(error).toMatchObject({
            place: place === '' ? 'iris.csv' : `iris.csv: ${place}`,
            problem,
            cure,
          });
          expect(chooseExitCode(error)).toBe(exitCodes.data);
        }
      }
    },
  );

  it.each(wordings)(
    'exits with 2 under the flag whose value is refused, whatever the words and the place: %j',
    async (problem) => {
      for (const place of places) {
        const error = await catchError(() => underFlag('--dropout', throwError(create({ place, problem }))));
        expect(error).toBeInstanceOf(UsageError);
        expect(error).toMatchObject({ place: '--dropout', problem });
        expect(chooseExitCode(error)).toBe(exitCodes.usage);
      }
    },
  );

  it.each(wordings)('tryEachFlag reports an error under the one flag that causes it: %j', async (problem) => {
    for (const place of places) {
      const flags = { epochs: 3, clipNorm: 1, shuffle: true };
      const refuseClipping = ({ clipNorm }: { clipNorm?: number }): void => {
        if (clipNorm !== undefined) throw create({ place, problem });
      };
      const error = await catchError(() => tryEachFlag(trainingGroup, flags, refuseClipping));
      expect(error).toMatchObject({ place: '--clip-norm', problem });
    }
  });

  it.each(wordings)('an error of several flags is reported under the option that it names: %j', (problem) => {
    for (const place of places) {
      expect(toUsageError(create({ place, problem, option: { name: 'loss' } }))).toMatchObject({
        place: '--loss',
        problem,
      });
    }
  });

  it.each(wordings)(
    'exits with 3 when train refuses its data, whatever the words and the place: %j',
    (problem) => {
      for (const place of places) {
        const error = describeFailure(create({ place, problem }), 'iris.csv');
        expect([place, chooseExitCode(error)]).toEqual([place, exitCodes.data]);
      }
    },
  );
});

it.each(wordings)('leaves errors unchanged that concern neither the file nor the options: %j', (problem) => {
  for (const error of [
    new StateError({ place: '', problem }),
    new TypeError(problem),
    new RangeError(problem),
    new Error(problem),
  ]) {
    expect(toDataError('iris.csv', error)).toBe(error);
    expect(toUsageError(error)).toBe(error);
    expect(chooseExitCode(error)).toBe(exitCodes.fault);
  }
});

it.each(wordings)('chooses the exit code by the class of the error, whatever its words: %j', (problem) => {
  const fault = { place: '', problem };
  const cases: [unknown, number][] = [
    [new UsageError('--epochs', problem), 2],
    [new DataError('iris.csv', problem), 3],
    [new FileError('could not be read', 'iris.csv', new Error(problem)), 3],
    [new FormatError(fault), 3],
    [new DivergenceError(fault, { epoch: 1, step: 1, layer: 0, largestGradient: NaN }), 4],
    [new StoppedError(fault), 130],
    [problem, 1],
  ];
  for (const [error, code] of cases) expect(chooseExitCode(error)).toBe(code);
});

it('help explains every exit code, and that of a divergence only where a network trains', () => {
  const codes = Object.values(exitCodes);
  expect(codes).toEqual([0, 1, 2, 3, 4, 130, 141]);
  const explained = (mayDiverge: boolean): number[] =>
    [...listExitCodes(mayDiverge).matchAll(/^ {2}(\d+) +\w.*[\w)]$/gm)].map(([, code]) => Number(code));
  expect(explained(true)).toEqual(codes);
  expect(explained(false)).toEqual([0, 1, 2, 3, 130, 141]);
});

it('recognizes a system error by its fields, and keeps where a training diverged', () => {
  for (const message of wordings) {
    const error = Object.assign(new Error(message), { syscall: 'open', code: 'ENOENT' });
    expect(toDataError('a.csv', error)).toMatchObject({ problem: 'no such file' });
  }
  const at = { epoch: 2, step: 5, layer: 1, largestGradient: 9 };
  const diverged = describeFailure(new DivergenceError({ place: '', problem: 'xyz' }, at), 'iris.csv');
  expect(diverged).toMatchObject(at);
  expect(chooseExitCode(diverged)).toBe(exitCodes.diverged);
  const option = { name: 'learningRate' };
  const named = describeFailure(new DivergenceError({ place: 'train', problem: 'xyz', option }, at), 'a.csv');
  expect(describeError(named, ['--learning-rate'])).toMatch(/^training diverged .*--learning-rate/);
});

describe('a cure that names an option of the library', () => {
  const ofTrain = Object.values(flagTable).map(({ flags }) => `--${flags[0]!}`);
  const readText = (option: Fault['option'], flags = ofTrain): string =>
    describeError(
      toDataError(
        'a.csv',
        new RangeFault({ place: 'row 1', problem: 'xyz', cure: 'words of the library', option }),
      ),
      flags,
    );

  it('a cure names the flag of every option in the table', () => {
    for (const [name, { flags }] of Object.entries(flagTable)) {
      expect(readText({ name, values: ['drop'] })).toContain(`--${flags[0]!}`);
    }
  });

  it('a cure stays unchanged when it names no option, or one without a flag', () => {
    expect(readText({ name: 'toString' })).toBe('a.csv: row 1: xyz; words of the library');
    expect(readText(undefined)).toBe('a.csv: row 1: xyz; words of the library');
  });

  it('a cure is left out when the command lacks its flag', () => {
    expect(readText({ name: 'missing', values: ['drop'] }, ['--label'])).toBe('a.csv: row 1: xyz');
  });

  it('a cure lists the values to choose from', () => {
    expect(readText({ name: 'missing', values: ['drop', 'mean'] })).toBe(
      'a.csv: row 1: xyz; --missing drop leaves such rows out, --missing mean fills them in',
    );
  });
});
