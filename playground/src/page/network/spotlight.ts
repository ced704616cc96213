import type { Parameter } from '../../protocol.js';
import type { Phase } from '../phases.js';
import type { Place } from '../view.js';

// Which units and edges the picture lights, and which it dims.

export interface Spotlight {
  /** Column 0 holds the inputs. */
  readonly hasUnit: (column: number, unit: number) => boolean;
  /** The edge from unit `from` to unit `unit` of a layer. */
  readonly hasEdge: (layer: number, unit: number, from: number) => boolean;
}

/** A unit or a weight, the values that it comes from, and the path from there to the cost. */
export function lightPath({ layer, unit, from }: Parameter): Spotlight {
  const column = layer + 1;
  return {
    hasUnit: (c, u) => {
      if (c > column) return true;
      if (c === column) return u === unit;
      return c === column - 1 && (from === undefined || u === from);
    },
    hasEdge: (l, u, k) => {
      if (l > layer + 1) return true;
      if (l === layer + 1) return k === unit;
      return l === layer && u === unit && (from === undefined || k === from);
    },
  };
}

/** The symbols of an equation that the picture shows. */
export type MathSymbol = 'a' | 'z' | 'b' | 'w' | 'below' | 'delta' | 'slope' | 'nextW' | 'nextDelta';

/** The units or edges that a symbol of the phase's equation stands for. */
export function lightSymbol(symbol: MathSymbol, { layer }: Phase, subject: Place | undefined): Spotlight {
  // a phase of all layers lights all, or those of the unit that it explains
  const isLayer = (l: number, by = 0): boolean => {
    const shown = layer ?? subject?.layer;
    return shown === undefined ? l >= 0 : l === shown + by;
  };
  const none = (): boolean => false;
  switch (symbol) {
    case 'w':
      return { hasUnit: none, hasEdge: (l) => isLayer(l) };
    case 'nextW':
      return { hasUnit: none, hasEdge: (l) => isLayer(l, 1) };
    case 'below':
      return { hasUnit: (column) => isLayer(column - 1, -1), hasEdge: none };
    case 'nextDelta':
      return { hasUnit: (column) => isLayer(column - 1, 1), hasEdge: none };
    default:
      return { hasUnit: (column) => isLayer(column - 1), hasEdge: none };
  }
}

/** The symbol of the phase's equation that stands for a unit or weight. */
export function findSymbol(
  { name, layer }: Phase,
  subject: Place | undefined,
  at: Parameter,
): MathSymbol | undefined {
  const by = at.layer - (layer ?? subject?.layer ?? at.layer);
  if (at.from !== undefined) return by === 0 ? 'w' : by === 1 ? 'nextW' : undefined;
  if (name === 'forward' && by === 0) return 'a';
  if (by === -1) return 'below';
  return by === 0 ? 'delta' : by === 1 ? 'nextDelta' : undefined;
}
