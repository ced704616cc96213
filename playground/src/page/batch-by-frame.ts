import type { Progress, Reply } from '../protocol.js';

/** What changes the page. */
export type State = Exclude<Reply, { type: 'exported' }>;

/**
 * Hands on what has come at the next frame, all at once: however busy the page is, it is drawn between two answers, and
 * is never behind.
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

/** The later of the two, with all reports. */
function mergeProgress(earlier: Progress, later: Progress): Progress {
  return { ...earlier, ...later, reports: [...earlier.reports, ...later.reports] };
}
