import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Answers } from './answers.js';
import { Canvas, type Draw } from './canvas.js';
import { rasterizeDigit, type Stroke } from './digit.js';
import { Pixels } from './pixels.js';
import { SIDE } from '../protocol.js';
import { toRGB, useColors } from './colors.js';
import './draw-box.css';

export interface DrawBoxProps {
  readonly classNames: readonly string[];
  /** What the network makes of the digit; left out as long as it has not answered. */
  readonly answer?: Float32Array;
  /** Real images to try, 0 to 255, [784] each (those of Progress.confusion): the button takes the next one. */
  readonly testImages: readonly Uint8Array[];
  /** The digit as MNIST would have it, [784] from 0 to 1; called at every change but Clear. */
  readonly onDigit: (digit: Float32Array) => void;
}

/** Of the pen's line, and how far an arrow key moves it, in shares of the box. */
const LINE = 0.08;
const KEY_STEP = 0.04;

/** What is in the box: strokes of the pen, or an image. */
type Ink = { readonly strokes: readonly Stroke[] } | { readonly image: Uint8Array };

const nothing: Ink = { strokes: [] };

/**
 * A box to draw a digit in, by pointer or by keyboard, and the network's answer beside it. Fills the width of its container;
 * the height depends on nothing but the width.
 */
export function DrawBox({ classNames, answer, testImages, onDigit }: DrawBoxProps): JSX.Element {
  const colors = useColors();
  const [ink, setInk] = useState(nothing);
  const taken = useRef(0);
  const strokes = 'strokes' in ink ? ink.strokes : [];
  const isEmpty = 'strokes' in ink && strokes.length === 0;
  const digit = useMemo(
    () =>
      'image' in ink ? Float32Array.from(ink.image, (pixel) => pixel / 255) : rasterizeDigit(ink.strokes),
    [ink],
  );
  const pixels = useMemo(() => Uint8ClampedArray.from(digit, (value) => 255 * value), [digit]);
  useEffect(() => {
    if (!isEmpty) onDigit(digit);
  }, [digit]);

  const begin = (x: number, y: number): void =>
    setInk((now) => ({ strokes: [...('strokes' in now ? now.strokes : []), [x, y]] }));
  const extend = (...points: number[]): void =>
    setInk((now) => ('strokes' in now ? { strokes: extended(now.strokes, points) } : now));
  const pen = useKeyboardPen(begin, extend);

  const draw: Draw = (context, width) => {
    if ('image' in ink) drawImage(context, ink.image, width, colors.ink);
    else drawStrokes(context, strokes, width, colors.ink);
    if (!pen.at) return;
    context.beginPath();
    context.arc(pen.at[0] * width, pen.at[1] * width, (LINE / 2) * width + 2, 0, 2 * Math.PI);
    context.lineWidth = 2;
    context.strokeStyle = colors.accent;
    context.fillStyle = colors.accent;
    context.stroke();
    if (pen.isDown) context.fill();
  };

  return (
    <section class="draw-box" aria-label="Draw a digit">
      <Canvas
        class="draw-box-paper"
        data-testid="draw-box"
        draw={draw}
        when={[ink, colors, pen.at, pen.isDown]}
        role="application"
        tabIndex={0}
        aria-label="Box to draw a digit in. Arrow keys move the pen, space puts it down and lifts it."
        onPointerDown={(event) => {
          event.preventDefault();
          event.currentTarget.setPointerCapture(event.pointerId);
          begin(...locatePointer(event, event.currentTarget));
        }}
        onPointerMove={(event) => {
          const { currentTarget } = event;
          if (!currentTarget.hasPointerCapture(event.pointerId)) return;
          extend(...coalescedEvents(event).flatMap((point) => locatePointer(point, currentTarget)));
        }}
        onKeyDown={pen.onKeyDown}
        onFocus={pen.onFocus}
        onBlur={pen.onBlur}
      />
      <Answers classNames={classNames} answer={isEmpty ? undefined : answer} />
      <p class="draw-box-hint">{isEmpty ? 'Draw a digit here.' : ''}</p>
      <div class="draw-box-seen">
        <Pixels pixels={pixels} label="The digit as the network sees it" />
        <span>seen by the network as 28 × 28 pixels</span>
      </div>
      <div class="draw-box-buttons">
        <button type="button" onClick={() => setInk(nothing)}>
          Clear
        </button>
        <button
          type="button"
          disabled={testImages.length === 0}
          onClick={() => setInk({ image: pick(testImages, taken.current++) })}
        >
          Take a test image
        </button>
      </div>
    </section>
  );
}

