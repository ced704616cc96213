import type { Settings, TaskName } from '../protocol.js';

/** The default settings of a task. */
export interface Task {
  readonly defaults: Settings;
}

const plane = {
  noise: 0.1,
  pointCount: 400,
  trainingShare: 0.5,
  features: ['x1', 'x2'],
  hidden: [8],
  activation: 'tanh',
  loss: 'crossEntropy',
  optimizer: 'sgd',
  learningRate: 0.3,
  miniBatchSize: 10,
  l1: 0,
  l2: 0,
  dropout: 0,
  initializer: 'glorotUniform',
  seed: 1,
} as const satisfies Omit<Settings, 'task'>;

export const tasks: Readonly<Record<TaskName, Task>> = {
  // the network of chapter 2: few enough numbers to see all of them
  first: {
    defaults: {
      ...plane,
      task: 'first',
      hidden: [3],
      activation: 'sigmoid',
      loss: 'quadratic',
      learningRate: 1,
      miniBatchSize: 1,
      initializer: 'standardNormal',
      seed: 2,
    },
  },
  circle: { defaults: { task: 'circle', ...plane, hidden: [4] } },
  spiral: {
    // all of 24 seeds reach a test error of 5% within 140 epochs; with tanh and glorotUniform, four never do
    defaults: {
      ...plane,
      task: 'spiral',
      hidden: [16, 16],
      activation: 'relu',
      optimizer: 'adam',
      learningRate: 0.005,
      initializer: 'heNormal',
    },
  },
  xor: { defaults: { task: 'xor', ...plane, hidden: [4] } },
  gaussian: { defaults: { task: 'gaussian', ...plane, hidden: [2] } },
  plane: { defaults: { task: 'plane', ...plane, hidden: [4], learningRate: 0.03 } },
  hills: { defaults: { task: 'hills', ...plane, hidden: [8, 8], optimizer: 'adam', learningRate: 0.01 } },
  digits: {
    defaults: {
      ...plane,
      task: 'digits',
      noise: 0,
      hidden: [64],
      activation: 'relu',
      optimizer: 'adam',
      learningRate: 0.002,
      miniBatchSize: 20,
      initializer: 'heNormal',
      dropout: 0.3,
      l2: 0.0003,
    },
  },
  csv: {
    defaults: {
      ...plane,
      task: 'csv',
      noise: 0,
      hidden: [16],
      optimizer: 'adam',
      learningRate: 0.005,
      miniBatchSize: 16,
    },
  },
};

export const taskNames = Object.keys(tasks) as TaskName[];
