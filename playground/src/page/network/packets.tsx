import { useLayoutEffect, useMemo, useState } from 'preact/hooks';
import { short } from '../../format.js';
import type { View } from '../view.js';
import type { Flow } from './flow.js';
import { planFlow } from './flow.js';
import type { Column } from './geometry.js';

/** How long the packets of a phase travel and add up, in milliseconds. */
const DURATION = 2600;
/** The share of the time until they have arrived, until they have added up, and until σ or σ′ has been applied. */
const ARRIVED = 0.55;
const SUMMED = 0.75;
const DONE = 0.95;

/** Above this, packets would cover one another. */
const MOST_PACKETS = 200;

interface PacketsProps {
  readonly view: View;
  readonly columns: readonly Column[];
  /** Whether the first layer's edges start at an image instead of units. */
  readonly hasImage: boolean;
  /** The time at which the scrubber holds the flow, from 0 to 1; undefined lets it run. */
  readonly hold: number | undefined;
}

/**
 * What flows in the phase: packets travel along the edges, with an area in proportion to |w·a| or |w·δ| and the color of the
 * sign. Where they arrive, their sum counts up; then σ or σ′ turns it into the result.
 */
export function Packets({ view, columns, hasImage, hold }: PacketsProps) {
  const { walk, index, sample } = view;
  const flow = useMemo(() => planFlow(view), [walk, index, sample]);
  const time = useTime(flow, hold);
  if (flow === undefined || time >= DONE) return null;
  const [from, to] = [columns[flow.from]!, columns[flow.to]!];
  const isImage = flow.from === 0 && hasImage;
  return (
    <g class="packets" aria-hidden="true">
      {time < ARRIVED && !isImage && <Traveling {...{ flow, from, to }} share={ease(time / ARRIVED)} />}
      {to.ys.map((y, unit) => (
        <Sum key={unit} column={to} y={y} text={describeSum(flow, unit, time, to.reach)} />
      ))}
    </g>
  );
}

function Traveling({ flow, from, to, share }: { flow: Flow; from: Column; to: Column; share: number }) {
  const drawn = flow.packets.filter(({ source, target }) => source < from.ys.length && target < to.ys.length);
  if (drawn.length > MOST_PACKETS) return null;
  const most = drawn.reduce((size, { value }) => Math.max(size, Math.abs(value)), 1e-12);
  const largest = Math.min(11, 0.9 * to.radius);
  return (
    <>
      {drawn.map(({ source, target, value }) => (
        <circle
          key={`${source} ${target}`}
          class={value < 0 ? 'packet negative' : 'packet positive'}
          cx={from.x + share * (to.x - from.x)}
          cy={from.ys[source]! + share * (to.ys[target]! - from.ys[source]!)}
          r={largest * Math.sqrt(Math.abs(value) / most)}
        />
      ))}
    </>
  );
}

/** Covers a unit until its number is computed. */
function Sum({ column: { x, radius, reach }, y, text }: { column: Column; y: number; text: string }) {
  const half = Math.max(radius, reach);
  const tall = Math.min(radius, 11);
  return (
    <>
      <rect class="ground" x={x - half} y={y - tall} width={2 * half} height={2 * tall} rx={tall} />
      <text class="value" x={x} y={y + 4}>
        {text}
      </text>
    </>
  );
}

function describeSum({ sums, results }: Flow, unit: number, time: number, reach: number): string {
  const [sum, result] = [sums[unit]!, results[unit]!];
  if (time < ARRIVED) return '';
  const share = (begin: number, end: number): number => Math.min(1, (time - begin) / (end - begin));
  if (time < SUMMED) return `${reach > 22 ? 'Σ ' : ''}${short(sum * ease(share(ARRIVED, SUMMED)))}`;
  return short(sum + (result - sum) * ease(share(SUMMED, DONE)));
}

/** Starts and stops gently. */
function ease(share: number): number {
  return share * share * (3 - 2 * share);
}

/** Runs from 0 to 1 once for each flow; at once to 1 if the user prefers reduced motion. */
function useTime(flow: Flow | undefined, hold: number | undefined): number {
  const [time, setTime] = useState(1);
  useLayoutEffect(() => {
    const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches;
    if (flow === undefined || hold !== undefined || isCalm) {
      setTime(hold ?? 1);
      return;
    }
    const begin = performance.now();
    let frame = 0;
    const tick = (now: number): void => {
      const share = Math.max(0, Math.min(1, (now - begin) / DURATION));
      setTime(share);
      if (share < 1) frame = requestAnimationFrame(tick);
    };
    tick(begin);
    return () => cancelAnimationFrame(frame);
  }, [flow, hold]);
  return time;
}
