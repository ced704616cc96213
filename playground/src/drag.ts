/** A point of the plane. */
export type Point = readonly [x1: number, x2: number];

/**
 * Moves the sample in view over the plane.
 * @param to from its point to the next: the one in view may be older
 * @param target that of another sample; undefined keeps the target
 */
export type Move = (to: (from: Point) => Point, target?: number) => void;

/** How much a value changes by one pixel. */
const PER_PIXEL = 0.01;
/** In pixels. Shorter movements are clicks. */
const SLACK = 4;

/** Changes a value while the pointer is down: up and right increase it. */
export function dragValue(event: PointerEvent, value: number, onChange: (value: number) => void): void {
  const { clientX, clientY } = event;
  drag(event, (x, y) =>
    onChange(Math.round((value + (x - clientX - (y - clientY)) * PER_PIXEL) * 100) / 100),
  );
}

/** Follows the pointer of a `pointerdown` until it's up. @param onMove receives its place in the window */
export function drag(event: PointerEvent, onMove: (clientX: number, clientY: number) => void): void {
  if (event.button !== 0) return;
  const target = event.currentTarget as Element;
  const { clientX, clientY, pointerId } = event;
  let isDragging = false;
  const move = (moved: Event): void => {
    const { clientX: x, clientY: y } = moved as PointerEvent;
    if (!isDragging && Math.hypot(x - clientX, y - clientY) < SLACK) return;
    if (!isDragging) target.setPointerCapture(pointerId);
    isDragging = true;
    onMove(x, y);
  };
  const stop = new AbortController();
  target.addEventListener('pointermove', move, { signal: stop.signal });
  for (const end of ['pointerup', 'pointercancel']) {
    target.addEventListener(end, () => stop.abort(), { once: true, signal: stop.signal });
  }
}
