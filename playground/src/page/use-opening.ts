import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import type { Csv, Settings, Start, TaskName } from '../protocol.js';
import { tasks } from '../run/tasks.js';
import { formatLink, parseLink } from '../run/link.js';
import type { Language } from '../words/say.js';

/** The request that opens a run. Another object means another run. */
export interface Opening extends Start {
  readonly csv?: Csv;
  /** The number of steps to train at once. */
  readonly steps?: number;
}

export interface OpeningControl {
  readonly opening: Opening;
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
  /** Restarts training with other settings and, if there are none, with weights and biases drawn from the seed. */
  readonly startWith: (start: Start) => void;
  readonly chooseLanguage: (language: Language) => void;
  /** Returns the address of the run after a number of steps. */
  readonly makeLink: (steps: number) => string;
}

/** The settings. They follow the address, and the page writes its changes back to the address. */
export function useOpening(): OpeningControl {
  const [{ opening, language, messages }, set] = useState(readAddress);

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
        return withCsv({ ...old, opening, messages: [] }, given.csv ?? old.opening.csv);
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
  const startWith = useCallback(
    ({ settings, parameters }: Start) =>
      set((old) => {
        const opening = { settings, ...(parameters && { parameters }) };
        return withCsv({ ...old, opening, messages: [] }, old.opening.csv);
      }),
    [],
  );
  const chooseLanguage = useCallback((language: Language) => set((old) => ({ ...old, language })), []);
  const makeLink = useCallback((steps: number) => makeAddress(opening, steps, language), [opening, language]);

  const written = useRef<Opening>(undefined);
  useEffect(() => {
    // a link's steps, and those of a copied link, stay until a setting changes: another language keeps them
    const steps = written.current === opening ? parseLink(location.hash).steps : opening.steps;
    written.current = opening;
    // `replaceState` adds no entry to the history and fires no 'hashchange'
    history.replaceState(null, '', makeAddress(opening, steps, language));
  }, [opening, language]);

  return {
    ...{ opening, language, messages, change, chooseTask, setCsv },
    ...{ reset, chooseLanguage, trainFrom, startWith, makeLink },
  };
}

interface Read {
  readonly opening: Opening;
  readonly language: Language | undefined;
  readonly messages: readonly string[];
}

function readAddress(): Read {
  const { messages, language, ...opening } = parseLink(location.hash);
  return { opening, language, messages };
}

function withCsv(read: Read, csv: Csv | undefined): Read {
  return csv === undefined ? read : { ...read, opening: { ...read.opening, csv } };
}

function makeAddress(
  { settings, parameters }: Opening,
  steps: number | undefined,
  language: Language | undefined,
): string {
  return `${location.href.replace(/#.*/, '')}${formatLink(settings, steps, language, parameters)}`;
}

/** Whether the weights and biases of one network fit another, and weren't drawn in another way. */
export function drawsSame(one: Settings, other: Settings): boolean {
  return (['task', 'features', 'initializer', 'seed', 'hidden'] as const).every(
    (name) => String(one[name]) === String(other[name]),
  );
}
