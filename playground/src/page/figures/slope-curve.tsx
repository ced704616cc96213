import { precise, short } from '../../format.js';
import { slope, squash } from '../../run/activations.js';
import { say } from '../../words/say.js';
import { isForward, readLayer, type View } from '../view.js';

const WIDTH = 132;
const HEIGHT = 66;
const POINTS = 80;

interface SlopeCurveProps {
  readonly view: View;
  readonly layer: number;
  readonly unit: number;
}

/** The curve of σ with the unit's z on it, and after the forward pass the tangent, whose slope is σ′(z). */
export function SlopeCurve({ view, layer, unit }: SlopeCurveProps) {
  const { z: all, activation } = readLayer(view, layer);
  const z = all[unit]!;
  if (activation === 'softmax') return null; // it has no curve: each output depends on all z
  const reach = Math.max(5, 1.15 * Math.abs(z));
  const points = Array.from({ length: POINTS + 1 }, (_, i) => {
    const x = reach * ((2 * i) / POINTS - 1);
    return [x, squash(activation, x)] as const;
  });
  const heights = points.map(([, y]) => y);
  const [low, high] = [Math.min(...heights), Math.max(...heights)];
  const place = (x: number, y: number): string =>
    `${(WIDTH / 2) * (1 + x / reach)},${HEIGHT - 8 - (HEIGHT - 16) * ((y - low) / (high - low))}`;
  const a = squash(activation, z);
  const steepness = slope(activation, z, a);
  const half = reach / 3;
  const hasTangent = !isForward(view);
  const summary = hasTangent
    ? say('slope.curve', { name: activation, z: precise(z), slope: precise(steepness) })
    : `${activation}(${precise(z)}) = ${precise(a)}`;
  const [cx, cy] = place(z, a).split(',');
  return (
    <figure class="slope-curve" data-testid="slope-curve">
      <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary}>
        <path class="axis" d={`M0 ${place(0, 0).split(',')[1]}H${WIDTH}M${WIDTH / 2} 0V${HEIGHT}`} />
        <polyline class="curve" points={points.map(([x, y]) => place(x, y)).join(' ')} />
        {hasTangent && (
          <polyline
            class="tangent"
            points={`${place(z - half, a - half * steepness)} ${place(z + half, a + half * steepness)}`}
          />
        )}
        <circle cx={cx} cy={cy} r="4.5" />
      </svg>
      <figcaption>
        z <b>{short(z)}</b> {hasTangent ? 'σ′' : 'a'} <b>{short(hasTangent ? steepness : a)}</b>
      </figcaption>
    </figure>
  );
}
