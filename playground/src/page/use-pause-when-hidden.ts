import { useEffect, useRef } from 'preact/hooks';
import type { Request } from '../protocol.js';

/** Pauses the run while the tab is hidden, and plays on when it's shown again. */
export function usePauseWhenHidden(isPlaying: boolean, send: (request: Request) => void): void {
  const hasPaused = useRef(false);
  // an effect would learn of a change only after the next frame
  const playing = useRef(isPlaying);
  playing.current = isPlaying;
  useEffect(() => {
    const changed = (): void => {
      if (document.hidden) {
        hasPaused.current = playing.current;
        if (playing.current) send({ type: 'pause' });
      } else if (hasPaused.current) {
        hasPaused.current = false;
        send({ type: 'play' });
      }
    };
    document.addEventListener('visibilitychange', changed);
    return () => document.removeEventListener('visibilitychange', changed);
  }, [send]);
}
