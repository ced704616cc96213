import { useCallback, useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Run } from './use-run.js';
import { currentPhase, type Place, showPlace, type View, startView } from './view.js';

/** The current walk, and the functions that control it. */
export interface Walking {
  readonly view: View | undefined;
  /** The run as the current phase knows it: the curves, the plane and the hash change at the update, not before. */
  readonly shownRun: Run;
  readonly isAuto: boolean;
  readonly go: (by: number) => void;
  readonly pickSample: (sample: number) => void;
  readonly choose: (place: Place) => void;
  readonly setAuto: (isAuto: boolean) => void;
  readonly close: () => void;
}

/** Starts a walk for each mini-batch that the worker sends. */
export function useWalk(run: Run): Walking {
  const { walk, problem, settings, progress } = run;
  const [view, setView] = useState<View>();
  const [isAuto, setAuto] = useState(false);

  // before the page is painted, so that it never shows what the update changes too early
  useLayoutEffect(() => {
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
  const choose = useCallback((place: Place) => change((old) => showPlace(old, place)), [change]);
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
  const isBefore = present !== undefined && currentPhase(present).name !== 'update';
  const shownRun = isBefore ? { ...run, ...run.beforeWalk } : run;
  return { view: present, shownRun, isAuto, go, pickSample, choose, setAuto, close };
}
