import {
  DivergenceError,
  Network,
  Random,
  type EngineOptions,
  type LayerSpec,
  type LossName,
  type TrainOptions,
} from 'bp4';
import { PageError } from './failure.js';
import type { Report, Settings, Walk } from '../protocol.js';
import { lossNames, outputActivations } from './choices.js';
import { chosen, toData, slice, type Lesson, type LessonSamples } from './samples.js';

/** The number of samples used to diagnose how fast layers learn. */
const DIAGNOSED = 200;

/** Trains a network on a lesson, step by step. */
export class Trainer {
  readonly net: Network;
  readonly lesson: Lesson;
  readonly settings: Settings;
  readonly stepsPerEpoch: number;
  /** The number of mini-batches so far. */
  step = 0;
  /** The number of completed epochs. */
  epoch = 0;
  /** The reports of the epochs since the last `takeReports`. */
  #reports: Report[] = [];
  /** The training samples in the order of the current epoch. */
  #ordered: { readonly epoch: number; readonly samples: LessonSamples } | undefined;
  readonly #options: TrainOptions;

  private constructor(net: Network, lesson: Lesson, settings: Settings) {
    const { miniBatchSize, learningRate, optimizer, l1, l2 } = settings;
    this.net = net;
    this.lesson = lesson;
    this.settings = settings;
    this.stepsPerEpoch = Math.ceil(lesson.train.count / miniBatchSize);
    this.#options = {
      miniBatchSize,
      learningRate,
      optimizer,
      ...(l1 > 0 && { l1 }),
      ...(l2 > 0 && { l2 }),
      shuffle: false, // #samples shuffles, so that `walk` knows the next mini-batch
      validation: toData(lesson.test),
    };
  }

  /** @throws TypeError, RangeError if the settings are invalid */
  static async create(settings: Settings, lesson: Lesson, engine: EngineOptions = {}): Promise<Trainer> {
    const { hidden, activation, dropout, initializer, seed } = settings;
    const last = chooseOutputs(lesson, settings);
    const layers: LayerSpec[] = [
      ...hidden.map((units) => ({ units, activation, dropout, initializer })),
      { units: lesson.outputNames.length, activation: last.activation, initializer },
    ];
    const net = await Network.create({
      inputs: lesson.inputs,
      layers,
      loss: last.loss,
      seed,
      ...(lesson.transforms && { transforms: lesson.transforms }),
      ...engine,
    });
    return new Trainer(net, lesson, settings);
  }

  get samplesSeen(): number {
    const { train } = this.lesson;
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
        accuracy: this.lesson.isRegression ? NaN : accuracy,
        testLoss: validation!.loss,
        testAccuracy: this.lesson.isRegression ? NaN : validation!.accuracy,
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
  async diagnose(): Promise<void> {
    const last = this.#reports.length - 1;
    const diagnosis = await this.net.diagnose(toData(slice(this.lesson.train, 0, DIAGNOSED)));
    this.#reports[last] = { ...this.#reports[last]!, diagnosis };
  }

  /** Trains one step and returns the values of the four equations. */
  async walk(): Promise<Walk> {
    const { miniBatchSize, learningRate } = this.settings;
    const from = (this.step - this.epoch * this.stepsPerEpoch) * miniBatchSize;
    const batch = slice(this.#samples(), from, miniBatchSize);
    const { count } = batch;
    const before = this.net.layers;
    const gradients = this.net.backprop(toData(batch));
    const costsBefore = this.#measureCosts(batch);
    await this.train(this.step + 1);
    const costs = { before: costsBefore, after: this.#measureCosts(batch) };
    const { points } = batch;
    return {
      step: this.step,
      count,
      learningRate,
      before,
      gradients,
      ...(points && { points }),
      after: this.net.layers,
      costs,
    };
  }

  #measureCosts(batch: LessonSamples): Float64Array {
    return Float64Array.from({ length: batch.count }, (_, n) => {
      return this.net.evaluate(toData(slice(batch, n, 1))).loss;
    });
  }

  /** The samples in the order of this epoch, which depends only on the seed and the number of the epoch. */
  #samples(): LessonSamples {
    if (this.#ordered?.epoch !== this.epoch) {
      // the seed has 32 bits and the epoch goes above them, from 1: the bare seed already draws the network's weights
      const seed = this.settings.seed + (this.epoch + 1) * 2 ** 32;
      const order = Random.fromSeed(seed).permutation(this.lesson.train.count);
      this.#ordered = { epoch: this.epoch, samples: chosen(this.lesson.train, order) };
    }
    return this.#ordered.samples;
  }
}

function chooseOutputs(
  { isRegression }: Lesson,
  { loss }: Settings,
): { readonly activation: LayerSpec['activation']; readonly loss: LossName } {
  if (isRegression) return { activation: 'linear', loss: 'meanSquaredError' };
  const activation = (outputActivations as Partial<Record<LossName, LayerSpec['activation']>>)[loss];
  if (!activation) throw new PageError('failure.loss', { losses: lossNames.join(', '), loss });
  return { activation, loss };
}
