// First, so that the compiled kernels open the bundle: gzip looks 32 kB back, and this text between two modules hides the first from
// the second (700 bytes).
import { giveBackKernels, singleThreadReason, takeKernels, type EngineChoice } from './kernels/load.js';
import type { GradientCheck, GradientCheckOptions } from './diagnosis/check-gradients.js';
import type { DiagnoseOptions } from './diagnosis/diagnose.js';
import { RangeFault, StateError, TypeFault } from './errors.js';
import { isModule } from './kernels/wasm.js';
import { MOST_THREADS } from './memory/layout.js';
import type { ThreadChoice } from './kernels/kernels.js';
import { viewBytes } from './base/bytes.js';
import { checkInteger, checkKeys, checkName, show } from './base/check.js';
import { loaded } from './base/loaded.js';
import { withFormulas } from './model/check-transforms.js';
import { checkState, type CheckedState } from './model/check-state.js';
import { decodeState, encodeState } from './model/file.js';
import { stateFromJSON, stateToJSON, type NetworkJSON } from './model/json.js';
import { createModel, Model } from './model/model.js';
import {
  countFloats,
  drawParameters,
  flattenParameters,
  readParameters,
  readSlots,
  readWeights,
  unflattenParameters,
  writeParameters,
  writeSlots,
  writeWeights,
} from './model/parameters.js';
import { copyRun, type NetworkState, type Run } from './model/state.js';
import type { OptimizerName } from './model/optimizers.js';
import type { Transform, Transforms } from './model/transforms.js';
import { checkStepUpdate, type UpdateOptions } from './model/update.js';
import { Random } from './base/random.js';
import {
  checkSpec,
  countWeights,
  describeSpec,
  type ActivationName,
  type CheckedSpec,
  type LastActivation,
  type LayerSpec,
  type LossFor,
  type LossName,
  type LossSpec,
  specNames,
  type NetworkSpec,
  type OwnLoss,
  type StoredLoss,
} from './model/spec.js';
import type { Hook } from './training/hook.js';
import { evaluate, predict, predictFew, totalCost, type Metrics } from './training/evaluate.js';
import type { NumericArray } from './base/numeric-arrays.js';
import { readMatrix, type RawRows, type Rows } from './training/matrix.js';
import { isNamed, Samples, type Data, type Inputs, type NamedInputs } from './training/samples.js';
import { assertResumable, countSlots, startRun } from './training/resume.js';
import { Steps, type DeltaBatch, type StepOptions } from './training/steps.js';
import type { RateSearch, RateSearchOptions } from './training/find-learning-rate.js';
import type { Stream } from './training/stream.js';
import { readData, train } from './training/train.js';
import { checkTrainOptions, type CheckedTrainOptions, type TrainOptions } from './training/options.js';
import type { Diagnosis, EpochReport } from './training/reports.js';
import { awaited, finish, inSlices, type Work } from './base/work.js';

/** The engine and the number of threads. Neither changes the results. */
export interface EngineOptions {
  /**
   * 'auto' uses WebAssembly if the host supports it, and plain TypeScript otherwise. On hosts that can't compile
   * WebAssembly at run time (workerd), pass the compiled module of `bp4/core.wasm`. Default 'auto'.
   */
  readonly engine?: EngineChoice;
  /**
   * The number of threads that share a step of `train`, or the rows of a long `predict`, `evaluate` or `backprop`: from 1 to 16, or
   * 'auto', which uses up to four threads while that's faster than one. It times both after a second of work, and then every five
   * seconds. Threads need shared memory, which in a page needs cross-origin isolation. Without it, one thread computes, and
   * `singleThreadReason` says why. Default 1.
   */
  readonly threads?: ThreadChoice;
}

export interface NetworkOptions extends NetworkSpec, EngineOptions {}

/** How to restore a network. */
export interface LoadOptions extends EngineOptions {
  /** Your own loss, if the network was saved with one: a file stores only its name. */
  readonly loss?: OwnLoss;
}

/** A layer, copied when `layers` was read. */
export interface LayerState {
  readonly units: number;
  readonly activation: ActivationName;
  /** w_jk, [units][fanIn] row-major. */
  readonly weights: Float32Array;
  /** b_j, [units]. */
  readonly biases: Float32Array;
}

