import { checkInteger, checkKeys, checkName, show } from '../base/check.js';
import { checkGenerator } from '../model/read-json.js';
import type { Model } from '../model/model.js';
import { takeParameters, type Take } from '../model/read-file.js';
import { optimizerNames } from './optimizers.js';
import type { Run } from './run.js';

/** The most slots that a training has: two of adam, and the best parameters. */
const MOST_SLOTS = 3;

/**
 * Checks a training that was read from a file.
 * @param take takes a tensor of a name and shape, or throws
 * @returns the run, and what places the slots into a model
 * @throws TypeError, RangeError naming what is wrong
 */
export function runFrom(
  json: unknown,
  take: Take,
  sizes: readonly number[],
): { run: Run; place: (model: Model) => void } {
  const run = checkRun(json);
  const slots = Array.from({ length: run.slots }, (_, s) => takeParameters(`slot${s}.`, take, sizes));
  return {
    run,
    place(model) {
      model.reserve(1, run.slots);
      for (const [s, slot] of slots.entries()) model.setParameters(slot, model.slot(s));
    },
  };
}

const runFields = [
  ...['epoch', 'done', 'epochStart', 'loss', 'right', 'step', 'epochStep', 'learningRate', 'keys'],
  ...[
    'stepsPerEpoch',
    'plateau',
    'best',
    'bestEpoch',
    'waited',
    'isOver',
    'optimizer',
    'miniBatchSize',
    'shuffle',
    'slots',
  ],
];

function checkRun(json: unknown): Run {
  checkKeys('training', json, runFields);
  const run = json as Record<string, unknown>;
  const integer = (name: string, least = 0, most?: number): number =>
    checkInteger(`training.${name}`, run[name], least, most);
  const flag = (name: string): boolean => {
    const value = run[name];
    if (typeof value === 'boolean') return value;
    throw new TypeError(`training.${name}: expected a boolean, got ${show(value)}`);
  };
  const { keys, plateau } = run;
  if (!Array.isArray(keys) || keys.length !== 2) {
    throw new TypeError(`training.keys: expected two words, got ${show(keys)}`);
  }
  checkKeys('training.plateau', plateau, ['rate', 'best', 'waited']);
  const { rate, best, waited } = plateau as Record<string, unknown>;
  const word = (i: number): number => checkInteger(`training.keys[${i}]`, keys[i], 0, 2 ** 32 - 1);
  return {
    epoch: integer('epoch', 1),
    done: integer('done'),
    epochStart: [...checkGenerator(run['epochStart'])],
    loss: finite('training.loss', run['loss']),
    right: integer('right', 0, 2 ** 31),
    step: integer('step', 0, 2 ** 32 - 1),
    epochStep: integer('epochStep', 0, 2 ** 32 - 1),
    learningRate: finite('training.learningRate', run['learningRate']),
    keys: [word(0), word(1)],
    stepsPerEpoch: integer('stepsPerEpoch'),
    plateau: {
      rate: finite('training.plateau.rate', rate),
      best: finite('training.plateau.best', best),
      waited: checkInteger('training.plateau.waited', waited, 0),
    },
    best: finite('training.best', run['best']),
    bestEpoch: integer('bestEpoch'),
    waited: integer('waited'),
    isOver: flag('isOver'),
    optimizer: checkName('training.optimizer', run['optimizer'], optimizerNames),
    miniBatchSize: integer('miniBatchSize', 1),
    shuffle: flag('shuffle'),
    slots: integer('slots', 0, MOST_SLOTS),
  };
}

function finite(place: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new RangeError(`${place}: expected a finite number, got ${show(value)}`);
}
