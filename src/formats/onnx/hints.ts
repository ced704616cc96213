import type { FaultOption } from '../../errors.js';
import { activationCodes } from '../../model/spec.js';
import { QUANTIZED } from './node.js';

/** Why an operator is not read, and what to do instead. */
export interface Hint {
  readonly problem: string;
  readonly cure: string;
  /** The option that the cure names. */
  readonly option?: FaultOption;
}

const normalizes: Hint = {
  problem: 'it normalizes each sample by its own mean or deviation, which no layer of bp4 does',
  cure: 'train without it, or with BatchNormalization, which folds into the weights',
};

const recurrent: Hint = { problem: 'bp4 has no recurrent layers', cure: 'use a network of dense layers' };

const spatial: Hint = {
  problem: 'bp4 has neither convolutions nor pooling',
  cure: 'use a network of dense layers',
};

const noNetwork: Hint = {
  problem: 'it is the model of another method, not a layer of a neural network',
  cure: 'export an MLPClassifier or MLPRegressor',
};

const labels: Hint = {
  problem: 'it computes labels, not the outputs of a network',
  cure: 'set options.output to the output of the probabilities',
  option: { name: 'output' },
};

const preparation: Hint = {
  problem: 'it prepares the inputs in a way that bp4 does not read',
  cure: 'export the network alone, and pass prepared inputs',
};

const noActivation: Hint = {
  problem: 'bp4 has no such activation',
  cure: `use one of ${Object.keys(activationCodes).join(', ')}`,
};

const parts: Hint = {
  problem: 'it picks a part of the values',
  cure: 'set options.output to the value before it',
  option: { name: 'output' },
};

const localFunction: Hint = {
  problem: 'it calls a function of the model',
  cure: 'inline the functions: onnx.inliner.inline_local_functions(onnx.load(…))',
};

const hints: readonly (readonly [operators: RegExp, hint: Hint])[] = [
  [/^(\w+\.)*(Dynamic)?Quantize|Integer|^(\w+\.)*QLinear|\.Q[A-Z]|MatMul(NBits|Bnb4)/, QUANTIZED],
  [/(Layer|Instance|Group|RMS|Lp|MeanVariance)Norm|LpNormalization|^ReduceMean$|ml\.Normalizer$/, normalizes],
  [/^(LSTM|GRU|RNN)$/, recurrent],
  [/^Conv|Pool$/, spatial],
  [/ml\.(TreeEnsemble|Linear|SVM)/, noNetwork],
  [/^(ArgMax|TopK|Greater|Less|Round)|ml\.(ArrayFeatureExtractor|LabelEncoder|Binarizer)$/, labels],
  [/ml\.(Imputer|OneHotEncoder|CategoryMapper|DictVectorizer|FeatureVectorizer)$/, preparation],
  [/^(Clip|Hard\w+|Celu|PRelu|ThresholdedRelu|Shrink)$/, noActivation],
  [/^(Slice|Split|GatherElements|GatherND)$/, parts],
  [/^pkg\./, localFunction],
];

/**
 * Why an operator is not read.
 * @param input the name of its first input
 * @returns undefined if there is nothing to say but which are read
 */
export function findHint(operator: string, input: string): Hint | undefined {
  if (operator === 'LogSoftmax' || operator === 'Log') {
    return {
      problem: 'bp4 outputs probabilities, not their logarithms',
      cure: `set options.output to '${input}' to read the values before it, or export the model with Softmax at its end`,
      option: { name: 'output', values: [input] },
    };
  }
  return hints.find(([operators]) => operators.test(operator))?.[1];
}
