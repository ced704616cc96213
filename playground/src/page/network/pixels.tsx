import { useLayoutEffect, useRef } from 'preact/hooks';
import { toRGB, type Colors, useColors } from '../../charts/colors.js';

const white = [255, 255, 255] as const;

interface PixelsProps {
  /** [grid][grid] */
  readonly values: ArrayLike<number>;
  readonly grid: number;
  /**
   * 'gray': 0 is black and `scale` is white; 'signed': −scale to scale in the colors of negative and positive weights; 'classes': 0 to
   * 2·scale in the colors of the two classes.
   */
  readonly tone: 'gray' | 'signed' | 'classes';
  readonly scale: number;
  readonly isRound?: boolean;
  readonly isUnlit?: boolean;
  readonly x: number;
  readonly y: number;
  readonly side: number;
}

/** An image of grid × grid values, centered at x, y of the network's picture. */
export function Pixels({ values, grid, tone, scale, isRound, isUnlit, x, y, side }: PixelsProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const colors = useColors();
  useLayoutEffect(() => {
    if (canvas.current !== null) paint(canvas.current, values, tone, scale, colors);
  }, [values, tone, scale, colors]);
  return (
    <canvas
      ref={canvas}
      class={`pixels ${tone}${isRound === true ? ' round' : ''}${isUnlit === true ? ' unlit' : ''}`}
      width={grid}
      height={grid}
      aria-hidden="true"
      style={{ left: `${x - side / 2}px`, top: `${y - side / 2}px`, width: `${side}px`, height: `${side}px` }}
    />
  );
}

/** Paints an image as large as the canvas. */
export function paint(
  canvas: HTMLCanvasElement,
  values: ArrayLike<number>,
  tone: PixelsProps['tone'],
  scale: number,
  colors: Colors,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const image = context.createImageData(canvas.width, canvas.height);
  const isOfClasses = tone === 'classes';
  const above = tone === 'gray' ? white : toRGB(isOfClasses ? colors.class1 : colors.positive);
  const below = toRGB(isOfClasses ? colors.class0 : colors.negative);
  for (let i = 0; i < canvas.width * canvas.height; i++) {
    const value = (values[i] ?? 0) - (isOfClasses ? scale : 0);
    image.data.set(value < 0 ? below : above, 4 * i);
    image.data[4 * i + 3] = 255 * Math.min(1, Math.abs(value) / scale);
  }
  context.putImageData(image, 0, 0);
}
