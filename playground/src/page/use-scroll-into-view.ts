import type { RefObject } from 'preact';
import { useEffect } from 'preact/hooks';

/** Scrolls to an element when something begins in it that would otherwise stay out of view. */
export function useScrollIntoView(element: RefObject<HTMLElement | null>, hasBegun: boolean): void {
  useEffect(() => {
    const { current } = element;
    if (!hasBegun || current === null) return;
    const { top, bottom } = current.getBoundingClientRect();
    if (top >= 0 && bottom <= innerHeight) return;
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    current.scrollIntoView({ block: 'start', behavior: isCalm ? 'auto' : 'smooth' });
  }, [element, hasBegun]);
}
