import type { Model } from '../model/model.js';
import { plainRule } from '../model/model.js';
import type { Random, RandomState } from '../base/random.js';
import { clearTally, evaluate, metricsOf, readTally, writeTally } from './metrics.js';
import type { BatchReport, CheckedTrainOptions, EpochReport } from './options.js';
import type { Run } from '../model/state.js';
import { areFinite, Snapshot } from './run.js';
import { Samples, type Data } from './samples.js';
import { isStream, wholeOf, type Chunk, type Source, type Stream } from './source.js';
import { awaited, type Work } from '../base/work.js';

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
    if (validationSplit) throw new TypeError('validationSplit: a stream has none; give validation');
    return { training: data, validation: given };
  }
  const samples = yield* Samples.of(data, model, '', classWeights);
  if (!validationSplit) return { training: samples, validation: given };
  const { split } = yield* awaited(import('./split.js'));
  return split(samples, validationSplit, model.spec.seed);
}

const tooFew = (count: number, learnt: number): RangeError =>
  new RangeError(
    `resume: expected the data it stopped in, of which it knows ${learnt} samples, got ${count}`,
  );

/** How a chunk is gone through. */
interface Pass {
  readonly chunk: Chunk;
  readonly order: Chunk['order'];
  readonly count: number;
  readonly size: number;
  readonly stepsPerEpoch: number;
  readonly workOfASample: number;
  /** How many one call of the kernels learns from. */
  readonly samplesAtATime: number;
}

/** A training under way: what it works on, and how far it has come. */
export class Training {
  readonly #model: Model;
  readonly #random: Random;
  readonly #data: TrainingData;
  readonly #run: Run;
  readonly #options: CheckedTrainOptions;
  readonly #save: () => Uint8Array<ArrayBuffer>;
  readonly #observe: ((report: EpochReport) => Work<EpochReport>) | undefined;
  readonly #history: EpochReport[] = [];
  /** What is being learnt from at present, and how many samples of the epoch came before it. */
  #chunk: Chunk | undefined;
  #before = 0;
  /** Where the generator was when a stopped epoch is gone into anew. */
  #reached: RandomState | undefined;
  #learningRate: number;

  constructor(
    model: Model,
    random: Random,
    data: TrainingData,
    run: Run,
    options: CheckedTrainOptions,
    save: () => Uint8Array<ArrayBuffer>,
    observe?: (report: EpochReport) => Work<EpochReport>,
  ) {
    this.#observe = observe;
    this.#model = model;
    this.#random = random;
    this.#data = data;
    this.#run = run;
    this.#options = options;
    this.#save = save;
    const { schedule } = options;
    this.#learningRate = schedule.isConstant ? schedule.initial : run.learningRate;
  }

  /**
   * Gradient descent, to the last epoch. Yields after a whole step, and after each call of the user's functions.
   * @throws DivergenceError
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
        throw yield* this.#divergence();
      }
      this.#restoreBest();
      return this.#history;
    } finally {
      if (this.#reached) this.#random.restore(this.#reached);
      source.close();
    }
  }

  *#open(): Work<Source> {
    const { optimizer, restraints, frozen, shuffle, miniBatchSize, classWeights } = this.#options;
    const { keys, step, done } = this.#run;
    const { training } = this.#data;
    // Of a stream it shows at its end.
    if (!isStream(training) && training.count < done) throw tooFew(training.count, done);
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
    if (!isStream(training)) return yield* wholeOf(this.#model, training, miniBatchSize, random);
    const { streamOf } = yield* awaited(import('./stream.js'));
    return streamOf(this.#model, training, miniBatchSize, random, classWeights);
  }

  /**
   * The epochs that are left. One generator for all of them: a small network has its epochs in less than a microsecond.
   * @param isCareful keeps each finite step, and tells nobody
   * @returns whether it came to the end: false where it diverged
   */
  *#epochs(source: Source, snapshot: Snapshot, isCareful: boolean): Work<boolean> {
    const model = this.#model;
    const run = this.#run;
    const { epochs, schedule, onBatch, checkpoint } = this.#options;
    const { team, engine } = model.kernels;
    const workAtATime = WORK_AT_A_TIME[engine];
    const snapshotWork = SAMPLES_OF_A_SNAPSHOT * (model.layout.parameterCount + WORK_OF_A_STEP);
    let work = 0;
    let unkept = 0;
    let pass: Pass | undefined;

