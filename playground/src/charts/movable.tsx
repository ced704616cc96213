import type { ComponentChildren } from 'preact';
import { drag, type Move, type Point } from '../drag.js';
import { short } from '../format.js';
import { REACH, type Points, type Problem } from '../protocol.js';
import { say } from '../words/say.js';

interface MovableProps {
  readonly points: NonNullable<Problem['points']>;
  /** Whether the test points are drawn, so that the user can take them. */
  readonly showsTest: boolean;
  /** The sample in view. */
  readonly at: Float32Array | undefined;
  /** Undefined if nothing can be moved. */
  readonly onMove: Move | undefined;
  /** The plane, from −REACH to REACH. */
  readonly children: ComponentChildren;
}

/** In pixels. A point this close to the pointer is taken. */
const CLOSE = 10;
/** What an arrow key adds. */
const STEP = 0.05;

const arrows: Readonly<Record<string, Point>> = {
  ArrowRight: [STEP, 0],
  ArrowLeft: [-STEP, 0],
  ArrowUp: [0, STEP],
  ArrowDown: [0, -STEP],
};

/** The plane with a handle on the sample in view. Pressing another point puts it in view; then it moves, too. */
export function Movable({ points, showsTest, at, onMove, children }: MovableProps) {
  if (onMove === undefined || at === undefined) return <div class="boundary-plane">{children}</div>;
  const [x1, x2] = at as unknown as Point;
  const take = (event: PointerEvent): void => {
    const plane = event.currentTarget as Element;
    const isHandle = event.target instanceof Element && event.target.closest('button') !== null;
    if (!isHandle) {
      const close = findClosest(plane, event, showsTest ? [points, points.test] : [points]);
      if (close === undefined || event.button !== 0) return;
      onMove(() => close.point, close.target);
      // a finger on the plane scrolls the page; it drags the handle that it has called here
      if (event.pointerType === 'touch') return;
    }
    drag(event, (x, y) => onMove(() => readPoint(plane, x, y)));
  };
  return (
    <div class="boundary-plane" onPointerDown={take}>
      {children}
      <button
        type="button"
        data-testid="sample-handle"
        aria-label={say('boundary.sample', { x1: short(x1), x2: short(x2) })}
        style={{ left: place(x1), top: place(-x2) }}
        onKeyDown={(event) => {
          const by = arrows[event.key];
          if (by === undefined) return;
          event.preventDefault();
          onMove((from) => [round(from[0] + by[0]), round(from[1] + by[1])]);
        }}
      />
    </div>
  );
}

/** From the left or top edge. A typed input may lie outside the plane. */
function place(x: number): string {
  return `${Math.min(100, Math.max(0, 50 * (1 + x / REACH)))}%`;
}

/** The point of the plane at a place of the window. */
function readPoint(plane: Element, clientX: number, clientY: number): Point {
  const { left, top, width, height } = plane.getBoundingClientRect();
  return [
    round(REACH * ((2 * (clientX - left)) / width - 1)),
    round(REACH * (1 - (2 * (clientY - top)) / height)),
  ];
}

/** Two decimals, within the plane. */
function round(x: number): number {
  return Math.round(100 * Math.min(REACH, Math.max(-REACH, x))) / 100;
}

interface Sample {
  readonly point: Point;
  readonly target: number;
}

/** The sample under the pointer. */
function findClosest(
  plane: Element,
  { clientX, clientY }: PointerEvent,
  sets: readonly Points[],
): Sample | undefined {
  const { left, top, width, height } = plane.getBoundingClientRect();
  let closest: Sample | undefined;
  let least = CLOSE;
  for (const { inputs, targets } of sets) {
    for (const [i, target] of targets.entries()) {
      const point: Point = [inputs[2 * i]!, inputs[2 * i + 1]!];
      const distance = Math.hypot(
        left + (width / 2) * (1 + point[0] / REACH) - clientX,
        top + (height / 2) * (1 - point[1] / REACH) - clientY,
      );
      if (distance >= least) continue;
      least = distance;
      closest = { point, target };
    }
  }
  return closest;
}
