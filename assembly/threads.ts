import { batchAt } from './network';
import { deltaPass, descendAs, forwardPass, gradientPass } from './step';
import { Net, Team, Window } from './structs';
import { awaitChange, PATIENCE, shareFrom, shareTo } from './team';

export * from './index';

/** At the start of the memory that TypeScript may use. */
const team = changetype<Team>(__heap_base);

/** The passes that threads share outside of training. */
const FORWARD = 0;
const DELTA = 1;
const GRADIENT = 2;

/** The bits of `team.left` for the number of shares. */
const SHARES = 31;

/** `descend` on the first of `threads`; the others run `joinIn`. */
export function descendTogether(
  threads: i32,
  net: Net,
  window: Window,
  first: i32,
  count: i32,
  size: i32,
  learningRate: f32,
): i32 {
  team.threads = threads;
  team.net = changetype<usize>(net);
  team.window = changetype<usize>(window);
  team.first = first;
  team.count = count;
  team.size = size;
  team.learningRate = learningRate;
  atomic.store<i32>(changetype<usize>(team) + offsetof<Team>('meetings'), 0);
  atomic.add<i32>(changetype<usize>(team) + offsetof<Team>('jobs'), 1);
  call();
  return descendAs(team, 0, threads, net, window, first, count, size, learningRate);
}

/** `feedForward` on up to `threads` threads. @returns false if a thread doesn't finish its share */
export function feedForwardTogether(threads: i32, net: Net, rows: i32, isTraining: i32): bool {
  return runTogether(FORWARD, threads, net, rows, 0, isTraining);
}

/** `backpropagate` on up to `threads` threads. @returns false if a thread doesn't finish its share */
export function backpropagateTogether(threads: i32, net: Net, rows: i32, weights: usize): bool {
  return (
    runTogether(DELTA, threads, net, rows, weights, 0) && runTogether(GRADIENT, threads, net, rows, 0, 0)
  );
}

/**
 * A pass over a mini-batch. Every thread takes a share when it's awake, so the first waits for none that sleeps: if need be, it
 * does all shares itself.
 */
function runTogether(pass: i32, threads: i32, net: Net, rows: i32, weights: usize, isTraining: i32): bool {
  for (let share = 0; share < threads; ++share) {
    const batch = batchAt(net, share);
    batch.threads = threads;
    batch.rows = rows;
    batch.from = shareFrom(batch, rows, 4);
    batch.to = shareTo(batch, rows, 4);
    batch.isTraining = isTraining;
    batch.isSparse = 0;
  }
  team.pass = pass;
  team.net = changetype<usize>(net);
  team.weights = weights;
  const finished = changetype<usize>(team) + offsetof<Team>('finished');
  const left = changetype<usize>(team) + offsetof<Team>('left');
  atomic.store<i32>(finished, 0);
  atomic.store<i32>(left, (atomic.load<i32>(left) | SHARES) + 1 + threads);
  call();
  while (takeShare());
  for (let looks = 0; looks < PATIENCE; ++looks) if (atomic.load<i32>(finished) == threads) return true;
  return false;
}

/** Does a share of the pass that no other thread has taken. @returns whether to look for another */
function takeShare(): bool {
  const left = changetype<usize>(team) + offsetof<Team>('left');
  const before = atomic.load<i32>(left);
  const shares = before & SHARES;
  if (shares == 0) return false;
  // The number of the pass is part of the word: a thread that comes late takes no share of the next pass by mistake.
  if (atomic.cmpxchg<i32>(left, before, before - 1) != before) return true;
  const net = changetype<Net>(team.net);
  const batch = batchAt(net, shares - 1);
  if (team.pass == FORWARD) forwardPass(net, batch);
  else if (team.pass == DELTA) deltaPass(net, batch, team.weights);
  else gradientPass(net, batch);
  atomic.add<i32>(changetype<usize>(team) + offsetof<Team>('finished'), 1);
  return true;
}

/** Wakes the other threads for a job or a pass. */
function call(): void {
  const calls = changetype<usize>(team) + offsetof<Team>('calls');
  atomic.add<i32>(calls, 1);
  atomic.notify(calls, -1);
}

/** Does its part of each job, and shares of passes, in an endless loop. The thread is ended from outside. */
export function joinIn(): void {
  const thread = atomic.add<i32>(changetype<usize>(team) + offsetof<Team>('joined'), 1) + 1;
  for (let calls = 0, jobs = 0; ;) {
    calls = awaitChange(changetype<usize>(team) + offsetof<Team>('calls'), calls);
    while (takeShare());
    if (atomic.load<i32>(changetype<usize>(team) + offsetof<Team>('jobs')) == jobs) continue;
    ++jobs;
    descendAs(
      team,
      thread,
      team.threads,
      changetype<Net>(team.net),
      changetype<Window>(team.window),
      team.first,
      team.count,
      team.size,
      team.learningRate,
    );
    atomic.add<i32>(changetype<usize>(team) + offsetof<Team>('ended'), 1);
  }
}
