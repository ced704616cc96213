import type { Model } from '../model/model.js';
import { plainRule } from '../model/model.js';
import { Random, type RandomState } from '../model/random.js';
import { divergenceAt } from './divergence.js';
import { batchLoss, clearTally, evaluate, metricsOf, readTally, writeTally } from './metrics.js';
import type { CheckedTrainOptions, EpochReport } from './options.js';
import { areFinite, Snapshot, type Run } from './run.js';
import { Samples, type Data } from './samples.js';
import { isStream, streamOf, wholeOf, type Chunk, type Source, type Stream } from './source.js';
import type { Work } from './work.js';

/** Multiplications that an engine does in some tenths of a millisecond: so many lie between two looks at the clock. */
const WORK_AT_A_TIME = { wasm: 5e6, reference: 2e5 };

/** What a step costs beside its own multiplications. */
const WORK_OF_A_STEP = 2000;

/** Samples learnt between two snapshots: to keep a parameter costs less than a hundredth of what to learn it does. */
const SAMPLES_OF_A_SNAPSHOT = 1000;

/** The data of a training, checked. */
export interface TrainingData {
  readonly training: Samples | Stream;
  readonly validation: Samples | undefined;
}

/**
 * Checks the data, and sets a part of it aside where that is asked for.
 * @throws TypeError, RangeError naming what is wrong in the data
 */
export function* dataOf(
  model: Model,
  data: Data | Stream,
  { validation, validationSplit, classWeights }: CheckedTrainOptions,
): Work<TrainingData> {
  const given = validation === undefined ? undefined : yield* Samples.of(validation, model, 'validation.');
  if (isStream(data)) {
    if (validationSplit) throw new TypeError('validationSplit: a stream has none; give validation data');
    return { training: data, validation: given };
  }
  const samples = yield* Samples.of(data, model, '', classWeights);
  if (!validationSplit) return { training: samples, validation: given };
  // Not from the network's generator: the same part is set aside however often it is trained.
  const parts = samples.split(validationSplit, Random.fromSeed(model.spec.seed));
  if (parts) return parts;
  throw new RangeError(
    `validationSplit: ${validationSplit} of ${samples.count} samples leaves one part empty; give more samples`,
  );
}

const tooFew = (count: number, learnt: number): RangeError =>
  new RangeError(
    `resume: expected the data it stopped in, of which ${learnt} samples are learnt, got ${count}; give the same`,
  );

/** A training under way: what it works on, and how far it has come. */
export class Training {
  readonly #model: Model;
  readonly #random: Random;
  readonly #data: TrainingData;
  readonly #run: Run;
  readonly #options: CheckedTrainOptions;
  readonly #save: () => Uint8Array<ArrayBuffer>;
  readonly #history: EpochReport[] = [];
  /** What is being learnt from at present, and how many samples of the epoch came before it. */
  #chunk: Chunk | undefined;
  #before = 0;
  /** The generator, while a training that goes on comes to where it was. */
  #reached: RandomState | undefined;
  #learningRate: number;

  constructor(
    model: Model,
    random: Random,
    data: TrainingData,
    run: Run,
    options: CheckedTrainOptions,
    save: () => Uint8Array<ArrayBuffer>,
  ) {
    this.#model = model;
    this.#random = random;
    this.#data = data;
    this.#run = run;
    this.#options = options;
    this.#save = save;
    this.#learningRate = run.learningRate;
  }

