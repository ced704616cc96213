import { exitCodes } from '../exit-codes.js';

/** A second signal within this time is the first one again: npx forwards what the terminal has already sent to all. */
const SAME_WITHIN_MS = 200;

/** Ctrl-C, SIGTERM, and SIGHUP, which a closing terminal sends. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Handles stop signals: the first stops after the current step, the second quits at once. */
export class Stop {
  readonly #controller = new AbortController();
  readonly #onFirst: () => void;
  /** Called before the process quits. */
  onQuit: () => void;
  #since = 0;

  /**
   * @param onFirst called at the first signal
   * @param onQuit called before the process quits
   */
  constructor(onFirst: () => void, onQuit: () => void) {
    this.#onFirst = onFirst;
    this.onQuit = onQuit;
    for (const signal of stopSignals) process.on(signal, this.#onSignal);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Restores the usual effect of the signals. */
  close(): void {
    for (const signal of stopSignals) process.off(signal, this.#onSignal);
  }

  readonly #onSignal = (): void => {
    const now = performance.now();
    if (!this.signal.aborted) {
      this.#since = now;
      this.#onFirst();
      this.#controller.abort();
    } else if (now - this.#since > SAME_WITHIN_MS) {
      this.onQuit();
      process.exit(exitCodes.stopped);
    }
  };
}
