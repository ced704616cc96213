import { SingleBar } from 'cli-progress';
import type { BatchReport, EpochReport } from '../../training/reports.js';
import type { Output } from '../terminal/output.js';
import type { Task } from '../../data/index.js';
import { formatDuration, groupDigits, formatPercent } from '../terminal/format.js';

/** Up to this many epochs have one line each. */
const MOST_LINES = 100;
/** The same, when it trains again. */
const MOST_REFIT_LINES = 10;

/** The bar is drawn this many times per second. */
const FRAMES_PER_SECOND = 10;

/** What is known about a run before it begins. */
export interface Extent {
  readonly task: Task;
  readonly epochs: number;
  /** Whether it trains again on all samples, without validation. */
  readonly isRefit: boolean;
  /** For a training run in shards: the number of rounds, which the reports are about. */
  readonly rounds: number | undefined;
  /** Epochs done before. */
  readonly done: number;
  /** Samples per epoch. */
  readonly samples: number;
  readonly miniBatchSize: number;
}

/** Shows the progress of training: a bar on a terminal, otherwise lines, or events. */
export class Progress {
  readonly #output: Output;
  readonly #extent: Extent;
  readonly #bar: SingleBar | undefined;
  readonly #begin = performance.now();
  /** The number of epochs, or rounds, between lines. */
  readonly #every: number;
  /** Epochs trained by this process, including parts. */
  #first = 0;
  #done = 0;
  #report: EpochReport | undefined;
  /** The time of the first report, and the epochs done until then. */
  #since = 0;
  #before = 0;

