import { DivergenceError, RangeFault, StateError } from '../errors.js';
import type { NetworkJSON } from '../model/json.js';
import type { Parameters } from '../model/state.js';
import { Random } from '../base/random.js';
import {
  addKeys,
  toAnswer,
  checkData,
  checkDatum,
  fillRow,
  detectFormat,
  packSamples,
  type BrainData,
  type Datum,
  type Format,
  type Lookup,
} from './data.js';
import { divergence, Epochs } from './epochs.js';
import {
  writeJSON,
  writeLegacyJSON,
  splitRows,
  type LegacyJSON,
  type NeuralNetworkJSON,
  type Written,
} from './json.js';
import { giveBackMachine, toSpec, takeMachine, type Machine, type Shape, type State } from './machine.js';
import {
  checkSizes,
  mergeNetworkOptions,
  mergeTrainOptions,
  networkDefaults,
  trainDefaults,
  type NeuralNetworkOptions,
  type TrainingStatus,
  type TrainOptions,
} from './options.js';
import { readJSON } from './read-json.js';
import { BrainTraining, type Samples } from './training.js';
import { Tally, type BinaryTestResult, type TestResult } from './test-result.js';
import { writeSource } from './to-function.js';
import { toNetworkJSON } from './json.js';

/** Milliseconds of training after which `trainAsync` lets others have their turn. */
const TURN = 10;

/** How many networks there have been without a seed. */
let unseeded = 0;

/**
 * The dense network of brain.js 1.6 and 2, trained by WebAssembly: `import { NeuralNetwork } from 'bp4/brain'` in place of
 * brain.js's. Same options and defaults, same algorithm, and from the same weights the same training but for the rounding
 * of single precision.
 *
 * It learns sample by sample, in the order of the data: quadratic cost, change = η·δ·x + μ·(the change before), weight +=
 * change, bias += η·δ without momentum; with `praxis: 'adam'` by Adam. Weights and biases begin as U(−0.2, 0.2).
 *
 * What is otherwise than in brain.js is listed in src/brain/index.ts.
 */
export class NeuralNetwork<Input = BrainData, Output = BrainData> {
  #options = networkDefaults();
  #trainOpts = trainDefaults();
  #sizes: readonly number[] = [];
  #inputLookup: Lookup;
  #outputLookup: Lookup;
  /** Undefined before `initialize`. */
  #state: State | undefined;
  readonly #random: Random;
  /** What trains at the moment; its state is further than `#state`. */
  #session: BrainTraining | undefined;
  /** Of `trainPattern`, kept from call to call. */
  #pattern: { readonly session: BrainTraining; readonly machine: Machine } | undefined;

  /**
   * @param options of the network and of its training: each has a default
   * @throws RangeError where one is out of the bounds of brain.js, TypeError where one is of another kind
   */
  constructor(options: Partial<NeuralNetworkOptions & TrainOptions> = {}) {
    this.#options = mergeNetworkOptions(this.#options, options);
    this.#trainOpts = mergeTrainOptions(this.#trainOpts, options);
    const { inputSize, hiddenLayers, outputSize, seed } = this.#options;
    if (inputSize && outputSize) this.#sizes = [inputSize, ...(hiddenLayers ?? []), outputSize];
    this.#random = Random.fromSeed(seed ?? ++unseeded);
  }

