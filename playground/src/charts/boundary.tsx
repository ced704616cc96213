import type { JSX } from 'preact';
import { useMemo } from 'preact/hooks';
import { percent } from '../format.js';
import { GRID, REACH, type Points, type Problem } from '../protocol.js';
import { Canvas, type Draw } from './canvas.js';
import { contour } from './contour.js';
import { toRGB, useColors, type Colors } from './colors.js';
import { say } from '../words/say.js';
import './boundary.css';

export interface BoundaryProps {
  /** P(class 1), [GRID][GRID], as in `Progress`. */
  readonly boundary: Float32Array;
  readonly points: NonNullable<Problem['points']>;
  /** The inputs of the mini-batch in the walk, [m][2] in [−1, 1]. They get a ring. */
  readonly marked?: Float32Array;
  /** The index of the marked input that gets a second ring. */
  readonly current?: number;
}

/** The most of a class's color in the background, so that points of the class stand out. */
const STRONGEST = 0.6;

/**
 * The plane [−1.1, 1.1]² as the network classifies it: a background from class 0 to class 1, the decision boundary and the
 * samples. A square that fills the width of its container, with a legend below.
 */
export function Boundary({ boundary, points, marked, current }: BoundaryProps): JSX.Element {
  const colors = useColors();
  const field = useMemo(() => drawField(boundary, colors), [boundary, colors]);
  const line = useMemo(() => contour(boundary, GRID, 0.5), [boundary]);

  const draw: Draw = (context, width, height) => {
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = 'high';
    // The values belong to grid points, which are the centers of the pixels: skip half a pixel at each edge.
    context.drawImage(field, 0.5, 0.5, GRID - 1, GRID - 1, 0, 0, width, height);
    drawLine(context, line, width / (GRID - 1), colors);
    const place = (inputs: Float32Array, i: number): [number, number] => [
      (inputs[2 * i]! / REACH + 1) * (width / 2),
      (1 - inputs[2 * i + 1]! / REACH) * (height / 2),
    ];
    const radius = width < 340 ? 3.5 : 4;
    const drawPoints = ({ inputs, labels }: Points, isTest: boolean): void =>
      labels.forEach((label, i) => drawPoint(context, place(inputs, i), { label, isTest, radius }, colors));
    drawPoints(points.test, true);
    drawPoints(points, false);
    for (let i = 0; marked && i < marked.length / 2; i++)
      ring(context, place(marked, i), radius + 4.5, colors);
    if (marked && current !== undefined) ring(context, place(marked, current), radius + 9, colors);
  };

  const share = boundary.filter((probability) => probability > 0.5).length / boundary.length;
  const summary = say('boundary.summary', {
    reach: REACH,
    training: points.labels.length,
    test: points.test.labels.length,
    share: percent(share),
  });
  return (
    <figure class="boundary">
      <Canvas
        draw={draw}
        when={[field, line, points, marked, current, colors]}
        role="img"
        aria-label={summary}
      />
      <figcaption>
        <dl>
          <Entry label={0} />
          <Entry label={1} />
          <div>
            <dt>
              <svg width="26" height="14" aria-hidden="true">
                <path class="boundary-half" d="M1 7h24" />
              </svg>
            </dt>
            <dd>{say('boundary.line')}</dd>
          </div>
          <div>
            <dd>{say('boundary.kinds')}</dd>
          </div>
          <div class={marked ? undefined : 'boundary-absent'}>
            <dt>
              <svg width="18" height="18" aria-hidden="true">
                <circle class="boundary-marked" cx="9" cy="9" r="7" />
              </svg>
            </dt>
            <dd>{say('boundary.miniBatch')}</dd>
          </div>
        </dl>
      </figcaption>
    </figure>
  );
}

/** A class in the legend: filled for training points, outlined for test points. */
function Entry({ label }: { readonly label: 0 | 1 }): JSX.Element {
  const shape = (x: number, kind: string): JSX.Element =>
    label === 0 ? (
      <circle class={kind} cx={x} cy="7" r="5" />
    ) : (
      <rect class={kind} x={x - 5} y="2" width="10" height="10" />
    );
  return (
    <div class={`boundary-class${label}`}>
      <dt>
        <svg width="30" height="14" aria-hidden="true">
          {shape(7, 'boundary-training')}
          {shape(22, 'boundary-test')}
        </svg>
      </dt>
      <dd>{say('class', { n: label })}</dd>
    </div>
  );
}

/** Draws the background as an image of GRID × GRID pixels, whose top row is y = 1.1. */
function drawField(boundary: Float32Array, colors: Colors): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = GRID;
  const context = canvas.getContext('2d')!;
  const image = context.createImageData(GRID, GRID);
  const ground = toRGB(colors.card);
  const classes = [toRGB(colors.class0), toRGB(colors.class1)] as const;
  for (let i = 0; i < GRID * GRID; i++) {
    const row = GRID - 1 - Math.floor(i / GRID);
    const probability = boundary[row * GRID + (i % GRID)]!;
    const ink = classes[probability > 0.5 ? 1 : 0];
    const strength = STRONGEST * Math.abs(2 * probability - 1);
    ink.forEach((to, c) => (image.data[4 * i + c] = ground[c]! + strength * (to - ground[c]!)));
    image.data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

function drawLine(
  context: CanvasRenderingContext2D,
  line: readonly number[],
  step: number,
  colors: Colors,
): void {
  context.beginPath();
  for (let i = 0; i < line.length; i += 4) {
    context.moveTo(line[i]! * step, (GRID - 1 - line[i + 1]!) * step);
    context.lineTo(line[i + 2]! * step, (GRID - 1 - line[i + 3]!) * step);
  }
  context.lineCap = 'round';
  context.lineWidth = 2;
  context.strokeStyle = colors.ink;
  context.stroke();
}

interface Look {
  readonly label: number;
  readonly isTest: boolean;
  readonly radius: number;
}

/** Class 0 is round and class 1 square; training points are filled, test points outlined. */
function drawPoint(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  { label, isTest, radius }: Look,
  colors: Colors,
): void {
  context.beginPath();
  if (label === 0) context.arc(x, y, radius, 0, 2 * Math.PI);
  else context.rect(x - 0.9 * radius, y - 0.9 * radius, 1.8 * radius, 1.8 * radius);
  const color = label === 0 ? colors.class0 : colors.class1;
  context.fillStyle = isTest ? colors.card : color;
  context.fill();
  context.lineWidth = isTest ? 1.75 : 1;
  context.strokeStyle = isTest ? color : colors.card;
  context.stroke();
}

function ring(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  radius: number,
  colors: Colors,
): void {
  for (const [width, color] of [
    [5, colors.card],
    [2.5, colors.ink],
  ] as const) {
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.lineWidth = width;
    context.strokeStyle = color;
    context.stroke();
  }
}
