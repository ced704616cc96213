import { checkEach, checkFloat, checkInteger, checkKeys, checkName, checkType, show } from '../base/check.js';
import type { RandomState } from '../base/random.js';
import { RangeFault, TypeFault } from '../errors.js';
import { optimizerNames } from './optimizers.js';
import { checkSpec, specNames, type CheckedSpec, type NetworkSpec } from './spec.js';
import type { NetworkState, Parameters, Run, RunState } from './state.js';
import type { UpdateOptions } from './update.js';

/** The most slots of a training run: two of adam, the best parameters, and those from which a run with averages learns. */
export const MOST_SLOTS = 4;

/** A checked state. It shares no data that training changes with the state it was made from. */
export interface CheckedState {
  readonly spec: CheckedSpec;
  readonly parameters: readonly Parameters[];
  readonly generator: RandomState;
  readonly run: RunState | undefined;
  /** Not checked yet. */
  readonly optimizer: UpdateOptions | undefined;
}

/**
 * @throws TypeError, RangeError that name the place
 */
export function checkState(state: NetworkState): CheckedState {
  checkKeys('state', state, ['spec', 'parameters', 'generator', 'run', 'optimizer']);
  checkKeys('state.spec', state.spec, specNames);
  const spec = checkSpec(state.spec);
  const sizes = listSizes(spec);
  return {
    spec,
    parameters: checkParameters('state.parameters', state.parameters, sizes),
    generator: checkGenerator('state.generator', state.generator),
    run: state.run === undefined ? undefined : checkRunState(state.run, sizes),
    optimizer: state.optimizer,
  };
}

function checkRunState(run: RunState, sizes: readonly number[]): RunState {
  const checked = checkRun('state.run', run);
  const slots = checkEach('state.run.slots', run.slots, (place, slot) => checkParameters(place, slot, sizes));
  checkInteger('state.run.slots.length', slots.length, 0, MOST_SLOTS);
  return { ...checked, slots };
}

/** The number of inputs, then the units of each layer. */
export const listSizes = ({ inputs, layers }: Pick<NetworkSpec, 'inputs' | 'layers'>): number[] => [
  inputs,
  ...layers.map(({ units }) => units),
];

/** @param sizes the number of inputs, then the units of each layer */
function checkParameters(place: string, parameters: unknown, sizes: readonly number[]): Parameters[] {
  const checkLayer = (at: string, layer: unknown, l: number): Parameters => {
    checkKeys(at, layer, ['weights', 'biases']);
    const { weights, biases } = layer as Parameters;
    const units = sizes[l + 1]!;
    return {
      weights: checkFloats(`${at}.weights`, weights, units * sizes[l]!),
      biases: checkFloats(`${at}.biases`, biases, units),
    };
  };
  return checkEach(place, parameters, checkLayer, sizes.length - 1);
}

function checkFloats(place: string, floats: unknown, length: number): Float32Array {
  // instanceof fails for arrays of another realm
  if (Object.prototype.toString.call(floats) !== '[object Float32Array]') {
    throw new TypeFault({ place, problem: `expected a Float32Array, got ${show(floats)}` });
  }
  const values = floats as Float32Array;
  if (values.length !== length) {
    throw new RangeFault({ place, problem: `expected ${length} values, got ${values.length}` });
  }
  for (let i = 0; i < length; i++) if (!Number.isFinite(values[i])) checkFloat(`${place}[${i}]`, values[i]);
  return values.slice();
}

/**
 * Checks the progress of a training run, except its slots.
 * @throws TypeError, RangeError that name the place
 */
export function checkRun(place: string, given: unknown): Run {
  const run = { ema: 0, swa: 0, ...(given as object) } as Record<string, unknown>;
  const integer = (name: string, least = 0, most?: number): number =>
    checkInteger(`${place}.${name}`, run[name], least, most);
  const finite = (name: string, value = run[name]): number => checkFinite(`${place}.${name}`, value);
  const boolean = (name: string): boolean => checkType(`${place}.${name}`, run[name], 'boolean');
  const { plateau } = run;
  const pair = (name: string, check: (place: string, value: unknown) => number) =>
    checkEach(`${place}.${name}`, run[name], check, 2) as [number, number];
  checkKeys(`${place}.plateau`, plateau, ['rate', 'best', 'waited']);
  const { rate, best, waited } = plateau as Record<string, unknown>;
  // Files store the fields in this order, so that a file is the same however often the training was saved.
  const checked: Run = {
    epoch: integer('epoch', 1),
    done: integer('done'),
    epochStart: [...checkGenerator(`${place}.epochStart`, run['epochStart'])],
    loss: finite('loss'),
    right: integer('right', 0, 2 ** 31),
    step: integer('step', 0, 2 ** 32 - 1),
    epochStep: integer('epochStep', 0, 2 ** 32 - 1),
    stepsBefore: integer('stepsBefore'),
    learningRate: finite('learningRate'),
    keys: pair('keys', checkWord),
    stepsPerEpoch: integer('stepsPerEpoch'),
    plateau: {
      rate: finite('plateau.rate', rate),
      best: finite('plateau.best', best),
      waited: checkInteger(`${place}.plateau.waited`, waited, 0),
    },
    best: finite('best'),
    start: finite('start'),
    bestEpoch: integer('bestEpoch'),
    waited: integer('waited'),
    isOver: boolean('isOver'),
    decays: pair('decays', checkFinite),
    optimizer: checkName(`${place}.optimizer`, run['optimizer'], optimizerNames),
    miniBatchSize: integer('miniBatchSize'),
    shuffle: boolean('shuffle'),
    ema: finite('ema'),
    swa: integer('swa'),
  };
  checkKeys(place, given, [...Object.keys(checked), 'slots']);
  return checked;
}

/** Checks an unsigned integer of 32 bits. */
const checkWord = (place: string, value: unknown): number => checkInteger(place, value, 0, 2 ** 32 - 1);

/** Checks a number in double precision. */
function checkFinite(place: string, value: unknown): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  throw new RangeFault({ place, problem: `expected a finite number, got ${show(value)}` });
}

/** The state of a random generator. */
export function checkGenerator(place: string, state: unknown): RandomState {
  const words = checkEach(place, state, checkWord, 4);
  if (words.every((word) => word === 0)) {
    throw new RangeFault({ place, problem: 'expected four words that are not all 0' });
  }
  return words as [number, number, number, number];
}
