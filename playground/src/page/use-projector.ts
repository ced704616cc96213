import { useCallback, useEffect, useState } from 'preact/hooks';

/** Enlarges the network for a room, and shows little else. */
export function useProjector(): [isProjecting: boolean, toggle: () => void, leave: () => void] {
  const [isProjecting, set] = useState(false);
  useEffect(() => {
    document.documentElement.toggleAttribute('data-projector', isProjecting);
    if (isProjecting) scrollTo(0, 0); // to the network, wherever the page was scrolled
  }, [isProjecting]);
  const toggle = useCallback(() => set((old) => !old), []);
  const leave = useCallback(() => set(false), []);
  return [isProjecting, toggle, leave];
}
