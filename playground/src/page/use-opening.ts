import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Csv, Settings, TaskName } from '../protocol.js';
import { tasks } from '../run/tasks.js';
import { formatLink, parseLink } from '../run/link.js';

/** The request that opens a run. Another object means another run. */
export interface Opening {
  readonly settings: Settings;
  readonly csv?: Csv;
  /** The weights and biases at the start, in the order of `net.parameters`; drawn from the seed if undefined. */
  readonly parameters?: readonly number[];
  /** The number of steps to train at once. */
  readonly steps?: number;
}

export interface OpeningControl {
  readonly opening: Opening;
  /** Reports on invalid parts of the address. */
  readonly messages: readonly string[];
  readonly change: (change: Partial<Settings>) => void;
  readonly chooseTask: (task: TaskName) => void;
  readonly setCsv: (csv: Csv) => void;
  readonly reset: () => void;
  /** Restarts training from these weights and biases. */
  readonly trainFrom: (parameters: readonly number[]) => void;
  /** Returns the address of the run after a number of steps. */
  readonly makeLink: (steps: number) => string;
}

/** The settings. They follow the address, and the page writes its changes back to the address. */
export function useOpening(): OpeningControl {
  const [{ opening, messages }, set] = useState(readAddress);

  useEffect(() => {
    const changed = (): void => set(({ opening: { csv } }) => withCsv(readAddress(), csv));
    addEventListener('hashchange', changed);
    return () => removeEventListener('hashchange', changed);
  }, []);

  const open = useCallback(
    (next: (settings: Settings) => Settings, given: { csv?: Csv; parameters?: readonly number[] } = {}) => {
      set(({ opening }) => {
        const settings = next(opening.settings);
        const parameters = given.parameters ?? (drawsSame(settings, opening.settings) ? opening.parameters : undefined);
        const opened = { settings, ...(parameters && { parameters }) };
        return withCsv({ opening: opened, messages: [] }, given.csv ?? opening.csv);
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
  const makeLink = useCallback((steps: number) => makeAddress({ ...opening, steps }), [opening]);

  useEffect(() => {
    // `replaceState` adds no entry to the history and fires no 'hashchange'; a link's steps stay until a setting changes
    history.replaceState(null, '', makeAddress(opening));
  }, [opening]);

  return { opening, messages, change, chooseTask, setCsv, reset, trainFrom, makeLink };
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

function makeAddress({ settings, steps, parameters }: Opening): string {
  return `${location.href.replace(/#.*/, '')}${formatLink(settings, steps, parameters)}`;
}

/** Whether the weights and biases of one network fit another, and weren't drawn in another way. */
function drawsSame(one: Settings, other: Settings): boolean {
  return (['task', 'initializer', 'seed', 'hidden'] as const).every(
    (name) => String(one[name]) === String(other[name]),
  );
}
