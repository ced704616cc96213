import type { JSX } from 'preact';
import { useEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Answers } from './answers.js';
import { Canvas, type Draw } from './canvas.js';
import { rasterizeDigit, type Stroke } from './digit.js';
import { Pixels } from './pixels.js';
import { SIDE } from '../protocol.js';
import { toRGB, useColors } from './colors.js';
import { say } from '../words/say.js';
import './draw-box.css';

export interface DrawBoxProps {
  readonly classNames: readonly string[];
  /** The network's prediction for the digit; omitted until it has answered. */
  readonly answer?: Float32Array;
  /** Test images to try, [784] each, from 0 to 255. The button takes the next one. */
  readonly testImages: readonly Uint8Array[];
  /** Receives the digit in the style of MNIST, [784] from 0 to 1, after every change except Clear. */
  readonly onDigit: (digit: Float32Array) => void;
  /** Receives the digit and its class, to pass it through the equations. */
  readonly onFollow: (digit: Float32Array, label: number) => void;
}

/** The width of the pen's line and the step of an arrow key, as shares of the box. */
const LINE = 0.08;
const KEY_STEP = 0.04;

/** The contents of the box: pen strokes or an image. */
type Ink = { readonly strokes: readonly Stroke[] } | { readonly image: Uint8Array };

const nothing: Ink = { strokes: [] };

/**
 * A box to draw a digit in, by pointer or keyboard, with the network's prediction beside it. Fills the width of its
 * container; the height depends only on the width.
 */
export function DrawBox({ classNames, answer, testImages, onDigit, onFollow }: DrawBoxProps): JSX.Element {
  const colors = useColors();
  const [ink, setInk] = useState(nothing);
  const taken = useRef(0);
  const [label, setLabel] = useState<number>();
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

  const replaceInk = (next: Ink): void => {
    setInk(next);
    setLabel(undefined); // it was that of another digit
  };
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
    <section class="draw-box" aria-label={say('draw.title')}>
      <Canvas
        class="draw-box-paper"
        data-testid="draw-box"
        draw={draw}
        when={[ink, colors, pen.at, pen.isDown]}
        role="application"
        tabIndex={0}
        aria-label={say('draw.keys')}
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
      <p class="draw-box-hint">{isEmpty ? say('draw.hint') : ''}</p>
      <div class="draw-box-seen">
        <Pixels pixels={pixels} label={say('draw.seen')} />
        <span>{say('draw.input')}</span>
      </div>
      <div class="draw-box-buttons">
        <button type="button" onClick={() => replaceInk(nothing)}>
          {say('draw.clear')}
        </button>
        <button
          type="button"
          disabled={testImages.length === 0}
          onClick={() => replaceInk({ image: pick(testImages, taken.current++) })}
        >
          {say('draw.testImage')}
        </button>
      </div>
      <div class="draw-box-buttons follow">
        <label>
          {say('draw.label')}{' '}
          <select value={label ?? ''} onChange={({ currentTarget }) => setLabel(Number(currentTarget.value))}>
            <option value="" disabled>
              ?
            </option>
            {classNames.map((name, n) => (
              <option key={name} value={n}>
                {name}
              </option>
            ))}
          </select>
        </label>
        <button
          type="button"
          data-testid="follow"
          disabled={isEmpty || label === undefined}
          onClick={() => label !== undefined && onFollow(digit, label)}
        >
          {say('draw.follow')}
        </button>
      </div>
    </section>
  );
}

/** Picks images far apart in turn, because neighbors belong to one class. */
const pick = (images: readonly Uint8Array[], turn: number): Uint8Array =>
  images[Math.floor(((turn * 0.618) % 1) * images.length)]!;

const extended = (strokes: readonly Stroke[], points: readonly number[]): Stroke[] => [
  ...strokes.slice(0, -1),
  [...(strokes.at(-1) ?? []), ...points],
];

/** The position as shares of the box, clamped to it. */
function locatePointer({ clientX, clientY }: PointerEvent, box: Element): [x: number, y: number] {
  const { left, top, width, height } = box.getBoundingClientRect();
  const within = (share: number): number => Math.min(1, Math.max(0, share));
  return [within((clientX - left) / width), within((clientY - top) / height)];
}

/** The positions of the pointer since the last event. Without them, a fast stroke would have corners. */
function coalescedEvents(event: PointerEvent): PointerEvent[] {
  const path = event.getCoalescedEvents();
  return path.length > 0 ? path : [event];
}

interface KeyboardPen {
  /** The position of the pen; undefined unless the box is used by keyboard. */
  readonly at: readonly [number, number] | undefined;
  readonly isDown: boolean;
  readonly onKeyDown: (event: KeyboardEvent) => void;
  readonly onFocus: (event: FocusEvent & { currentTarget: Element }) => void;
  readonly onBlur: () => void;
}

/** A pen that arrow keys move and the space bar lowers and lifts. */
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
    // starting with a line to the first point draws a dot for a stroke of one point
    for (let i = 0; i < stroke.length; i += 2) context.lineTo(stroke[i]! * width, stroke[i + 1]! * width);
    context.stroke();
  }
}

/** Draws the image in the color of the pen: white becomes ink, black becomes paper. */
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
