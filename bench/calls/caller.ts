import type { Contender } from '../measure.js';

/** One library's way to do a call. */
export interface Caller {
  readonly name: string;
  /** Returns a number that depends on the result. */
  readonly call: () => number | Promise<number>;
}

/** The same call to several libraries. */
export interface CallCase {
  readonly name: string;
  /** bp4 comes first. */
  readonly callers: () => readonly Caller[] | Promise<readonly Caller[]>;
}

const WARM_MILLISECONDS = 300;
const SAMPLE_MILLISECONDS = 20;

/**
 * Calls until everything is compiled, then returns a contender whose samples the clock of the processor can resolve.
 * @param use gets the results
 */
export async function warmUp({ name, call }: Caller, use: (result: number) => void): Promise<Contender> {
  const first = call();
  use(await first);
  const start = performance.now();
  let calls = 0;
  let elapsed = 0;
  for (; elapsed < WARM_MILLISECONDS; elapsed = performance.now() - start, calls++) use(await call());
  const repeats = Math.ceil((SAMPLE_MILLISECONDS * calls) / elapsed);
  const run = async (): Promise<void> => {
    for (let i = 0; i < repeats; i++) use(await call());
  };
  // A call that returns at once isn't awaited: the wait would take longer than it.
  const runAtOnce = (): void => {
    for (let i = 0; i < repeats; i++) use(call() as number);
  };
  return { name, run: typeof first === 'number' ? runAtOnce : run, repeats };
}
