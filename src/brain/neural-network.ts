import { giveBackMachine, toSpec, takeMachine, type Machine, type Shape, type State } from './machine.js';
import { DivergenceError, RangeFault, StateError } from '../errors.js';
import { checkName } from '../base/check.js';
import type { NetworkJSON } from '../model/json.js';
import { Generator, spreadSeed } from '../base/random.js';
import {
  addKeys,
  toAnswer,
  checkDatum,
  checkInputKeys,
  checkKeys,
  checkReach,
  isKnown,
  listData,
  copyNumbers,
  fillRow,
  detectFormat,
  packSamples,
  type BrainData,
  type Datum,
  type Format,
  type Lookup,
} from './data.js';
import { divergence, Epochs, logStatus, report } from './epochs.js';
import {
  writeJSON,
  writeLegacyJSON,
  writeTrainOpts,
  type LegacyJSON,
  type NeuralNetworkJSON,
  type Written,
} from './json.js';
import {
  activations,
  checkOptionNames,
  checkSizes,
  createTolerate,
  mergeNetworkOptions,
  mergeTrainOptions,
  networkDefaults,
  trainDefaults,
  type BrainActivation,
  type GivenOptions,
  type GivenTrainOptions,
  type NeuralNetworkOptions,
  type Tolerate,
  type TrainingStatus,
  type TrainOptions,
} from './options.js';
import { readJSON } from './read-json.js';
import { BrainTraining, planWindow, type EncodedSamples } from './training.js';
import { Tally, type BinaryTestResult, type TestResult } from './test-result.js';
import { writeSource } from './to-function.js';
import { toNetworkJSON } from './json.js';
import { WeightViews } from './weight-views.js';

/** Milliseconds of training after which `trainAsync` yields. */
const TURN = 10;

/** The number of networks created so far without a seed. */
let unseeded = 0;

/** Samples to train on or to test; a single one is a list of one. */
export type Samples<Input, Output> =
  readonly Datum<Partial<Input>, Partial<Output>>[] | Datum<Partial<Input>, Partial<Output>>;

