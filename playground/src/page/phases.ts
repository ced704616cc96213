import type { phaseNames } from '../run/choices.js';

// The phases in which one mini-batch passes through the equations. Up to BP4 they show one sample; 'mean' gathers all samples.

export type PhaseName = (typeof phaseNames)[number];

/** 'rest' is the network between two steps, with the sample that comes next. */
export interface Phase {
  readonly name: PhaseName;
  /** The layer that the phase computes, counted from 0 after the inputs; undefined if it computes all layers. */
  readonly layer: number | undefined;
}

/**
 * @param layers the number of layers without the inputs
 * @param isTrained false leaves out what follows BP4
 */
export function listPhases(layers: number, isTrained = true): readonly Phase[] {
  const all = Array.from({ length: layers }, (_, layer) => layer);
  const hidden = all.slice(0, -1);
  return [
    ...all.map((layer) => ({ name: 'forward', layer }) as const),
    { name: 'BP1', layer: layers - 1 },
    ...hidden.reverse().map((layer) => ({ name: 'BP2', layer }) as const),
    { name: 'BP3', layer: undefined },
    { name: 'BP4', layer: undefined },
    ...(isTrained ? (['mean', 'update'] as const) : []).map((name) => ({ name, layer: undefined })),
  ];
}
