import { useEffect, useRef } from 'preact/hooks';
import type { Run } from './use-run.js';

let requests = 0;

/**
 * Asks the worker a question whenever the run has come to rest, once about the same weights.
 * @param answer the last one, with the number of its question
 * @param ask sends the question with this number
 */
export function useAtRest(
  { problem, progress, failure }: Run,
  isWanted: boolean,
  answer: { readonly id: number } | undefined,
  ask: (id: number) => void,
): void {
  const asked = useRef<{ id: number; of: unknown; hash: string }>(undefined);
  const isResting = progress !== undefined && !progress.isPlaying;
  const isBusy = asked.current?.of === problem && asked.current?.id !== answer?.id && failure === undefined;
  const isKnown = asked.current?.of === problem && asked.current?.hash === progress?.hash;
  useEffect(() => {
    if (!isWanted || !isResting || isBusy || isKnown) return;
    asked.current = { id: ++requests, of: problem, hash: progress.hash };
    ask(requests);
  });
}
