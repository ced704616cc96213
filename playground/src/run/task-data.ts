import type { Csv, Settings } from '../protocol.js';
import { csvData } from './csv.js';
import { computeFeatures, nameFeature } from './features.js';
import { PageError } from './failure.js';
import { digitsData } from './digits.js';
import type { TaskData, Samples } from './samples.js';
import { isRegressionToy, toyData, type ToyName } from './toys.js';

/** Loads the sample of MNIST, only for the task digits. */
export type DigitsFile = () => Promise<Uint8Array<ArrayBuffer>>;

/**
 * Prepares the training and test data of a task.
 * @throws Error if the CSV is invalid or the digits fail to load
 */
export async function prepareTaskData(
  settings: Settings,
  csv: Csv | undefined,
  digits: DigitsFile,
): Promise<TaskData> {
  const { task, seed } = settings;
  switch (task) {
    case 'digits':
      return digitsData(await digits());
    case 'csv':
      if (!csv) throw new PageError('walk.chooseTable');
      return csvData(csv, seed);
    case 'neuron':
      return neuronData;
    default:
      return toyTaskData(task, settings);
  }
}

const neuronSample: Samples = {
  count: 1,
  inputs: Float32Array.of(1),
  labels: Uint8Array.of(0),
  targets: Float32Array.of(0),
};

const neuronData: TaskData = {
  train: neuronSample,
  test: neuronSample,
  inputs: 1,
  inputNames: ['x'],
  outputNames: ['1'],
  classNames: ['class 0', 'class 1'],
  isRegression: false,
};

function toyTaskData(task: ToyName, settings: Settings): TaskData {
  const { features } = settings;
  const data = toyData(task, settings);
  const isRegression = isRegressionToy(task);
  const classNames = isRegression ? [] : ['class 0', 'class 1'];
  const shared = {
    inputs: features.length,
    inputNames: features.map(nameFeature),
    classNames,
    isRegression,
    toInputs: (points: Float32Array) => computeFeatures(points, features),
  };
  if (task !== 'first') return { ...shared, ...data, outputNames: isRegression ? ['f'] : classNames };
  return {
    ...shared,
    train: withTargets(data.train),
    test: withTargets(data.test),
    outputNames: ['class 1'],
  };
}

/** The label is the target of a single output: 0 or 1. */
function withTargets(samples: Samples): Samples {
  return { ...samples, targets: Float32Array.from(samples.labels!) };
}
