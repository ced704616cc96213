import { useEffect, useState } from 'preact/hooks';
import type { Failure } from '../run/failure.js';
import type { LessonName } from '../run/choices.js';
import type { Place } from '../lessons/moves.js';
import type { Stage } from './stage.js';
import { usePart } from './use-part.js';

const loadPanel = () => import('../lessons/panel.js');

export interface Teaching {
  /** The panel, once it's loaded. */
  readonly Panel: Awaited<ReturnType<typeof loadPanel>>['Panel'] | undefined;
  /** How far the user is; undefined at the start. */
  readonly place: Place | undefined;
  readonly setPlace: (place: Place) => void;
  readonly stage: Stage | undefined;
  readonly setStage: (stage: Stage) => void;
  readonly failure: Failure | undefined;
}

/** Loads the lessons with the first one that the user opens. The panel decides what the page shows. */
export function useLesson(lesson: LessonName | undefined): Teaching {
  const isWanted = lesson !== undefined;
  const { part, failure } = usePart(loadPanel, isWanted);
  const [walked, setWalked] = useState<{ readonly lesson: LessonName; readonly place: Place }>();
  const [stage, setStage] = useState<Stage>();
  // a lesson begins at its start, even if the user comes back to it
  useEffect(() => {
    setWalked(undefined);
    setStage(undefined);
  }, [lesson]);
  const setPlace = (next: Place): void => {
    if (lesson !== undefined) setWalked({ lesson, place: next });
  };
  const place = walked?.lesson === lesson ? walked?.place : undefined;
  return { Panel: part?.Panel, place, setPlace, stage: isWanted ? stage : undefined, setStage, failure };
}
