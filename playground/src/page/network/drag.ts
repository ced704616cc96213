/** How much a value changes by one pixel. */
const PER_PIXEL = 0.01;
/** Shorter movements are clicks. */
const SLACK = 4;

/** Changes a value while the pointer is down: up and right increase it. */
export function dragValue(event: PointerEvent, value: number, onChange: (value: number) => void): void {
  if (event.button !== 0) return;
  const target = event.currentTarget as Element;
  const { clientX, clientY, pointerId } = event;
  let isDragging = false;
  const move = (moved: Event): void => {
    const { clientX: x, clientY: y } = moved as PointerEvent;
    const distance = x - clientX - (y - clientY);
    if (!isDragging && Math.abs(distance) < SLACK) return;
    if (!isDragging) target.setPointerCapture(pointerId);
    isDragging = true;
    onChange(Math.round((value + distance * PER_PIXEL) * 100) / 100);
  };
  const stop = new AbortController();
  target.addEventListener('pointermove', move, { signal: stop.signal });
  for (const end of ['pointerup', 'pointercancel']) {
    target.addEventListener(end, () => stop.abort(), { once: true, signal: stop.signal });
  }
}
