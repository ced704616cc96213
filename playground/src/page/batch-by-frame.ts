import type { Progress, Reply } from '../protocol.js';

/** The replies that change the page. */
export type State = Exclude<Reply, { type: 'exported' }>;

/**
 * Collects replies and passes them on once per frame, all together. The page is drawn between two batches and never falls
 * behind, however busy it is.
 */
export function batchByFrame(take: (replies: readonly State[]) => void): (reply: State) => void {
  let waiting: State[] = [];
  return (reply) => {
    if (waiting.length === 0) {
      requestAnimationFrame(() => {
        const replies = waiting;
        waiting = [];
        take(replies);
      });
    }
    const last = waiting.at(-1);
    if (reply.type === 'progress' && last?.type === 'progress') {
      waiting[waiting.length - 1] = {
        type: 'progress',
        progress: mergeProgress(last.progress, reply.progress),
      };
    } else waiting.push(reply);
  };
}

/** The later progress, with the reports of both. */
function mergeProgress(earlier: Progress, later: Progress): Progress {
  return { ...earlier, ...later, reports: [...earlier.reports, ...later.reports] };
}