  /**
   * Gradient descent, to the last epoch. Yields after a whole step, and after each call of the user's functions.
   * @throws DivergenceError
   * @throws RangeError where fewer samples are left than it has learnt of the epoch that goes on
   */
  *go(): Work<EpochReport[]> {
    const source = yield* this.#open();
    try {
      const snapshot = new Snapshot(this.#model, this.#random, this.#run);
      if (!(yield* this.#epochs(source, snapshot, false))) {
        // The weights may have been infinite for a while: go the way again, step by step, up to where they become so.
        snapshot.restore();
        yield* this.#epochs(source, snapshot, true);
        snapshot.restore();
        throw this.#divergence();
      }
      this.#restoreBest();
      return this.#history;
    } finally {
      if (this.#reached) this.#random.restore(this.#reached);
      source.close();
    }
  }

  *#open(): Work<Source> {
    const { training } = this.#data;
    const { done } = this.#run;
    // Of a stream it shows at its end.
    if (!isStream(training as Stream) && (training as Samples).count < done) {
      throw tooFew((training as Samples).count, done);
    }
    const { optimizer, restraints, frozen, shuffle, miniBatchSize, classWeights } = this.#options;
    const { keys, step } = this.#run;
    const random = shuffle ? this.#random : undefined;
    const isRestrained = Object.entries(restraints).some(
      ([name, value]) => name !== 'penalizesBiases' && value,
    );
    this.#model.useRule(
      {
        ...plainRule,
        ...optimizer.rule,
        ...restraints,
        isPlain: Number(optimizer.name === 'sgd' && !isRestrained && frozen.length === 0),
        step,
        key0: keys[0],
        key1: keys[1],
      },
      frozen,
    );
    return isStream(training as Stream)
      ? streamOf(this.#model, training as Stream, miniBatchSize, random, classWeights)
      : yield* wholeOf(this.#model, training as Samples, miniBatchSize, random);
  }

  /**
   * The epochs that are left.
   * @param isCareful keeps each finite step, and tells nobody
   * @returns whether it came to the end: false where it diverged
   */
  *#epochs(source: Source, snapshot: Snapshot, isCareful: boolean): Work<boolean> {
    const run = this.#run;
    const { epochs } = this.#options;
    while (run.epoch <= epochs && !run.isOver) {
      if (run.done === 0) {
        run.epochStart = this.#random.state;
        clearTally(this.#model, this.#model.layout.tally);
      } else {
        this.#reached = this.#random.state;
        this.#random.restore(run.epochStart);
        clearTally(this.#model, this.#model.layout.tally);
        writeTally(this.#model, this.#model.layout.tally, run);
      }
      const learnt = run.done;
      this.#before = 0;
      source.begin();
      for (;;) {
        const chunk = yield* source.next();
        if (!chunk) break;
        this.#chunk = chunk;
        const { count } = chunk.samples;
        const first = Math.min(Math.max(learnt - this.#before, 0), count);
        if (!(yield* this.#learn(chunk, first, source.count, snapshot, isCareful))) return false;
        this.#before += count;
      }
      if (this.#before < learnt) throw tooFew(this.#before, learnt);
      this.#reached = undefined;
      if (!(yield* this.#endEpoch(snapshot, isCareful))) return false;
    }
    return this.#isFinite();
  }

  /** Learns from the samples of a chunk, from the `first` on. @returns false where it diverged */
  *#learn(
    chunk: Chunk,
    first: number,
    ofEpoch: number,
    snapshot: Snapshot,
    isCareful: boolean,
  ): Work<boolean> {
    const model = this.#model;
    const run = this.#run;
    const { kernels } = model;
    const { samples, window, order } = chunk;
    const { count } = samples;
    const { schedule, onBatch, checkpoint, miniBatchSize } = this.#options;
    const size = Math.min(miniBatchSize, count);
    const batches = this.#stepsPerEpoch(size, ofEpoch);

    // How many samples one call of the kernels learns from.
    const workOfASample = model.layout.parameterCount + WORK_OF_A_STEP / size;
    const workAtATime = WORK_AT_A_TIME[kernels.engine];
    const isByStep = !window || onBatch || schedule.isPerStep || checkpoint?.everySteps || isCareful;
    const samplesAtATime = isByStep ? size : size * Math.ceil(workAtATime / (workOfASample * size));
    const snapshotWork = SAMPLES_OF_A_SNAPSHOT * (model.layout.parameterCount + WORK_OF_A_STEP);
    let work = 0;
    let unkept = 0;

    model.isWeighted = samples.areWeighted;
    yield kernels.team?.prepare(model.layout.parameterCount * size);
    for (let n = order?.begin(0) ?? count; n < count; n = order!.begin(n)) yield;
    if (first > 0) order?.draw(0, first);
    if (first < count) this.#reached = undefined;
    if (!schedule.isPerStep) this.#learningRate = this.#rateNow(size, ofEpoch);
    while (first < count) {
      const taken = Math.min(samplesAtATime, count - first);
      if (schedule.isPerStep) this.#learningRate = this.#rateNow(size, ofEpoch);
      order?.draw(first, taken);
      let done = 0;
      try {
        if (!window) samples.gather(model, first, taken, order?.numbers);
        while (done < taken) {
          const from = window?.pointer ?? 0;
          const learnt = kernels.descend(
            model.layout.net,
            from,
            first + done,
            taken - done,
            size,
            this.#learningRate,
          );
          done += learnt;
          run.done += learnt;
          this.#note();
          if (kernels.team?.isLate) yield kernels.team.recover();
          else if (done < taken) return false;
        }
      } finally {
        // However it ends, the generator stays as after the last whole step.
        if (done < taken) order?.settle(first, done);
      }
      first += taken;
      work += taken * workOfASample;
      unkept += taken * workOfASample;
      if (isCareful || unkept >= snapshotWork) {
        unkept = 0;
        if (!snapshot.keep()) return false;
      }
      if (onBatch && !isCareful) {
        const loss = batchLoss(model) / taken;
        yield onBatch({ epoch: run.epoch, batch: model.step - run.epochStep, batches, loss });
      } else if (work >= workAtATime) {
        work = 0;
        yield;
      }
      if (checkpoint?.everySteps && !isCareful && model.step % checkpoint.everySteps === 0) {
        if (!(yield* this.#write())) return false;
      }
    }
    return true;
  }

  /** η of the step to come. */
  #rateNow(size: number, ofEpoch: number): number {
    const { schedule, epochs } = this.#options;
    if (schedule.isConstant) return schedule.initial;
    const run = this.#run;
    const stepsPerEpoch = this.#stepsPerEpoch(size, ofEpoch);
    return schedule.at({ epoch: run.epoch, epochs, step: this.#model.step, stepsPerEpoch }, run.plateau);
  }

  #stepsPerEpoch(size: number, ofEpoch: number): number {
    return ofEpoch ? Math.ceil(ofEpoch / size) : this.#run.stepsPerEpoch;
  }

  /** The report of an epoch, and what follows from it. @returns false where it diverged */
  *#endEpoch(snapshot: Snapshot, isCareful: boolean): Work<boolean> {
    const model = this.#model;
    const run = this.#run;
    const { schedule, earlyStopping, onEpoch, checkpoint } = this.#options;
    const { loss, accuracy } = metricsOf(readTally(model, model.layout.tally), run.done);
    const { validation } = this.#data;
    const report: EpochReport = {
      epoch: run.epoch,
      loss,
      accuracy,
      ...(!schedule.isConstant && { learningRate: this.#learningRate }),
      ...(validation && { validation: yield* evaluate(model, validation) }),
    };
    const watched = report.validation ?? report;
    schedule.afterEpoch?.(run.plateau, watched.loss);
    if (earlyStopping) this.#watch(watched[earlyStopping.monitor]);
    run.epoch++;
    run.done = 0;
    run.stepsPerEpoch = run.step - run.epochStep;
    run.epochStep = run.step;
    run.epochStart = this.#random.state;
    clearTally(model, model.layout.tally);
    if (isCareful) return true;
    if (validation || schedule.afterEpoch || earlyStopping) {
      if (!snapshot.keep()) return false;
    }
    this.#history.push(report);
    if (onEpoch) yield onEpoch(report);
    if (checkpoint?.everyEpochs && report.epoch % checkpoint.everyEpochs === 0) return yield* this.#write();
    return true;
  }

  /** Early stopping: remembers the best parameters. */
  #watch(value: number): void {
    const run = this.#run;
    const { patience, minDelta, monitor, restoreBest } = this.#options.earlyStopping!;
    const isBetter = monitor === 'loss' ? value < run.best - minDelta : value > run.best + minDelta;
    run.waited = isBetter ? 0 : run.waited + 1;
    if (isBetter) {
      run.best = value;
      run.bestEpoch = run.epoch;
      if (restoreBest) this.#best.set(this.#model.parametersAt(this.#model.layout.parameters));
    }
    run.isOver = run.waited > 0 && run.waited >= patience;
  }

  #restoreBest(): void {
    if (!this.#options.earlyStopping?.restoreBest || this.#run.bestEpoch === 0) return;
    this.#model.parametersAt(this.#model.layout.parameters).set(this.#best);
  }

  /** The last slot. */
  get #best(): Float32Array | Float64Array {
    return this.#model.parametersAt(this.#model.slot(this.#options.optimizer.slots));
  }

  /** Writes a checkpoint. @returns false where there are no finite weights to write */
  *#write(): Work<boolean> {
    if (!this.#isFinite()) return false;
    yield this.#options.checkpoint!.write(this.#save());
    return true;
  }

  /** Writes down how far it has come, as the kernels know it. */
  #note(): void {
    const { step, layout } = this.#model;
    Object.assign(this.#run, readTally(this.#model, layout.tally), {
      step,
      learningRate: this.#learningRate,
    });
  }

  #isFinite(): boolean {
    return areFinite(this.#model.parametersAt(this.#model.layout.parameters));
  }

  #divergence(): Error {
    const { samples } = this.#chunk!;
    const size = Math.min(this.#options.miniBatchSize, samples.count);
    const first = Math.max(this.#run.done - this.#before, 0);
    const step = this.#run.step - this.#run.epochStep + 1;
    const rows = Math.min(size, samples.count - first) || size;
    return divergenceAt(
      this.#model,
      this.#chunk!,
      first,
      rows,
      { epoch: this.#run.epoch, step },
      this.#learningRate,
    );
  }
}
