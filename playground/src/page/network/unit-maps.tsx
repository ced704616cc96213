import { useMemo } from 'preact/hooks';
import { MAP } from '../../protocol.js';
import { measureClearance } from './edges.js';
import type { Column } from './geometry.js';
import { Pixels } from './pixels.js';
import type { Scene } from './scene.js';
import type { Spotlight } from './spotlight.js';

interface UnitMapsProps {
  readonly columns: readonly Column[];
  readonly scene: Scene;
  readonly spotlight: Spotlight | undefined;
  /** [layers][units × MAP × MAP] */
  readonly maps: readonly Uint8Array[];
}

const [SMALLEST, LARGEST] = [12, 28];

/** What each unit answers over the plane: inside units without a number, left of the others if there's room. */
export function UnitMaps({ columns, scene, spotlight, maps }: UnitMapsProps) {
  // the same arrays until the maps change, so that nothing is painted again while the pointer moves
  const images = useMemo(
    () =>
      maps.map((layer, l) =>
        Array.from({ length: layer.length / MAP ** 2 }, (_, unit) => readMap(maps, l, unit)),
      ),
    [maps],
  );
  return (
    <>
      {columns.slice(1).map((column, layer) => {
        const { x, ys, radius, reach } = column;
        const spacing = ys.length > 1 ? ys[1]! - ys[0]! : LARGEST + 4;
        const clearance = measureClearance(scene, layer, columns);
        const beside = Math.min(LARGEST, spacing - 4, clearance - Math.max(radius, reach) - 4);
        return ys.map((y, unit) => {
          const { text, isDim } = scene.units[layer + 1]![unit]!;
          const isInside = text === '';
          const side = isInside ? 1.5 * radius : beside;
          if (side < SMALLEST - (isInside ? 4 : 0) || (isInside && isDim)) return null;
          return (
            <Pixels
              key={`${layer} ${unit}`}
              values={images[layer]?.[unit] ?? []}
              grid={MAP}
              tone="classes"
              scale={127}
              isRound={isInside}
              isUnlit={spotlight?.hasUnit(layer + 1, unit) === false}
              x={isInside ? x : x - Math.max(radius, reach) - 3 - side / 2}
              y={y}
              side={side}
            />
          );
        });
      })}
    </>
  );
}

/** The map of a unit, [MAP][MAP]; empty if there's no such unit. */
export function readMap(maps: readonly Uint8Array[], layer: number, unit: number): Uint8Array {
  return maps[layer]?.subarray(unit * MAP * MAP, (unit + 1) * MAP * MAP) ?? new Uint8Array();
}
