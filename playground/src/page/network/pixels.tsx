import { useLayoutEffect, useRef } from 'preact/hooks';
import { toRGB, type Colors, useColors } from '../../charts/colors.js';
import { SIDE } from '../../protocol.js';

const white = [255, 255, 255] as const;

interface PixelsProps {
  /** [28][28] */
  readonly values: ArrayLike<number>;
  /** 'gray': 0 is black and `scale` is white; 'signed': −scale to scale in the colors of negative and positive weights. */
  readonly tone: 'gray' | 'signed';
  readonly scale: number;
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** An image of 28 × 28 values, centered at x, y of the network's picture. */
export function Pixels({ values, tone, scale, x, y, side }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = useColors();
  useLayoutEffect(() => {
    if (canvas.current !== null) paint(canvas.current, values, tone, scale, colors);
  }, [values, tone, scale, colors]);
  return (
    <canvas
      ref={canvas}
      class={`pixels ${tone}`}
      width={SIDE}
      height={SIDE}
      aria-hidden="true"
      style={{ left: `${x - side / 2}px`, top: `${y - side / 2}px`, width: `${side}px`, height: `${side}px` }}
    />
  );
}

function paint(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  tone: PixelsProps['tone'],
  scale: number,
  colors: Colors,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(SIDE, SIDE);
  const above = tone === 'gray' ? white : toRGB(colors.positive);
  const below = toRGB(colors.negative);
  for (let i = 0; i < SIDE * SIDE; i++) {
    const value = values[i] ?? 0;
    image.data.set(value < 0 ? below : above, 4 * i);
    image.data[4 * i + 3] = 255 * Math.min(1, Math.abs(value) / scale);
  }
  context.putImageData(image, 0, 0);
}
