import { checkKeys, checkPositive } from '../base/check.js';
import { plainRule, type RuleOptions } from './model.js';
import {
  checkOptimizer,
  optimizerKeys,
  type CheckedOptimizer,
  type OptimizerName,
  type OptimizerOptions,
} from './optimizers.js';
import {
  checkRegularization,
  regularizationNames,
  type CheckedRegularization,
  type RegularizationOptions,
} from './regularization.js';

/** The options of `useOptimizer`: an optimizer with its parameters, and what keeps weights and gradients small. */
export interface UpdateOptions extends OptimizerOptions, RegularizationOptions {
  /**
   * η of the steps that give none. Default 0.1 for sgd; 0.01 for momentum, nesterov and adagrad; 0.001 for rmsprop, adam and
   * adamw.
   */
  readonly learningRate?: number;
}

/** How gradients become updates. */
export interface CheckedUpdate {
  readonly optimizer: CheckedOptimizer;
  readonly regularization: CheckedRegularization;
  /** Without its step and its keys. */
  readonly rule: RuleOptions;
}

/**
 * @throws TypeError, RangeError that name the option
 */
export function checkUpdate(
  option: OptimizerName | OptimizerOptions,
  options: RegularizationOptions,
  layerCount: number,
): CheckedUpdate {
  const optimizer = checkOptimizer(option);
  const regularization = checkRegularization(options, layerCount);
  const isPlain = Number(optimizer.name === 'sgd' && regularization.isNone);
  return {
    optimizer,
    regularization,
    rule: { ...plainRule, ...optimizer.rule, ...regularization.rule, isPlain },
  };
}

/** The update of single steps, with the options that it was made from. */
export interface StepUpdate extends CheckedUpdate {
  readonly given: UpdateOptions;
  readonly rate: number;
}

/**
 * Checks the options of `useOptimizer`.
 * @throws TypeError, RangeError that name the option
 */
export function checkStepUpdate(option: OptimizerName | UpdateOptions, layerCount: number): StepUpdate {
  const options = typeof option === 'string' ? { name: option } : option;
  checkKeys('optimizer', options, ['learningRate', ...optimizerKeys, ...regularizationNames]);
  const entries = Object.entries(options);
  const optimizer = Object.fromEntries(entries.filter(([key]) => optimizerKeys.includes(key)));
  const update = checkUpdate(optimizer as unknown as OptimizerOptions, options, layerCount);
  const { learningRate = update.optimizer.rate } = options;
  return {
    ...update,
    // All values are finite now. structuredClone refuses a Proxy, such as a reactive object.
    given: JSON.parse(JSON.stringify(options)) as UpdateOptions,
    rate: checkPositive('learningRate', learningRate),
  };
}
