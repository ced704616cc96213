import type { Model } from '../model/model.js';
import { copyRun, type Run } from '../model/state.js';
import type { Random, RandomState } from '../base/random.js';
import { writeTally } from './metrics.js';
import type { CheckedTrainOptions } from './options.js';

/** Worse than anything: JSON has no Infinity. */
const WORST = Number.MAX_VALUE;

/** How many slots a training needs: those of its optimizer, and then one for the best parameters. */
export const slotsOf = ({ optimizer, earlyStopping }: CheckedTrainOptions): number =>
  optimizer.slots + Number(earlyStopping?.restoreBest ?? false);

/** A training at its beginning. */
export function newRun(model: Model, random: Random, options: CheckedTrainOptions): Run {
  const drops = model.layers.some(({ dropBelow }) => dropBelow > 0);
  const keys = drops ? ([random.bits(), random.bits()] as const) : ([0, 0] as const);
  // In the order in which they are read from a file: so that a file is the same however often the training was saved.
  return {
    epoch: 1,
    done: 0,
    epochStart: [...random.state],
    loss: 0,
    right: 0,
    step: 0,
    epochStep: 0,
    learningRate: options.schedule.initial,
    keys,
    stepsPerEpoch: 0,
    plateau: { rate: options.schedule.initial, best: WORST, waited: 0 },
    best: options.earlyStopping?.monitor === 'accuracy' ? -1 : WORST,
    bestEpoch: 0,
    waited: 0,
    isOver: false,
    optimizer: options.optimizer.name,
    miniBatchSize: options.miniBatchSize,
    shuffle: options.shuffle,
  };
}

/** The training, as it was at the last `keep`. */
export class Snapshot {
  readonly #model: Model;
  readonly #random: Random;
  readonly #run: Run;
  #state: RandomState;
  #kept: Run;
  #parameters: Float32Array | Float64Array = new Float32Array();
  #slots: Float32Array | Float64Array = new Float32Array();

  /** Keeps it as it is. */
  constructor(model: Model, random: Random, run: Run) {
    this.#model = model;
    this.#random = random;
    this.#run = run;
    this.#state = random.state;
    this.#kept = run;
    this.keep();
  }

  /** Keeps it as it is, unless a parameter is not finite. @returns whether it did */
  keep(): boolean {
    const { layout, slots } = this.#model;
    const parameters = this.#model.parametersAt(layout.parameters);
    if (!areFinite(parameters)) return false;
    this.#kept = copyRun(this.#run);
    this.#state = this.#random.state;
    this.#parameters = copyOf(parameters, this.#parameters);
    this.#slots = copyOf(this.#model.parametersAt(this.#model.slot(0), slots), this.#slots);
    return true;
  }

  restore(): void {
    const { layout, slots } = this.#model;
    this.#model.parametersAt(layout.parameters).set(this.#parameters);
    this.#model.parametersAt(this.#model.slot(0), slots).set(this.#slots);
    Object.assign(this.#run, copyRun(this.#kept));
    this.#random.restore(this.#state);
    this.#model.step = this.#run.step;
    writeTally(this.#model.tally, this.#run);
  }
}

/** Sums of x·0 are 0 unless some x is NaN or infinite. */
export function areFinite(floats: Float32Array | Float64Array): boolean {
  let sum = 0;
  for (let i = 0; i < floats.length; i++) sum += floats[i]! * 0;
  return sum === 0;
}

/** Into the copy before, where it is as long. */
function copyOf<Floats extends Float32Array | Float64Array>(floats: Floats, before: Floats): Floats {
  if (before.length !== floats.length) return floats.slice() as Floats;
  before.set(floats);
  return before;
}