/** The four equations evaluated at one layer, for a batch of n samples. All arrays are copies. */
export interface LayerGradients {
  /** z, [n][units]. */
  readonly preActivations: Float32Array;
  /** a = σ(z), [n][units]. */
  readonly activations: Float32Array;
  /** δ = ∂C/∂z of each sample's cost, [n][units] (BP1, BP2). */
  readonly delta: Float32Array;
  /** ∂C/∂W of the mean cost, [units][fanIn] (BP4). */
  readonly weightGradients: Float32Array;
  /** ∂C/∂b of the mean cost, [units] (BP3). */
  readonly biasGradients: Float32Array;
}

/** The result of `backprop`. */
export interface Gradients {
  /** The mean cost per sample. */
  readonly loss: number;
  /** The inputs of the first layer, [n][inputs]: the samples after `inputScale` and transforms. */
  readonly inputs: Float32Array;
  /** y, as the cost takes it, [n][outputs]: labels as one-hot rows, targets after transforms. */
  readonly targets: Float32Array;
  readonly layers: readonly LayerGradients[];
}

/**
 * A multilayer perceptron, trained by backpropagation and stochastic gradient descent.
 *
 * Every call checks its arguments before it changes anything: a call that throws leaves the network as it was. The same
 * spec, seed, data and options produce the same weights, bit for bit, on every engine.
 */
export class Network {
  /** The engine that computes: 'wasm', or 'reference', which does the same in plain TypeScript. */
  readonly engine: 'wasm' | 'reference';
  /** The number of inputs of the first layer, after transforms. */
  readonly inputs: number;
  /** The number of outputs: the units of the last layer. */
  readonly outputs: number;
  /** The cost that training minimizes, or the name of a loss of your own. */
  readonly loss: LossName | (string & {});

  readonly #random: Random;
  /** As `clone` needs them. */
  readonly #options: Required<EngineOptions>;
  #model: Model | undefined;
  #isTraining = false;
  /** The options of the last training, if they are plain values. */
  #trainOptions: CheckedTrainOptions | undefined;
  /** The progress of the last training run. */
  #run: Run | undefined;
  /** Single steps, once they or their optimizer are asked for. */
  #steps: Steps | undefined;
  #onDispose: (() => void) | undefined;

  private constructor(model: Model, random: Random, options: Required<EngineOptions>) {
    // In JavaScript, nothing else prevents a call to the constructor.
    if (!(model instanceof Model))
      throw new TypeFault({ place: 'new Network', problem: 'use `await Network.create(options)`' });
    this.engine = model.kernels.engine;
    this.inputs = model.spec.inputs;
    this.outputs = model.outputs;
    this.loss = model.spec.own?.name ?? model.spec.loss;
    this.#model = model;
    this.#random = random;
    this.#options = options;
  }

  /**
   * Creates a network and draws its initial weights from the seed.
   * @throws TypeError, RangeError for an invalid option, named in the message, or if there isn't enough memory
   * @throws EngineError if the engine is 'wasm' and the host refuses WebAssembly with SIMD
   */
  static async create<const Layers extends readonly LayerSpec[]>(
    options: NetworkOptions & {
      readonly layers: Layers;
      /** A loss that fits the activation of the last layer, or your own. */
      readonly loss?: LossSpec<LossFor<LastActivation<Layers>>> | OwnLoss | StoredLoss;
    },
  ): Promise<Network> {
    checkKeys('options', options, [...specNames, 'engine', 'threads']);
    const spec = await withFormulas(() => checkSpec(options));
    const random = Random.fromSeed(spec.seed);
    const how = checkEngine(options);
    const model = await newModel(spec, how, (model) => drawParameters(model, random));
    return new Network(model, random, how);
  }

  /**
   * Restores a network from the result of `toJSON`. It predicts and continues to train exactly as the original would.
   * @throws TypeError, RangeError naming the invalid place in the JSON
   * @throws EngineError if the engine is 'wasm' and the host refuses WebAssembly with SIMD
   */
  static async fromJSON(json: NetworkJSON, options: LoadOptions = {}): Promise<Network> {
    return await Network.#of(() => withCheckedSpec(stateFromJSON(json)), options);
  }

