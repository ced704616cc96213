import { checkKeys, checkPositive } from '../base/check.js';
import { copyRows, type NumericArray } from '../base/numeric-arrays.js';
import type { Random, RandomState } from '../base/random.js';
import { finish } from '../base/work.js';
import { DivergenceError } from '../errors.js';
import type { Model } from '../model/model.js';
import { readSlots, writeSlots } from '../model/parameters.js';
import type { Parameters, Run } from '../model/state.js';
import type { StepUpdate } from '../model/update.js';
import { clearTally, writeFew, type Metrics } from './evaluate.js';
import { describeLargest, findLargestGradient } from './find-divergence.js';
import { checkCount, readMatrix, type Rows } from './matrix.js';
import { isOptimizerOf, startRun, useUpdate } from './resume.js';
import {
  encodeClasses,
  Samples,
  targetTest,
  writeLabels,
  type Coding,
  type Data,
  type Inputs,
} from './samples.js';

/** The options of a single step. */
export interface StepOptions {
  /** η of this step. Default: that of `useOptimizer`. */
  readonly learningRate?: number;
}

/** Samples with the δ of the outputs. */
export interface DeltaBatch extends Pick<Inputs, 'inputs' | 'inputScale'> {
  /** δ = ∂C/∂z of the last layer, for each sample's own cost, [n][outputs]. */
  readonly delta: Rows;
}

/**
 * Steps that the user's program takes one at a time. Their progress is a run with a mini-batch size of 0. A call reads a batch,
 * which throws before anything changes, and then learns it.
 */
export class Steps {
  readonly #model: Model;
  readonly #random: Random;
  readonly #update: StepUpdate;
  readonly #coding: Coding;
  readonly #isTarget: ((y: number) => boolean) | undefined;
  #run: Run | undefined;
  /** What a new run has replaced, until it has learned a step. */
  #replaced: { readonly generator: RandomState; readonly slots: Parameters[][] | undefined } | undefined;
  /** The number of samples in the mini-batch. */
  #rows = 0;
  /** η as it was given last, and in single precision. */
  #givenRate = NaN;
  #rate = NaN;

  constructor(model: Model, random: Random, update: StepUpdate) {
    this.#model = model;
    this.#random = random;
    this.#update = update;
    this.#coding = encodeClasses(model.spec, model.outputs);
    this.#isTarget = targetTest(model.spec);
  }

  /** The options of `useOptimizer`. */
  get options(): StepUpdate['given'] {
    return this.#update.given;
  }

  /** Continues a run from a file, if it's one of steps with this optimizer. */
  resume(run: Run): void {
    const { optimizer } = this.#update;
    if (run.miniBatchSize > 0 || !isOptimizerOf(run, optimizer)) return;
    this.#model.reserve(1, optimizer.slots);
    this.#use(run);
  }