/** One after the other, far apart: neighbors are of one class. */
const pick = (images: readonly Uint8Array[], turn: number): Uint8Array =>
  images[Math.floor(((turn * 0.618) % 1) * images.length)]!;

const extended = (strokes: readonly Stroke[], points: readonly number[]): Stroke[] => [
  ...strokes.slice(0, -1),
  [...(strokes.at(-1) ?? []), ...points],
];

/** In shares of the box, and inside it. */
function locatePointer({ clientX, clientY }: PointerEvent, box: Element): [x: number, y: number] {
  const { left, top, width, height } = box.getBoundingClientRect();
  const within = (share: number): number => Math.min(1, Math.max(0, share));
  return [within((clientX - left) / width), within((clientY - top) / height)];
}

/** Where the pointer has been since the last event: a fast pen moves further than a line is long. */
function coalescedEvents(event: PointerEvent): PointerEvent[] {
  const path = event.getCoalescedEvents();
  return path.length > 0 ? path : [event];
}

interface KeyboardPen {
  /** Where it is; nowhere while the box is not in use by keyboard. */
  readonly at: readonly [number, number] | undefined;
  readonly isDown: boolean;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: (event: FocusEvent & { currentTarget: Element }) => void;
  readonly onBlur: () => void;
}

/** A pen that arrow keys move, and that space puts down and lifts. */
function useKeyboardPen(
  begin: (x: number, y: number) => void,
  extend: (x: number, y: number) => void,
): KeyboardPen {
  const [at, setAt] = useState<readonly [number, number]>();
  const [isDown, setDown] = useState(false);
  const onKeyDown = (event: KeyboardEvent): void => {
    const from = at ?? [0.5, 0.5];
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (event.key === ' ') {
      if (!isDown) begin(from[0], from[1]);
      setAt(from);
      setDown(!isDown);
    } else if (step) {
      const [x, y] = from.map((value, axis) => Math.min(1, Math.max(0, value + KEY_STEP * step[axis]!)));
      setAt([x!, y!]);
      if (isDown) extend(x!, y!);
    } else return;
    event.preventDefault();
  };
  return {
    at,
    isDown,
    onKeyDown,
    onFocus: ({ currentTarget }) => currentTarget.matches(':focus-visible') && setAt(at ?? [0.5, 0.2]),
    onBlur: () => {
      setAt(undefined);
      setDown(false);
    },
  };
}

function drawStrokes(
  context: CanvasRenderingContext2D,
  strokes: readonly Stroke[],
  width: number,
  color: string,
): void {
  context.lineCap = context.lineJoin = 'round';
  context.lineWidth = LINE * width;
  context.strokeStyle = color;
  for (const stroke of strokes) {
    context.beginPath();
    context.moveTo(stroke[0]! * width, stroke[1]! * width);
    // A line to where it begins makes a point of a stroke that has only one.
    for (let i = 0; i < stroke.length; i += 2) context.lineTo(stroke[i]! * width, stroke[i + 1]! * width);
    context.stroke();
  }
}

/** In the color of the pen, each pixel as dark as the image is white there. */
function drawImage(context: CanvasRenderingContext2D, image: Uint8Array, width: number, color: string): void {
  const small = document.createElement('canvas');
  small.width = small.height = SIDE;
  const ink = small.getContext('2d')!;
  const pixels = ink.createImageData(SIDE, SIDE);
  const rgb = toRGB(color);
  image.forEach((pixel, i) => pixels.data.set([...rgb, pixel], 4 * i));
  ink.putImageData(pixels, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(small, 0, 0, width, width);
}
