import {
  DivergenceError,
  Network,
  Random,
  type EngineOptions,
  type LayerSpec,
  type LossName,
  type TrainOptions,
} from 'bp4';
import type { Report, Settings, Walk } from '../protocol.js';
import { lossNames, outputActivations } from './choices.js';
import { chosen, toData, slice, type Lesson, type Samples } from './samples.js';

/** As many tell how fast layers learn. */
const DIAGNOSED = 200;

/** A network and its lesson, and how far it has come. */
export class Trainer {
  readonly net: Network;
  readonly lesson: Lesson;
  readonly settings: Settings;
  readonly stepsPerEpoch: number;
  /** Mini-batches so far. */
  step = 0;
  /** Whole epochs so far. */
  epoch = 0;
  /** Of all epochs since the last `takeReports`. */
  #reports: Report[] = [];
  /** The training samples in the order of the epoch under way. */
  #ordered: { readonly epoch: number; readonly samples: Samples } | undefined;
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
      shuffle: false, // the order is drawn here, so that it is known which mini-batch comes next
      validation: toData(lesson.test),
    };
  }

  /** @throws TypeError, RangeError where the settings cannot be */
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

  /** The reports of the epochs since it was last asked. */
  takeReports(): Report[] {
    const reports = this.#reports;
    this.#reports = [];
    return reports;
  }

  /**
   * Trains on, to the end of the epoch at most. Where it is stopped decides no bit of what follows.
   * @param until the step to stop after
   * @param isEnough asked after each step
   * @returns whether the epoch has ended
   * @throws DivergenceError; it stands after the last finite step then
   */
  async train(until: number, isEnough: () => boolean = () => false): Promise<boolean> {
    const stop = new AbortController();
    const onBatch = ({ batch, batches }: { batch: number; batches: number }): void => {
      this.step++;
      const isLast = batch === batches; // then the epoch's report is all that is left to do
      if ((isEnough() || this.step >= until) && !isLast) stop.abort();
    };
    try {
      const [told] = await this.net.train(toData(this.#samples()), {
        ...this.#options,
        epochs: this.epoch + 1,
        resume: this.step > 0,
        signal: stop.signal,
        onBatch,
      });
      const { epoch, loss, accuracy, validation } = told!;
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
      if (error instanceof DivergenceError)
        this.step = (error.epoch - 1) * this.stepsPerEpoch + error.step - 1;
      throw error;
    }
  }

  /** Adds to the last report how fast each layer learns. */
  async diagnose(): Promise<void> {
    const last = this.#reports.length - 1;
    const diagnosis = await this.net.diagnose(toData(slice(this.lesson.train, 0, DIAGNOSED)));
    this.#reports[last] = { ...this.#reports[last]!, diagnosis };
  }

  /** One step, with all that the four equations say of it. */
  async walk(): Promise<Walk> {
    const { miniBatchSize, learningRate } = this.settings;
    const from = (this.step - this.epoch * this.stepsPerEpoch) * miniBatchSize;
    const batch = slice(this.#samples(), from, miniBatchSize);
    const before = this.net.layers;
    const gradients = this.net.backprop(toData(batch));
    await this.train(this.step + 1);
    return { step: this.step, count: batch.count, learningRate, before, gradients, after: this.net.layers };
  }

  /** The samples in the order of this epoch: it follows from the seed and the number of the epoch alone. */
  #samples(): Samples {
    if (this.#ordered?.epoch !== this.epoch) {
      // the seed has 32 bits; those above them number the epoch, from 1: the network draws its weights from the seed alone
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
  if (!activation) throw new RangeError(`loss: expected one of ${lossNames.join(', ')}, got ${loss}`);
  return { activation, loss };
}