  constructor(output: Output, extent: Extent) {
    this.#output = output;
    this.#extent = extent;
    const mostLines = extent.isRefit ? MOST_REFIT_LINES : MOST_LINES;
    this.#every = roundUp((extent.rounds ?? extent.epochs) / mostLines);
    if (!output.isTTY || output.quiet) return;
    this.#bar = new SingleBar({
      format: () => this.#line(),
      fps: FRAMES_PER_SECOND,
      hideCursor: true,
      linewrap: false,
      gracefulExit: false,
      clearOnComplete: true,
      stream: process.stdout,
    });
    this.#bar.start(1, 0);
  }

  /** Seconds since training began. */
  get seconds(): number {
    return (performance.now() - this.#begin) / 1000;
  }

  get last(): EpochReport | undefined {
    return this.#report;
  }

  /** Measured from the first report, because the data is prepared before it. */
  get samplesPerSecond(): number {
    const epochs = this.#done - this.#before;
    const seconds = (performance.now() - this.#since) / 1000;
    if (epochs > 0 && seconds > 0) return (epochs * this.#extent.samples) / seconds;
    return (this.#done * this.#extent.samples) / Math.max(this.seconds, 1e-3);
  }

  readonly onEpoch = (report: EpochReport): void => {
    const before = this.#report?.epoch ?? this.#extent.done;
    this.#count(before, report.epoch - before);
    this.#report = report;
    this.#bar?.update(this.#share());
    if (this.#output.json) this.#output.event(this.#extent.isRefit ? 'refit' : 'epoch', this.#fields(report));
    else if (!this.#bar && this.#hasLine(report.epoch))
      this.#output.say(`${formatEpoch(report, this.#extent)}  ${this.#pace()}`);
  };

  /** Within long epochs. */
  readonly onBatch = ({ epoch, batch, batches }: BatchReport): void => {
    this.#count(epoch - 1, batch / Math.max(batches, batch));
    this.#bar?.update(this.#share());
  };

  /** @param whole epochs, and the share of the next that is done */
  #count(whole: number, share: number): void {
    const isFirst = this.#done === 0;
    if (isFirst) this.#first = whole;
    this.#done = whole - this.#first + share;
    if (!isFirst) return;
    this.#since = performance.now();
    this.#before = this.#done;
  }

  /** Removes the bar. */
  stop(): void {
    this.#bar?.stop();
  }

  #hasLine(epoch: number): boolean {
    const round = roundOf(epoch, this.#extent);
    return round === 1 || epoch === this.#extent.epochs || round % this.#every === 0;
  }

  #share(): number {
    return Math.min((this.#first + this.#done) / this.#extent.epochs, 1);
  }

  #pace(): string {
    return this.#output.dim(`${groupDigits(this.samplesPerSecond)} samples/s, ${this.#eta()}`);
  }

  #eta(): string {
    const left = this.#extent.epochs - this.#first - this.#done;
    return this.#done > 0
      ? `ETA ${formatDuration((left * this.#extent.samples) / this.samplesPerSecond)}`
      : 'ETA …';
  }

  #line(): string {
    const { epochs } = this.#extent;
    const share = this.#share();
    const epoch = Math.min(Math.floor(this.#first + this.#done) + 1, epochs);
    const text = this.#report
      ? `${formatEpoch(this.#report, this.#extent).replace(/^.*epoch +\d+ +/, '')}  `
      : '';
    const eta = this.#eta();
    return barLine(
      { left: `epoch ${epoch}/${epochs}`, share },
      [`${text}${groupDigits(this.samplesPerSecond)} samples/s  ${eta}`, `${text}${eta}`, eta],
      this.#output,
    );
  }

  #fields(report: EpochReport): Record<string, unknown> {
    const { epochs, rounds, task } = this.#extent;
    const { accuracy, validation, ...others } = report;
    const isClasses = task === 'classification';
    return {
      ...others,
      epochs,
      ...(rounds !== undefined && { round: roundOf(report.epoch, this.#extent), rounds }),
      ...(isClasses && { accuracy }),
      ...(validation && { validation: isClasses ? validation : { loss: validation.loss } }),
      samplesPerSecond: Math.round(this.samplesPerSecond),
    };
  }
}

/**
 * A bar with text on both sides.
 * @param rights texts for the right side: the first one that fits is used, or else the last
 */
export function barLine(
  { left, share }: { readonly left: string; readonly share: number },
  rights: readonly string[],
  { columns, green, dim }: Pick<Output, 'columns' | 'green' | 'dim'>,
): string {
  const percents = `${String(Math.floor(100 * share)).padStart(3)}%  `;
  const room = columns - left.length - percents.length - 3;
  const right = rights.find(({ length }) => length <= room) ?? rights.at(-1)!;
  const width = Math.min(Math.max(room - right.length, 0), 30);
  const full = Math.round(share * width);
  return `${left} ${green('█'.repeat(full))}${dim('░'.repeat(width - full))} ${percents}${right}`;
}

/** The round that ends with an epoch. */
const roundOf = (epoch: number, { epochs, rounds = epochs }: Extent): number =>
  Math.floor((epoch * rounds) / epochs);

/** One line about an epoch, or a round. */
function formatEpoch({ epoch, loss, accuracy, validation }: EpochReport, extent: Extent): string {
  const { task, epochs, rounds } = extent;
  const share = (value: number): string =>
    task === 'classification' ? ` ${formatPercent(value).padStart(6)}` : '';
  const number = String(epoch).padStart(String(epochs).length);
  const watched = validation ? `  validation ${fixed(validation.loss)}${share(validation.accuracy)}` : '';
  const round =
    rounds === undefined ? '' : `round ${String(roundOf(epoch, extent)).padStart(String(rounds).length)}  `;
  return `${round}epoch ${number}  loss ${fixed(loss)}${share(accuracy)}${watched}`;
}

const fixed = (loss: number): string =>
  loss >= 1000 || (loss < 1e-3 && loss > 0) ? loss.toExponential(2) : loss.toFixed(4);

/** To 1, 2, 5, 10, 20, 50, … */
function roundUp(count: number): number {
  for (let ten = 1; ; ten *= 10) for (const digit of [1, 2, 5]) if (digit * ten >= count) return digit * ten;
}
