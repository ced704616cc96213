/** The least time between two measurements, in milliseconds. */
const intervals = { progress: 50, diagnosis: 150 };
type Watched = keyof typeof intervals;

/** The most of the time that each kind of measurement may take. */
const SHARE = 1 / 4;

/** The rate covers the last second. */
const RATE_MILLISECONDS = 1000;

/** Schedules measurements of the training so that they never take longer than the training itself. */
export class Meter {
  readonly #dueAt: Record<Watched, number> = { progress: 0, diagnosis: 0 };
  /** The number of samples trained at given times, oldest first. */
  #marks: { readonly time: number; readonly samples: number }[] = [];

  isDue(what: Watched): boolean {
    return performance.now() >= this.#dueAt[what];
  }

  /** Records a measurement that began at `begun` and ends now, and schedules the next one. */
  done(what: Watched, begun: number): void {
    const ended = performance.now();
    this.#dueAt[what] = ended + Math.max(intervals[what], (ended - begun) * (1 / SHARE - 1));
  }

  /** Starts to measure the rate. */
  begin(samples: number): void {
    this.#marks = [{ time: performance.now(), samples }];
  }

  /** Samples per second. */
  rate(samples: number): number {
    const time = performance.now();
    this.#marks.push({ time, samples });
    const recent = this.#marks.findIndex((mark) => mark.time >= time - RATE_MILLISECONDS);
    this.#marks.splice(0, Math.max(recent - 1, 0)); // keep one mark from before the last second
    const first = this.#marks[0]!;
    return time > first.time ? ((samples - first.samples) / (time - first.time)) * 1000 : 0;
  }
}
