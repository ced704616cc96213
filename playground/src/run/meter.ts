/** Least time between two of them, in milliseconds. */
const intervals = { progress: 50, diagnosis: 150 };
type Watched = keyof typeof intervals;

/** Each may have a quarter of the time at most. */
const SHARE = 1 / 4;

/** How fast it goes is told of the last second. */
const RATE_MILLISECONDS = 1000;

/** Says when it is time to look how the training stands, so that looking never takes longer than training does. */
export class Meter {
  readonly #dueAt: Record<Watched, number> = { progress: 0, diagnosis: 0 };
  /** When how many samples had been learned, oldest first. */
  #marks: { readonly time: number; readonly samples: number }[] = [];

  isDue(what: Watched): boolean {
    return performance.now() >= this.#dueAt[what];
  }

  /** It was done, from then until now: reckons from that when it will be due again. */
  done(what: Watched, begun: number): void {
    const ended = performance.now();
    this.#dueAt[what] = ended + Math.max(intervals[what], (ended - begun) * (1 / SHARE - 1));
  }

  /** The training goes on from here. */
  begin(samples: number): void {
    this.#marks = [{ time: performance.now(), samples }];
  }

  /** Samples per second. */
  rate(samples: number): number {
    const time = performance.now();
    this.#marks.push({ time, samples });
    const recent = this.#marks.findIndex((mark) => mark.time >= time - RATE_MILLISECONDS);
    this.#marks.splice(0, Math.max(recent - 1, 0)); // one of more than a second ago stays
    const first = this.#marks[0]!;
    return time > first.time ? ((samples - first.samples) / (time - first.time)) * 1000 : 0;
  }
}