  /**
   * Reads samples into the mini-batch.
   * @param last the last run of the network; if it isn't that of these steps, a new one starts
   * @returns the run of these steps
   * @throws TypeError, RangeError that name the row and column, or the option
   */
  read(data: Data, options: StepOptions | undefined, last: Run | undefined): Run {
    const model = this.#model;
    this.#chooseRate(options);
    if (this.#run && last === this.#run) {
      this.#rows = this.#writeFew(data);
      if (this.#rows > 0) return last;
    }
    const samples = finish(Samples.read(data, model));
    finish(samples.checkReach(model));
    return this.#gather(samples, last);
  }

  /** Learns the samples that were read. @throws DivergenceError if their loss isn't finite */
  learn(): Metrics {
    const { kernels, layout, tally } = this.#model;
    const rows = this.#rows;
    clearTally(tally);
    const { net } = layout;
    let learned: number;
    try {
      learned = (kernels.team?.descendAlone ?? kernels.descend)(net, 0, 0, rows, rows, this.#rate);
    } catch (error) {
      this.#undo(); // a loss of the user's own has thrown
      throw error;
    }
    if (learned < rows) {
      throw this.#diverged('step', `the loss is ${tally.batchLoss}`);
    }
    this.#count();
    return { loss: tally.batchLoss / rows, accuracy: tally.right / rows };
  }

  /** `read`, for samples with the δ of their outputs. */
  readDelta(batch: DeltaBatch, options: StepOptions | undefined, last: Run | undefined): Run {
    const model = this.#model;
    this.#chooseRate(options);
    if (
      this.#run &&
      last === this.#run &&
      hasOnly(batch, fewDeltaNames) &&
      batch.delta instanceof Float32Array
    ) {
      this.#rows = writeFew(model, batch.inputs);
      if (this.#rows > 0 && this.#writeDelta(batch.delta)) return last;
    }
    checkKeys('batch', batch, ['inputs', 'inputScale', 'delta']);
    const { inputs, inputScale = 1, delta } = batch;
    const samples = finish(Samples.readInputs({ inputs, inputScale }, model));
    const { values, count } = finish(readMatrix('delta', delta, model.outputs));
    checkCount('delta', count, samples.count);
    const run = this.#gather(samples, last);
    this.#writeDelta(values);
    return run;
  }

  /** Learns the samples that were read, by the δ of their outputs. @throws DivergenceError if the outputs aren't finite */
  learnDelta(): void {
    const { kernels, layout, layers } = this.#model;
    const rows = this.#rows;
    kernels.feedForward(layout.net, rows);
    const { activations, stride } = layers[layers.length - 1]!;
    if (!kernels.areFinite(activations, rows * stride)) {
      throw this.#diverged('applyGradients', 'an output is NaN or infinite');
    }
    kernels.descendFromDelta(layout.net, rows, this.#rate);
    this.#count();
  }

  #chooseRate(options: StepOptions | undefined): void {
    if (options === undefined) this.#useRate(this.#update.rate);
    else {
      if (!hasOnly(options, optionNames)) checkKeys('options', options, optionNames);
      if (options.learningRate === undefined) this.#useRate(this.#update.rate);
      else this.#useRate(options.learningRate);
    }
  }

  #useRate(given: number): void {
    if (given === this.#givenRate) return; // to store a number again would allocate it again
    this.#rate = checkPositive('learningRate', given);
    this.#givenRate = given;
  }

  #gather(samples: Samples, last: Run | undefined): Run {
    const model = this.#model;
    const rows = (this.#rows = samples.count);
    model.reserve(rows);
    samples.gather(model, 0, rows);
    if (!this.#run || last !== this.#run) {
      this.#start(last);
      samples.gather(model, 0, rows); // what was there may have moved
    }
    model.isWeighted = samples.areWeighted;
    return this.#run!;
  }

  /** Starts a run, with the optimizer as the last run left it if that is the same. */
  #start(last: Run | undefined): void {
    const { optimizer, rate } = this.#update;
    const isOther = last && !isOptimizerOf(last, optimizer);
    const slots = isOther ? readSlots(this.#model) : undefined;
    this.#replaced = { generator: this.#random.state, slots };
    this.#model.reserve(1, optimizer.slots);
    const options = { optimizer, schedule: { initial: rate }, miniBatchSize: 0, shuffle: false };
    this.#use(
      startRun(this.#model, this.#random, { ...options, earlyStopping: undefined, ema: 0, swa: 0 }, last),
    );
  }

  #use(run: Run): void {
    useUpdate(this.#model, run, this.#update);
    this.#run = run;
  }

  #count(): void {
    const run = this.#run!;
    this.#replaced = undefined;
    run.step++;
    if (run.learningRate !== this.#rate) run.learningRate = this.#rate;
  }

  /**
   * Writes a few samples in typed arrays to the mini-batch, and allocates nothing.
   * @returns their number; 0 if `Samples` must read them, or must throw the error
   */
  #writeFew(data: Data): number {
    const model = this.#model;
    if (!hasOnly(data, fewNames) || model.spec.transforms.targets) return 0;
    const { targets, labels } = data;
    if ((targets === undefined) === (labels === undefined)) return 0;
    const rows = writeFew(model, data.inputs);
    if (rows === 0) return 0;
    const { stride, units } = model.layers[model.layers.length - 1]!;
    const at = model.views.at(model.layout.targets);
    if (stride > units) model.views.floats.fill(0, at, at + rows * stride);
    const areWritten =
      labels === undefined ? this.#writeTargets(targets, rows) : this.#writeLabels(labels, rows);
    if (!areWritten) return 0;
    model.isWeighted = false;
    return rows;
  }

  /** @returns whether there are `rows` rows of valid targets in a `Float32Array`, which then are in the mini-batch */
  #writeTargets(targets: unknown, rows: number): boolean {
    const { layers, layout, spec, views } = this.#model;
    const { stride, units } = layers[layers.length - 1]!;
    const isTarget = this.#isTarget;
    if (!isTarget || spec.labelSmoothing > 0 || !(targets instanceof Float32Array)) return false;
    if (targets.length !== rows * units) return false;
    for (let i = 0; i < targets.length; i++) if (!isTarget(targets[i]!)) return false;
    copyRows(targets, 0, units, units, 0, rows, undefined, views.floats, views.at(layout.targets), stride);
    return true;
  }

  /** @returns whether there are `rows` valid labels, which then are in the mini-batch */
  #writeLabels(labels: unknown, rows: number): boolean {
    const { layers, layout, views } = this.#model;
    const { stride, units } = layers[layers.length - 1]!;
    if (!(labels instanceof Uint8Array || labels instanceof Uint32Array || Array.isArray(labels)))
      return false;
    if (labels.length !== rows) return false;
    const most = Math.max(units - 1, 1);
    for (let n = 0; n < rows; n++) {
      const label: unknown = labels[n];
      if (!(Number.isInteger(label) && (label as number) >= 0 && (label as number) <= most)) return false;
    }
    const at = views.at(layout.targets);
    writeLabels(labels, 0, rows, undefined, views.floats, at, stride, units, this.#coding);
    return true;
  }

  /** Writes δ of the last layer, with zero padding. @returns whether there are enough finite numbers */
  #writeDelta(values: NumericArray): boolean {
    const { layers, views, kernels } = this.#model;
    const { delta, stride, units } = layers[layers.length - 1]!;
    const count = this.#rows * stride;
    if (values.length !== this.#rows * units) return false;
    const at = views.at(delta);
    if (stride > units) views.floats.fill(0, at, at + count);
    copyRows(values, 0, units, units, 0, this.#rows, undefined, views.floats, at, stride);
    return kernels.areFinite(delta, count) !== 0;
  }

  /** Ends a run that has learned no step, as if it hadn't been started. */
  #undo(): void {
    if (!this.#replaced) return;
    const { generator, slots } = this.#replaced;
    this.#random.restore(generator);
    if (slots) writeSlots(this.#model, slots);
    this.#run = this.#replaced = undefined;
  }

  /** The error for the mini-batch that can't be learned. */
  #diverged(place: string, what: string): DivergenceError {
    const where = findLargestGradient(this.#model, this.#rows);
    const step = this.#run!.step + 1;
    this.#undo();
    return new DivergenceError(
      {
        place,
        problem: `diverged in step ${step}: ${what}; ${describeLargest(where)}`,
        cure: 'load the network as it was saved before, and use a smaller learningRate, or clip: { norm: 1 }',
        option: { name: 'learningRate' },
      },
      { epoch: 1, step, ...where },
    );
  }
}

const optionNames = ['learningRate'];
const fewNames = ['inputs', 'targets', 'labels'];
const fewDeltaNames = ['inputs', 'delta'];

/** Whether a value is an object with only these names. Unlike `checkKeys` it allocates nothing. */
function hasOnly(value: unknown, names: readonly string[]): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const name in value) if (!names.includes(name)) return false;
  return true;
}
