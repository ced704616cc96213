import { Fragment } from 'preact';
import type { Health, Parameter, UnitHealth } from '../../protocol.js';
import { percent } from '../../format.js';
import type { Place } from '../view.js';
import { dragValue } from '../../drag.js';
import type { Column } from './geometry.js';
import type { Scene, UnitLook } from './scene.js';
import type { Spotlight } from './spotlight.js';
import { say } from '../../words/say.js';

interface UnitsProps {
  readonly scene: Scene;
  readonly columns: readonly Column[];
  readonly hasImage: boolean;
  readonly chosen: Place | undefined;
  readonly spotlight: Spotlight | undefined;
  /** The accessible name of a unit. */
  readonly label: (place: Place) => string;
  readonly onChoose: (place: Place) => void;
  readonly onPoint: (at: Parameter | undefined) => void;
  /** Where the user can change biases and inputs. */
  readonly editing: Editing | undefined;
  /** Marks the units that learn nothing or hardly anything. */
  readonly health: Health | undefined;
  /** Draws all units, or fewer again. */
  readonly onToggleWhole: () => void;
}

/** Reads and changes weights, biases and inputs. */
export interface Editing {
  readonly read: (at: Parameter) => number;
  readonly edit: (at: Parameter, value: number) => void;
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
              const health = c > 0 ? props.health?.[c - 1]?.[unit] : undefined;
              const shape = (
                <>
                  <Shape
                    look={look}
                    column={column}
                    y={y}
                    isSubject={isAt(scene.subject, c, unit)}
                    isUnlit={props.spotlight?.hasUnit(c, unit) === false}
                  />
                  {health !== undefined && <Mark health={health} column={column} y={y} />}
                </>
              );
              return c === 0 && props.editing === undefined ? (
                <g key={unit}>{shape}</g>
              ) : (
                <Unit key={unit} {...props} place={{ layer: c - 1, unit }} isHome={isAt(home, c, unit)}>
                  {shape}
                </Unit>
              );
            })}
          {column.more + column.fewer > 0 && <More column={column} onToggle={props.onToggleWhole} />}
        </g>
      ))}
    </>
  );
}

/** Draws all units of the network, or fewer again. */
function More({
  column: { x, moreY, reach, more, fewer },
  onToggle,
}: {
  column: Column;
  onToggle: () => void;
}) {
  const isNarrow = reach < SMALL;
  const text = isNarrow
    ? fewer > 0
      ? `−${fewer}`
      : `+${more}`
    : fewer > 0
      ? say('network.fewer', { n: fewer })
      : say('network.more', { n: more });
  return (
    <g
      class="more-button"
      data-testid="all-units"
      role="button"
      tabindex={0}
      aria-label={`${text}: ${say(fewer > 0 ? 'network.showFewer' : 'network.showAll')}`}
      onClick={onToggle}
      onKeyDown={(event) => {
        if (event.key !== 'Enter' && event.key !== ' ') return;
        event.preventDefault(); // the space bar would scroll the page
        onToggle();
      }}
    >
      <text class="more" x={x} y={moreY}>
        {text}
      </text>
    </g>
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
function Unit({ place, isHome, children, chosen, label, onChoose, onPoint, editing }: UnitProps) {
  return (
    <g
      class={editing === undefined ? 'unit' : 'unit draggable'}
      role="button"
      tabindex={isHome ? 0 : -1} // lower case, as in SVG
      aria-label={label(place)}
      aria-pressed={isAt(chosen, place.layer + 1, place.unit)}
      onClick={() => onChoose(place)}
      onPointerDown={(event) => {
        if (editing !== undefined)
          dragValue(event, editing.read(place), (value) => editing.edit(place, value));
      }}
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

/** A unit that is saturated for this share of the samples is marked. */
const MOSTLY = 0.9;

/** A cross on a dead unit, a flat line on a saturated one. */
function Mark({ health, column, y }: { health: UnitHealth; column: Column; y: number }) {
  const { isDead, saturated } = health;
  if (!isDead && saturated < MOSTLY) return null;
  const at = {
    x: column.x + Math.max(column.radius, column.reach) - 2,
    y: y - Math.min(column.radius, CAPSULE),
  };
  return (
    <g class="mark" data-mark={isDead ? 'dead' : 'saturated'} transform={`translate(${at.x} ${at.y})`}>
      <title>
        {isDead ? say('slow.deadUnit') : say('slow.saturatedUnit', { share: percent(saturated) })}
      </title>
      <circle r="6.5" />
      <path d={isDead ? 'M-2.5-2.5l5 5m0-5l-5 5' : 'M-3.5 2.5h2.5l2-5h2.5'} />
    </g>
  );
}

/** Half the height of a unit that shows a number. */
const CAPSULE = 11;
/** A number doesn't fit into a unit whose half-width is below this. */
const NARROW = 17.5;
/** Below this, it fits only if it's small. */
const SMALL = 20;

interface ShapeProps {
  readonly look: UnitLook;
  readonly column: Column;
  readonly y: number;
  readonly isSubject: boolean;
  /** Outside the spotlight. */
  readonly isUnlit: boolean;
}

/** A circle, or a capsule around a number. */
function Shape({ look, column: { x, radius, reach, below }, y, isSubject, isUnlit }: ShapeProps) {
  // the numbers of narrow columns would overlap: show only those of the current phase
  const text = look.isDim && reach < NARROW ? '' : look.text;
  const [half, tall] = text === '' ? [radius, radius] : [Math.max(radius, reach), Math.min(radius, CAPSULE)];
  const place = { x: x - half, y: y - tall, width: 2 * half, height: 2 * tall, rx: tall };
  return (
    <g
      class={`shape ${look.tone}${look.isDim ? ' dim' : ''}${isSubject ? ' subject' : ''}${isUnlit ? ' unlit' : ''}`}
    >
      <rect class="ground" {...place} />
      <rect class="tint" {...place} style={{ fillOpacity: 0.28 * look.strength }} />
      {text !== '' && (
        <text class={reach < SMALL ? 'value small' : 'value'} x={x} y={y + 4}>
          {text}
        </text>
      )}
      {look.notes.slice(0, below).map((note, row) => (
        // the space separates it from the number before, for assistive technology
        <Fragment key={row}>
          {' '}
          <text class="note" x={x} y={y + tall + 11 + 12 * row}>
            {note}
          </text>
        </Fragment>
      ))}
    </g>
  );
}
