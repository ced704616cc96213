import type { ActivationName, InitializerName, LossName, OptimizerName } from 'bp4';

// The choices for each setting, in links and in the page's controls.

export const activationNames = [
  'sigmoid',
  'tanh',
  'relu',
  'leakyRelu',
  'elu',
  'softplus',
  'swish',
  'gelu',
  'softsign',
  'linear',
] as const satisfies readonly ActivationName[];

export const optimizerNames = [
  'sgd',
  'momentum',
  'nesterov',
  'adagrad',
  'rmsprop',
  'adam',
  'adamw',
] as const satisfies readonly OptimizerName[];

export const initializerNames = [
  'glorotUniform',
  'glorotNormal',
  'heUniform',
  'heNormal',
  'standardNormal',
  'scaledNormal',
] as const satisfies readonly InitializerName[];

/** The losses for classification, each with the activation of its outputs. */
export const outputActivations = {
  crossEntropy: 'softmax',
  quadratic: 'sigmoid',
  binaryCrossEntropy: 'sigmoid',
} as const satisfies Partial<Record<LossName, ActivationName>>;

export const lossNames = Object.keys(outputActivations) as (keyof typeof outputActivations)[];

/**
 * The parts of the page that a link or a lesson can hide: 'walk' are the controls of a walk, 'numbers' its words, numbers and
 * derivations, and 'edit' changes weights, biases and inputs in the picture.
 */
export const regionNames = [
  'header',
  'tasks',
  'training',
  'settings',
  'share',
  'walk',
  'numbers',
  'equations',
  'edit',
  'results',
  'curves',
  'details',
  'help',
] as const;

export type Region = (typeof regionNames)[number];

/** 'rest' is the network between two steps. */
export const phaseNames = ['rest', 'forward', 'BP1', 'BP2', 'BP3', 'BP4', 'mean', 'update'] as const;

/** In the order in which they build on each other. */
export const lessonNames = [
  'forward',
  'delta',
  'backward',
  'gradient',
  'small-input',
  'saturation',
  'vanishing',
  'digit',
] as const;

export type LessonName = (typeof lessonNames)[number];

/** The least and the largest value of each setting. */
export const ranges = {
  noise: [0, 0.5],
  pointCount: [20, 2000],
  trainingShare: [0.1, 0.9],
  hiddenLayers: [0, 6],
  units: [1, 128],
  learningRate: [1e-5, 10],
  miniBatchSize: [1, 1000],
  l1: [0, 1],
  l2: [0, 1],
  dropout: [0, 0.9],
  seed: [0, 2 ** 32 - 1],
  steps: [0, 1e9],
} as const satisfies Record<string, readonly [number, number]>;
