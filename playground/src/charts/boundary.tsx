import type { JSX } from 'preact';
import { useMemo, useState } from 'preact/hooks';
import { percent } from '../format.js';
import { GRID, REACH, type Points, type Problem } from '../protocol.js';
import { Canvas, type Draw } from './canvas.js';
import { contour } from './contour.js';
import { toRGB, useColors, type Colors } from './colors.js';
import type { Move } from '../drag.js';
import { Movable } from './movable.js';
import { say } from '../words/say.js';
import './boundary.css';

export interface BoundaryProps {
  /** P(class 1) or the output of a regression, [GRID][GRID] from 0 to 1, as in `Progress`. */
  readonly boundary: Float32Array;
  readonly points: NonNullable<Problem['points']>;
  readonly isRegression: boolean;
  /** The inputs of the mini-batch in the walk, [m][2] in [−1, 1]. They get a ring. */
  readonly marked?: Float32Array;
  /** The index of the marked input that gets a second ring. */
  readonly current?: number;
  /** Lets the user move that input. */
  readonly onMove?: Move;
}

/** The most of a class's color in the background, so that points of the class stand out. */
const STRONGEST = 0.6;

interface Options {
  readonly showsTest: boolean;
  /** Whether the background shows only which of the classes, or the sign of the output. */
  readonly isDiscrete: boolean;
}

/**
 * The plane [−1.1, 1.1]² as the network sees it: a background from class 0 to class 1 or from −1 to 1, the decision boundary or
 * the zeros, and the samples. A square that fills the width of its container, with a legend below.
 */
export function Boundary({
  boundary,
  points,
  isRegression,
  marked,
  current,
  onMove,
}: BoundaryProps): JSX.Element {
  const colors = useColors();
  const [options, setOptions] = useState<Options>({ showsTest: true, isDiscrete: false });
  const { showsTest, isDiscrete } = options;
  const field = useMemo(() => paintField(boundary, isDiscrete, colors), [boundary, isDiscrete, colors]);
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
    const drawPoints = ({ inputs, targets }: Points, isTest: boolean): void =>
      targets.forEach((target, i) =>
        isRegression
          ? drawTarget(context, place(inputs, i), { target, isTest, radius }, colors)
          : drawPoint(context, place(inputs, i), { label: target, isTest, radius }, colors),
      );
    if (showsTest) drawPoints(points.test, true);
    drawPoints(points, false);
    for (let i = 0; marked && i < marked.length / 2; i++)
      ring(context, place(marked, i), radius + 4.5, colors);
    if (marked && current !== undefined) ring(context, place(marked, current), radius + 9, colors);
  };
  const held = marked && current !== undefined ? marked.subarray(2 * current, 2 * current + 2) : undefined;

  const share = boundary.filter((probability) => probability > 0.5).length / boundary.length;
  const summary = say(isRegression ? 'boundary.surface' : 'boundary.summary', {
    reach: REACH,
    training: points.targets.length,
    test: points.test.targets.length,
    share: percent(share),
  });
  return (
    <figure class="boundary">
      <Movable points={points} showsTest={showsTest} at={held} onMove={onMove}>
        <Canvas
          draw={draw}
          when={[field, points, showsTest, marked, current, colors]}
          role="img"
          aria-label={summary}
        />
      </Movable>
      <figcaption>
        <dl>
          {isRegression ? <TargetEntry /> : [0, 1].map((label) => <Entry key={label} label={label} />)}
          <div>
            <dt>
              <svg width="26" height="14" aria-hidden="true">
                <path class="boundary-half" d="M1 7h24" />
              </svg>
            </dt>
            <dd>{say(isRegression ? 'boundary.zero' : 'boundary.line')}</dd>
          </div>
          <div>
            <dd>{say(isRegression ? 'boundary.shapes' : 'boundary.kinds')}</dd>
          </div>
          <div class={marked ? undefined : 'boundary-absent'}>
            <dt>
              <svg width="18" height="18" aria-hidden="true">
                <circle class="boundary-marked" cx="9" cy="9" r="7" />
              </svg>
            </dt>
            <dd>{say(onMove ? 'boundary.move' : 'boundary.miniBatch')}</dd>
          </div>
        </dl>
        <Switches options={options} onChange={setOptions} />
      </figcaption>
    </figure>
  );
}

/** A class in the legend: filled for training points, outlined for test points. */
function Entry({ label }: { readonly label: number }): JSX.Element {
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

/** The colors of a regression in the legend. */
function TargetEntry(): JSX.Element {
  return (
    <div>
      <dt>
        <span class="boundary-scale" aria-hidden="true" />
      </dt>
      <dd>{say('boundary.output')}</dd>
    </div>
  );
}

interface SwitchesProps {
  readonly options: Options;
  readonly onChange: (options: Options) => void;
}

function Switches({ options, onChange }: SwitchesProps): JSX.Element {
  const box = (name: keyof Options, text: string): JSX.Element => (
    <label>
      <input
        type="checkbox"
        checked={options[name]}
        onChange={({ currentTarget }) => onChange({ ...options, [name]: currentTarget.checked })}
      />
      {text}
    </label>
  );
  return (
    <p class="boundary-switches">
      {box('showsTest', say('boundary.showTest'))}
      {box('isDiscrete', say('boundary.discretize'))}
    </p>
  );
}

/** The number of colors from class 0 to class 1, less one. */
const SHADES = 255;

/** The background, an image of GRID × GRID pixels, whose top row is y = 1.1. */
function paintField(boundary: Float32Array, isDiscrete: boolean, colors: Colors): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = GRID;
  const context = canvas.getContext('2d')!;
  const shades = Array.from({ length: SHADES + 1 }, (_, i) => mix(i / SHADES, STRONGEST, colors));
  const image = context.createImageData(GRID, GRID);
  const { data } = image;
  for (let i = 0; i < GRID * GRID; i++) {
    const row = GRID - 1 - Math.floor(i / GRID);
    const probability = boundary[row * GRID + (i % GRID)]!;
    const shade = shades[Math.round(SHADES * (isDiscrete ? Math.round(probability) : probability))]!;
    for (let c = 0; c < 3; c++) data[4 * i + c] = shade[c]!;
    data[4 * i + 3] = 255;
  }
  context.putImageData(image, 0, 0);
  return canvas;
}

/** The color from class 0 (value 0) over the card (½) to class 1 (1). @param strongest the most of a class's color */
function mix(value: number, strongest: number, colors: Colors): readonly number[] {
  const ground = toRGB(colors.card);
  const ink = toRGB(value > 0.5 ? colors.class1 : colors.class0);
  const strength = strongest * Math.abs(2 * value - 1);
  return ground.map((from, c) => from + strength * (ink[c]! - from));
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

/** A target from −1 to 1 as a color. Training points are round, test points square. */
function drawTarget(
  context: CanvasRenderingContext2D,
  [x, y]: readonly [number, number],
  { target, isTest, radius }: { target: number; isTest: boolean; radius: number },
  colors: Colors,
): void {
  context.beginPath();
  if (isTest) context.rect(x - 0.9 * radius, y - 0.9 * radius, 1.8 * radius, 1.8 * radius);
  else context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fillStyle = `rgb(${mix((target + 1) / 2, 1, colors).join()})`;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = colors.ink;
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
