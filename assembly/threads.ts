import { Net, Team, Window } from './structs';
import { descendAs } from './step';
import { awaitChange } from './team';

export * from './index';

/** At the start of the memory that TypeScript may use. */
const team = changetype<Team>(__heap_base);

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
  const jobs = changetype<usize>(team) + offsetof<Team>('jobs');
  atomic.add<i32>(jobs, 1);
  atomic.notify(jobs, -1);
  return descendAs(team, 0, threads, net, window, first, count, size, learningRate);
}

/** Does its part of each job, in an endless loop. The thread is ended from outside. */
export function joinIn(): void {
  const thread = atomic.add<i32>(changetype<usize>(team) + offsetof<Team>('joined'), 1) + 1;
  for (let jobs = 0; ;) {
    jobs = awaitChange(changetype<usize>(team) + offsetof<Team>('jobs'), jobs);
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