  /** What the network is; a copy. */
  get options(): NeuralNetworkOptions {
    return { ...this.#options };
  }

  /** How it trains; a copy. */
  get trainOpts(): TrainOptions {
    return { ...this.#trainOpts };
  }

  /** The inputs, and the units of each layer; empty before they are known. */
  get sizes(): number[] {
    return [...this.#sizes];
  }

  /** For `initialize`. @throws StateError where the network has weights of other sizes; TypeError, RangeError */
  set sizes(sizes: readonly number[]) {
    const checked = checkSizes('sizes', sizes, 2);
    if (this.#state && checked.join() !== this.#sizes.join()) {
      throw new StateError({
        place: 'sizes',
        problem: 'cannot change, since the network has weights already',
        cure: 'make another',
      });
    }
    this.#sizes = checked;
  }

  /** The number of the last layer, from the inputs' 0; −1 before `initialize`. */
  get outputLayer(): number {
    return this.#state ? this.#sizes.length - 1 : -1;
  }

  /** Copies of the weights: of each layer from 1 on, of each unit. */
  get weights(): Float32Array[][] {
    return [
      [],
      ...this.#parameters.map(({ weights, biases }) =>
        splitRows(weights, biases.length).map((row) => new Float32Array(row)),
      ),
    ];
  }

  /** Copies of the biases: of each layer from 1 on. */
  get biases(): Float32Array[] {
    return [new Float32Array(0), ...this.#parameters.map(({ biases }) => biases.slice())];
  }

  get #parameters(): readonly Parameters[] {
    return this.#current()?.parameters ?? [];
  }

  /** Which key of the inputs is which, where data are objects; null where not. A copy. */
  get inputLookup(): Record<string, number> | null {
    return this.#inputLookup ? Object.fromEntries(this.#inputLookup) : null;
  }

  /** Which key of the outputs is which, where data are objects; null where not. A copy. */
  get outputLookup(): Record<string, number> | null {
    return this.#outputLookup ? Object.fromEntries(this.#outputLookup) : null;
  }

  get inputLookupLength(): number {
    return this.#inputLookup?.size ?? 0;
  }

  get outputLookupLength(): number {
    return this.#outputLookup?.size ?? 0;
  }

  /** Whether there are weights: after training, `fromJSON` or `initialize`. */
  get isRunnable(): boolean {
    return this.#state !== undefined;
  }

  /**
   * Draws all weights and biases anew, for the `sizes` that there are; what momentum and Adam remember is forgotten.
   * @throws StateError where sizes are not known, or while the network is trained
   */
  initialize(): void {
    this.#assertIdle('initialize');
    if (this.#sizes.length === 0) {
      throw new StateError({
        place: 'initialize',
        problem: 'sizes must be set first',
        cure: 'give options.inputSize and outputSize, or train',
      });
    }
    toSpec(this.#shape);
    this.#settle();
    const draw = (count: number): Float32Array =>
      Float32Array.from({ length: count }, () => this.#random.uniform(-0.2, 0.2));
    this.#state = {
      parameters: this.#sizes.slice(1).map((units, l) => {
        const biases = draw(units);
        return { biases, weights: draw(units * this.#sizes[l]!) };
      }),
    };
  }

  /**
   * Trains until the error is at most `errorThresh`, or for `iterations` epochs, or until `timeout`.
   * @param data    samples; all inputs are lists of one length, or objects of numbers in which a missing key is 0; so are
   * all outputs
   * @param options as in the constructor; they hold from now on
   * @returns the error of the last epoch, and how many there were
   * @throws TypeError or RangeError naming the sample, or the option; nothing has changed then
   * @throws DivergenceError where error or weights are no longer finite: the network is as it was before the call
   * @throws StateError while the network is trained
   * @throws what `log` or `callback` throw; what was learned until then is kept
   */
  train(
    data: readonly Datum<Partial<Input>, Partial<Output>>[],
    options: Partial<TrainOptions> = {},
  ): TrainingStatus {
    return this.#training(data, options, (epochs) => {
      epochs.advance(Infinity);
      return epochs.status;
    });
  }

  /**
   * As `train`, but others have their turn every ten milliseconds. Meanwhile the network can be run.
   * @returns a promise, rejected with what `train` throws
   */
  async trainAsync(
    data: readonly Datum<Partial<Input>, Partial<Output>>[],
    options: Partial<TrainOptions> = {},
  ): Promise<TrainingStatus> {
    return await this.#training(data, options, async (epochs) => {
      while (!epochs.advance(performance.now() + TURN)) await new Promise((resolve) => setTimeout(resolve));
      return epochs.status;
    });
  }

  /**
   * Trains on one sample, once.
   * @returns the mean squared error before the update; null unless `logErrorRate`
   * @throws as `train` does
   */
  trainPattern(value: Datum<Partial<Input>, Partial<Output>>, logErrorRate = false): number | null {
    this.#assertIdle('trainPattern');
    checkDatum('value', value);
    const samples = this.#prepare([value]);
    if (this.#pattern) {
      this.#pattern.session.replace(samples);
    } else {
      const state = this.#state!;
      const machine = this.#machine(state);
      this.#pattern = { machine, session: new BrainTraining(machine, state, this.#trainOpts, samples) };
    }
    const { session } = this.#pattern;
    session.run(1);
    if (session.failed) {
      this.#settle();
      throw divergence(1, session.failed, this.#sizes);
    }
    return logErrorRate ? session.error : null;
  }

  /**
   * What the network answers: a Float32Array, or an object where the outputs of the training data were objects.
   * @param input as those of the training data; keys that those had not are passed over
   * @throws StateError before the network has weights; TypeError or RangeError naming the place in the input
   */
  run(input: Partial<Input>): Output {
    const state = this.#current();
    if (!state) throw notRunnable();
    const row = new Float32Array(this.#sizes[0]!);
    fillRow('input', input, this.#inputFormat, row, 0);
    const machine = this.#machine(state);
    const output = machine.run(row);
    giveBackMachine(machine);
    return toAnswer(output, this.#outputLookup) as Output;
  }

  /**
   * How well the network does on samples. With one output, whether it is above `binaryThresh` is compared with the target,
   * 0 or 1; with several, which is the largest.
   * @throws as `run` does
   */
  test(data: readonly Datum<Partial<Input>, Partial<Output>>[]): TestResult | BinaryTestResult {
    checkData(data);
    const state = this.#current();
    if (!state) throw notRunnable();
    const { inputs, targets } = packSamples(data, this.#inputFormat, this.#outputFormat);
    const [width, units] = [this.#sizes[0]!, this.#sizes.at(-1)!];
    const machine = this.#machine(state);
    const tally = new Tally(units, this.#options.binaryThresh);
    for (let i = 0; i < data.length; i++) {
      const input = inputs.slice(i * width, (i + 1) * width);
      tally.add(input, targets.slice(i * units, (i + 1) * units), machine.run(input));
    }
    giveBackMachine(machine);
    return tally.result;
  }

  /**
   * Changes how the network trains; what is not given stays.
   * @throws RangeError where one is out of the bounds of brain.js; nothing has changed then
   */
  updateTrainingOptions(options: Partial<TrainOptions>): void {
    this.#assertIdle('updateTrainingOptions');
    const merged = mergeTrainOptions(this.#trainOpts, options);
    this.#settle();
    this.#trainOpts = merged;
  }

  /**
   * Makes keys of a sample known, before training on data that have not all of them.
   * @throws StateError where the network has weights and would need more
   */
  addFormat(datum: Datum<Partial<Input>, Partial<Output>>): void {
    checkDatum('data', datum);
    const added = (side: 'input' | 'output', lookup: Lookup): Lookup => {
      const value: unknown = datum[side];
      if (Array.isArray(value) || ArrayBuffer.isView(value)) return lookup;
      const keys = addKeys(lookup ?? new Map(), [datum], side);
      if (this.#state && keys.size !== (lookup?.size ?? 0)) {
        throw new StateError({
          place: 'addFormat',
          problem: `the network has weights already, and data.${side} has keys that it does not know`,
        });
      }
      return keys;
    };
    const inputLookup = added('input', this.#inputLookup);
    this.#outputLookup = added('output', this.#outputLookup);
    this.#inputLookup = inputLookup;
  }

  /** The network as brain.js 2 writes it; that can read it, too. A network without weights is initialized. */
  toJSON(): NeuralNetworkJSON {
    return writeJSON(this.#written);
  }

  /** The network as brain.js 1.6 writes it, and reads it. */
  toLegacyJSON(): LegacyJSON {
    return writeLegacyJSON(this.#written);
  }

  /**
   * The network for bp4's own `Network.fromJSON`, and so for all that bp4 does with networks: ONNX, TensorFlow.js, … Names of
   * inputs and outputs are left out; they are in the order of `inputLookup` and `outputLookup`.
   */
  toNetworkJSON(): NetworkJSON {
    return toNetworkJSON(this.#written);
  }

  /**
   * Becomes the network that brain.js 1 or 2, or `toJSON`, wrote.
   * @returns this
   * @throws FormatError naming the place of what cannot be read; nothing has changed then
   */
  fromJSON(json: NeuralNetworkJSON | LegacyJSON | object): this {
    this.#assertIdle('fromJSON');
    const { sizes, parameters, inputLookup, outputLookup, options, trainOpts } = readJSON(json);
    this.#settle();
    const { callback } = this.#trainOpts;
    const { engine } = this.#options;
    this.#options = { ...options, engine };
    this.#trainOpts = { ...trainOpts, callback };
    this.#sizes = sizes;
    this.#inputLookup = inputLookup;
    this.#outputLookup = outputLookup;
    this.#state = { parameters };
    return this;
  }

  /**
   * The network as a function, as it is now. Its `toString` gives a source that needs no library.
   * @param cb is given the source of the function's body, in which `input` is the input, and gives what to run in its place;
   *   where a page forbids code from text, that is not run, and the network answers
   */
  toFunction(cb?: (source: string) => string): (input: Partial<Input>) => Output {
    const written = this.#written;
    const source = writeSource(written);
    const copy = new NeuralNetwork<Input, Output>({ seed: 0 }).fromJSON(writeJSON(written));
    const answer = Object.assign((input: Partial<Input>): Output => copy.run(input), {
      toString: () => `function (input) {${source}}`,
    });
    if (!cb) return answer;
    const body = cb(source);
    try {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- that is what was asked for
      return new Function('input', body) as (input: Partial<Input>) => Output;
    } catch (error) {
      if (error instanceof EvalError) return answer;
      throw error;
    }
  }

  get #shape(): Shape {
    const { activation, leakyReluAlpha } = this.#trainOpts;
    return { sizes: this.#sizes, activation, alpha: leakyReluAlpha };
  }

  #machine(state: State): Machine {
    return takeMachine(this.#options.engine ?? 'auto', this.#shape, state);
  }

  get #inputFormat(): Format {
    return { lookup: this.#inputLookup, size: this.#sizes[0]! };
  }

  get #outputFormat(): Format {
    return { lookup: this.#outputLookup, size: this.#sizes.at(-1)! };
  }

  get #written(): Written {
    if (!this.#state) this.initialize();
    return {
      sizes: this.#sizes,
      parameters: this.#parameters,
      inputLookup: this.#inputLookup,
      outputLookup: this.#outputLookup,
      options: this.#options,
      trainOpts: this.#trainOpts,
    };
  }

  /** The state as it is now, also amidst a training. */
  #current(): State | undefined {
    this.#settle();
    if (this.#session) this.#state = this.#session.state;
    return this.#state;
  }

  /** Ends what `trainPattern` began. */
  #settle(): void {
    if (!this.#pattern) return;
    const { session, machine } = this.#pattern;
    this.#pattern = undefined;
    this.#state = session.state;
    machine.state = this.#state;
    giveBackMachine(machine);
  }

  #assertIdle(call: string): void {
    if (this.#session) throw new StateError({ place: call, problem: 'this network is being trained' });
  }

  /**
   * The numbers of samples, checked. The first data decide what the network takes, and how many units it has.
   * @throws TypeError or RangeError; nothing has changed then
   */
  #prepare(data: readonly Datum<unknown, unknown>[]): Samples {
    checkData(data);
    if (this.#state) return packSamples(data, this.#inputFormat, this.#outputFormat);
    const input = detectFormat(data, 'input', this.#inputLookup);
    const output = detectFormat(data, 'output', this.#outputLookup);
    const { inputSize, outputSize, hiddenLayers } = this.#options;
    for (const [place, { size }, asked] of [
      ['input', input, inputSize],
      ['output', output, outputSize],
    ] as const) {
      if (size === 0)
        throw new RangeFault({ place: `data[0].${place}`, problem: 'expected at least one number' });
      if (asked && size !== asked) {
        throw new RangeFault({
          place: `data[0].${place}`,
          problem: `length ${size} must be ${asked}, as options.${place}Size says`,
        });
      }
    }
    const samples = packSamples(data, input, output);
    const hidden = hiddenLayers ?? [Math.max(3, Math.floor(input.size / 2))];
    const sizes = [input.size, ...hidden, output.size];
    toSpec({ ...this.#shape, sizes });
    this.#sizes = sizes;
    this.#inputLookup = input.lookup;
    this.#outputLookup = output.lookup;
    this.initialize();
    return samples;
  }

  /** What every training begins and ends with. */
  #training<Result extends TrainingStatus | Promise<TrainingStatus>>(
    data: readonly Datum<unknown, unknown>[],
    options: Partial<TrainOptions>,
    work: (epochs: Epochs) => Result,
  ): Result {
    this.#assertIdle('train');
    const trainOpts = mergeTrainOptions(this.#trainOpts, options);
    this.#settle();
    const samples = this.#prepare(data);
    this.#trainOpts = trainOpts;
    const before = this.#state!;
    const machine = this.#machine(before);
    const session = new BrainTraining(machine, before, trainOpts, samples);
    this.#session = session;
    const epochs = new Epochs(session, trainOpts, this.#sizes);
    const end = (error?: unknown): void => {
      const state = session.state;
      this.#session = undefined;
      const isLost = error instanceof DivergenceError || !isFinite(state);
      this.#state = isLost ? before : state;
      machine.state = isLost ? undefined : state;
      giveBackMachine(machine);
      if (isLost && error === undefined)
        throw divergence(epochs.status.iterations, samples.count, this.#sizes);
    };
    return finishing(() => work(epochs), end);
  }
}

const isFinite = ({ parameters }: State): boolean =>
  parameters.every(({ weights, biases }) => weights.every(Number.isFinite) && biases.every(Number.isFinite));

/** Does work, at once or in time, and whatever becomes of it calls `end`. */
function finishing<Result>(work: () => Result, end: (error?: unknown) => void): Result {
  let result;
  try {
    result = work();
  } catch (error) {
    end(error);
    throw error;
  }
  if (!(result instanceof Promise)) {
    end();
    return result;
  }
  return result.then(
    (status: unknown) => {
      end();
      return status;
    },
    (error: unknown) => {
      end(error);
      throw error;
    },
  ) as Result;
}

function notRunnable(): StateError {
  return new StateError({
    place: 'network',
    problem: 'is not runnable',
    cure: 'train it first, or use fromJSON',
  });
}
