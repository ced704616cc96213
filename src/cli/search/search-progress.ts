import type { StudyTrial } from '../../search/coordinator.js';
import { toLoss, type MetricName } from '../../search/scores.js';
import { formatDuration, formatPrecise, formatSignificant } from '../terminal/format.js';
import type { Output } from '../terminal/output.js';
import { barLine } from '../train/progress-bar.js';

/** Shows how a search goes: a line for each trial and, on a terminal, a bar beneath them; or events. */
export class SearchProgress {
  readonly #output: Output;
  readonly #trials: number;
  readonly #metric: MetricName;
  readonly #begin = performance.now();
  readonly #timer: NodeJS.Timeout;
  #best: StudyTrial | undefined;
  #done = 0;
  /** The trials from the journal. */
  #recorded = 0;

  constructor(output: Output, trials: number, metric: MetricName) {
    this.#output = output;
    this.#trials = trials;
    this.#metric = metric;
    this.#timer = setInterval(() => this.#draw(), 500);
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

  readonly onTrial = (trial: StudyTrial): void => {
    const { number, state, score, epochs, values, error, seconds } = trial;
    this.#done++;
    if (seconds === undefined) this.#recorded++;
    const isBest = state === 'complete' && this.#isBetter(score!);
    if (isBest) this.#best = trial;
    this.#output.event('trial', {
      ...{ number, state, score, isBest, values, epochs },
      ...(error !== undefined && { error }),
      ...(seconds !== undefined && { seconds }),
    });
    this.#output.say(this.#line(trial, isBest));
    this.#draw();
  };

  /** Removes the bar. */
  stop(): void {
    clearInterval(this.#timer);
    this.#output.draw('');
  }

  #isBetter(score: number): boolean {
    const loss = toLoss(this.#metric, score);
    return !this.#best || loss < toLoss(this.#metric, this.#best.score!);
  }

  #line({ number, state, score, values, error }: StudyTrial, isBest: boolean): string {
    const place = String(number).padStart(String(this.#trials - 1).length);
    const shown = (score === undefined ? '' : formatPrecise(score)).padStart(7);
    const mark = isBest ? 'best' : state === 'complete' ? '' : state;
    const parts = [`trial ${place}`, shown, isBest ? this.#output.green(mark.padEnd(4)) : mark.padEnd(4)];
    return [...parts, formatValues(values), ...(error === undefined ? [] : [error])].join('  ');
  }

  #draw(): void {
    const { columns } = this.#output;
    const share = Math.min(this.#done / this.#trials, 1);
    const rate = (this.#done - this.#recorded) / this.seconds;
    const best = this.#best ? `best ${formatPrecise(this.#best.score!)}  ` : '';
    const eta = rate > 0 ? `ETA ${formatDuration((this.#trials - this.#done) / rate)}` : 'ETA …';
    const plain = (text: string): string => text; // a line that is drawn has no styles
    this.#output.draw(
      barLine(
        { left: `trial ${this.#done}/${this.#trials}`, share },
        [`${best}${formatSignificant(rate)} trials/s  ${eta}`, `${best}${eta}`, eta],
        { columns: columns - 1, green: plain, dim: plain },
      ),
    );
  }
}

/** `learning-rate 0.0123  hidden 64,32`. */
const formatValues = (values: StudyTrial['values']): string =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${value as string | number}`)
    .join('  ');
