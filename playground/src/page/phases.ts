// The way of one mini-batch through the equations, phase by phase.

export type PhaseName = 'forward' | 'BP1' | 'BP2' | 'BP3' | 'BP4' | 'update';

export interface Phase {
  readonly name: PhaseName;
  /** The layer that it computes, from 0, the first after the inputs; undefined where it computes all of them. */
  readonly layer: number | undefined;
}

/** @param layers how many, without the inputs */
export function listPhases(layers: number): readonly Phase[] {
  const all = Array.from({ length: layers }, (_, layer) => layer);
  const hidden = all.slice(0, -1);
  return [
    ...all.map((layer) => ({ name: 'forward', layer }) as const),
    { name: 'BP1', layer: layers - 1 },
    ...hidden.reverse().map((layer) => ({ name: 'BP2', layer }) as const),
    { name: 'BP3', layer: undefined },
    { name: 'BP4', layer: undefined },
    { name: 'update', layer: undefined },
  ];
}

/** 'hidden 2', 'outputs' */
export function layerName(layer: number, layers: number): string {
  return layer === layers - 1 ? 'outputs' : `hidden ${layer + 1}`;
}
