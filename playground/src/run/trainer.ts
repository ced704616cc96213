import {
  DivergenceError,
  Network,
  Random,
  type Diagnosis,
  type EngineOptions,
  type LayerSpec,
  type LossName,
  type TrainOptions,
} from 'bp4';
import type { Importance } from 'bp4/explain';
import { loaded, PageError } from './failure.js';
import type { Health, Parameter, Report, Settings, SlopeCheck, Trial, Walk } from '../protocol.js';
import { lossNames, outputActivations } from './choices.js';
import { slope } from './activations.js';
import { chosen, toData, slice, type TaskData, type Samples } from './samples.js';

/** The number of samples used to diagnose how fast layers learn. */
const DIAGNOSED = 200;
/** The largest number of samples used to find out which columns matter. */
const EXPLAINED = 1000;

/** A unit is saturated where σ′ is below this share of its largest value, as in the library's diagnosis. */
const FLAT = 0.1;

/**
 * How far `check` moves a weight. Costs are in single precision: a smaller step loses digits to rounding, a larger one to
 * the curvature of the cost.
 */
const SLOPE_STEP = 0.01;

/** Trains a network on the data of a task, step by step. */
export class Trainer {
  readonly net: Network;
  readonly data: TaskData;
  readonly settings: Settings;
  readonly stepsPerEpoch: number;
  /** The number of mini-batches so far. */
  step = 0;
  /** The number of completed epochs. */
  epoch = 0;
  /** The reports of the epochs since the last `takeReports`. */
  #reports: Report[] = [];
  /** The training samples in the order of the current epoch. */
  #ordered: { readonly epoch: number; readonly samples: Samples } | undefined;
  readonly #options: TrainOptions;
  /** A copy of the network, for trials. */
  #copy: Network | undefined;

