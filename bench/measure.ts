import { Bench } from 'tinybench';

/** One of several ways to do the same work. */
export interface Contender {
  readonly name: string;
  /** Does the work `repeats` times. The benchmark awaits a promise it returns. */
  readonly run: () => unknown;
  readonly repeats: number;
}

/** Seconds per repeat. */
export interface Timing {
  readonly min: number;
  readonly p25: number;
  readonly median: number;
  readonly p75: number;
}

/**
 * Times contenders in turns, round after round, so that a disturbance of the machine affects all of them.
 * @param clock returns milliseconds; default those of the wall clock
 */
export async function measure(
  contenders: readonly Contender[],
  rounds: number,
  clock: () => number = () => performance.now(),
): Promise<Timing[]> {
  // Each round takes one sample. `async` is set, because tinybench would otherwise find out by an additional call.
  const bench = new Bench({ iterations: 1, time: 0, warmup: false, throws: true, now: clock });
  for (const { name, run } of contenders) bench.add(name, run, { async: true });
  const samples = contenders.map((): number[] => []);
  for (let round = 0; round < rounds; round++) {
    bench.reset();
    await bench.run();
    for (const [i, { result }] of bench.tasks.entries()) {
      if (result.state !== 'completed') throw new Error(`${contenders[i]!.name}: ${result.state}`);
      samples[i]!.push(result.totalTime / 1000 / contenders[i]!.repeats);
    }
  }
  return samples.map(summarize);
}

function summarize(samples: number[]): Timing {
  samples.sort((a, b) => a - b);
  const quantile = (q: number): number => {
    const at = q * (samples.length - 1);
    const below = samples[Math.floor(at)]!;
    return below + (samples[Math.ceil(at)]! - below) * (at % 1);
  };
  return { min: quantile(0), p25: quantile(0.25), median: quantile(0.5), p75: quantile(0.75) };
}

const WARM_MILLISECONDS = 200;
const SAMPLE_MILLISECONDS = 2;

/**
 * Calls a short function until it is compiled, then returns a contender whose samples the clock can resolve. On a busy machine
 * only processor time is a measure of how much was called.
 * @param clock as for `measure`
 */
export function warmedUp(
  name: string,
  call: () => void,
  clock: () => number = () => performance.now(),
): Contender {
  let repeats = 1;
  const run = (): void => {
    for (let i = 0; i < repeats; i++) call();
  };
  for (let spent = 0; spent < WARM_MILLISECONDS;) {
    const start = clock();
    run();
    const elapsed = clock() - start;
    spent += elapsed;
    if (elapsed < SAMPLE_MILLISECONDS) repeats *= 2;
  }
  return { name, run, repeats };
}
