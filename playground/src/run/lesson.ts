import type { Csv, Settings } from '../protocol.js';
import { csvLesson } from './csv.js';
import { computeFeatures, nameFeature } from './features.js';
import { PageError } from './failure.js';
import { digitsLesson } from './digits.js';
import type { Lesson } from './samples.js';
import { isRegressionToy, toyData } from './toys.js';

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
  const { task, seed, features } = settings;
  switch (task) {
    case 'digits':
      return digitsLesson(await digits());
    case 'csv':
      if (!csv) throw new PageError('walk.chooseTable');
      return csvLesson(csv, seed);
    default:
      return {
        ...toyData(task, settings),
        inputs: features.length,
        inputNames: features.map(nameFeature),
        outputNames: isRegressionToy(task) ? ['f'] : ['class 0', 'class 1'],
        isRegression: isRegressionToy(task),
        toInputs: (points) => computeFeatures(points, features),
      };
  }
}
