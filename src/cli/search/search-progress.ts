import type { StudyTrial } from '../../search/coordinator.js';
import { objectives, toLoss, type MetricName } from '../../search/scores.js';
import { formatCount, formatDuration, formatPrecise, formatSignificant } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import { barLine } from '../train/progress-bar.js';

/** What is known of a search before it begins. */
interface Extent {
  readonly trials: number;
  readonly metric: MetricName;
  readonly journal: string;
  /** How a worker of the queue is started; undefined where the search needs none. */
  readonly startWorker: string | undefined;
}

/** Shows how a search goes: a line for each trial and, on a terminal, a bar beneath them; or events. */
export class SearchProgress {
  readonly #output: Output;
  readonly #extent: Extent;
  readonly #begin = performance.now();
  readonly #timer: NodeJS.Timeout;
  #best: StudyTrial | undefined;
  #done = 0;
  /** The trials from the journal. */
  #recorded = 0;
  #isContinued = false;
  #workers: number | undefined;
  /** Networks that are trained again for the ensemble. */
  #retrain = { all: 0, done: 0, begin: 0 };

  constructor(output: Output, extent: Extent) {
    this.#output = output;
    this.#extent = extent;
    this.#timer = setInterval(() => {
      this.#sayContinued();
      this.#draw();
    }, 500);
    this.#draw();
  }

  /** Seconds since the search began. */
  get seconds(): number {
    return (performance.now() - this.#begin) / 1000;
  }

  /** The number of finished trials. */
  get done(): number {
    return this.#done;
  }

  /** Those of them that ran now. */
  get fresh(): number {
    return this.#done - this.#recorded;
  }

  readonly onTrial = (trial: StudyTrial): void => {
    const { number, state, score, epochs, values, error, seconds } = trial;
    const isRecorded = seconds === undefined;
    if (!isRecorded) this.#sayContinued();
    this.#done++;
    if (isRecorded) this.#recorded++;
    const isBest = state === 'complete' && this.#isBetter(score!);
    if (isBest) this.#best = trial;
    this.#output.event('trial', {
      ...{ number, state, score, isBest, values, epochs },
      ...(error !== undefined && { error }),
      ...(seconds !== undefined && { seconds }),
    });
    if (!isRecorded) this.#output.say(this.#line(trial, isBest));
    this.#draw();
  };

  /** Those that serve the queue. */
  readonly onWorkers = (count: number): void => {
    const before = this.#workers;
    if (count === before) return;
    this.#sayContinued();
    this.#workers = count;
    this.#output.event('workers', { count });
    const { startWorker } = this.#extent;
    if (count > 0 && !before) this.#output.say(`${formatCount(count, 'worker')} on the queue.`);
    else if (count === 0) {
      const when = before === undefined ? 'yet' : 'anymore';
      this.#output.sayWrapped(
        `There are no workers on the queue ${when}; waiting. Start one, on this machine or another: ${startWorker!}`,
      );
    }
    this.#draw();
  };

  readonly onRetrain = (): void => {
    this.#sayContinued();
    if (this.#retrain.all++ > 0) return;
    this.#retrain.begin = performance.now();
    const why = this.#extent.startWorker === undefined ? 'the journal' : 'the queue';
    this.#output.say(`Training the networks of the best trials again: ${why} has only their hashes.`);
  };

  readonly onRetrained = (): void => {
    this.#retrain.done++;
    this.#draw();
  };

  /** Removes the bar. */
  stop(): void {
    clearInterval(this.#timer);
    this.#sayContinued();
    this.#output.draw('');
  }

  /** Says once what the journal has. */
  #sayContinued(): void {
    if (this.#isContinued || this.#recorded === 0) return;
    this.#isContinued = true;
    const { trials, journal, metric } = this.#extent;
    const count =
      this.#recorded < trials
        ? `${this.#recorded} of ${formatCount(trials, 'trial')}`
        : `all ${formatCount(trials, 'trial')}`;
    const best = this.#best
      ? `; the best is trial ${this.#best.number}: ${metric} ${formatPrecise(this.#best.score!)}`
      : '';
    this.#output.say(`${journal} has ${count}${best}.`);
  }

  #isBetter(score: number): boolean {
    const loss = toLoss(objectives[this.#extent.metric], score);
    return !this.#best || loss < toLoss(objectives[this.#extent.metric], this.#best.score!);
  }

  #line({ number, state, score, values, error }: StudyTrial, isBest: boolean): string {
    const place = String(number).padStart(String(this.#extent.trials - 1).length);
    const shown = (score === undefined ? '' : formatPrecise(score)).padStart(7);
    const mark = isBest ? 'best' : state === 'complete' ? '' : state;
    const parts = [`trial ${place}`, shown, isBest ? this.#output.green(mark.padEnd(4)) : mark.padEnd(4)];
    return [...parts, formatValues(values), ...(error === undefined ? [] : [error])].join('  ');
  }

  #draw(): void {
    const { columns } = this.#output;
    const { left, share, rights } = this.#done < this.#extent.trials ? this.#ofTrials() : this.#ofEnsemble();
    const plain = (text: string): string => text; // a line that is drawn has no styles
    this.#output.draw(barLine({ left, share }, rights, { columns: columns - 1, green: plain, dim: plain }));
  }

  #ofTrials(): Bar {
    const { trials } = this.#extent;
    const rate = this.fresh / this.seconds;
    const best = this.#best ? `best ${formatPrecise(this.#best.score!)}  ` : '';
    const workers = this.#workers === undefined ? '' : `  ${formatCount(this.#workers, 'worker')}`;
    const eta = this.#workers === 0 ? 'waiting for a worker' : formatETA(trials - this.#done, rate);
    const speed = rate > 0 ? `${formatSignificant(rate)} trials/s  ` : '';
    return {
      left: `trial ${this.#done}/${trials}`,
      share: this.#done / trials,
      rights: [`${best}${speed}${eta}${workers}`, `${best}${eta}`, eta],
    };
  }

  #ofEnsemble(): Bar {
    const { all, done, begin } = this.#retrain;
    if (all === 0) return { left: 'combining the best trials', share: 1, rights: [''] };
    const eta = formatETA(all - done, done / ((performance.now() - begin) / 1000));
    return { left: `network ${done}/${all}`, share: done / all, rights: [eta] };
  }
}

/** What a bar shows. */
interface Bar {
  readonly left: string;
  readonly share: number;
  readonly rights: readonly string[];
}

const formatETA = (left: number, rate: number): string =>
  rate > 0 ? `ETA ${formatDuration(left / rate)}` : 'ETA …';

/** `learning-rate 0.0123  hidden 64,32`. */
const formatValues = (values: StudyTrial['values']): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value as string | number}`)
    .join('  ');
