import cliProgress from 'cli-progress';

export const percent = (share) => `${(100 * share).toFixed(2)}%`;
export const count = (n) => Math.round(n).toLocaleString('en');

/** Prints the progress of a training run: a line for each epoch and, on a terminal, a bar for the current epoch. */
export class Progress {
  /** The reports of the completed epochs. */
  epochs = [];
  samples = 0;
  /** Time spent training, without evaluation. */
  seconds = 0;
  #miniBatchSize;
  #last = { epoch: 1, batch: 0 };
  #lastEnd = 0;
  #epochStart = { samples: 0, time: 0 };
  // without a terminal the bar prints nothing
  #bar = new cliProgress.SingleBar({
    format: 'epoch {epoch}  {bar}  {percentage}%',
    barCompleteChar: '█',
    barIncompleteChar: '░',
    barsize: 40,
    stream: process.stdout,
    hideCursor: true,
    clearOnComplete: true,
  });

  constructor(miniBatchSize) {
    this.#miniBatchSize = miniBatchSize;
  }

  get position() {
    return `step ${count(this.#last.batch)} of epoch ${this.#last.epoch}`;
  }

  start() {
    console.log('epoch  training loss  training accuracy  test accuracy  samples/s');
    this.#startEpoch();
  }

  onBatch(report) {
    const { epoch, batch, batches } = report;
    this.#last = report;
    this.samples += this.#miniBatchSize;
    this.#lastEnd = performance.now();
    if (batch === 1) this.#bar.start(batches, 0, { epoch });
    // the bar redraws itself ten times a second; an update takes 0.4 µs, a training step about 50 µs
    if (batch % 50 === 0) this.#bar.update(batch);
  }

  onEpoch(report) {
    const { samples, seconds } = this.#endEpoch();
    this.epochs.push(report);
    const cells = [
      String(report.epoch).padStart(5),
      report.loss.toFixed(5).padStart(13),
      percent(report.accuracy).padStart(17),
      percent(report.validation.accuracy).padStart(13),
      count(samples / seconds).padStart(9),
    ];
    console.log(cells.join('  '));
    this.#startEpoch();
  }

  /** Ends the measurement in the middle of an epoch. The steps so far count. */
  stop() {
    this.#endEpoch();
    console.log(`stopped after ${this.position}`);
  }

  #startEpoch() {
    this.#lastEnd = performance.now();
    this.#epochStart = { samples: this.samples, time: this.#lastEnd };
  }

  #endEpoch() {
    this.#bar.stop();
    const samples = this.samples - this.#epochStart.samples;
    const seconds = (this.#lastEnd - this.#epochStart.time) / 1000;
    this.seconds += seconds;
    return { samples, seconds };
  }
}
