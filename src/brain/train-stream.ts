import { RangeFault, TypeFault } from '../errors.js';
import { show } from '../base/check.js';
import { checkDatum, type Datum } from './data.js';
import { NeuralNetwork } from './neural-network.js';
import type { TrainingStatus, TrainOptions } from './options.js';

export interface TrainStreamOptions<Input, Output> extends Partial<TrainOptions> {
  readonly neuralNetwork: NeuralNetwork<Input, Output>;
  /** Asks for the next epoch: `write` every sample again, then call `endInputs`. */
  readonly floodCallback?: () => void;
  /** Called once, after training. */
  readonly doneTrainingCallback?: (status: TrainingStatus) => void;
}

/**
 * Trains on samples that arrive one by one, epoch by epoch, and aren't stored. `write` each sample, then call `endInputs`, and
 * repeat this whenever `floodCallback` asks for it. The first pass only collects the keys of the data.
 *
 * In brain.js this class is a Node.js stream. Here it isn't, so that it runs in browsers. Instead of `pipe`, use
 * `for await (const datum of readable) stream.write(datum)`.
 */
export class TrainStream<Input = never, Output = never> {
  readonly #options: TrainStreamOptions<Input, Output>;
  readonly #trainOpts: TrainOptions;
  /** Samples that arrive while this class calls `floodCallback`. */
  readonly #waiting: (Datum<Partial<Input>, Partial<Output>> | undefined)[] = [];
  #isBusy = false;
  /** The number of samples in the first pass, which doesn't train. */
  #size = 0;
  #isKnown = false;
  #count = 0;
  #sum = 0;
  #iterations = 0;
  #isDone = false;

  /** @throws TypeError if the network is missing; RangeError if an option of training is out of bounds */
  constructor(options: TrainStreamOptions<Input, Output>) {
    if (
      !(
        (options as unknown as { neuralNetwork?: unknown } | undefined)?.neuralNetwork instanceof
        NeuralNetwork
      )
    ) {
      throw new TypeFault({ place: 'options.neuralNetwork', problem: 'no neural network specified' });
    }
    for (const name of ['floodCallback', 'doneTrainingCallback'] as const) {
      const value: unknown = options[name];
      if (value !== undefined && typeof value !== 'function') {
        throw new TypeFault({ place: `options.${name}`, problem: `expected a function, got ${show(value)}` });
      }
    }
    this.#options = options;
    options.neuralNetwork.updateTrainingOptions(options);
    this.#trainOpts = options.neuralNetwork.trainOpts;
  }

  /**
   * Takes one sample. `false` means `endInputs`, as in brain.js.
   * @returns true: it always accepts more
   * @throws TypeError or RangeError if the sample is invalid; DivergenceError
   */
  write(datum: Datum<Partial<Input>, Partial<Output>> | false): boolean {
    if (datum !== false) checkDatum('datum', datum);
    this.#waiting.push(datum || undefined);
    if (this.#isBusy) return true;
    this.#isBusy = true;
    try {
      // By index, because shift() is slow on a long array.
      for (let i = 0; i < this.#waiting.length; i++) {
        const next = this.#waiting[i];
        if (next) this.#take(next);
        else {
          this.#waiting.splice(0, i + 1);
          i = -1;
          this.#endEpoch();
        }
      }
    } finally {
      this.#waiting.length = 0;
      this.#isBusy = false;
    }
    return true;
  }

  /** Ends an epoch, after its last sample. @throws as `write` does */
  endInputs(): void {
    this.write(false);
  }

  #take(datum: Datum<Partial<Input>, Partial<Output>>): void {
    const { neuralNetwork } = this.#options;
    if (this.#isKnown) {
      this.#count++;
      this.#sum += neuralNetwork.trainPattern(datum, true)!;
    } else {
      this.#size++;
      if (!neuralNetwork.isRunnable) neuralNetwork.addFormat(datum);
    }
  }

  #endEpoch(): void {
    if (this.#isDone) return;
    if (!this.#isKnown) {
      this.#isKnown = true;
      this.#options.floodCallback?.();
      return;
    }
    if (this.#count !== this.#size) {
      throw new RangeFault({
        place: 'TrainStream',
        problem: `expected ${this.#size} samples, as in the first epoch, got ${this.#count}`,
      });
    }
    const { iterations, errorThresh, log, logPeriod, callback, callbackPeriod } = this.#trainOpts;
    const error = this.#sum / this.#size;
    const status = { iterations: this.#iterations, error };
    if (log && status.iterations % logPeriod === 0) {
      if (log === true) console.log(`iterations: ${status.iterations}, training error: ${error}`);
      else log({ ...status });
    }
    if (callback && status.iterations % callbackPeriod === 0) callback({ ...status });
    this.#sum = 0;
    this.#count = 0;
    this.#iterations++;
    if (this.#iterations < iterations && error > errorThresh) {
      this.#options.floodCallback?.();
      return;
    }
    this.#isDone = true;
    this.#options.doneTrainingCallback?.({ error, iterations: this.#iterations });
  }
}