/** A sample as lists. */
export interface FormattedDatum {
  input: Float32Array;
  output: Float32Array;
}

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
  // A #private field would throw where a Proxy stands before the network, as in Vue or Alpine.

  /** The options of the network. Changes take effect at the next call. */
  options: NeuralNetworkOptions = networkDefaults();
  /** The options of training. A `callback` may change them: `iterations`, `errorThresh`, `learningRate` and others take effect at once. */
  trainOpts: TrainOptions = trainDefaults();
  /** How long the network has been trained, and the error of its last epoch; undefined before. */
  trained: Readonly<TrainingStatus> | undefined;
  private _sizes: readonly number[] = [];
  private _inputLookup: Lookup;
  private _outputLookup: Lookup;
  /** Undefined before `initialize`. */
  private _state: State | undefined;
  private readonly _random: Generator;
  /** The training in progress. Its state is ahead of `_state`. */
  private _session: BrainTraining | undefined;
  /** The arrays of `weights` and `biases`, once a program has asked for them. */
  private _views: WeightViews | undefined;
  /** The inputs of the last `run`. */
  private _row: Float32Array | undefined;
  private readonly _tolerate: Tolerate = createTolerate(() => this.options.strict);
  /** The number of calls of `trainAsync` that have not ended, and the last of them. */
  private _calls = 0;
  private _lastCall: Promise<unknown> = Promise.resolve();
  /** The session of `trainPattern`, kept from call to call. */
  private _pattern: { readonly session: BrainTraining; readonly machine: Machine } | undefined;

  /**
   * @param options of the network and of its training; each has a default
   * @throws RangeError if an option is outside the bounds of brain.js; TypeError if one has the wrong type
   */
  constructor(options: GivenOptions | null = {}) {
    this.options = mergeNetworkOptions(this.options, options);
    this._updateOptions(options, mergeTrainOptions(this.trainOpts, options));
    const { inputSize, hiddenLayers, outputSize, seed } = this.options;
    if (inputSize && outputSize) this._sizes = [inputSize, ...(hiddenLayers ?? []), outputSize];
    this._random = new Generator(spreadSeed(seed ?? ++unseeded));
  }

  /** The defaults of the network's options, as brain.js 1 lists them. */
  static get defaults(): Pick<NeuralNetworkOptions, 'binaryThresh' | 'hiddenLayers'> &
    Pick<TrainOptions, 'activation' | 'leakyReluAlpha'> {
    const { activation, leakyReluAlpha } = trainDefaults();
    return { leakyReluAlpha, binaryThresh: 0.5, hiddenLayers: null, activation };
  }

  /** The defaults of the options of training. */
  static get trainDefaults(): TrainOptions {
    return { ...trainDefaults(), callback: null, praxis: null };
  }

  /** σ of all layers. */
  get activation(): BrainActivation {
    return this.trainOpts.activation;
  }

  set activation(activation: BrainActivation) {
    this.setActivation(activation);
  }

  get leakyReluAlpha(): number {
    return this.trainOpts.leakyReluAlpha;
  }

  set leakyReluAlpha(alpha: number) {
    this.trainOpts.leakyReluAlpha = alpha;
  }

  get binaryThresh(): number {
    return this.options.binaryThresh;
  }

  set binaryThresh(threshold: number) {
    this.options.binaryThresh = threshold;
  }

  get hiddenLayers(): number[] | null {
    return this.options.hiddenLayers ?? null;
  }

  set hiddenLayers(layers: number[] | null) {
    this.options = mergeNetworkOptions({ ...this.options, hiddenLayers: null }, { hiddenLayers: layers });
  }

  /** @param activation of all layers. @throws RangeError unless it's one of brain.js */
  setActivation(activation?: BrainActivation | (string & {})): void {
    if (activation) this.trainOpts.activation = checkName('activation', activation, activations);
  }

  /** The number of inputs, then the units of each layer; empty until they are known. */
  get sizes(): number[] {
    return [...this._sizes];
  }

  /** Sets the sizes for `initialize`. @throws StateError if the network has weights of other sizes; TypeError, RangeError */
  set sizes(sizes: readonly number[]) {
    const checked = checkSizes('sizes', sizes, 1);
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

  /**
   * The weights, [layer][unit][fanIn]; layer 0, the inputs, is empty. As in brain.js, training shows in these arrays, and what is
   * written to them takes effect at the next call, even within `callback`. From the first reading on, each call copies all weights.
   */
  get weights(): Float32Array[][] {
    return this._viewed?.weights ?? [];
  }

  set weights(weights: Float32Array[][]) {
    if (!this._viewed) throw notRunnable();
    this._viewed.weights = weights;
  }

  /** The biases, [layer][unit], like `weights`. */
  get biases(): Float32Array[] {
    return this._viewed?.biases ?? [];
  }

  set biases(biases: Float32Array[]) {
    if (!this._viewed) throw notRunnable();
    this._viewed.biases = biases;
  }

  private get _viewed(): WeightViews | undefined {
    if (this._views) return this._views; // they are up to date
    const state = this._current();
    return (this._views = state && new WeightViews(state.parameters));
  }

  /** The activations of each layer in the last `run`, inputs first. Before it, zeros. */
  get outputs(): Float32Array[] {
    const state = this._current();
    if (!state) return [];
    const row = this._row ?? new Float32Array(this._sizes[0]!);
    const machine = this._machine(state);
    machine.run(row);
    const outputs = [row.slice(), ...machine.activations];
    giveBackMachine(machine);
    return outputs;
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

  /** Whether the network has weights: after training, `fromJSON` or `initialize`. With a single size, it has none. */
  get isRunnable(): boolean {
    return this._state !== undefined && this._sizes.length > 1;
  }

  /**
   * Redraws all weights and biases for the current `sizes`, and clears the state of momentum and Adam.
   * @throws StateError if the sizes are unknown, or during training
   */
  initialize(): void {
    this._assertIdle('initialize');
    this._views = undefined;
    if (this._sizes.length === 0) {
      throw new StateError({
        place: 'initialize',
        problem: 'Sizes must be set before initializing',
        cure: 'set options.inputSize and outputSize, or train',
      });
    }
    toSpec(this._shape);
    this.setActivation();
    this._settle();
    const draw = (count: number): Float32Array => {
      const drawn = new Float32Array(count);
      for (let i = 0; i < count; i++) drawn[i] = this._random.uniform(-0.2, 0.2);
      return drawn;
    };
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
  train(data: Samples<Input, Output>, options: GivenTrainOptions | null = {}): TrainingStatus {
    return this._training(data, options, (epochs) => {
      epochs.advance(Infinity);
      return epochs.status;
    });
  }

  /**
   * Like `train`, but yields every ten milliseconds. The network can be run meanwhile. A second call waits for the first.
   * @returns a promise; it rejects with the errors of `train`
   */
  async trainAsync(
    data: Samples<Input, Output>,
    options: GivenTrainOptions | null = {},
  ): Promise<TrainingStatus> {
    const start = async (): Promise<TrainingStatus> =>
      this._training(data, options, async (epochs) => {
        while (!epochs.advance(performance.now() + TURN)) {
          this._show();
          await new Promise((resolve) => setTimeout(resolve));
          this._take();
        }
        return epochs.status;
      });
    const call = this._calls++ > 0 ? this._lastCall.then(start) : start();
    const end = (): void => {
      this._calls--;
    };
    this._lastCall = call.then(end, end);
    return await call;
  }

  /**
   * Trains on one sample, once.
   * @returns the mean squared error before the update; null unless `logErrorRate`
   * @throws as `train` does
   */
  trainPattern(value: Datum<Partial<Input>, Partial<Output>>, logErrorRate = false): number | null {
    this._assertIdle('trainPattern');
    checkDatum('value', value);
    if (this._views) this._settle();
    const samples = this._prepare([value], this.trainOpts.activation);
    if (this._pattern) {
      this._pattern.session.replace(samples);
    } else {
      const state = this._state!;
      const plan = planWindow(samples, this._sizes, true);
      const machine = this._machine(state, plan.bytes);
      this._pattern = { machine, session: new BrainTraining(machine, state, this.trainOpts, samples, plan) };
    }
    const { session } = this._pattern;
    session.run(1);
    if (session.failed) {
      this._settle();
      throw divergence(1, session.failed, this._sizes);
    }
    if (this._views) this._settle();
    return logErrorRate ? session.error : null;
  }

  /** Trains on each sample once. @throws as `train` does */
  trainPatterns(data: readonly Datum<Partial<Input>, Partial<Output>>[]): void {
    for (const datum of data) this.trainPattern(datum);
  }

  /**
   * Begins a training run that calls `trainingTick` itself: sets the options, and initializes the network for the data.
   * @throws as `train` does
   */
  prepTraining(
    data: Samples<Input, Output>,
    options: GivenTrainOptions | null = {},
  ): { preparedData: FormattedDatum[]; data: FormattedDatum[]; status: TrainingStatus; endTime: number } {
    this.updateTrainingOptions(options);
    const preparedData = this.formatData(data);
    this.verifyIsInitialized(preparedData);
    const status = { error: 1, iterations: 0 };
    return { preparedData, data: preparedData, status, endTime: Date.now() + this.trainOpts.timeout };
  }

  /**
   * Runs one epoch, and calls `log` and `callback`; for what `prepTraining` returns.
   * @param status  updated
   * @param endTime on the clock of `Date.now()`
   * @returns false, without training, if the training is over
   * @throws as `train` does
   */
  trainingTick(data: readonly FormattedDatum[], status: TrainingStatus, endTime: number): boolean {
    const { iterations, errorThresh } = this.trainOpts;
    if (status.iterations >= iterations || status.error <= errorThresh || Date.now() >= endTime) return false;
    status.error = this.calculateTrainingError(data as never);
    status.iterations++;
    report(status, this.trainOpts);
    return true;
  }

  /** `trainPatterns`. @returns the mean of the errors, each before its update */
  calculateTrainingError(data: readonly Datum<Partial<Input>, Partial<Output>>[]): number {
    return data.reduce((sum, datum) => sum + this.trainPattern(datum, true)!, 0) / data.length;
  }

  /**
   * Computes the output: a Float32Array, or an object if the outputs of the training data were objects.
   * @param input in the form of the training data; unknown keys are ignored
   * @throws StateError before the network has weights; TypeError or RangeError that names the place in the input
   */
  run(input: Partial<Input>): Output {
    const state = this._runnable();
    const row = this._row?.length === this._sizes[0] ? this._row! : new Float32Array(this._sizes[0]!);
    this._row = undefined; // a getter of the input may run the network
    if (!copyNumbers(input, this._inputLookup, this._sizes[0]!, row, 0))
      fillRow('input', input, this._inputFormat, row, 0, this._tolerate);
    this._row = row;
    return toAnswer(this._forward(state, row), this._outputLookup) as Output;
  }

  /** `run` without keys: from a list of inputs to a list of outputs. */
  runInput(input: ArrayLike<number>): Float32Array {
    const state = this._runnable();
    this.validateInput(input);
    this._row = Float32Array.from(input);
    return this._forward(state, this._row);
  }

  /** @throws RangeError unless the list is as long as the network has inputs */
  validateInput({ length }: ArrayLike<number>): void {
    const size = this._sizes[0]!;
    if (length === size) return;
    const problem = `input length ${length} must match options.inputSize of ${size}`;
    throw new RangeFault({ place: 'network', problem });
  }

  /** @throws RangeError unless all lists are as long as the network has inputs and outputs */
  validateData(data: readonly Datum<ArrayLike<number>, ArrayLike<number>>[]): void {
    const sizes = { input: this._sizes[0]!, output: this._sizes.at(-1)! };
    for (const [i, datum] of data.entries()) {
      for (const side of ['input', 'output'] as const) {
        const { length } = datum[side];
        if (length === sizes[side]) continue;
        const problem = `${side} at index ${i} length ${length} must be ${sizes[side]}`;
        throw new RangeFault({ place: 'data', problem });
      }
    }
  }

  /** The samples as lists. The first data determine the keys. @throws as `train` does */
  formatData(data: Samples<Input, Output>): FormattedDatum[] {
    const samples = listData(data);
    const [input, output] = this._formats(samples);
    const { inputs, targets } = packSamples(samples, input, output, this._tolerate);
    this._inputLookup = input.lookup;
    this._outputLookup = output.lookup;
    return samples.map((_, i) => ({
      input: inputs.slice(i * input.size, (i + 1) * input.size),
      output: targets.slice(i * output.size, (i + 1) * output.size),
    }));
  }

  /** Takes the sizes from samples, and initializes, unless that has been done. @throws as `train` does */
  verifyIsInitialized(data: readonly Datum<unknown, unknown>[]): void {
    if (!this._state) this._prepare(data, this.trainOpts.activation);
  }

  /** The options of training as `toJSON` writes them. */
  getTrainOptsJSON(): NeuralNetworkJSON['trainOpts'] {
    return writeTrainOpts(this.trainOpts);
  }

  /** @throws RangeError if an option is outside the bounds of brain.js */
  validateTrainingOptions(options: GivenTrainOptions): void {
    mergeTrainOptions(trainDefaults(), options);
  }

  /** @param log true for the console, a function, or false */
  setLogMethod(log: TrainOptions['log']): void {
    this.trainOpts.log = log === true ? this.logTrainingStatus : log || false;
  }

  /** Writes a line to the console. */
  logTrainingStatus(this: void, status: TrainingStatus): void {
    logStatus(true, status);
  }

  /**
   * Tests the network on samples. A single output counts as 1 if it's above `binaryThresh`, and is compared with the target, 0
   * or 1. With several outputs, the index of the largest is compared. A sample whose largest output has a key that the network
   * doesn't know is among the misclasses, with −1 as expected.
   * @throws as `run` does
   */
  test(samples: Samples<Input, Output>): TestResult | BinaryTestResult {
    const data = listData(samples);
    const [input, output] = this._formats(data);
    const { inputs, targets } = packSamples(data, input, output, this._tolerate);
    const tally = new Tally(output.size, this.options.binaryThresh);
    for (let i = 0; i < data.length; i++) {
      const row = inputs.slice(i * input.size, (i + 1) * input.size);
      const target = targets.slice(i * output.size, (i + 1) * output.size);
      tally.add(row, target, this.runInput(row), isKnown(data[i]!.output, output.lookup));
    }
    return tally.result;
  }

  /**
   * Changes some options of training, and keeps the others.
   * @throws RangeError if an option is outside the bounds of brain.js, before anything changes
   */
  updateTrainingOptions(options: GivenTrainOptions | null): void {
    this._assertIdle('updateTrainingOptions');
    const merged = mergeTrainOptions(this.trainOpts, options);
    this._settle();
    this._updateOptions(options, merged);
  }

  private _updateOptions(given: object | null, merged: TrainOptions): void {
    checkOptionNames(given, this._tolerate);
    this.trainOpts = merged;
    this.setLogMethod(merged.log);
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
      const keys = addKeys(lookup, [datum], side);
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
    this._views = undefined;
    this._row = undefined;
    this.trained = undefined;
    const { callback } = this.trainOpts;
    const { engine, strict } = this.options;
    this.options = { ...options, ...(engine && { engine }), ...(strict && { strict }) };
    this.trainOpts = { ...trainOpts, callback };
    this.setLogMethod(trainOpts.log);
    this._sizes = sizes;
    this._inputLookup = inputLookup;
    this._outputLookup = outputLookup;
    this._state = { parameters };
    return this;
  }

  /**
   * The network as a function, frozen at this moment. Its `toString` returns source that needs no library.
   * @param cb gets the source of the function's body, in which `input` is the input, and returns the source to compile instead.
   * @returns outputs in double precision, as an array or an object. If a page forbids code from text, nothing is compiled: the function
   *   calls a copy of the network, and returns what `run` does
   */
  toFunction(cb?: (source: string) => string): (input: Partial<Input>) => Output {
    const written = this._written;
    const source = writeSource(written);
    const body = cb ? cb(source) : source;
    try {
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- compiling source is the purpose
      return new Function('input', body) as (input: Partial<Input>) => Output;
    } catch (error) {
      if (!(error instanceof EvalError)) throw error;
    }
    const copy = new NeuralNetwork<Input, Output>({ seed: 0 }).fromJSON(writeJSON(written));
    return Object.assign((input: Partial<Input>): Output => copy.run(input), {
      toString: () => `function anonymous(input\n) {\n${source}\n}`, // as `new Function` writes it
    });
  }

  private get _shape(): Shape {
    const { activation, leakyReluAlpha } = this.trainOpts;
    return { sizes: this._sizes, activation, alpha: leakyReluAlpha };
  }

  private _machine(state: State, windowBytes = 0): Machine {
    const { activation, leakyReluAlpha } = this.trainOpts;
    const engine = this.options.engine ?? 'auto';
    return takeMachine(engine, this._sizes, activation, leakyReluAlpha, state, windowBytes);
  }

  private _forward(state: State, row: Float32Array): Float32Array<ArrayBuffer> {
    const machine = this._machine(state);
    const output = machine.run(row);
    giveBackMachine(machine);
    return output;
  }

  private get _inputFormat(): Format {
    const size = this._sizes[0]!;
    return { lookup: this._inputLookup, size, isStated: this.options.inputSize === size };
  }

  private get _outputFormat(): Format {
    const size = this._sizes.at(-1)!;
    return { lookup: this._outputLookup, size, isStated: this.options.outputSize === size };
  }

  /** The formats of the network, or those that it would take from the samples. */
  private _formats(data: readonly Datum<unknown, unknown>[]): readonly [input: Format, output: Format] {
    if (this.isRunnable) return [this._inputFormat, this._outputFormat];
    const { inputSize, outputSize } = this.options;
    return [
      detectFormat(data, 'input', this._inputLookup, inputSize),
      detectFormat(data, 'output', this._outputLookup, outputSize),
    ];
  }

  private get _written(): Written {
    if (!this._state) this.initialize();
    return {
      sizes: this._sizes,
      parameters: this._current()!.parameters,
      inputLookup: this._inputLookup,
      outputLookup: this._outputLookup,
      options: this.options,
      trainOpts: this.trainOpts,
    };
  }

  /** The current state, of a network that can run. */
  private _runnable(): State {
    const state = this._current();
    if (!state || this._sizes.length < 2) throw notRunnable();
    return state;
  }

  /** The current state, even during training. */
  private _current(): State | undefined {
    this._settle();
    this._take();
    if (this._session) this._state = this._session.state;
    return this._state;
  }

  /** Ends the session of `trainPattern`. */
  private _settle(): void {
    if (this._pattern) {
      const { session, machine } = this._pattern;
      this._pattern = undefined;
      this._state = session.end();
      giveBackMachine(machine);
      this._views?.show(this._state.parameters);
    } else if (this._views && !this._session) this._state = this._readViews(this._state!);
  }

  /** The state with the weights that the program has written. */
  private _readViews({ changes, adam }: State): State {
    return { parameters: this._views!.read(this._sizes.slice(1)), changes, adam };
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
    const [input, output] = this._formats(data);
    if (this.isRunnable) {
      const samples = packSamples(data, input, output, this._tolerate);
      checkInputKeys(data, input.lookup, this._tolerate);
      checkKeys(data, output.lookup);
      checkReach(samples, activation, output.lookup, this._tolerate);
      return samples;
    }
    const { inputSize, outputSize, hiddenLayers } = this.options;
    for (const [place, { size }, asked] of [
      ['input', input, inputSize],
      ['output', output, outputSize],
    ] as const) {
      if (size === 0)
        throw new RangeFault({ place: `data[0].${place}`, problem: 'expected at least one number' });
      if (asked && size !== asked) {
        const fault = {
          place: `data[0].${place}`,
          problem: `length ${size} must be ${asked}, as options.${place}Size says`,
        };
        this._tolerate(fault, 'the data decide');
      }
    }
    const samples = packSamples(data, input, output, this._tolerate);
    checkKeys(data, output.lookup);
    checkReach(samples, activation, output.lookup, this._tolerate);
    const hidden = hiddenLayers ?? [Math.max(3, Math.floor(input.size / 2))];
    const sizes = [input.size, ...hidden, output.size];
    toSpec({ ...this._shape, sizes });
    this._sizes = sizes;
    this._inputLookup = input.lookup;
    this._outputLookup = output.lookup;
    this.initialize();
    return samples;
  }

  /** Shows the training in progress in the arrays that the program holds. */
  private _show(): void {
    if (this._views) this._views.show(this._session!.state.parameters);
  }

  /** Takes the weights that the program has written into the training in progress. */
  private _take(): void {
    if (this._views && this._session)
      this._session.overwrite(this._readViews(this._session.state).parameters);
  }

  /** The start and the end that all kinds of training share. */
  private _training<Result extends TrainingStatus | Promise<TrainingStatus>>(
    data: unknown,
    options: GivenTrainOptions | null,
    work: (epochs: Epochs) => Result,
  ): Result {
    this._assertIdle('train');
    const trainOpts = mergeTrainOptions(this.trainOpts, options);
    this._settle();
    const samples = this._prepare(data, trainOpts.activation);
    this._updateOptions(options, trainOpts);
    const before = this._state!;
    const plan = planWindow(samples, this._sizes);
    const machine = this._machine(before, plan.bytes);
    const session = new BrainTraining(machine, before, trainOpts, samples, plan);
    this._session = session;
    const epochs = new Epochs(session, trainOpts, this._sizes, (call) => {
      this._show();
      call();
      this._take();
    });
    const iterations = this.trained?.iterations ?? 0;
    const end = (error?: unknown): void => {
      this._session = undefined;
      const isLost = error instanceof DivergenceError || !machine.isFinite;
      this._state = isLost ? session.undo() : session.end();
      giveBackMachine(machine);
      this._views?.show(this._state.parameters);
      if (!isLost) {
        const { status } = epochs;
        this.trained = { error: status.error, iterations: iterations + status.iterations };
      }
      if (isLost && error === undefined)
        throw divergence(epochs.status.iterations, samples.count, this._sizes);
    };
    return finishing(() => work(epochs), end);
  }

  /** The library, the class and the sizes, for messages: programs of brain.js run on either library. */
  toString(): string {
    return `[bp4/brain ${this.constructor.name}(${this.sizes.join(', ')})]`;
  }
}

/** For those that look at a network from outside. */
Object.defineProperties(NeuralNetwork.prototype, {
  // Vue, and with it Pinia and Alpine, leaves a network as it is.
  __v_skip: { value: true },
  // console.log of Node
  [Symbol.for('nodejs.util.inspect.custom')]: {
    value(
      this: NeuralNetwork,
      _: number,
      options: object,
      inspect?: (value: object, options: object) => string,
    ) {
      const { sizes, trained, trainOpts } = this;
      const defaults: Partial<Record<string, unknown>> = { ...trainDefaults() };
      const changed = Object.entries(trainOpts).filter(([name, value]) => value !== defaults[name]);
      const shown = { sizes, options: this.options, trainOpts: Object.fromEntries(changed), trained };
      return inspect ? `${this.constructor.name} ${inspect(shown, options)}` : shown;
    },
  },
});

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
    place: 'run',
    problem: 'network not runnable',
    cure: 'train it first, or use fromJSON',
  });
}
