import { vi } from 'vitest';

/**
 * Replaces the clock that slices training: each read of it takes `milliseconds`, and nothing else takes any time. Assertions
 * then hold on every machine. `vi.restoreAllMocks` restores the clock.
 */
export function everyLookTakes(milliseconds: number): { readonly time: number } {
  const clock = { time: 0 };
  vi.spyOn(performance, 'now').mockImplementation(() => (clock.time += milliseconds));
  return clock;
}

/** Calls `atEachTurn` at every turn of the event loop while `work` goes on. */
export async function atEveryTurn<Result>(
  work: () => Promise<Result>,
  atEachTurn: () => void,
): Promise<Result> {
  const turn = (): void => {
    next = setImmediate(turn);
    atEachTurn();
  };
  // Before the work begins, so that a turn comes before what the work does in it.
  let next = setImmediate(turn);
  try {
    return await work();
  } finally {
    clearImmediate(next);
  }
}

/** Calls `act` at the n-th turn of the event loop while `work` goes on. */
export function atTurn<Result>(n: number, work: () => Promise<Result>, act: () => void): Promise<Result> {
  let turns = 0;
  return atEveryTurn(work, () => {
    if (++turns === n) act();
  });
}
