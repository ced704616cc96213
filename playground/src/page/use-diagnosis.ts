import type { Diagnosis } from 'bp4';
import { useEffect, useRef } from 'preact/hooks';
import type { Health, Request } from '../protocol.js';
import type { Run } from './use-run.js';

/** What slows the learning down. */
export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  /** Undefined while the run plays. */
  readonly units: Health | undefined;
}

let requests = 0;

/** Asks the worker for a diagnosis whenever the run has come to rest; while it plays, the report of the last epoch has one. */
export function useDiagnosis(
  { problem, progress, history, diagnosed, failure }: Run,
  isWanted: boolean,
  send: (request: Request) => void,
): Diagnosed | undefined {
  const asked = useRef<{ id: number; of: unknown; hash: string }>(undefined);
  const isResting = progress !== undefined && !progress.isPlaying;
  const isBusy =
    asked.current?.of === problem && asked.current?.id !== diagnosed?.id && failure === undefined;
  const isKnown = asked.current?.of === problem && asked.current?.hash === progress?.hash;
  useEffect(() => {
    if (!isWanted || !isResting || isBusy || isKnown) return;
    asked.current = { id: ++requests, of: problem, hash: progress.hash };
    send({ type: 'diagnose', id: requests });
  });
  if (!isWanted || progress === undefined) return undefined;
  if (isResting && diagnosed !== undefined) return diagnosed;
  const latest = history.points.reduce<Diagnosis | undefined>(
    (last, { diagnosis }) => diagnosis ?? last,
    undefined,
  );
  return latest && { diagnosis: latest, units: undefined };
}
