import { giveBackMachine, toSpec, takeMachine, type Machine, type Shape, type State } from './machine.js';
import { DivergenceError, RangeFault, StateError } from '../errors.js';
import type { NetworkJSON } from '../model/json.js';
import type { Parameters } from '../model/state.js';
import { Random } from '../base/random.js';
import {
  addKeys,
  toAnswer,
  checkDatum,
  checkInputKeys,
  checkKeys,
  checkReach,
  isKnown,
  listData,
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
import {
  checkSizes,
  mergeNetworkOptions,
  mergeTrainOptions,
  networkDefaults,
  trainDefaults,
  type BrainActivation,
  type NeuralNetworkOptions,
  type TrainingStatus,
  type TrainOptions,
} from './options.js';
import { readJSON } from './read-json.js';
import { BrainTraining, type EncodedSamples } from './training.js';
import { Tally, type BinaryTestResult, type TestResult } from './test-result.js';
import { writeSource } from './to-function.js';
import { toNetworkJSON } from './json.js';

/** Milliseconds of training after which `trainAsync` yields. */
const TURN = 10;

/** The number of networks created so far without a seed. */
let unseeded = 0;

/** Samples to train on or to test; a single one is a list of one. */
export type Samples<Input, Output> =
  readonly Datum<Partial<Input>, Partial<Output>>[] | Datum<Partial<Input>, Partial<Output>>;

/**
 * The dense network of brain.js 1.6 and 2, trained by WebAssembly. `import { NeuralNetwork } from 'bp4/brain'` replaces
 * the import from brain.js. Options, defaults and algorithm are the same. From the same weights, training is the same up
 * to single-precision rounding.
 *
 * It learns sample by sample, in the order of the data, with the quadratic cost: change = η·δ·x + μ·(the previous
 * change), weight += change, bias += η·δ without momentum. With `praxis: 'adam'` it uses Adam. Initial weights and biases
 * are U(−0.2, 0.2).
 *
 * The documentation of the module lists the differences from brain.js.
 */
export class NeuralNetwork<Input = BrainData, Output = BrainData> {
  private _options = networkDefaults();
  private _trainOpts = trainDefaults();
  private _sizes: readonly number[] = [];
  private _inputLookup: Lookup;
  private _outputLookup: Lookup;
  /** Undefined before `initialize`. */
  private _state: State | undefined;
  private readonly _random: Random;
  /** The training in progress. Its state is ahead of `#state`. */
  private _session: BrainTraining | undefined;
  /** The session of `trainPattern`, kept from call to call. */
  private _pattern: { readonly session: BrainTraining; readonly machine: Machine } | undefined;

  /**
   * @param options of the network and of its training; each has a default
   * @throws RangeError if an option is outside the bounds of brain.js; TypeError if one has the wrong type
   */
  constructor(options: Partial<NeuralNetworkOptions & TrainOptions> = {}) {
    this._options = mergeNetworkOptions(this._options, options);
    this._trainOpts = mergeTrainOptions(this._trainOpts, options);
    const { inputSize, hiddenLayers, outputSize, seed } = this._options;
    if (inputSize && outputSize) this._sizes = [inputSize, ...(hiddenLayers ?? []), outputSize];
    this._random = Random.fromSeed(seed ?? ++unseeded);
  }

  /** The options of the network; a copy. */
  get options(): NeuralNetworkOptions {
    return { ...this._options };
  }

  /** The options of training; a copy. */
  get trainOpts(): TrainOptions {
    return { ...this._trainOpts };
  }

  /** The number of inputs, then the units of each layer; empty until they are known. */
  get sizes(): number[] {
    return [...this._sizes];
  }

  /** Sets the sizes for `initialize`. @throws StateError if the network has weights of other sizes; TypeError, RangeError */
  set sizes(sizes: readonly number[]) {
    const checked = checkSizes('sizes', sizes, 2);
    if (this._state && checked.join() !== this._sizes.join()) {
      throw new StateError({
        place: 'sizes',
        problem: 'cannot change, since the network already has weights',
        cure: 'create another network',
      });
    }
    this._sizes = checked;
  }

  /** The index of the last layer, counting the inputs as 0; −1 before `initialize`. */
  get outputLayer(): number {
    return this._state ? this._sizes.length - 1 : -1;
  }

  /** Copies of the weights, [layer][unit][fanIn]. Layer 0, the inputs, is empty. */
  get weights(): Float32Array[][] {
    return [
      [],
      ...this._parameters.map(({ weights, biases }) =>
        splitRows(weights, biases.length).map((row) => new Float32Array(row)),
      ),
    ];
  }

  /** Copies of the biases, [layer][unit]. Layer 0, the inputs, is empty. */
  get biases(): Float32Array[] {
    return [new Float32Array(0), ...this._parameters.map(({ biases }) => biases.slice())];
  }

  private get _parameters(): readonly Parameters[] {
    return this._current()?.parameters ?? [];
  }

  /** Input keys → indices of inputs; null if the inputs are lists. A copy. */
  get inputLookup(): Record<string, number> | null {
    return this._inputLookup ? Object.fromEntries(this._inputLookup) : null;
  }

  /** Output keys → indices of outputs; null if the outputs are lists. A copy. */
  get outputLookup(): Record<string, number> | null {
    return this._outputLookup ? Object.fromEntries(this._outputLookup) : null;
  }

  get inputLookupLength(): number {
    return this._inputLookup?.size ?? 0;
  }

  get outputLookupLength(): number {
    return this._outputLookup?.size ?? 0;
  }

  /** Whether the network has weights: after training, `fromJSON` or `initialize`. */
  get isRunnable(): boolean {
    return this._state !== undefined;
  }

  /**
   * Redraws all weights and biases for the current `sizes`, and clears the state of momentum and Adam.
   * @throws StateError if the sizes are unknown, or during training
   */
  initialize(): void {
    this._assertIdle('initialize');
    if (this._sizes.length === 0) {
      throw new StateError({
        place: 'initialize',
        problem: 'sizes must be set first',
        cure: 'set options.inputSize and outputSize, or train',
      });
    }
    toSpec(this._shape);
    this._settle();
    const draw = (count: number): Float32Array =>
      Float32Array.from({ length: count }, () => this._random.uniform(-0.2, 0.2));
    this._state = {
      parameters: this._sizes.slice(1).map((units, l) => {
        const biases = draw(units);
        return { biases, weights: draw(units * this._sizes[l]!) };
      }),
    };
  }

  /**
   * Trains until the error is at most `errorThresh`, or for `iterations` epochs, or until `timeout`.
   * @param data    samples, or a single one. All inputs are lists of the same length, or objects of numbers, in which a
   * missing key counts as 0; the same holds for outputs
   * @param options as in the constructor; they stay in effect for later calls
   * @returns the error of the last epoch, and the number of epochs
   * @throws TypeError or RangeError that names the sample or the option, before anything changes
   * @throws DivergenceError if the error or a weight becomes NaN or infinite; the network is as before the call
   * @throws StateError during another training
   * @throws any error of `log` or `callback`; the network keeps what it has learned so far
   */
  train(data: Samples<Input, Output>, options: Partial<TrainOptions> = {}): TrainingStatus {
    return this._training(data, options, (epochs) => {
      epochs.advance(Infinity);
      return epochs.status;
    });
  }

  /**
   * Like `train`, but yields every ten milliseconds. The network can be run meanwhile.
   * @returns a promise; it rejects with the errors of `train`
   */
  async trainAsync(
    data: Samples<Input, Output>,
    options: Partial<TrainOptions> = {},
  ): Promise<TrainingStatus> {
    return await this._training(data, options, async (epochs) => {
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
    this._assertIdle('trainPattern');
    checkDatum('value', value);
    const samples = this._prepare([value], this._trainOpts.activation);
    if (this._pattern) {
      this._pattern.session.replace(samples);
    } else {
      const state = this._state!;
      const machine = this._machine(state);
      this._pattern = { machine, session: new BrainTraining(machine, state, this._trainOpts, samples, true) };
    }
    const { session } = this._pattern;
    session.run(1);
    if (session.failed) {
      this._settle();
      throw divergence(1, session.failed, this._sizes);
    }
    return logErrorRate ? session.error : null;
  }

  /**
   * Computes the output: a Float32Array, or an object if the outputs of the training data were objects.
   * @param input in the form of the training data; unknown keys are ignored
   * @throws StateError before the network has weights; TypeError or RangeError that names the place in the input
   */
  run(input: Partial<Input>): Output {
    const state = this._current();
    if (!state) throw notRunnable();
    const machine = this._machine(state);
    try {
      fillRow('input', input, this._inputFormat, machine.floats, machine.inputsAt);
      return toAnswer(machine.run(), this._outputLookup) as Output;
    } finally {
      giveBackMachine(machine);
    }
  }

  /**
   * Tests the network on samples. A single output counts as 1 if it's above `binaryThresh`, and is compared with the target, 0
   * or 1. With several outputs, the index of the largest is compared. A sample whose largest output has a key that the network
   * doesn't know is among the misclasses, with −1 as expected.
   * @throws as `run` does
   */
  test(samples: Samples<Input, Output>): TestResult | BinaryTestResult {
    const data = listData(samples);
    const state = this._current();
    if (!state) throw notRunnable();
    const { inputs, targets } = packSamples(data, this._inputFormat, this._outputFormat);
    const [width, units] = [this._sizes[0]!, this._sizes.at(-1)!];
    const machine = this._machine(state);
    const tally = new Tally(units, this._options.binaryThresh);
    for (let i = 0; i < data.length; i++) {
      const input = inputs.slice(i * width, (i + 1) * width);
      machine.floats.set(input, machine.inputsAt);
      tally.add(
        input,
        targets.slice(i * units, (i + 1) * units),
        machine.run(),
        isKnown(data[i]!.output, this._outputLookup),
      );
    }
    giveBackMachine(machine);
    return tally.result;
  }

  /**
   * Changes some options of training, and keeps the others.
   * @throws RangeError if an option is outside the bounds of brain.js, before anything changes
   */
  updateTrainingOptions(options: Partial<TrainOptions>): void {
    this._assertIdle('updateTrainingOptions');
    const merged = mergeTrainOptions(this._trainOpts, options);
    this._settle();
    this._trainOpts = merged;
  }

  /**
   * Registers the keys of a sample, before training on data that lacks some of them.
   * @throws StateError if the network has weights and the sample has new keys
   */
  addFormat(datum: Datum<Partial<Input>, Partial<Output>>): void {
    checkDatum('data', datum);
    const added = (side: 'input' | 'output', lookup: Lookup): Lookup => {
      const value: unknown = datum[side];
      if (Array.isArray(value) || ArrayBuffer.isView(value)) return lookup;
      const keys = addKeys(lookup ?? new Map(), [datum], side);
      if (this._state && keys.size !== (lookup?.size ?? 0)) {
        throw new StateError({
          place: 'addFormat',
          problem: `the network already has weights, and data.${side} has keys that it does not know`,
        });
      }
      return keys;
    };
    const inputLookup = added('input', this._inputLookup);
    this._outputLookup = added('output', this._outputLookup);
    this._inputLookup = inputLookup;
  }

  /** The JSON of brain.js 2, which brain.js can read. A network without weights is initialized first. */
  toJSON(): NeuralNetworkJSON {
    return writeJSON(this._written);
  }

  /** The JSON of brain.js 1.6, which brain.js can read. A network without weights is initialized first. */
  toLegacyJSON(): LegacyJSON {
    return writeLegacyJSON(this._written);
  }

  /**
   * The JSON for `Network.fromJSON` of bp4, and thus for export to ONNX, TensorFlow.js and others. It leaves out the names of
   * inputs and outputs; their order is that of `inputLookup` and `outputLookup`.
   */
  toNetworkJSON(): NetworkJSON {
    return toNetworkJSON(this._written);
  }

  /**
   * Replaces this network with one that `toJSON` or brain.js 1 or 2 wrote.
   * @returns this
   * @throws FormatError that names the place, before anything changes
   */
  fromJSON(json: NeuralNetworkJSON | LegacyJSON | object): this {
    this._assertIdle('fromJSON');
    const { sizes, parameters, inputLookup, outputLookup, options, trainOpts } = readJSON(json);
    this._settle();
    const { callback } = this._trainOpts;
    const { engine } = this._options;
    this._options = { ...options, engine };
    this._trainOpts = { ...trainOpts, callback };
    this._sizes = sizes;
    this._inputLookup = inputLookup;
    this._outputLookup = outputLookup;
    this._state = { parameters };
    return this;
  }

  /**
   * The network as a function, frozen at this moment. Its `toString` returns source that needs no library.
   * @param cb gets the source of the function's body, in which `input` is the input, and returns the source to compile instead.
   *   If a page forbids code from text, nothing is compiled, and the returned function calls the network
   */
  toFunction(cb?: (source: string) => string): (input: Partial<Input>) => Output {
    const written = this._written;
    const source = writeSource(written);
    const copy = new NeuralNetwork<Input, Output>({ seed: 0 }).fromJSON(writeJSON(written));
    const answer = Object.assign((input: Partial<Input>): Output => copy.run(input), {
      toString: () => `function (input) {${source}}`,
    });
    if (!cb) return answer;
    const body = cb(source);
    try {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- compiling source is the purpose
      return new Function('input', body) as (input: Partial<Input>) => Output;
    } catch (error) {
      if (error instanceof EvalError) return answer;
      throw error;
    }
  }

  private get _shape(): Shape {
    const { activation, leakyReluAlpha } = this._trainOpts;
    return { sizes: this._sizes, activation, alpha: leakyReluAlpha };
  }

  private _machine(state: State): Machine {
    return takeMachine(this._options.engine ?? 'auto', this._shape, state);
  }

  private get _inputFormat(): Format {
    return { lookup: this._inputLookup, size: this._sizes[0]! };
  }

  private get _outputFormat(): Format {
    return { lookup: this._outputLookup, size: this._sizes.at(-1)! };
  }

  private get _written(): Written {
    if (!this._state) this.initialize();
    return {
      sizes: this._sizes,
      parameters: this._parameters,
      inputLookup: this._inputLookup,
      outputLookup: this._outputLookup,
      options: this._options,
      trainOpts: this._trainOpts,
    };
  }

  /** The current state, even during training. */
  private _current(): State | undefined {
    this._settle();
    if (this._session) this._state = this._session.state;
    return this._state;
  }

  /** Ends the session of `trainPattern`. */
  private _settle(): void {
    if (!this._pattern) return;
    const { session, machine } = this._pattern;
    this._pattern = undefined;
    this._state = session.end();
    giveBackMachine(machine);
  }

  private _assertIdle(call: string): void {
    if (this._session) throw new StateError({ place: call, problem: 'this network is being trained' });
  }

  /**
   * Packs and checks samples. The first data determine the keys and the number of inputs and outputs.
   * @throws TypeError or RangeError, before anything changes
   */
  private _prepare(given: unknown, activation: BrainActivation): EncodedSamples {
    const data = listData(given);
    if (this._state) {
      const samples = packSamples(data, this._inputFormat, this._outputFormat);
      checkInputKeys(data, this._inputLookup);
      checkKeys(data, this._outputLookup);
      checkReach(samples, activation, this._outputLookup);
      return samples;
    }
    const input = detectFormat(data, 'input', this._inputLookup);
    const output = detectFormat(data, 'output', this._outputLookup);
    const { inputSize, outputSize, hiddenLayers } = this._options;
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
    checkKeys(data, output.lookup);
    checkReach(samples, activation, output.lookup);
    const hidden = hiddenLayers ?? [Math.max(3, Math.floor(input.size / 2))];
    const sizes = [input.size, ...hidden, output.size];
    toSpec({ ...this._shape, sizes });
    this._sizes = sizes;
    this._inputLookup = input.lookup;
    this._outputLookup = output.lookup;
    this.initialize();
    return samples;
  }

  /** The start and the end that all kinds of training share. */
  private _training<Result extends TrainingStatus | Promise<TrainingStatus>>(
    data: unknown,
    options: Partial<TrainOptions>,
    work: (epochs: Epochs) => Result,
  ): Result {
    this._assertIdle('train');
    const trainOpts = mergeTrainOptions(this._trainOpts, options);
    this._settle();
    const samples = this._prepare(data, trainOpts.activation);
    this._trainOpts = trainOpts;
    const before = this._state!;
    const machine = this._machine(before);
    const session = new BrainTraining(machine, before, trainOpts, samples);
    this._session = session;
    const epochs = new Epochs(session, trainOpts, this._sizes);
    const end = (error?: unknown): void => {
      this._session = undefined;
      const isLost = error instanceof DivergenceError || !machine.isFinite;
      this._state = isLost ? session.undo() : session.end();
      giveBackMachine(machine);
      if (isLost && error === undefined)
        throw divergence(epochs.status.iterations, samples.count, this._sizes);
    };
    return finishing(() => work(epochs), end);
  }
}

/** Runs work, synchronous or not, and calls `end` whether it succeeds or fails. */
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
