import type { Csv, Settings } from '../protocol.js';
import { csvLesson } from './csv.js';
import { digitsLesson } from './digits.js';
import type { Lesson, LessonSamples } from './samples.js';
import { toyData, type ToyName } from './toys.js';

/** Loads the sample of MNIST, only for the task digits. */
export type DigitsFile = () => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Prepares the training and test data of a task.
 * @throws Error if the CSV is invalid or the digits fail to load
 */
export async function prepareLesson(
  settings: Settings,
  csv: Csv | undefined,
  digits: DigitsFile,
): Promise<Lesson> {
  const { task, seed } = settings;
  switch (task) {
    case 'digits':
      return digitsLesson(await digits());
    case 'csv':
      if (!csv) throw new TypeError('CSV: choose a file or paste its text');
      return csvLesson(csv, seed);
    default:
      return toyLesson(task, settings);
  }
}

function toyLesson(task: ToyName, settings: Settings): Lesson {
  const { train, test } = toyData(task, settings);
  const classNames = ['class 0', 'class 1'];
  const shared = { inputs: 2, inputNames: ['x', 'y'], classNames, isRegression: false };
  return task === 'first'
    ? { ...shared, train: withTargets(train), test: withTargets(test), outputNames: ['class 1'] }
    : { ...shared, train, test, outputNames: classNames };
}

/** The label is the target of a single output: 0 or 1. */
function withTargets(samples: LessonSamples): LessonSamples {
  return { ...samples, targets: Float32Array.from(samples.labels!) };
}
