import type { Region } from '../run/choices.js';
import type { Shown, Stop } from '../run/link.js';
import type { Spotlight } from './network/spotlight.js';

/** What a lesson shows and allows. */
export interface Stage {
  readonly stop: Stop;
  readonly hidden: readonly Region[];
  readonly light: Spotlight | undefined;
  /** Whether the user has yet to find the numbers of the phase. */
  readonly isBlank: boolean;
}

const hiddenInFrames: readonly Region[] = ['header', 'tasks', 'settings', 'share', 'details', 'help'];

/** The parts of the page that the address or a lesson hides. */
export function listHidden({ isEmbedded, hide = [] }: Shown, stage: Stage | undefined): ReadonlySet<Region> {
  return new Set([...hide, ...(isEmbedded === true ? hiddenInFrames : []), ...(stage?.hidden ?? [])]);
}
