import { checkInteger, checkKeys, checkNumber, checkOptional, checkPositive, show } from '../base/check.js';
import type { Restraints, TrainOptions } from './options.js';
import type { ClassWeights } from './samples.js';

/**
 * @throws TypeError, RangeError naming what is wrong
 */
export function checkRestraints(options: TrainOptions, layerCount: number): Restraints {
  return {
    restraints: numbersOf(options),
    frozen: checkFrozen(options.frozen, layerCount),
    classWeights: checkClassWeights(options.classWeights),
  };
}

function numbersOf(options: TrainOptions): Restraints['restraints'] {
  const { clip = {}, l1 = 0, l2 = 0, penalizeBiases = false, maxNorm } = options;
  checkKeys('clip', clip, ['norm', 'value']);
  const positive = (place: string, value: number | undefined): number =>
    value === undefined ? 0 : checkPositive(place, value);
  return {
    l1: checkNumber('l1', l1, 0),
    l2: checkNumber('l2', l2, 0),
    penalizesBiases: Number(checkOptional('penalizeBiases', penalizeBiases, 'boolean')),
    clipNorm: positive('clip.norm', clip.norm),
    clipValue: positive('clip.value', clip.value),
    maxNorm: positive('maxNorm', maxNorm),
  };
}

function checkFrozen(frozen: TrainOptions['frozen'] = [], layerCount: number): readonly number[] {
  if (!Array.isArray(frozen)) throw new TypeError(`frozen: expected an array of layers, got ${show(frozen)}`);
  const layers = Array.from(frozen, (l, i) => checkInteger(`frozen[${i}]`, l, 0, layerCount - 1));
  if (new Set(layers).size === layerCount) {
    throw new RangeError('frozen: leave one layer that learns');
  }
  return layers;
}

function checkClassWeights(weights: TrainOptions['classWeights']): ClassWeights | undefined {
  if (weights === undefined) return undefined;
  if (typeof weights !== 'object' || (weights as unknown) === null) {
    throw new TypeError(`classWeights: expected numbers by label, got ${show(weights)}`);
  }
  for (const [label, weight] of Object.entries(weights)) {
    checkInteger('classWeights: label', Number(label), 0);
    checkNumber(`classWeights[${label}]`, weight, 0);
  }
  return weights;
}
