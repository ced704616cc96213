import { useCallback, useEffect, useLayoutEffect, useState } from 'preact/hooks';
import type { Run } from './use-run.js';
import type { Stop } from '../run/link.js';
import { currentPhase, findStop, type Place, showPlace, type View, startView } from './view.js';

/** The current walk, and the functions that control it. */
export interface Walking {
  readonly view: View | undefined;
  /** The run as the current phase knows it: the curves, the plane and the hash change at the update, not before. */
  readonly shownRun: Run;
  readonly isAuto: boolean;
  readonly go: (by: number) => void;
  /** Goes to a phase and holds its flow: 2.5 is the middle of the third phase. */
  readonly scrub: (position: number) => void;
  /** Where the scrubber holds the flow; undefined lets it run. */
  readonly hold: number | undefined;
  readonly pickSample: (sample: number) => void;
  readonly choose: (place: Place) => void;
  readonly setAuto: (isAuto: boolean) => void;
  readonly close: () => void;
}

/** Starts a walk for each mini-batch that the worker sends, at a stop. */
export function useWalk(run: Run, stop: Stop): Walking {
  const { walk, problem, settings, progress } = run;
  const [view, setView] = useState<View>();
  const [isAuto, setAuto] = useState(false);
  const [hold, setHold] = useState<number>();

  // before the page is painted, so that it never shows what the update changes too early
  useLayoutEffect(() => {
    const isWhole = walk !== undefined && problem !== undefined && settings !== undefined;
    setView(isWhole ? findStop(startView(walk, problem, settings), stop) : undefined);
  }, [walk, problem, settings, stop]);

  const change = useCallback((next: (old: View) => View) => {
    setView((old) => (old === undefined ? undefined : next(old)));
  }, []);
  const go = useCallback(
    (by: number) => {
      setHold(undefined);
      change((old) => {
        const index = Math.min(old.phases.length - 1, Math.max(0, old.index + by));
        return index === old.index ? old : { ...old, index };
      });
    },
    [change],
  );
  const count = view?.phases.length ?? 0;
  const scrub = useCallback(
    (position: number) => {
      const index = Math.min(count - 1, Math.floor(position));
      setAuto(false);
      setHold(position - index);
      change((old) => (index === old.index ? old : { ...old, index }));
    },
    [change, count],
  );
  const pickSample = useCallback((sample: number) => change((old) => ({ ...old, sample })), [change]);
  const choose = useCallback(
    (place: Place) => {
      setHold(undefined);
      change((old) => showPlace(old, place));
    },
    [change],
  );
  const close = useCallback(() => {
    setAuto(false);
    setHold(undefined);
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
  return { view: present, shownRun, isAuto, hold, scrub, go, pickSample, choose, setAuto, close };
}
