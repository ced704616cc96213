import { Net, Window } from './network';
import { descendAs } from './step';
import { changeOf, Team } from './team';

export * from './index';

/** As `descend`, by the first of `threads`; the others have been told to `joinIn`. */
export function descendTogether(
  team: Team,
  threads: i32,
  net: Net,
  window: Window,
  first: i32,
  count: i32,
  size: i32,
  learningRate: f32,
): i32 {
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

/** Does its part of each job, for ever: the thread is ended from outside. */
export function joinIn(team: Team, thread: i32, threads: i32): void {
  for (let jobs = 0; ;) {
    jobs = changeOf(changetype<usize>(team) + offsetof<Team>('jobs'), jobs);
    descendAs(
      team,
      thread,
      threads,
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
