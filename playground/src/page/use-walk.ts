import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Run } from './use-run.js';
import { type Place, type View, startView } from './view.js';

/** The current walk, and the functions that control it. */
export interface Walking {
  readonly view: View | undefined;
  readonly isAuto: boolean;
  readonly go: (by: number) => void;
  readonly pickSample: (sample: number) => void;
  readonly choose: (place: Place) => void;
  readonly setAuto: (isAuto: boolean) => void;
  readonly close: () => void;
}

/** Starts a walk for each mini-batch that the worker sends. */
export function useWalk({ walk, problem, settings, progress }: Run): Walking {
  const [view, setView] = useState<View>();
  const [isAuto, setAuto] = useState(false);

  useEffect(() => {
    const isWhole = walk !== undefined && problem !== undefined && settings !== undefined;
    setView(isWhole ? startView(walk, problem, settings) : undefined);
  }, [walk, problem, settings]);

  const change = useCallback((next: (old: View) => View) => {
    setView((old) => (old === undefined ? undefined : next(old)));
  }, []);
  const go = useCallback(
    (by: number) =>
      change((old) => {
        const index = Math.min(old.phases.length - 1, Math.max(0, old.index + by));
        return index === old.index ? old : { ...old, index };
      }),
    [change],
  );
  const pickSample = useCallback((sample: number) => change((old) => ({ ...old, sample })), [change]);
  const choose = useCallback((chosen: Place) => change((old) => ({ ...old, chosen })), [change]);
  const close = useCallback(() => {
    setAuto(false);
    setView(undefined);
  }, []);
  const isPlaying = progress?.isPlaying === true;
  useEffect(() => {
    if (isPlaying) close();
  }, [isPlaying, close]);
  // the effect above runs after a render; until then, a newly opened network must not show the walk of the previous one
  const present = view?.problem === problem ? view : undefined;
  return { view: present, isAuto, go, pickSample, choose, setAuto, close };
}
