// Threads that learn together. Each computes a part of a kernel's outputs, never a part of a sum, so the bits are those of
// one thread. In the module for one thread all of this compiles to nothing.

import { Batch, Team } from './structs';

/** Looks at a word before a thread goes to sleep: about 50 µs. */
const LOOKS = 1 << 15;

/** Looks before the first gives up on the others: some seconds. The first never sleeps: it may be a page's main thread. */
export const PATIENCE = 1 << 30;

/** The start of a thread's share of `count` things: a multiple of `unit`. */
export function shareFrom(batch: Batch, count: i32, unit: i32): i32 {
  return ASC_FEATURE_THREADS ? border(count, unit, batch.thread, batch.threads) : 0;
}

/** The end of a thread's share. */
export function shareTo(batch: Batch, count: i32, unit: i32): i32 {
  return ASC_FEATURE_THREADS ? border(count, unit, batch.thread + 1, batch.threads) : count;
}

/** The n-th border between the shares. */
function border(count: i32, unit: i32, n: i32, threads: i32): i32 {
  if (threads == 1) return n ? count : 0;
  const units = (count + unit - 1) / unit;
  return min(count, ((units * n) / threads) * unit);
}

/**
 * Waits until all threads have arrived.
 * @returns false if the first has given up on the others
 */
export function meet(team: Team, batch: Batch): bool {
  if (!ASC_FEATURE_THREADS || batch.threads == 1) return true;
  const threads = batch.threads;
  const arrived = changetype<usize>(team) + offsetof<Team>('arrived');
  const meetings = changetype<usize>(team) + offsetof<Team>('meetings');
  const before = atomic.load<i32>(meetings);
  if (before < 0) return false;

  if (atomic.add<i32>(arrived, 1) + 1 == threads) {
    atomic.store<i32>(arrived, 0);
    const isFirstToSay = atomic.cmpxchg<i32>(meetings, before, before + 1) == before;
    atomic.notify(meetings, -1);
    return isFirstToSay;
  }
  if (batch.thread == 0) {
    for (let looks = 0; looks < PATIENCE; ++looks) if (atomic.load<i32>(meetings) != before) return true;
    const all = atomic.cmpxchg<i32>(meetings, before, ~before) != before;
    atomic.notify(meetings, -1);
    return all;
  }
  // If the first gave up at a later meeting, this one was complete, and the work after it must be done.
  return awaitChange(meetings, before) != ~before;
}

/** Waits until a word differs from `before`; not for the first thread. @returns the new value */
export function awaitChange(word: usize, before: i32): i32 {
  for (let looks = 0; looks < LOOKS; ++looks) {
    const now = atomic.load<i32>(word);
    if (now != before) return now;
  }
  let now = atomic.load<i32>(word);
  for (; now == before; now = atomic.load<i32>(word)) sleep(word, before);
  return now;
}

/**
 * Atomics.wait of JavaScript: sleeps while a word equals `before`, until it is notified. WebAssembly's own wait sometimes
 * waits for the word at address 0 in Node 20.
 */
declare function sleep(word: usize, before: i32): void;
