import type { Place } from '../view.js';
import type { Column } from './geometry.js';
import type { Scene, UnitLook } from './scene.js';
import { say } from '../../words/say.js';

interface UnitsProps {
  readonly scene: Scene;
  readonly columns: readonly Column[];
  readonly hasImage: boolean;
  readonly chosen: Place | undefined;
  readonly describe: (place: Place) => string;
  readonly onChoose: (place: Place) => void;
  readonly onPoint: (place: Place | undefined) => void;
}

/** All drawn units. Tab focuses one of them; the up and down arrows move to the others. */
export function Units(props: UnitsProps) {
  const { scene, columns, hasImage } = props;
  const home = props.chosen ?? scene.subject ?? { layer: 0, unit: 0 };
  return (
    <>
      {columns.map((column, c) => (
        <g key={c}>
          {!(c === 0 && hasImage) &&
            column.ys.map((y, unit) => {
              const look = scene.units[c]![unit]!;
              const shape = (
                <Shape look={look} column={column} y={y} isSubject={isAt(scene.subject, c, unit)} />
              );
              return c === 0 ? (
                <g key={unit}>{shape}</g>
              ) : (
                <Unit key={unit} {...props} place={{ layer: c - 1, unit }} isHome={isAt(home, c, unit)}>
                  {shape}
                </Unit>
              );
            })}
          {column.more > 0 && (
            <text class="more" x={column.x} y={column.ys.at(-1)! + column.radius + 19}>
              {say('network.more', { n: column.more })}
            </text>
          )}
        </g>
      ))}
    </>
  );
}

function isAt(place: Place | undefined, column: number, unit: number): boolean {
  return place !== undefined && place.layer === column - 1 && place.unit === unit;
}

interface UnitProps extends UnitsProps {
  readonly place: Place;
  readonly isHome: boolean;
  readonly children: preact.ComponentChildren;
}

/** A unit that the user can point at, focus and select. */
function Unit({ place, isHome, children, chosen, describe, onChoose, onPoint }: UnitProps) {
  return (
    <g
      class="unit"
      role="button"
      tabindex={isHome ? 0 : -1} // lower case, as in SVG
      aria-label={describe(place)}
      aria-pressed={isAt(chosen, place.layer + 1, place.unit)}
      onClick={() => onChoose(place)}
      onPointerEnter={() => onPoint(place)}
      onPointerLeave={() => onPoint(undefined)}
      onFocus={() => onPoint(place)}
      onBlur={() => onPoint(undefined)}
      onKeyDown={(event) => {
        if (event.key === 'Enter' || event.key === ' ') {
          event.preventDefault(); // the space bar would scroll the page
          onChoose(place);
        }
        if (event.key === 'ArrowDown') goTo(event, 1);
        if (event.key === 'ArrowUp') goTo(event, -1);
      }}
    >
      {children}
    </g>
  );
}

/** Focuses the unit `by` places after the one that the event comes from. */
function goTo(event: KeyboardEvent, by: number): void {
  event.preventDefault();
  const here = event.currentTarget as SVGGElement;
  const all = Array.from(here.ownerSVGElement?.querySelectorAll<SVGGElement>('.unit') ?? []);
  all[all.indexOf(here) + by]?.focus();
}

/** Half the height of a unit that shows a number. */
const CAPSULE = 11;
/** A number doesn't fit into a unit whose half-width is below this. */
const NARROW = 12;

interface ShapeProps {
  readonly look: UnitLook;
  readonly column: Column;
  readonly y: number;
  readonly isSubject: boolean;
}

/** A circle, or a capsule around a number. */
function Shape({ look, column: { x, radius, reach, hasRoom }, y, isSubject }: ShapeProps) {
  // the numbers of narrow columns would overlap: show only those of the current phase
  const text = look.isDim && reach < NARROW ? '' : look.text;
  const [half, tall] = text === '' ? [radius, radius] : [Math.max(radius, reach), Math.min(radius, CAPSULE)];
  const place = { x: x - half, y: y - tall, width: 2 * half, height: 2 * tall, rx: tall };
  return (
    <g class={`shape ${look.tone}${look.isDim ? ' dim' : ''}${isSubject ? ' subject' : ''}`}>
      <rect class="ground" {...place} />
      <rect class="tint" {...place} style={{ fillOpacity: 0.28 * look.strength }} />
      {text !== '' && (
        <text class="value" x={x} y={y + 4}>
          {text}
        </text>
      )}
      {look.note !== '' && hasRoom && (
        <text class="note" x={x} y={y + tall + 11}>
          {look.note}
        </text>
      )}
    </g>
  );
}
