import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Parameter, Request, SlopeCheck } from '../protocol.js';
import type { Run } from './use-run.js';
import { takeTrial } from './use-trial.js';
import type { View } from './view.js';

/** In milliseconds. A pointer that passes over many weights requests no checks. */
const PAUSE = 60;

let requests = 0;

/** Asks the worker for the slope of the cost at a weight or bias. @returns undefined until it answers */
export function useCheck(
  { checked }: Run,
  view: View | undefined,
  at: Parameter | undefined,
  send: (request: Request) => void,
): SlopeCheck | undefined {
  const [id, setId] = useState(0);
  const isParameter = at !== undefined && at.layer >= 0;
  const { walk, sample } = view ?? {};
  // the phase of a walk changes no number of its sample
  const trial = useMemo(() => (view === undefined ? undefined : takeTrial(view)), [walk, sample]);
  useEffect(() => {
    if (!isParameter || trial === undefined) return;
    const number = ++requests;
    setId(number);
    const timer = setTimeout(() => send({ type: 'check', id: number, trial, at }), PAUSE);
    return () => clearTimeout(timer);
  }, [trial, at, isParameter, send]);
  return isParameter && checked?.id === id ? checked.check : undefined;
}
