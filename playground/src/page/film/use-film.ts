import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Walk } from '../../protocol.js';
import { loaded } from '../../run/failure.js';
import type { View } from '../view.js';

/** The film of a walk in the making. */
export interface Filming {
  /** The share that is done; undefined if nothing is filmed. */
  readonly share: number | undefined;
  /** Films the walk in view. @returns undefined if it was stopped */
  readonly film: (view: View, box: Element) => Promise<Blob | undefined>;
  readonly stop: () => void;
}

/** @param scrub goes to a phase of the walk and a time in it */
export function useFilm(view: View | undefined, scrub: (position: number) => void): Filming {
  const [share, setShare] = useState<number>();
  const current = useRef<{ readonly walk: Walk; readonly abort: AbortController }>(undefined);
  const stop = useCallback(() => current.current?.abort.abort(), []);
  useEffect(() => {
    if (current.current?.walk !== view?.walk) stop();
  }, [view?.walk, stop]);
  useEffect(() => stop, [stop]);

  const film = async (filmed: View, box: Element): Promise<Blob | undefined> => {
    const abort = new AbortController();
    const { signal } = abort;
    current.current = { walk: filmed.walk, abort };
    setShare(0);
    try {
      const { filmWalk } = await loaded(import('./film-walk.js'));
      return await filmWalk({ view: filmed, box, scrub, onShare: setShare, signal });
    } catch (error) {
      if (signal.aborted) return undefined;
      throw error;
    } finally {
      setShare(undefined);
    }
  };
  return { share, film, stop };
}
