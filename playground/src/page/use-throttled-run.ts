import { useRef } from 'preact/hooks';
import type { Run } from './use-run.js';

/** While it plays: charts are read, not watched. In milliseconds. */
const INTERVAL = 250;

/** The run as it was a moment ago while it plays, for what takes long to draw; as it is, whenever it rests. */
export function useThrottledRun(run: Run): Run {
  const shown = useRef({ run, time: 0 });
  const time = performance.now();
  const isAnother = run.problem !== shown.current.run.problem;
  if (run.progress?.isPlaying !== true || isAnother || time - shown.current.time >= INTERVAL)
    shown.current = { run, time };
  return shown.current.run;
}
