import { RangeFault, TypeFault } from '../errors.js';
import { show } from '../base/check.js';
import { checkDatum, type Datum } from './data.js';
import { report } from './epochs.js';
import { NeuralNetwork } from './neural-network.js';
import type { TrainingStatus, TrainOptions } from './options.js';

export interface TrainStreamOptions<Input, Output> extends Partial<TrainOptions> {
  readonly neuralNetwork: NeuralNetwork<Input, Output>;
  /** Asks for the next epoch: `write` every sample again, then call `endInputs`. */
  readonly floodCallback?: () => void;
  /** Called once, after training. */
  readonly doneTrainingCallback?: (status: TrainingStatus) => void;
}

type Listener = (this: unknown, ...args: unknown[]) => void;

/** What `pipe` and `pipeline` of Node.js need of the events of a writable stream. In browsers there is no stream to extend. */
class Emitter {
  private readonly _listeners = new Map<string, readonly Listener[]>();

  on(event: string, listener: Listener): this {
    this._listeners.set(event, [...this._of(event), listener]);
    return this;
  }

  once(event: string, listener: Listener): this {
    const call: Listener = (...args) => {
      this.off(event, listener);
      listener.apply(this, args);
    };
    return this.on(event, Object.assign(call, { listener }));
  }

  off(event: string, listener: Listener): this {
    const isOther = (one: Listener & { listener?: Listener }): boolean =>
      one !== listener && one.listener !== listener;
    this._listeners.set(event, this._of(event).filter(isOther));
    return this;
  }

  removeListener(event: string, listener: Listener): this {
    return this.off(event, listener);
  }

  /** @returns whether anything listens */
  emit(event: string, ...args: readonly unknown[]): boolean {
    const listeners = this._of(event);
    for (const listener of listeners) listener.apply(this, [...args]);
    return listeners.length > 0;
  }

  private _of(event: string): readonly Listener[] {
    return this._listeners.get(event) ?? [];
  }
}

/**
 * Trains on samples that arrive one by one, epoch by epoch, and aren't stored. `write` each sample, then call `endInputs`, and
 * repeat this whenever `floodCallback` asks for it. The first pass only collects the keys of the data. Streams of objects in
 * Node.js can be piped into it: the end of the source is the end of the epoch. It emits `finish` after each.
 */
export class TrainStream<Input = never, Output = never> extends Emitter {
  /** As in streams of Node.js. It stays true, since one epoch follows another. */
  readonly writable = true;
  private readonly _options: TrainStreamOptions<Input, Output>;
  private readonly _trainOpts: TrainOptions;
  /** Samples that arrive while this class calls `floodCallback`. */
  private readonly _waiting: (Datum<Partial<Input>, Partial<Output>> | undefined)[] = [];
  private _isBusy = false;
  /** The number of samples in the first pass, which doesn't train. */
  private _size = 0;
  private _isKnown = false;
  private _count = 0;
  private _sum = 0;
  private _iterations = 0;
  private _isDone = false;

  /** @throws TypeError if the network is missing; RangeError if an option of training is out of bounds */
  constructor(options: TrainStreamOptions<Input, Output>) {
    super();
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
    this._options = options;
    options.neuralNetwork.updateTrainingOptions(options);
    this._trainOpts = options.neuralNetwork.trainOpts;
    this.on('finish', () => this._endEpoch());
  }

  /**
   * Takes one sample. `false` means `endInputs`, as in brain.js.
   * @returns true: it always accepts more
   * @throws TypeError or RangeError if the sample is invalid; DivergenceError
   */
  write(datum: Datum<Partial<Input>, Partial<Output>> | false): boolean {
    if (datum !== false) checkDatum('datum', datum);
    this._waiting.push(datum || undefined);
    if (this._isBusy) return true;
    this._isBusy = true;
    try {
      // By index, because shift() is slow on a long array.
      for (let i = 0; i < this._waiting.length; i++) {
        const next = this._waiting[i];
        if (next) this._take(next);
        else {
          this._waiting.splice(0, i + 1);
          i = -1;
          this.emit('finish');
        }
      }
    } finally {
      this._waiting.length = 0;
      this._isBusy = false;
    }
    return true;
  }

  /** Ends an epoch, after its last sample. @throws as `write` does */
  endInputs(): void {
    this.write(false);
  }

  /** `endInputs`, as `pipe` calls it; after a last sample, if one is given. @throws as `write` does */
  end(datum?: Datum<Partial<Input>, Partial<Output>>): this {
    if (datum !== undefined) this.write(datum);
    this.endInputs();
    return this;
  }

  private _take(datum: Datum<Partial<Input>, Partial<Output>>): void {
    const { neuralNetwork } = this._options;
    if (this._isKnown) {
      this._count++;
      this._sum += neuralNetwork.trainPattern(datum, true)!;
    } else {
      this._size++;
      if (!neuralNetwork.isRunnable) neuralNetwork.addFormat(datum);
    }
  }

  private _endEpoch(): void {
    if (this._isDone) return;
    if (!this._isKnown) {
      this._isKnown = true;
      this._options.floodCallback?.();
      return;
    }
    if (this._count !== this._size) {
      throw new RangeFault({
        place: 'TrainStream',
        problem: `expected ${this._size} samples, as in the first epoch, got ${this._count}`,
      });
    }
    const { iterations, errorThresh } = this._trainOpts;
    const error = this._sum / this._size;
    report({ iterations: this._iterations, error }, this._trainOpts);
    this._sum = 0;
    this._count = 0;
    this._iterations++;
    if (this._iterations < iterations && error > errorThresh) {
      this._options.floodCallback?.();
      return;
    }
    this._isDone = true;
    this._options.doneTrainingCallback?.({ error, iterations: this._iterations });
  }
}
