import type { Diagnosis } from 'bp4';
import type { Health, Request } from '../protocol.js';
import { useAtRest } from './use-at-rest.js';
import type { Run } from './use-run.js';

/** What slows the learning down. */
export interface Diagnosed {
  readonly diagnosis: Diagnosis;
  /** Undefined while the run plays. */
  readonly units: Health | undefined;
}

/** Asks the worker for a diagnosis whenever the run has come to rest; while it plays, the report of the last epoch has one. */
export function useDiagnosis(
  run: Run,
  isWanted: boolean,
  send: (request: Request) => void,
): Diagnosed | undefined {
  const { progress, history, diagnosed } = run;
  useAtRest(run, isWanted, diagnosed, (id) => send({ type: 'diagnose', id }));
  if (!isWanted || progress === undefined) return undefined;
  if (!progress.isPlaying && diagnosed !== undefined) return diagnosed;
  const latest = history.points.reduce<Diagnosis | undefined>(
    (last, { diagnosis }) => diagnosis ?? last,
    undefined,
  );
  return latest && { diagnosis: latest, units: undefined };
}
