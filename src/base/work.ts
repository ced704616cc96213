/**
 * Long work that can be interrupted at every yield. There the network is consistent, and no mini-batch is in progress.
 * The runner awaits a yielded promise.
 */
export interface Work<Result> {
  next(): IteratorResult<unknown, Result>;
  return(value: Result): IteratorResult<unknown, Result>;
  [Symbol.iterator](): Work<Result>;
}

/** Work that yields `value` once; the runner awaits it if it's a promise. It is cheaper to create than a generator. */
export class Pause implements Work<void> {
  #isOver = false;

  constructor(readonly value?: unknown) {}

  next(): IteratorResult<unknown, void> {
    if (this.#isOver) return END;
    this.#isOver = true;
    return { done: false, value: this.value };
  }

  return(): IteratorResult<unknown, void> {
    return END;
  }

  [Symbol.iterator](): this {
    return this;
  }
}

const END = { done: true, value: undefined } as const;

/** Runs all the work without a pause. */
export function finish<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Half of 16 ms, a frame at 60 Hz. The other half is for other tasks. */
const SLICE_MILLISECONDS = 8;

/**
 * Runs the work in slices and returns control to the event loop between them, so that timers run, pages paint and signals
 * arrive.
 * @param mayGoOn called before each slice; throws to stop the work
 * @param onWait called with a function that ends the wait for a promise, which may never settle
 */
export async function inSlices<Result>(
  work: Work<Result>,
  mayGoOn: () => void,
  onWait: (wake: () => void) => void = () => undefined,
): Promise<Result> {
  let sliceEnd = performance.now() + SLICE_MILLISECONDS;
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      if (value !== undefined) {
        await new Promise<unknown>((resolve, reject) => {
          onWait(() => resolve(undefined));
          Promise.resolve(value).then(resolve, reject);
        });
      }
      if (performance.now() >= sliceEnd) {
        await yieldToEventLoop();
        sliceEnd = performance.now() + SLICE_MILLISECONDS;
      }
      mayGoOn();
    }
  } finally {
    work.return(undefined as Result); // lets stopped work clean up
  }
}

/** In Node, Bun and Deno. Browsers have MessageChannel instead. */
const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };

/**
 * Lets pending tasks run: timers, messages, painting. In a hidden page or a worker the promise settles right afterward,
 * without the 4 ms by which browsers delay a timer. A visible page waits for the timer, so that it paints.
 */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    // Firefox prefers messages to frames, and would paint 13 frames a second. Timers of a hidden page wait a second.
    if ((globalThis as { document?: Document }).document?.visibilityState === 'visible') {
      setTimeout(resolve);
      return;
    }
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}

/** Waits for a promise as part of some work. @returns its value */
export function* awaited<Result>(promise: Result | PromiseLike<Result>): Work<Result> {
  let result: Result | undefined;
  yield Promise.resolve(promise).then((value) => {
    result = value;
  });
  return result as Result;
}
