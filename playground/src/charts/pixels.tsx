import type { JSX } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { SIDE } from '../protocol.js';

interface Props {
  /** [28][28], 0 (black) to 255 */
  readonly pixels: ArrayLike<number>;
  readonly label: string;
}

/** A digit, white on black as the network receives it. CSS sets its size. */
export function Pixels({ pixels, label }: Props): JSX.Element {
  const ref = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    const context = ref.current!.getContext('2d')!;
    const image = context.createImageData(SIDE, SIDE);
    for (let i = 0; i < SIDE * SIDE; i++)
      image.data.fill(pixels[i]!, 4 * i, 4 * i + 3).fill(255, 4 * i + 3, 4 * i + 4);
    context.putImageData(image, 0, 0);
  }, [pixels]);
  return (
    <canvas
      ref={ref}
      width={SIDE}
      height={SIDE}
      style={{ aspectRatio: 1, imageRendering: 'pixelated' }}
      role="img"
      aria-label={label}
    />
  );
}
