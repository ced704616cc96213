/** Milliseconds of training on one thread before the first trial, and until the next. */
const TRIAL_AFTER = 1000;
const NEXT_TRIAL_AFTER = 5000;

/** A trial takes so many turns of so many milliseconds, without and with sharing alternately. At worst it loses half its time. */
const TURNS = 8;
const TURN = 4;

/** Sharing must be faster by this factor, because it occupies several processors. */
const LEAST_GAIN = 1.05;

/**
 * Decides whether several threads share the steps, by timing some with and some without sharing. All of them belong to the
 * training, and have the same bits either way.
 */
export class ThreadTrials {
  /** Whether threads share the next step. */
  isShared = false;
  /** Whether there has been a trial. */
  hasTried = false;
  #size = 0;
  /** Milliseconds until the next trial, or until the end of the turn. */
  #left = TRIAL_AFTER;
  #turns = 0;
  #alone = { samples: 0, time: 0 };
  #shared = { samples: 0, time: 0 };

  /** Whether a trial can begin as soon as there are threads. */
  get isDue(): boolean {
    return this.#turns === 0 && this.#left <= 0;
  }

  /**
   * Notes a call of the kernels.
   * @param samples the number of samples learned
   * @param size    samples per mini-batch; another size begins again
   * @param time    milliseconds
   * @param isReady whether there are threads for a trial
   */
  note(samples: number, size: number, time: number, isReady: boolean): void {
    if (size !== this.#size) {
      this.#size = size;
      this.#turns = 0;
      this.#left = TRIAL_AFTER;
      this.isShared = false;
      return;
    }
    this.#left -= time;
    if (this.#turns > 0) {
      const sum = this.isShared ? this.#shared : this.#alone;
      sum.samples += samples;
      sum.time += time;
    }
    if (this.#left > 0) return;
    if (this.#turns > 0) this.#endTurn();
    else if (isReady) this.#begin();
  }

  #begin(): void {
    this.#alone = { samples: 0, time: 0 };
    this.#shared = { samples: 0, time: 0 };
    this.#turns = TURNS;
    this.#left = TURN;
    this.isShared = false;
  }

  #endTurn(): void {
    this.#turns--;
    this.#left = TURN;
    this.isShared = !this.isShared;
    if (this.#turns > 0) return;
    const [alone, shared] = [this.#alone, this.#shared];
    this.isShared = shared.samples * alone.time > LEAST_GAIN * alone.samples * shared.time;
    this.hasTried = true;
    this.#left = NEXT_TRIAL_AFTER;
  }
}
