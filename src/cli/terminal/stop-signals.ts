import { exitCodes } from '../exit-codes.js';

/** A second signal that soon is the first again: npx passes on what the terminal has sent to all. */
const SAME_WITHIN_MS = 200;

/** Ctrl-C, and SIGTERM: once stops at a whole step, twice quits at once. */
export class Stop {
  readonly #controller = new AbortController();
  readonly #onFirst: () => void;
  readonly #onQuit: () => void;
  #since = 0;

  /**
   * @param onFirst called at the first signal
   * @param onQuit called before the process quits
   */
  constructor(onFirst: () => void, onQuit: () => void) {
    this.#onFirst = onFirst;
    this.#onQuit = onQuit;
    process.on('SIGINT', this.#onSignal);
    process.on('SIGTERM', this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Signals have their usual effect again. */
  close(): void {
    process.off('SIGINT', this.#onSignal);
    process.off('SIGTERM', this.#onSignal);
  }

  readonly #onSignal = (): void => {
    const now = performance.now();
    if (!this.signal.aborted) {
      this.#since = now;
      this.#onFirst();
      this.#controller.abort();
    } else if (now - this.#since > SAME_WITHIN_MS) {
      this.#onQuit();
      process.exit(exitCodes.stopped);
    }
  };
}
