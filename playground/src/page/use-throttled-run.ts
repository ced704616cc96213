import { useRef } from 'preact/hooks';
import type { Run } from './use-run.js';

/** In milliseconds. Charts don't need every frame while the run plays. */
const INTERVAL = 250;

/** The run, for charts that take long to draw: up to INTERVAL old while it plays, current when it's paused. */
export function useThrottledRun(run: Run): Run {
  const shown = useRef({ run, time: 0 });
  const time = performance.now();
  const isAnother = run.problem !== shown.current.run.problem;
  if (run.progress?.isPlaying !== true || isAnother || time - shown.current.time >= INTERVAL)
    shown.current = { run, time };
  return shown.current.run;
}
