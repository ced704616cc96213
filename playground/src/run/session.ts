import { yieldToEventLoop, type EngineOptions, type Network } from 'bp4';
import type { Reply, Request, Start } from '../protocol.js';
import { compareRuns } from './comparison.js';
import { loaded, PageError, toFailure } from './failure.js';
import { prepareTaskData, type DigitsFile } from './task-data.js';
import { Meter } from './meter.js';
import { describeProblem, describeProgress } from './replies.js';
import { Trainer } from './trainer.js';

/** A training that runs until it's complete or another request stops it. */
interface Activity {
  readonly type: 'play' | 'epoch' | 'open' | 'compare';
  isStopped: boolean;
}

/** The longest time to train before handling messages. */
const SLICE_MILLISECONDS = 8;

/**
 * A run in the worker. It answers requests one at a time, in order of arrival; playing and comparisons continue in between.
 */
export class Session {
  readonly #post: (reply: Reply) => void;
  readonly #digits: DigitsFile;
  readonly #engine: EngineOptions;
  readonly #meter = new Meter();
  #queue: Promise<void> = Promise.resolve();
  #trainer: Trainer | undefined;
  /** How the trainer's run started. */
  #start: Start | undefined;
  #activity: Activity | undefined;
  /** Ends when playing or a comparison ends: requests that don't stop them are answered meanwhile. */
  #background: Promise<void> | undefined;
  /** The number of 'open' requests so far. Only the latest counts. */
  #opened = 0;

  constructor(post: (reply: Reply) => void, digits: DigitsFile, engine: EngineOptions = {}) {
    this.#post = post;
    this.#digits = digits;
    this.#engine = engine;
  }

  /** @returns a promise that resolves after the reply, which may report a failure */
  receive(request: Request): Promise<void> {
    const activity = this.#activity;
    // 'play' stops when the request's turn comes; an activity that blocks the queue must stop now
    const stops = request.type === 'open' || (request.type === 'pause' && activity?.type === 'epoch');
    if (activity && stops) activity.isStopped = true;
    if (request.type === 'open') this.#opened++;
    const number = this.#opened;
    this.#queue = this.#queue.then(() => this.#orFail(() => this.#answer(request, number)));
    return this.#queue;
  }