  private constructor(net: Network, data: TaskData, settings: Settings) {
    const { miniBatchSize, learningRate, optimizer, l1, l2 } = settings;
    this.net = net;
    this.data = data;
    this.settings = settings;
    this.stepsPerEpoch = Math.ceil(data.train.count / miniBatchSize);
    this.#options = {
      miniBatchSize,
      learningRate,
      optimizer,
      ...(l1 > 0 && { l1 }),
      ...(l2 > 0 && { l2 }),
      shuffle: false, // #samples shuffles, so that `walk` knows the next mini-batch
      validation: toData(data.test),
    };
  }

  /** @throws TypeError, RangeError if the settings are invalid */
  static async create(
    settings: Settings,
    data: TaskData,
    engine: EngineOptions = {},
    parameters?: readonly number[],
  ): Promise<Trainer> {
    const { hidden, activation, dropout, initializer, seed } = settings;
    const last = chooseOutputs(data, settings);
    const layers: LayerSpec[] = [
      ...hidden.map((units) => ({ units, activation, dropout, initializer })),
      { units: data.outputNames.length, activation: last.activation, initializer },
    ];
    const net = await Network.create({
      inputs: data.inputs,
      layers,
      loss: last.loss,
      seed,
      ...(data.transforms && { transforms: data.transforms }),
      ...engine,
    });
    if (parameters) net.setParameters(parameters);
    return new Trainer(net, data, settings);
  }

  get samplesSeen(): number {
    const { train } = this.data;
    const inEpoch = (this.step - this.epoch * this.stepsPerEpoch) * this.settings.miniBatchSize;
    return this.epoch * train.count + Math.min(inEpoch, train.count);
  }

  /** Returns the reports since its last call. */
  takeReports(): Report[] {
    const reports = this.#reports;
    this.#reports = [];
    return reports;
  }

  /**
   * Continues the training, at most to the end of the epoch. Stopping doesn't change the bits of later steps.
   * @param until stops after this step
   * @param isEnough called after each step; true stops
   * @returns whether the epoch has ended
   * @throws PageError if the training diverges; keeps the state after the last finite step
   */
  async train(until: number, isEnough: () => boolean = () => false): Promise<boolean> {
    const stop = new AbortController();
    const onBatch = ({ batch, batches }: { batch: number; batches: number }): void => {
      this.step++;
      const isLast = batch === batches; // then only the epoch's report remains
      if ((isEnough() || this.step >= until) && !isLast) stop.abort();
    };
    try {
      const [report] = await this.net.train(toData(this.#samples()), {
        ...this.#options,
        epochs: this.epoch + 1,
        resume: this.step > 0,
        signal: stop.signal,
        onBatch,
      });
      const { epoch, loss, accuracy, validation } = report!;
      this.epoch = epoch;
      this.#reports.push({
        epoch,
        loss,
        accuracy: this.data.isRegression ? NaN : accuracy,
        testLoss: validation!.loss,
        testAccuracy: this.data.isRegression ? NaN : validation!.accuracy,
      });
      return true;
    } catch (error) {
      if (stop.signal.aborted && error === stop.signal.reason) return false;
      if (error instanceof DivergenceError) {
        const { epoch, step } = error;
        this.step = (epoch - 1) * this.stepsPerEpoch + step - 1;
        throw new PageError('failure.diverged', { epoch, step }, { cause: error });
      }
      throw error;
    }
  }

  /** Adds a diagnosis to the last report. */
  async reportDiagnosis(): Promise<void> {
    const last = this.#reports.length - 1;
    const diagnosis = await this.diagnose();
    this.#reports[last] = { ...this.#reports[last]!, diagnosis };
  }

  async diagnose(): Promise<Diagnosis> {
    return await this.net.diagnose(toData(slice(this.data.train, 0, DIAGNOSED)));
  }

  /** How much the network depends on each column, by permutation of the test data. @returns undefined for fewer than two samples */
  async explain(): Promise<Importance | undefined> {
    const { test } = this.data;
    if (test.count < 2) return undefined;
    const { importance } = await loaded(import('bp4/explain'));
    return await importance(this.net, toData(test), { samples: EXPLAINED });
  }

  /** Which units hardly learn, or not at all, on the samples of a diagnosis. */
  measureHealth(): Health {
    const { layers } = this.net.backprop(toData(slice(this.data.train, 0, DIAGNOSED)));
    return this.net.layers.map(({ units, activation }, l) =>
      Array.from({ length: units }, (_, unit) => {
        const { preActivations, activations } = layers[l]!;
        const steepest = activation === 'sigmoid' ? 0.25 : 1;
        const slopes = [];
        for (let i = unit; i < activations.length; i += units)
          slopes.push(Math.abs(slope(activation, preActivations[i]!, activations[i]!)));
        return {
          saturated: slopes.filter((size) => size < FLAT * steepest).length / slopes.length,
          isDead: slopes.every((size) => size === 0),
        };
      }),
    );
  }

  /** Trains one step and returns the values of the four equations. */
  async walk(): Promise<Walk> {
    const batch = this.#nextBatch();
    const planned = this.#pass(this.net, batch);
    await this.train(this.step + 1);
    const costs = { before: planned.costs.before, after: measureCosts(this.net, batch) };
    return { ...planned, isTrained: true, after: this.net.layers, costs };
  }

  /** The values of the four equations for the next step, which isn't taken: nothing changes. */
  preview(): Walk {
    return this.#pass(this.net, this.#nextBatch());
  }

  /** The values of the four equations for an image and its class. Nothing changes. */
  follow(inputs: Float32Array, label: number): Walk {
    return this.#pass(this.net, { count: 1, inputs, labels: Uint8Array.of(label) });
  }

  /** The values of the four equations for one sample and other weights. The network of the run doesn't change. */
  async try({ layers, inputs, targets, point }: Trial): Promise<Walk> {
    const sample = { count: 1, inputs, targets, ...(point && { points: point }) };
    return this.#pass(await this.#copyWith(layers), sample);
  }

  /** The slope of the cost of one sample at a weight or bias, as a difference of two costs. */
  async check({ layers, inputs, targets }: Trial, { layer, unit, from }: Parameter): Promise<SlopeCheck> {
    const net = await this.#copyWith(layers);
    const { weights, biases } = net.layers[layer]!;
    const [values, at] =
      from === undefined ? [biases, unit] : [weights, unit * (weights.length / biases.length) + from];
    const value = values[at]!;
    const moved = [value + SLOPE_STEP, value - SLOPE_STEP].map(Math.fround) as [number, number];
    const costs = moved.map((parameter) => {
      values[at] = parameter;
      net.setLayer(layer, { weights, biases });
      return net.evaluate({ inputs, targets }).loss;
    }) as [number, number];
    // the difference of the parameters as they were rounded
    return { step: SLOPE_STEP, costs, slope: (costs[0] - costs[1]) / (moved[0] - moved[1]) };
  }

  dispose(): void {
    this.net.dispose();
    this.#copy?.dispose();
  }

  async #copyWith(layers: Trial['layers']): Promise<Network> {
    const copy = (this.#copy ??= await this.#copyWithoutTransforms());
    layers.forEach(({ weights, biases }, l) => copy.setLayer(l, { weights, biases }));
    return copy;
  }

  /** Trials hold samples as the network receives them, which are transformed already. */
  async #copyWithoutTransforms(): Promise<Network> {
    return Network.fromJSON({ ...this.net.toJSON(), transforms: {} }, { engine: this.net.engine });
  }

  #pass(net: Network, batch: Samples): Walk {
    const gradients = net.backprop(toData(batch));
    const costs = measureCosts(net, batch);
    const { layers } = net;
    const { learningRate } = this.settings;
    const { points } = batch;
    return {
      step: this.step + 1,
      count: batch.count,
      isTrained: false,
      learningRate,
      before: layers,
      gradients,
      ...(points && { points }),
      after: layers,
      costs: { before: costs, after: costs },
    };
  }

  #nextBatch(): Samples {
    const { miniBatchSize } = this.settings;
    const from = (this.step - this.epoch * this.stepsPerEpoch) * miniBatchSize;
    return slice(this.#samples(), from, miniBatchSize);
  }

  /** The samples in the order of this epoch, which depends only on the seed and the number of the epoch. */
  #samples(): Samples {
    if (this.#ordered?.epoch !== this.epoch) {
      // the seed has 32 bits and the epoch goes above them, from 1: the bare seed already draws the network's weights
      const seed = this.settings.seed + (this.epoch + 1) * 2 ** 32;
      const order = Random.fromSeed(seed).permutation(this.data.train.count);
      this.#ordered = { epoch: this.epoch, samples: chosen(this.data.train, order) };
    }
    return this.#ordered.samples;
  }
}

/** C of each sample, without penalties. */
function measureCosts(net: Network, batch: Samples): Float64Array {
  return Float64Array.from({ length: batch.count }, (_, n) => net.evaluate(toData(slice(batch, n, 1))).loss);
}

function chooseOutputs(
  { isRegression, outputNames }: TaskData,
  { loss }: Settings,
): { readonly activation: LayerSpec['activation']; readonly loss: LossName } {
  if (isRegression) return { activation: 'linear', loss: 'meanSquaredError' };
  const activation = (outputActivations as Partial<Record<LossName, LayerSpec['activation']>>)[loss];
  if (activation === 'softmax' && outputNames.length === 1) throw new PageError('failure.oneOutput');
  if (!activation) throw new PageError('failure.loss', { losses: lossNames.join(', '), loss });
  return { activation, loss };
}
