import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Csv, Settings, Start, TaskName } from '../protocol.js';
import { tasks } from '../run/tasks.js';
import type { LessonName } from '../run/choices.js';
import { formatLink, parseLink, type Shown, type Stop } from '../run/link.js';
import type { Language } from '../words/say.js';

/** The request that opens a run. Another object means another run. */
export interface Opening extends Start {
  readonly csv?: Csv;
  /** The number of steps to train at once. */
  readonly steps?: number;
}

export interface OpeningControl {
  readonly opening: Opening;
  /** What the address shows of the run. */
  readonly shown: Shown;
  /** The language that the address or the user chose. */
  readonly language: Language | undefined;
  /** Reports on invalid parts of the address. */
  readonly messages: readonly string[];
  readonly change: (change: Partial<Settings>) => void;
  readonly chooseTask: (task: TaskName) => void;
  readonly setCsv: (csv: Csv) => void;
  readonly reset: () => void;
  /** Restarts training from these weights and biases. */
  readonly trainFrom: (parameters: readonly number[]) => void;
  readonly chooseLanguage: (language: Language) => void;
  /** Opens a run with these settings, and with weights and biases drawn from the seed if it has none. */
  readonly openRun: (opening: Opening) => void;
  /** Undefined leaves the lesson. */
  readonly chooseLesson: (lesson: LessonName | undefined) => void;
  /** Returns the address of the run after a number of steps, at a place in the walk. */
  readonly makeLink: (steps: number, stop?: Stop) => string;
}

/** The settings. They follow the address, and the page writes its changes back to the address. */
export function useOpening(): OpeningControl {
  const [{ opening, shown, language, messages }, set] = useState(readAddress);

  useEffect(() => {
    const changed = (): void => set(({ opening: { csv } }) => withCsv(readAddress(), csv));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);

  const open = useCallback(
    (next: (settings: Settings) => Settings, given: { csv?: Csv; parameters?: readonly number[] } = {}) => {
      set((old) => {
        const settings = next(old.opening.settings);
        const isSame = given.csv === undefined && drawsSame(settings, old.opening.settings);
        const parameters = given.parameters ?? (isSame ? old.opening.parameters : undefined);
        const opening = { settings, ...(parameters && { parameters }) };
        const { isEmbedded, hide } = old.shown; // the rest was about the run before
        return withCsv(
          { ...old, opening, shown: { isEmbedded, hide }, messages: [] },
          given.csv ?? old.opening.csv,
        );
      });
    },
    [],
  );
  const change = useCallback((part: Partial<Settings>) => open((old) => ({ ...old, ...part })), [open]);
  const chooseTask = useCallback((task: TaskName) => open(() => tasks[task].defaults), [open]);
  const setCsv = useCallback((csv: Csv) => open((old) => old, { csv }), [open]);
  const reset = useCallback(() => open((old) => old), [open]);
  const trainFrom = useCallback(
    (parameters: readonly number[]) => open((old) => old, { parameters }),
    [open],
  );
  const chooseLanguage = useCallback((language: Language) => set((old) => ({ ...old, language })), []);
  const openRun = useCallback(
    (opening: Opening) =>
      set(({ shown: { lesson, isEmbedded, hide }, ...old }) =>
        withCsv({ ...old, opening, shown: { lesson, isEmbedded, hide }, messages: [] }, old.opening.csv),
      ),
    [],
  );
  const chooseLesson = useCallback(
    (lesson: LessonName | undefined) =>
      set(({ shown: { isEmbedded, hide }, ...old }) => ({ ...old, shown: { isEmbedded, hide, lesson } })),
    [],
  );
  const makeLink = useCallback(
    (steps: number, stop: Stop = {}) =>
      makeAddress({ opening, shown: { ...shown, ...stop }, language }, steps),
    [opening, shown, language],
  );

  const written = useRef<Opening>(undefined);
  useEffect(() => {
    // a link's steps, and those of a copied link, stay until a setting changes: another language keeps them
    const steps = written.current === opening ? parseLink(location.hash).steps : opening.steps;
    written.current = opening;
    // `replaceState` adds no entry to the history and fires no 'hashchange'
    history.replaceState(null, '', makeAddress({ opening, shown, language }, steps));
  }, [opening, shown, language]);

  return {
    ...{ opening, shown, language, messages, change, chooseTask, setCsv },
    ...{ reset, chooseLanguage, openRun, chooseLesson, trainFrom, makeLink },
  };
}

interface Read {
  readonly opening: Opening;
  readonly shown: Shown;
  readonly language: Language | undefined;
  readonly messages: readonly string[];
}

function readAddress(): Read {
  const { messages, language, shown = {}, ...opening } = parseLink(location.hash);
  return { opening, shown, language, messages };
}

function withCsv(read: Read, csv: Csv | undefined): Read {
  return csv === undefined ? read : { ...read, opening: { ...read.opening, csv } };
}

function makeAddress(
  { opening: { settings, parameters }, shown, language }: Omit<Read, 'messages'>,
  steps: number | undefined,
): string {
  const hash = formatLink({
    ...{ settings, shown },
    ...(parameters && { parameters }),
    ...(steps !== undefined && { steps }),
    ...(language && { language }),
  });
  return `${location.href.replace(/#.*/, '')}${hash}`;
}

/** Whether the weights and biases of one network fit another, and weren't drawn in another way. */
export function drawsSame(one: Settings, other: Settings): boolean {
  return (['task', 'features', 'initializer', 'seed', 'hidden'] as const).every(
    (name) => String(one[name]) === String(other[name]),
  );
}
