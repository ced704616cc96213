import type { JSX } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';

/** Draws on a cleared canvas. All lengths are in CSS pixels. */
export type Draw = (context: CanvasRenderingContext2D, width: number, height: number) => void;

type Props = Omit<JSX.IntrinsicElements['canvas'], 'ref' | 'width' | 'height'> & {
  readonly draw: Draw;
  /** The canvas is redrawn when one of these, its size or the pixel ratio changes. */
  readonly when: readonly unknown[];
};

/** A canvas at the resolution of the screen. CSS sets its size, by a width and an aspect ratio. */
export function Canvas({ draw, when, ...attributes }: Props): JSX.Element {
  const ref = useRef<HTMLCanvasElement>(null);
  const [size, setSize] = useState('');

  useLayoutEffect(() => {
    const canvas = ref.current!;
    const measure = (): void => setSize(`${canvas.clientWidth} ${canvas.clientHeight} ${devicePixelRatio}`);
    const observer = new ResizeObserver(measure);
    observer.observe(canvas);
    measure();
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const canvas = ref.current!;
    const [width, height, density] = size.split(' ').map(Number);
    if (!width || !height || !density) return;
    // setting the size clears the canvas
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    const context = canvas.getContext('2d')!;
    context.scale(canvas.width / width, canvas.height / height);
    draw(context, width, height);
  }, [size, ...when]);

  return <canvas ref={ref} {...attributes} />;
}