  /**
   * Restores a network from the bytes of `save`. It predicts and continues to train exactly as the original would. Nothing
   * in the bytes is executed, and everything is checked before it is used.
   * @throws FormatError if the bytes aren't a file of `save`, or are damaged
   * @throws EngineError if the engine is 'wasm' and the host refuses WebAssembly with SIMD
   */
  static async load(bytes: Uint8Array | ArrayBuffer, options: LoadOptions = {}): Promise<Network> {
    const view = viewBytes(bytes);
    if (!view) {
      throw new TypeFault({
        place: 'bytes',
        problem: `expected a Uint8Array or an ArrayBuffer, got ${show(bytes)}`,
      });
    }
    return await Network.#of(() => withCheckedSpec(decodeState(view).state), options);
  }

  /**
   * Restores a network from its state. It predicts and continues to train exactly as the original would. The state is copied.
   * @param state as `net.state` returns it
   * @throws TypeError, RangeError naming the invalid place in the state
   * @throws EngineError if the engine is 'wasm' and the host refuses WebAssembly with SIMD
   */
  static async fromState(state: NetworkState, options: LoadOptions = {}): Promise<Network> {
    return await Network.#of(() => checkState(state), options);
  }

  static async #of(check: () => CheckedState, options: LoadOptions): Promise<Network> {
    const state = await withFormulas(check);
    checkKeys('options', options, ['engine', 'threads', 'loss']);
    const how = checkEngine(options);
    const update = checkStepUpdate(state.optimizer ?? 'sgd', state.spec.layers.length);
    const random = new Random(state.generator);
    let run: Run | undefined;
    const model = await newModel(
      state.spec,
      how,
      (model) => {
        run = place(model, state);
      },
      options.loss,
    );
    const net = new Network(model, random, how);
    net.#run = run;
    if (state.optimizer ?? run?.miniBatchSize === 0) {
      net.#steps = new Steps(model, random, update);
      if (run) net.#steps.resume(run);
    }
    return net;
  }

  /** The number of threads that share a step. With `threads: 'auto'` it changes during `train`. */
  get threads(): number {
    return this.#use().kernels.team?.threads ?? 1;
  }

  /** The reason if only one thread computes although you asked for more; otherwise undefined. */
  get singleThreadReason(): string | undefined {
    const { kernels, spec } = this.#use();
    return singleThreadReason(kernels, this.#options.threads, countWeights(spec));
  }

  /** The layers, first to last. Every access copies all weights, so keep the result in a variable. */
  get layers(): readonly LayerState[] {
    const model = this.#use();
    return readParameters(model).map(({ weights, biases }, l) => {
      const { units, activation } = model.spec.layers[l]!;
      return { units, activation, weights, biases };
    });
  }

  /**
   * The transforms, copied at every access: the names and the encoding of the columns, and in `outputs` the names of the classes.
   * undefined without transforms.
   */
  get transforms(): Transforms | undefined {
    return describeSpec(this.#use().spec).transforms;
  }

  /**
   * All weights and biases in one array, copied at every access: for each layer, weights [units][fanIn] before biases [units].
   * Networks with the same numbers of inputs and units can exchange them by `setParameters`.
   */
  get parameters(): Float32Array<ArrayBuffer> {
    return flattenParameters(this.#use());
  }

  /**
   * Sets all weights and biases. The optimizer and the random generator keep their states.
   * @param parameters in the order of `net.parameters`
   * @throws TypeError, RangeError for too few or too many numbers, or one that isn't finite; the network is unchanged
   * @throws StateError while `train` is running, or after `dispose`
   */
  setParameters(parameters: NumericArray | readonly number[]): void {
    const model = this.#useIdle('setParameters');
    const flat = readExactly('parameters', parameters, countFloats(model), 1);
    writeParameters(model, unflattenParameters(model, flat));
  }

  /**
   * Sets the weights or the biases of a layer, or both. The optimizer and the random generator keep their states.
   * @param l the layer, from 0
   * @param parameters weights: [units][fanIn], flat or an array of rows; biases: [units]. Default: as they are
   * @throws TypeError, RangeError for too few or too many numbers, or one that isn't finite; the network is unchanged
   * @throws StateError while `train` is running, or after `dispose`
   */
  setLayer(l: number, parameters: { readonly weights?: Rows; readonly biases?: Rows }): void {
    const model = this.#useIdle('setLayer');
    const layer = model.layers[checkInteger('layer', l, 0, model.layers.length - 1)]!;
    checkKeys('parameters', parameters, ['weights', 'biases']);
    const { weights, biases } = parameters;
    const { fanIn, units } = layer;
    const given = {
      weights: weights === undefined ? undefined : readExactly('weights', weights, fanIn, units),
      biases: biases === undefined ? undefined : readExactly('biases', biases, units, 1),
    };
    if (given.weights) writeWeights(model, layer, layer.weights, given.weights);
    if (given.biases) model.views.floats.set(given.biases, model.views.at(layer.biases));
  }

  /**
   * Creates a network with the same state on the same engine: it predicts and continues to train exactly as this one would.
   * @throws StateError after `dispose`
   */
  async clone(): Promise<Network> {
    return await this.#like(() => this.state);
  }

  /**
   * Creates a network with more inputs. It keeps all weights, and draws those of the new inputs from its generator, as the default
   * initializer of the first layer does. So its outputs are the same, to the bit, wherever the new inputs are 0. The optimizer
   * starts afresh. This network stays as it is.
   * @param inputs the number of inputs. If the inputs have transforms with names: the columns, each as a name or a transform. A column
   * that the network has keeps its place and its transform; categories that it lacks are added. New columns come last, and a new
   * name alone stands for a number that isn't transformed
   * @throws TypeError, RangeError naming the column
   * @throws StateError after `dispose`
   */
  async withInputs(inputs: number | readonly (string | Transform)[]): Promise<Network> {
    const { withInputs } = await loaded('withInputs', import('./model/grow.js'));
    return await this.#like(() => withInputs(this.state, inputs));
  }

  /**
   * Creates a network with more classes, each with an output. It keeps all weights, and draws those of the new outputs from its generator,
   * as the default initializer of the last layer does. So the old outputs of sigmoid are the same, to the bit, and those of softmax
   * keep their ratios. The optimizer starts afresh. This network stays as it is.
   * @param classes the names of the classes: those that the network lacks come after its own. If its classes have no names, their number
   * @throws TypeError, RangeError for invalid classes, or if the last layer isn't softmax or several sigmoid units
   * @throws StateError after `dispose`
   */
  async withClasses(classes: number | readonly string[] | readonly number[]): Promise<Network> {
    const { withClasses } = await loaded('withClasses', import('./model/grow.js'));
    return await this.#like(() => withClasses(this.state, classes));
  }

  /** A network of another state on the same engine. */
  async #like(state: () => NetworkState): Promise<Network> {
    const loss = this.#use().spec.own as OwnLoss; // with its functions, or undefined
    return await Network.#of(() => checkState(state()), { ...this.#options, loss });
  }

  /**
   * Computes the outputs for samples.
   * @param inputs [n][inputs]: a typed array or flat array, row-major, or an array of rows. If the transforms have names,
   * a row may be an object. The columns and categories of a Dataset are matched by name.
   * @param options inputScale: factor for every input; default 1, or that of the Dataset
   * @returns [n][outputs], row-major, in the units that the targets have before their transforms
   * @throws TypeError, RangeError naming the invalid row and column
   * @throws ThreadError if a thread dies during the call; the next call runs on one thread
   * @throws StateError after `dispose`
   */
  predict(inputs: RawRows | NamedInputs, options?: Omit<Inputs, 'inputs'>): Float32Array {
    const model = this.#use();
    if (options === undefined) {
      const outputs = predictFew(model, inputs);
      if (outputs) return outputs;
      options = {};
    }
    checkKeys('options', options, ['inputScale']);
    const { inputScale = 1 } = options;
    const data = isNamed(inputs) ? inputs : { inputs, inputScale };
    return finish(predict(model, finish(Samples.readInputs(data, model))));
  }

  /**
   * `predict` into an array that you provide. For a few rows in a Float32Array, without transforms of the inputs, it allocates no
   * memory and is faster than `predict`.
   * @param inputs as `predict` takes them; to scale inputs, multiply them before
   * @param outputs [n][outputs], row-major; overwritten
   * @returns `outputs`
   * @throws TypeError, RangeError naming the invalid row and column, or if `outputs` has a different length
   * @throws StateError after `dispose`
   */
  predictInto<Outputs extends Float32Array>(inputs: RawRows | NamedInputs, outputs: Outputs): Outputs {
    const isArray = outputs instanceof Float32Array;
    if (isArray && predictFew(this.#use(), inputs, outputs)) return outputs;
    const answers = this.predict(inputs);
    const { length } = answers;
    if (!isArray || outputs.length !== length) {
      const got = isArray ? `one of ${outputs.length}` : show(outputs);
      const problem = `expected a Float32Array of ${length}, got ${got}`;
      throw new (isArray ? RangeFault : TypeFault)({ place: 'outputs', problem });
    }
    outputs.set(answers);
    return outputs;
  }

  /**
   * Computes the mean loss and the accuracy over the data.
   * @throws TypeError, RangeError naming the invalid row and column
   * @throws ThreadError if a thread dies during the call; the next call runs on one thread
   * @throws StateError after `dispose`
   */
  evaluate(data: Data): Metrics {
    const model = this.#use();
    return finish(evaluate(model, finish(Samples.read(data, model))));
  }

  /**
   * Computes BP1 to BP4 for a batch, and updates nothing. `sampleWeights` multiply the costs, and so δ. The memory grows
   * to hold the whole batch, and isn't released until `dispose`.
   * @returns loss and gradients of the mean over the samples; δ of each sample
   * @throws TypeError, RangeError naming the invalid row and column, or if there isn't enough memory
   * @throws ThreadError if a thread dies during the call; the next call runs on one thread
   * @throws StateError after `dispose`
   */
  backprop(data: Data): Gradients {
    const model = this.#use();
    const samples = finish(Samples.read(data, model));
    const n = samples.count;
    model.reserve(n);
    samples.gather(model, 0, n);
    const { net } = model.layout;
    const inputs = model.matrix(model.layout.inputs, this.inputs, n, this.inputs);
    const targets = model.matrix(model.layout.targets, model.layers.at(-1)!.stride, n, this.outputs);
    model.kernels.feedForward(net, n);
    const weights = samples.weightsIn(model);
    const loss = totalCost(model, n, weights) / n;
    model.kernels.backpropagate(net, n, weights);
    const mean = (sum: number): number => sum / n;
    const layers = model.layers.map((layer) => {
      const perSample = (pointer: number): Float32Array =>
        model.matrix(pointer, layer.stride, n, layer.units);
      return {
        preActivations: perSample(layer.preActivations),
        activations: perSample(layer.activations),
        delta: perSample(layer.delta),
        weightGradients: readWeights(model, layer, layer.weightGradients).map(mean),
        biasGradients: model.matrix(layer.biasGradients, layer.stride, 1, layer.units).map(mean),
      };
    });
    return { loss, inputs, targets, layers };
  }

  /**
   * Finds out why a network learns slowly or not at all, and what makes its score misleading: in the data, the options of the last
   * training, and the weights. A few hundred samples of the training data are enough. Updates nothing.
   *
   * If the network was trained and hasn't learned well, `diagnose` first tries each cure on a new network like it, for up to 300
   * steps, unless that would take long or the network is being trained. The seed is fixed, so the same network and data give the same
   * findings.
   * @param options validation: samples that the network wasn't trained on; history: the result of `train`; training: the options of the last
   * training, if the network was loaded. With each option, `diagnose` can find more
   * @returns numbers for each layer, the loss and that of constant outputs, and the findings; none if all is well
   * @throws TypeError, RangeError for invalid data or options, naming the row and column
   * @throws StateError if the network is disposed, before or during the call
   */
  async diagnose(data: Data, options: DiagnoseOptions = {}): Promise<Diagnosis> {
    this.#use();
    const { diagnoseNetwork } = await loaded('diagnose', import('./diagnosis/diagnose.js'));
    // If the network was disposed meanwhile, its memory may belong to another network.
    const engine = this.#isTraining ? undefined : this.#options.engine;
    const work = diagnoseNetwork(this.#use(), data, options, this.#run, engine);
    return await inSlices(work, () => this.#use());
  }

  /**
   * Compares the gradients of `backprop` with central differences of the cost in double precision, over at most 100 of the
   * samples. Updates nothing. Takes about a second for [784, 30, 10].
   * @param options samples: the number of weights, and of biases, to check in each layer; default 200
   * @returns whether they agree, and where they differ most
   * @throws TypeError, RangeError for invalid data or options, named in the message
   * @throws StateError if the network is disposed, before or during the call
   */
  async checkGradients(data: Data, options: GradientCheckOptions = {}): Promise<GradientCheck> {
    const { checkGradients } = await loaded('checkGradients', import('./diagnosis/check-gradients.js'));
    return await inSlices(checkGradients(this.#use(), data, options), () => this.#use());
  }

  /**
   * Trains with the `optimizer`, by default stochastic gradient descent. Training yields to the event loop at least every
   * 16 ms, or after each step if a step takes longer. Meanwhile you can call `predict`, `evaluate` and so on. The network
   * keeps the state of its optimizer: the next call with the same optimizer continues from it.
   * @returns loss and accuracy of each epoch
   * @throws TypeError, RangeError for invalid data or options, named in the message; the network is unchanged
   * @throws DivergenceError if the loss or a weight becomes NaN or infinite; the network keeps its last finite step
   * @throws ThreadError if a thread dies; the network keeps its last whole step, and continues with one thread
   * @throws StateError while another `train` is running, or if the network is disposed
   * @throws the reason of `options.signal` once it is aborted; the network keeps its last whole step
   */
  async train(data: Data | Stream, options: TrainOptions = {}): Promise<EpochReport[]> {
    const model = this.#use();
    let wake = (): void => undefined;
    // A late thread may still write to the network.
    const stop = (): void => (model.kernels.team?.isLate ? undefined : wake());
    this.#begin(stop);
    let signal: AbortSignal | undefined;
    try {
      const checked = checkTrainOptions(options, model.layers.length, this.#trainOptions);
      this.#trainOptions = checked.given && checked;
      if (checked.resume) assertResumable(this.#run, model.slots, checked);
      signal = checked.signal;
      const mayGoOn = (): void => {
        this.#use();
        signal?.throwIfAborted();
      };
      mayGoOn();
      signal?.addEventListener('abort', stop);
      return await inSlices(this.#train(model, data, checked), mayGoOn, (resolve) => (wake = resolve));
    } finally {
      signal?.removeEventListener('abort', stop);
      this.#end();
    }
  }

  /**
   * Looks for a learning rate, by training copies of the network: first at a rate that rises from step to step, which gives the curve;
   * then at some constant rates below the one with the smallest loss. The network itself doesn't change. The same network, data and
   * options give the same result.
   * @returns the lowest rate that lowered the loss about as much as the best that was tried, and the curve
   * @throws TypeError, RangeError for invalid data or options, named in the message, or if no rate lowers the loss
   * @throws StateError if the network is disposed, before or during the call
   */
  async findLearningRate(data: Data, options: RateSearchOptions = {}): Promise<RateSearch> {
    const { findLearningRate } = await loaded('findLearningRate', import('./training/find-learning-rate.js'));
    const copy = await this.clone();
    try {
      return await inSlices(findLearningRate(copy.#use(), data, options), () => this.#use());
    } finally {
      copy.dispose();
    }
  }

  /**
   * Chooses the update of `step` and `applyGradients`. The network keeps the optimizer's state between calls, and saves it. If the
   * last update used the same optimizer, with the same momentum, decay, beta1 and beta2, it continues from that state.
   * @param optimizer its name, or an object with its parameters, regularization and the learningRate of steps that give none.
   * Without this call: 'sgd'
   * @throws TypeError, RangeError that name the option
   * @throws StateError while `train` is running, or after `dispose`
   */
  useOptimizer(optimizer: OptimizerName | UpdateOptions): void {
    const model = this.#useIdle('useOptimizer');
    this.#steps = new Steps(model, this.#random, checkStepUpdate(optimizer, model.layers.length));
  }

  /**
   * Takes one step on a batch, synchronously: the same bits as `train` with one mini-batch of these samples. Typed arrays, without
   * transforms of the inputs, are fastest. It runs on one thread. The memory grows to hold the whole batch.
   * @returns the mean loss and the accuracy of the batch before the update
   * @throws TypeError, RangeError for invalid data or options, named in the message; the network is unchanged
   * @throws DivergenceError if the loss is NaN or infinite; the step changes nothing, but earlier ones made the weights useless
   * @throws StateError while `train` is running, or after `dispose`
   */
  step(data: Data, options?: StepOptions): Metrics {
    const steps = this.#beginStep('step');
    const run = steps.read(data, options, this.#run);
    const metrics = steps.learn();
    this.#steps = steps;
    this.#run = run;
    return metrics;
  }

  /**
   * Takes one step with gradients that you compute, as in reinforcement learning: BP2 to BP4 from your δ of the outputs, for the
   * mean over the samples; then the update of `useOptimizer`. The forward pass is that of `predict`, without dropout.
   * @param batch inputs; and delta, [n][outputs]: δ = ∂C/∂z of the last layer, where C is the cost of the sample. For 'linear' it's
   * ∂C/∂a. For softmax and the cost −A ln a_k it's A(a − y), with y one-hot at k. For another activation, it's ∂C/∂a ⊙ σ′(z).
   * Transforms of the targets don't apply to it
   * @throws TypeError, RangeError for invalid data or options, named in the message; the network is unchanged
   * @throws DivergenceError if an output is NaN or infinite; the step changes nothing, but earlier ones made the weights useless
   * @throws StateError while `train` is running, or after `dispose`
   */
  applyGradients(batch: DeltaBatch, options?: StepOptions): void {
    const steps = this.#beginStep('applyGradients');
    const run = steps.readDelta(batch, options, this.#run);
    steps.learnDelta();
    this.#steps = steps;
    this.#run = run;
  }

  #beginStep(place: string): Steps {
    const model = this.#useIdle(place);
    return this.#steps ?? new Steps(model, this.#random, checkStepUpdate('sgd', model.layers.length));
  }

  /**
   * @internal For bp4/worker and bp4/search: the network is trained elsewhere, and can't be trained here in the meantime.
   * @param train gets the `threads` option; a function that sets this network to a state reached elsewhere and returns its run,
   * and throws StateError if the network is disposed; and the model
   * @param onDispose called if the network is disposed in the meantime
   */
  async trainElsewhere(
    train: (
      threads: ThreadChoice,
      restore: (state: NetworkState) => Run | undefined,
      model: Model,
    ) => Promise<EpochReport[]>,
    onDispose: () => void,
  ): Promise<EpochReport[]> {
    const model = this.#use();
    this.#begin(onDispose);
    try {
      return await train(this.#options.threads, (state) => this.#restore(state), model);
    } finally {
      this.#end();
    }
  }

  #begin(onDispose: () => void): void {
    this.#useIdle('train');
    this.#isTraining = true;
    this.#onDispose = onDispose;
  }

  #end(): void {
    this.#isTraining = false;
    this.#onDispose = undefined;
  }

  *#train(model: Model, data: Data | Stream, options: CheckedTrainOptions): Work<EpochReport[]> {
    const checked = yield* readData(model, data, options);
    let diagnosis: Hook | undefined;
    if (options.diagnose) {
      const part = import('./diagnosis/report-diagnosis.js');
      const { reportDiagnosis } = yield* awaited(loaded('diagnose', part));
      diagnosis = reportDiagnosis(model, checked.validation ?? checked.training);
    }
    const averaging =
      options.ema || options.swa ? yield* awaited(loaded('ema', import('./training/average.js'))) : undefined;
    const plateau = options.schedule.plateau
      ? yield* awaited(loaded('learningRate', import('./training/hooks/plateau.js')))
      : undefined;
    model.reserve(1, countSlots(options));
    if (!options.resume) this.#run = startRun(model, this.#random, options, this.#run);
    const context = {
      model,
      random: this.#random,
      run: this.#run!,
      save: () => this.save(),
      diagnosis,
      averaging,
      plateau,
    };
    return yield* train(context, checked, options);
  }

  /** Returns the network as JSON: weights [units][fanIn], biases [units], and the state of its random generator. */
  toJSON(): NetworkJSON {
    return stateToJSON(this.state);
  }

  /**
   * Returns the network as one safetensors file: the spec, the exact weights, the state of the random generator, and the
   * progress of the last training run with the state of its optimizer, and the options of `useOptimizer`.
   * @throws RangeError if a weight is NaN or infinite
   * @throws StateError after `dispose`
   */
  save(): Uint8Array<ArrayBuffer> {
    return encodeState(this.state);
  }

  /** The network as plain data, copied at every access. `Network.fromState` restores it. */
  get state(): NetworkState {
    const model = this.#use();
    return {
      spec: describeSpec(model.spec),
      parameters: readParameters(model),
      generator: this.#random.state,
      ...(this.#run && { run: { ...copyRun(this.#run), slots: readSlots(model) } }),
      ...(this.#steps && { optimizer: structuredClone(this.#steps.options) }),
    };
  }

  /** Takes over the state of a network of the same spec. */
  #restore(state: NetworkState): Run | undefined {
    this.#random.restore(state.generator);
    return (this.#run = place(this.#use(), state));
  }

  /** Releases the memory of the network. Every later call except `dispose` throws StateError. */
  dispose(): void {
    if (this.#model) giveBackKernels(this.#model.kernels);
    this.#model = undefined;
    this.#onDispose?.();
  }

  /** @throws StateError if the network is being trained, or disposed */
  #useIdle(place: string): Model {
    if (this.#isTraining) {
      throw new StateError({
        place,
        problem: 'the network is being trained',
        cure: 'wait for it, or stop it with its signal',
      });
    }
    return this.#use();
  }

  #use(): Model {
    if (!this.#model)
      throw new StateError({
        place: '',
        problem: 'the network was disposed',
        cure: 'create another, or dispose of it later',
      });
    this.#model.kernels.team?.settle();
    return this.#model;
  }
}

/** Places parameters and slots into a model of the same spec. @returns the run without its slots */
function place(model: Model, { parameters, run }: NetworkState | CheckedState): Run | undefined {
  writeParameters(model, parameters);
  if (!run) return undefined;
  const { slots, ...rest } = run;
  writeSlots(model, slots);
  return copyRun(rest);
}

/** A state whose numbers were checked where they were read. */
const withCheckedSpec = (state: NetworkState): CheckedState => ({
  ...state,
  spec: checkSpec(state.spec),
  run: state.run,
  optimizer: state.optimizer,
});

/** A model on kernels of its own, which are returned if it can't be created. */
async function newModel(
  spec: CheckedSpec,
  { engine, threads }: Required<EngineOptions>,
  fill: (model: Model) => void,
  loss?: OwnLoss,
): Promise<Model> {
  const part = (spec.own ?? loss) && (await loaded('loss', import('./training/own-loss.js')));
  if (part) {
    spec = part.withFunctions(spec, loss, threads);
    threads = 1;
  }
  let kernels = await takeKernels(engine, threads, countWeights(spec));
  if (part) kernels = part.kernelsWithLoss(kernels, spec);
  try {
    const model = createModel(spec, kernels);
    fill(model);
    if (threads !== 'auto') await kernels.team?.start();
    return model;
  } catch (error) {
    giveBackKernels(kernels);
    throw error;
  }
}

function checkEngine({ engine = 'auto', threads = 1 }: EngineOptions): Required<EngineOptions> {
  if (!isModule(engine)) checkName('engine', engine, ['auto', 'wasm', 'reference']);
  if (threads !== 'auto') {
    if (typeof threads !== 'number') {
      throw new TypeFault({
        place: 'threads',
        problem: `expected 'auto' or a whole number, got ${show(threads)}`,
      });
    }
    checkInteger('threads', threads, 1, MOST_THREADS);
  }
  return { engine, threads };
}

/** Reads `rows` rows of `width` numbers. @throws TypeError, RangeError that name the number */
function readExactly(place: string, given: unknown, width: number, rows: number): NumericArray {
  const { values, count } = finish(readMatrix(place, given, width));
  if (count === rows) return values;
  throw new RangeFault({ place, problem: `expected ${rows * width} values, got ${count * width}` });
}
