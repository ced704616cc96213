import { measure, warmedUp } from './measure.js';
import type { Table } from './table.js';

/** One implementation of the computation of a race. */
export interface Runner {
  readonly name: string;
  readonly call: () => void;
  /** The result of one call. */
  readonly result: () => ArrayLike<number>;
}

/** Floating-point operations that take the reference about 50 ms. It gets no more, and all contenders repeat less often. */
export const REFERENCE_LIMIT = 2e7;

/**
 * Races the runners and adds them to a table; the last is the baseline.
 * @param work  of one call, in the table's unit
 * @param flops of one call
 */
export async function race(
  table: Table,
  name: string,
  work: number,
  flops: number,
  runners: readonly Runner[],
): Promise<void> {
  const contenders = runners.map((runner) => warmedUp(runner.name, runner.call));
  const timings = await measure(contenders, flops > REFERENCE_LIMIT ? 5 : 25);
  const checksums = runners.map(({ result }) => magnitude(result()));
  const expected = checksums.at(-1)!;
  table.add(
    name,
    work,
    contenders.map((contender, i) => {
      const checksum = checksums[i]!;
      if (!(Math.abs(checksum - expected) <= 1e-4 * expected)) {
        throw new Error(`${name}: ${contender.name} computes something else (${checksum}, not ${expected})`);
      }
      return { contender, timing: timings[i]!, checksum };
    }),
  );
}

const magnitude = (numbers: ArrayLike<number>): number =>
  Array.from(numbers, Math.abs).reduce((sum, x) => sum + x, 0);
