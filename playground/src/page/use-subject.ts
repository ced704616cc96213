import { useCallback, useEffect, useState } from 'preact/hooks';
import type { Parameter, Problem } from '../protocol.js';
import { currentPhase, type View } from './view.js';

/** What the user asks about: the weight or unit under the pointer, or the one clicked last. */
export interface Asking {
  readonly pointed: Parameter | undefined;
  readonly subject: Parameter | undefined;
  readonly point: (at: Parameter | undefined) => void;
  readonly pin: (at: Parameter | undefined) => void;
}

/**
 * A new phase, another network or another number to explain ends the question. The next step of a lesson may be about the same
 * phase, and keeps it.
 * @param given what the page explains unless the user asks about something else
 */
export function useSubject(view: View | undefined, given: Parameter | undefined): Asking {
  const [pointed, point] = useState<Parameter>();
  const [pinned, setPinned] = useState<Parameter>();
  const problem = view?.problem;
  const { name, layer } = (view && currentPhase(view)) ?? {};
  useEffect(() => setPinned(undefined), [problem, name, layer, given?.layer, given?.unit, given?.from]);
  const pin = useCallback((at: Parameter | undefined) => {
    setPinned((old) => (old !== undefined && at !== undefined && isSame(old, at) ? undefined : at));
  }, []);
  const shown = [pointed, pinned, given].find((at) => at !== undefined && exists(at, problem));
  return { pointed, subject: shown, point, pin };
}

function isSame(one: Parameter, other: Parameter): boolean {
  return one.layer === other.layer && one.unit === other.unit && one.from === other.from;
}

/** A resting pointer may still refer to a unit of the previous network. */
function exists({ layer, unit, from = 0 }: Parameter, problem: Problem | undefined): boolean {
  const sizes = problem?.sizes ?? [];
  return unit < (sizes[layer + 1] ?? 0) && (layer < 0 || from < sizes[layer]!);
}