  async #answer(request: Request, number: number): Promise<void> {
    switch (request.type) {
      case 'open':
        return this.#open(request, number);
      case 'play':
        if (this.#activity?.type === 'play' && !this.#activity.isStopped) return;
        await this.#rest();
        this.#use();
        this.#begin(() => this.#go('play', Infinity));
        return;
      case 'pause':
        await this.#rest();
        if (this.#trainer) this.#postProgress();
        return;
      case 'step':
        await this.#rest();
        this.#post({ type: 'walk', walk: await this.#use().walk() });
        this.#postProgress();
        return;
      case 'epoch': {
        await this.#rest();
        const { epoch, stepsPerEpoch } = this.#use();
        await this.#go('epoch', (epoch + 1) * stepsPerEpoch);
        this.#postProgress();
        return;
      }
      case 'ask':
        this.#post({ type: 'answer', outputs: this.#use().net.predict(request.inputs) });
        return;
      case 'follow':
        await this.#rest();
        this.#post({ type: 'walk', walk: this.#use().follow(request.inputs, request.label) });
        return;
      case 'try':
        this.#post({ type: 'tried', id: request.id, walk: await this.#use().try(request.trial) });
        return;
      case 'check': {
        const { id, trial, at } = request;
        this.#post({ type: 'checked', id, check: await this.#use().check(trial, at) });
        return;
      }
      case 'explain':
        this.#post({ type: 'explained', id: request.id, importance: await this.#use().explain() });
        return;
      case 'diagnose': {
        const trainer = this.#use();
        const diagnosis = await trainer.diagnose();
        this.#post({ type: 'diagnosed', id: request.id, diagnosis, units: trainer.measureHealth() });
        return;
      }
      case 'compare':
        await this.#rest();
        this.#postProgress(); // it no longer plays
        this.#begin(() => this.#compare(request));
        return;
      case 'export':
        return this.#export(request.format);
    }
  }

  async #open(
    { id, settings, csv, parameters, steps = 0 }: Request & { type: 'open' },
    number: number,
  ): Promise<void> {
    await this.#rest();
    this.#trainer?.dispose();
    this.#trainer = undefined;
    const isOutdated = (): boolean => number < this.#opened;
    if (isOutdated()) return;
    const data = await prepareTaskData(settings, csv, this.#digits);
    const trainer = await Trainer.create(settings, data, this.#engine, parameters);
    this.#trainer = trainer;
    this.#start = { settings, ...(parameters && { parameters }) };
    if (!isOutdated()) await this.#go('open', steps);
    if (isOutdated()) return;
    const progress = describeProgress(trainer, { isPlaying: false, samplesPerSecond: 0 }, true);
    this.#post({ type: 'opened', id, problem: describeProblem(trainer), progress });
  }

  /** Starts work that goes on while other requests are answered. */
  #begin(work: () => Promise<void>): void {
    this.#background = this.#orFail(work).finally(() => {
      this.#background = undefined;
    });
  }

  /** Stops playing or a comparison, and waits until it has stopped. */
  async #rest(): Promise<void> {
    if (this.#activity) this.#activity.isStopped = true;
    await this.#background;
  }

  async #compare({ id, cured }: Request & { type: 'compare' }): Promise<void> {
    const { data } = this.#use();
    const activity: Activity = { type: 'compare', isStopped: false };
    this.#activity = activity;
    const trainers: Trainer[] = [];
    try {
      for (const { settings, parameters } of [this.#start!, cured])
        trainers.push(await Trainer.create(settings, data, this.#engine, parameters));
      for await (const comparison of compareRuns(trainers[0]!, trainers[1]!)) {
        if (activity.isStopped) return;
        this.#post({ type: 'compared', id, comparison });
        await yieldToEventLoop();
      }
    } finally {
      for (const trainer of trainers) trainer.dispose();
      this.#activity = undefined;
    }
  }

  /** Trains up to a step or until another request stops it, and posts its progress meanwhile. */
  async #go(type: Activity['type'], until: number): Promise<void> {
    const trainer = this.#use();
    const activity = { type, isStopped: false };
    this.#activity = activity;
    this.#meter.begin(trainer.samplesSeen);
    const isEnough = (): boolean => {
      if (type !== 'open' && this.#meter.isDue('progress')) this.#postProgress();
      return activity.isStopped;
    };
    try {
      let sliceEnd = performance.now() + SLICE_MILLISECONDS;
      while (trainer.step < until && !activity.isStopped) {
        const hasEnded = await trainer.train(until, isEnough);
        if (hasEnded && this.#meter.isDue('diagnosis')) {
          const begun = performance.now();
          await trainer.reportDiagnosis();
          this.#meter.done('diagnosis', begun);
        }
        if (performance.now() < sliceEnd) continue;
        await yieldToEventLoop();
        sliceEnd = performance.now() + SLICE_MILLISECONDS;
      }
    } finally {
      this.#activity = undefined;
    }
  }

  #postProgress(): void {
    const trainer = this.#use();
    const begun = performance.now();
    const { type, isStopped } = this.#activity ?? {};
    const isPlaying = type === 'play' && !isStopped;
    const isAtRest = type === undefined;
    // also 0 in the first tick of a training: clocks of browsers have ticks of a millisecond
    const samplesPerSecond = isAtRest ? 0 : this.#meter.rate(trainer.samplesSeen);
    const progress = describeProgress(trainer, { isPlaying, samplesPerSecond }, isAtRest);
    this.#post({ type: 'progress', progress });
    this.#meter.done('progress', begun);
  }

  async #export(format: 'json' | 'code'): Promise<void> {
    const { net, data, settings } = this.#use();
    const [ending, mimeType, text] =
      format === 'json'
        ? (['json', 'application/json', JSON.stringify(net)] as const)
        : (['mjs', 'text/javascript', await generateModule(net, data.outputNames)] as const);
    this.#post({ type: 'exported', fileName: `bp4-${settings.task}.${ending}`, mimeType, text });
  }

  /** Reports any error as a reply, so that the queue continues. */
  async #orFail(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      this.#post({ type: 'failed', ...toFailure(error) });
    }
  }

  #use(): Trainer {
    if (!this.#trainer) throw new PageError('failure.noNetwork');
    return this.#trainer;
  }
}

/** Loads bp4/code only on demand. */
async function generateModule(net: Network, outputs: readonly string[]): Promise<string> {
  const { toModule } = await loaded(import('bp4/code'));
  return toModule(net, { outputs });
}
