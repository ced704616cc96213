/**
 * Long work that can be interrupted wherever it yields: there the network is whole, and no mini-batch is under way.
 * What it yields, if it is a promise, is waited for.
 */
export interface Work<Result> {
  next(): IteratorResult<unknown, Result>;
  return(value: Result): IteratorResult<unknown, Result>;
  [Symbol.iterator](): Work<Result>;
}

/** Work of one pause, in which `value` is waited for if it is a promise: quicker to make than a generator. */
export function pause(value?: unknown): Work<void> {
  return new Pause(value);
}

/** Work that is done already: quicker to make than a generator. */
export function finished<Result>(value: Result): Work<Result> {
  return new Finished(value);
}

class Finished<Result> implements Work<Result> {
  readonly #end: IteratorResult<unknown, Result>;

  constructor(value: Result) {
    this.#end = { done: true, value };
  }

  next(): IteratorResult<unknown, Result> {
    return this.#end;
  }

  return(value: Result): IteratorResult<unknown, Result> {
    return { done: true, value };
  }

  [Symbol.iterator](): this {
    return this;
  }
}

class Pause implements Work<void> {
  #next: IteratorResult<unknown, void>;

  constructor(value: unknown) {
    this.#next = { done: false, value };
  }

  next(): IteratorResult<unknown, void> {
    const next = this.#next;
    this.#next = END;
    return next;
  }

  return(): IteratorResult<unknown, void> {
    return END;
  }

  [Symbol.iterator](): this {
    return this;
  }
}

const END = { done: true, value: undefined } as const;

/** Does all the work at once. */
export function finish<Result>(work: Work<Result>): Result {
  for (;;) {
    const { done, value } = work.next();
    if (done) return value;
  }
}

/** Half of 16 ms, one frame at 60 Hz: what is left is for those who wait. */
const SLICE_MILLISECONDS = 8;

/**
 * Does the work in slices, and gives control back to the event loop between them, so that timers run, pages are
 * painted and signals arrive.
 * @param mayGoOn called before the work is taken up again; throws to stop it
 */
export async function inSlices<Result>(work: Work<Result>, mayGoOn: () => void): Promise<Result> {
  let sliceEnd = performance.now() + SLICE_MILLISECONDS;
  try {
    for (;;) {
      const { done, value } = work.next();
      if (done) return value;
      if (value !== undefined) await Promise.resolve(value);
      if (performance.now() >= sliceEnd) {
        await yieldToEventLoop();
        sliceEnd = performance.now() + SLICE_MILLISECONDS;
      }
      mayGoOn();
    }
  } finally {
    work.return(undefined as Result); // work that is stopped cleans up after itself
  }
}

/** Node, Bun and Deno have it; browsers have MessageChannel. */
const { setImmediate } = globalThis as { setImmediate?: (callback: () => void) => unknown };

/**
 * Lets everything that waits run: timers, messages, painting. The promise settles at once afterwards, without the 4 ms for
 * which browsers hold back a timer; only in a page that is visible does it wait for them, so that frames are painted.
 */
export function yieldToEventLoop(): Promise<void> {
  return new Promise((resolve) => {
    if (setImmediate) {
      setImmediate(resolve);
      return;
    }
    // Firefox prefers messages to frames, and would paint 13 a second. A hidden page's timers wait a second.
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

/** Waits for a promise, as part of some work. @returns what it gives */
export function* awaited<Result>(promise: Result | PromiseLike<Result>): Work<Result> {
  let result: Result | undefined;
  yield Promise.resolve(promise).then((value) => {
    result = value;
  });
  return result as Result;
}
