import type { ActivationName } from 'bp4';
import { precise, short } from '../../format.js';
import { slope } from '../../run/slope.js';
import { say } from '../../words/say.js';
import { readLayer, type View } from '../view.js';

const WIDTH = 132;
const HEIGHT = 84;
const POINTS = 80;

interface SlopeCurveProps {
  readonly view: View;
  readonly layer: number;
  readonly unit: number;
}

/** The curve of σ with the unit's z on it, and the tangent whose slope is σ′(z). */
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
  const summary = say('slope.curve', { name: activation, z: precise(z), slope: precise(steepness) });
  const [cx, cy] = place(z, a).split(',');
  return (
    <figure class="slope-curve" data-testid="slope-curve">
      <svg width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary}>
        <path class="axis" d={`M0 ${place(0, 0).split(',')[1]}H${WIDTH}M${WIDTH / 2} 0V${HEIGHT}`} />
        <polyline class="curve" points={points.map(([x, y]) => place(x, y)).join(' ')} />
        <polyline
          class="tangent"
          points={`${place(z - half, a - half * steepness)} ${place(z + half, a + half * steepness)}`}
        />
        <circle cx={cx} cy={cy} r="4.5" />
      </svg>
      <figcaption>
        z <b>{short(z)}</b> σ′ <b>{short(steepness)}</b>
      </figcaption>
    </figure>
  );
}

/** σ(z), for display only; the engine computes its own. */
export function squash(activation: Exclude<ActivationName, 'softmax'>, z: number): number {
  const sigmoid = 1 / (1 + Math.exp(-z));
  switch (activation) {
    case 'sigmoid':
      return sigmoid;
    case 'tanh':
      return Math.tanh(z);
    case 'relu':
      return Math.max(0, z);
    case 'leakyRelu':
      return z > 0 ? z : 0.01 * z;
    case 'elu':
      return z > 0 ? z : Math.expm1(z);
    case 'softplus':
      return Math.max(z, 0) + Math.log1p(Math.exp(-Math.abs(z)));
    case 'swish':
      return z * sigmoid;
    case 'gelu':
      return 0.5 * z * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (z + 0.044715 * z ** 3)));
    case 'softsign':
      return z / (1 + Math.abs(z));
    case 'linear':
      return z;
  }
}
