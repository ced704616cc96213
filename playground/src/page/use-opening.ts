import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Csv, Settings, TaskName } from '../protocol.js';
import { tasks } from '../run/tasks.js';
import { formatLink, parseLink } from '../run/link.js';

/** What a run is opened with. Another object is another run. */
export interface Opening {
  readonly settings: Settings;
  readonly csv?: Csv;
  /** How far it is to be trained at once. */
  readonly steps?: number;
}

export interface OpeningControl {
  readonly opening: Opening;
  /** What in the address was not understood. */
  readonly messages: readonly string[];
  readonly change: (change: Partial<Settings>) => void;
  readonly chooseTask: (task: TaskName) => void;
  readonly setCsv: (csv: Csv) => void;
  readonly reset: () => void;
  /** The address of the run after so many steps. */
  readonly makeLink: (steps: number) => string;
}

/** The settings: at first those of the address, and whenever it changes; what the page changes is written there. */
export function useOpening(): OpeningControl {
  const [{ opening, messages }, set] = useState(readAddress);

  useEffect(() => {
    const changed = (): void => set(({ opening: { csv } }) => withCsv(readAddress(), csv));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);

  const open = useCallback((next: (settings: Settings) => Settings, csv?: Csv) => {
    set((old) =>
      withCsv({ opening: { settings: next(old.opening.settings) }, messages: [] }, csv ?? old.opening.csv),
    );
  }, []);
  const change = useCallback((part: Partial<Settings>) => open((old) => ({ ...old, ...part })), [open]);
  const chooseTask = useCallback((task: TaskName) => open(() => tasks[task].defaults), [open]);
  const setCsv = useCallback((csv: Csv) => open((old) => old, csv), [open]);
  const reset = useCallback(() => open((old) => old), [open]);
  const makeLink = useCallback((steps: number) => makeAddress(opening.settings, steps), [opening]);

  useEffect(() => {
    // neither an entry of the history nor a 'hashchange'; the steps of a link stay until something changes
    history.replaceState(null, '', makeAddress(opening.settings, opening.steps));
  }, [opening]);

  return { opening, messages, change, chooseTask, setCsv, reset, makeLink };
}

interface Read {
  readonly opening: Opening;
  readonly messages: readonly string[];
}

function readAddress(): Read {
  const { messages, ...opening } = parseLink(location.hash);
  return { opening, messages };
}

function withCsv({ opening, messages }: Read, csv: Csv | undefined): Read {
  return { opening: csv === undefined ? opening : { ...opening, csv }, messages };
}

function makeAddress(settings: Settings, steps: number | undefined): string {
  return `${location.href.replace(/#.*/, '')}${formatLink(settings, steps)}`;
}
