import { useEffect, useState } from 'preact/hooks';
import { loaded, toFailure, type Failure } from '../run/failure.js';

/**
 * Loads a part of the page once it's wanted. @param load the same function in each call
 * @returns the part, undefined until then, and why it failed to load
 */
export function usePart<Part extends object>(
  load: () => Promise<Part>,
  isWanted: boolean,
): { readonly part?: Part; readonly failure?: Failure } {
  const [state, set] = useState<{ part?: Part; failure?: Failure }>({});
  useEffect(() => {
    if (!isWanted || state.part !== undefined) return;
    loaded(load()).then(
      (part) => set({ part }),
      (reason: unknown) => set({ failure: toFailure(reason) }),
    );
  }, [isWanted, load]);
  return state;
}
