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
  inFile,
  StoppedError,
  toDataError,
  toUsageError,
  UsageError,
  withFlags,
} from '../../src/cli/errors.js';
import { chooseExitCode, exitCodes } from '../../src/cli/exit-codes.js';
import { flagTable } from '../../src/cli/flags.js';
import { describeFailure } from '../../src/cli/train/run-training.js';

// Exit codes follow from classes and fields. So each error is thrown twice: in the words of bp4, and in other words.

/** Different words for the same fault; some of them look like other faults. */
const wordings = [
  'expected a whole number, got 3.5',
  'is NaN',
  'xyz',
  '',
  'inputs[3]: unknown row 7; give options.activations',
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

  it.each(wordings)('ends with 3 if it arises in a file, whatever its words: %j', async (problem) => {
    for (const cure of [undefined, problem]) {
      const error = await catchError(() =>
        inFile('iris.csv', throwError(create({ place: "row 3, column 'a'", problem, cure }))),
      );
      expect(error).toBeInstanceOf(DataError);
      expect(error).toMatchObject({ place: "iris.csv, row 3, column 'a'", problem, cure });
      expect(chooseExitCode(error)).toBe(exitCodes.data);
    }
  });

  it.each(wordings)('ends with 2 if it arises from options, whatever its words: %j', async (problem) => {
    const error = await catchError(() =>
      withFlags(throwError(create({ place: 'layers[1].dropout', problem }))),
    );
    expect(error).toBeInstanceOf(UsageError);
    expect(error).toMatchObject({ place: '--dropout', problem });
    expect(chooseExitCode(error)).toBe(exitCodes.usage);
  });

  it.each(wordings)('of train ends with 2 or 3 by its place, whatever its words: %j', (problem) => {
    const exitCodeAt = (place: string): number =>
      chooseExitCode(describeFailure(create({ place, problem }), 'iris.csv'));
    for (const place of ['inputs[3][1]', 'labels[0]', 'targets', 'validation.inputs[0]'])
      expect([place, exitCodeAt(place)]).toEqual([place, exitCodes.data]);
    for (const place of ['frozen[0]', 'earlyStopping.patience', 'learningRate.rate'])
      expect([place, exitCodeAt(place)]).toEqual([place, exitCodes.usage]);
  });
});

it.each(wordings)('errors that say nothing about the file or the options stay as they are: %j', (problem) => {
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

it.each(wordings)('the class decides on the exit code: %j', (problem) => {
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

it('a system error is a data error by its fields, and a diverged training stays one', () => {
  for (const message of wordings) {
    const error = Object.assign(new Error(message), { syscall: 'open', code: 'ENOENT' });
    expect(toDataError('a.csv', error)).toMatchObject({ problem: 'no such file' });
  }
  const at = { epoch: 2, step: 5, layer: 1, largestGradient: 9 };
  const diverged = describeFailure(new DivergenceError({ place: '', problem: 'xyz' }, at), 'iris.csv');
  expect(diverged).toMatchObject(at);
  expect(chooseExitCode(diverged)).toBe(exitCodes.diverged);
});

describe('a cure that names an option of the library', () => {
  const cureOf = (option: Fault['option'], cure = 'words of the library'): unknown =>
    (toDataError('a.csv', new RangeFault({ place: 'row 1', problem: 'xyz', cure, option })) as Fault).cure;

  it('is given as the flag, for every option in the table', () => {
    for (const [name, { flags }] of Object.entries(flagTable)) {
      expect(cureOf({ name, values: ['drop'] })).toContain(`--${flags[0]!}`);
    }
  });

  it('stays as it is if there is no such flag, or no option is named', () => {
    expect(cureOf({ name: 'toString' })).toBe('words of the library');
    expect(cureOf(undefined)).toBe('words of the library');
  });

  it('offers the values to choose from', () => {
    expect(cureOf({ name: 'missing', values: ['drop', 'mean'] })).toBe(
      '--missing drop leaves such rows out, --missing mean fills them in',
    );
  });
});
