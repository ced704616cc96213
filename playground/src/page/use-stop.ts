import { useEffect } from 'preact/hooks';
import type { Request } from '../protocol.js';
import type { Stop } from '../run/link.js';
import type { Run } from './use-run.js';
import { currentPhase, type View } from './view.js';

/** Asks for the walk of a stop once the run is open. */
export function useStop(
  { phase }: Stop,
  { problem, walk }: Run,
  isOpen: boolean,
  send: (request: Request) => void,
): void {
  const needsWalk = isOpen && walk === undefined && phase !== undefined && phase !== 'rest';
  useEffect(() => {
    if (needsWalk) send({ type: 'step' });
  }, [needsWalk, problem, send]);
}

/** Whether the page still shows the stop: the user may have gone on. */
export function isAt({ phase = 'rest', layer }: Stop, view: View): boolean {
  const now = currentPhase(view);
  return now.name === phase && (layer === undefined || now.layer === layer);
}