    if (run.done > 0) this.#reached = this.#random.state;
    this.#random.restore(run.epochStart);
    clearTally(model.tally);
    writeTally(model.tally, run);
    while (run.epoch <= epochs && !run.isOver) {
      const learnt = run.done;
      this.#before = 0;
      if (!source.whole) source.begin();
      for (;;) {
        const chunk = source.whole ? (this.#before ? undefined : source.whole) : yield* source.next();
        if (!chunk) break;
        if (pass?.chunk !== chunk) pass = this.#passThrough(chunk, source.count, isCareful);
        const { order, count } = pass;
        let first = Math.min(Math.max(learnt - this.#before, 0), count);
        for (let n = order?.begin(0) ?? count; n < count; n = order!.begin(n)) yield;
        if (first > 0) order?.draw(0, first);
        if (first < count) this.#reached = undefined;
        if (!schedule.isPerStep && !schedule.isConstant) yield* this.#takeRate(pass);

        while (first < count) {
          if (schedule.isPerStep) yield* this.#takeRate(pass);
          const taken = Math.min(pass.samplesAtATime, count - first);
          order?.draw(first, taken);
          let done = 0;
          try {
            if (!chunk.window) chunk.samples.gather(model, first, taken, order?.numbers);
            while (done < taken) {
              done += this.#descend(pass, first + done, taken - done);
              if (team?.isLate) yield team.recover();
              else if (done < taken) return false;
            }
          } finally {
            // However it ends, the generator stays as after the last whole step.
            if (done < taken) order?.settle(first, done);
          }
          first += taken;
          work += taken * pass.workOfASample;
          unkept += taken * pass.workOfASample;
          if (isCareful || unkept >= snapshotWork) {
            unkept = 0;
            if (!snapshot.keep()) return false;
          }
          if (onBatch && !isCareful) {
            yield onBatch(this.#batchReport(pass, taken));
          } else if (work >= workAtATime) {
            work = 0;
            yield;
          }
          if (checkpoint?.everySteps && !isCareful && run.step % checkpoint.everySteps === 0) {
            if (!this.#isFinite()) return false;
            yield this.#write();
          }
        }
        this.#before += count;
      }
      if (this.#before < learnt) throw tooFew(this.#before, learnt);
      this.#reached = undefined;
      const report = this.#report();
      const { validation } = this.#data;
      const full = validation ? { ...report, validation: yield* evaluate(model, validation) } : report;
      this.#endEpoch(full);
      if (isCareful) continue;
      if ((validation || schedule.afterEpoch || this.#options.earlyStopping) && !snapshot.keep())
        return false;
      const told = this.#observe ? yield* this.#observe(full) : full;
      this.#history.push(told);
      if (this.#options.onEpoch) yield this.#options.onEpoch(told);
      if (checkpoint?.everyEpochs && full.epoch % checkpoint.everyEpochs === 0) {
        if (!this.#isFinite()) return false;
        yield this.#write();
      }
    }
    return this.#isFinite();
  }

  /** How a chunk is gone through. */
  #passThrough(chunk: Chunk, ofEpoch: number, isCareful: boolean): Pass {
    const model = this.#model;
    const { samples, window, order } = chunk;
    const { count } = samples;
    const { schedule, onBatch, checkpoint, miniBatchSize } = this.#options;
    const size = Math.min(miniBatchSize, count);
    const workOfASample = model.layout.parameterCount + WORK_OF_A_STEP / size;
    const isByStep = !window || onBatch || schedule.isPerStep || checkpoint?.everySteps || isCareful;
    const steps = Math.ceil(WORK_AT_A_TIME[model.kernels.engine] / (workOfASample * size));
    model.isWeighted = samples.areWeighted;
    this.#chunk = chunk;
    return {
      chunk,
      order,
      count,
      size,
      stepsPerEpoch: ofEpoch ? Math.ceil(ofEpoch / size) : this.#run.stepsPerEpoch,
      workOfASample,
      samplesAtATime: isByStep ? size : size * steps,
    };
  }

  /** One call of the kernels. @returns how many samples were learnt, which is written down */
  #descend({ chunk, size }: Pass, first: number, count: number): number {
    const { kernels, layout } = this.#model;
    const from = chunk.window?.pointer ?? 0;
    const learnt = kernels.descend(layout.net, from, first, count, size, this.#learningRate);
    const run = this.#run;
    run.done += learnt;
    readTally(this.#model.tally, run);
    run.step += Math.ceil(learnt / size);
    run.learningRate = this.#learningRate;
    return learnt;
  }

  #batchReport({ stepsPerEpoch }: Pass, rows: number): BatchReport {
    const { epoch, step, epochStep } = this.#run;
    return {
      epoch,
      batch: step - epochStep,
      batches: stepsPerEpoch,
      loss: this.#model.tally.batchLoss / rows,
    };
  }

  /** η of the step to come. */
  *#takeRate({ stepsPerEpoch }: Pass): Work<void> {
    const { schedule, epochs } = this.#options;
    const { epoch, step, plateau } = this.#run;
    const rate = schedule.at({ epoch, epochs, step, stepsPerEpoch }, plateau);
    this.#learningRate = typeof rate === 'number' ? rate : yield* awaited(rate);
  }

  #report(): EpochReport {
    const run = this.#run;
    const { epoch, learningRate } = run;
    const { loss, accuracy } = metricsOf(run, run.done);
    return this.#options.schedule.isConstant
      ? { epoch, loss, accuracy }
      : { epoch, loss, accuracy, learningRate };
  }

  /** What follows from an epoch, and the beginning of the next. */
  #endEpoch(report: EpochReport): void {
    const model = this.#model;
    const run = this.#run;
    const { schedule, earlyStopping } = this.#options;
    const watched = report.validation ?? report;
    schedule.afterEpoch?.(run.plateau, watched.loss);
    if (earlyStopping) this.#watch(watched[earlyStopping.monitor]);
    run.epoch++;
    run.done = 0;
    run.loss = 0;
    run.right = 0;
    run.stepsPerEpoch = run.step - run.epochStep;
    run.epochStep = run.step;
    this.#random.writeState(run.epochStart);
    clearTally(model.tally);
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

  /** Writes a checkpoint. */
  #write(): unknown {
    return this.#options.checkpoint!.write(this.#save());
  }

  #isFinite(): boolean {
    return areFinite(this.#model.parametersAt(this.#model.layout.parameters));
  }

  *#divergence(): Work<Error> {
    const { divergenceAt } = yield* awaited(import('./divergence.js'));
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
