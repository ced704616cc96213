import { SIDE } from '../protocol.js';

/** A pen stroke: x0, y0, x1, y1, … in [0, 1], with y pointing down. */
export type Stroke = readonly number[];

/** The ink of an MNIST image fits into a square of this side, in pixels. */
const FIT = 20;
/** Radius of the pen in pixels. MNIST's lines are about 2.5 pixels wide, whatever the size of the original. */
const RADIUS = 1.3;
/** Sampling points in each pixel, along each axis. */
const SAMPLES = 4;

/**
 * Draws the strokes in the style of MNIST: scaled to 20 × 20 pixels with the proportions kept, anti-aliased, with the center
 * of mass in the middle of 28 × 28 pixels.
 * @returns f32[28][28], from 0 to 1; all 0 without strokes
 */
export function rasterizeDigit(strokes: readonly Stroke[]): Float32Array {
  const placed = fit(strokes.filter((stroke) => stroke.length > 0));
  const [x, y] = findCenterOfMass(rasterizeStrokes(placed));
  const middle = SIDE / 2;
  return rasterizeStrokes(moved(placed, 1, middle - x, middle - y));
}

/** Converts strokes to pixels: the ink is centered, and FIT long along its longer side. A single point stays a point. */
function fit(strokes: readonly Stroke[]): Stroke[] {
  const low = [Infinity, Infinity];
  const high = [-Infinity, -Infinity];
  for (const stroke of strokes) {
    stroke.forEach((value, i) => {
      low[i % 2] = Math.min(low[i % 2]!, value);
      high[i % 2] = Math.max(high[i % 2]!, value);
    });
  }
  const extent = Math.max(high[0]! - low[0]!, high[1]! - low[1]!);
  const scale = extent > 0 ? (FIT - 2 * RADIUS) / extent : 1;
  const shift = (axis: number) => SIDE / 2 - (scale * (low[axis]! + high[axis]!)) / 2;
  return moved(strokes, scale, shift(0), shift(1));
}

const moved = (strokes: readonly Stroke[], scale: number, x: number, y: number): Stroke[] =>
  strokes.map((stroke) => stroke.map((value, i) => scale * value + (i % 2 === 0 ? x : y)));

/** In pixels; the center of the first pixel is at ½. The middle of the image if it has no ink. */
function findCenterOfMass(image: Float32Array): [x: number, y: number] {
  let mass = 0;
  let x = 0;
  let y = 0;
  image.forEach((ink, i) => {
    mass += ink;
    x += ink * ((i % SIDE) + 0.5);
    y += ink * (Math.floor(i / SIDE) + 0.5);
  });
  return mass > 0 ? [x / mass, y / mass] : [SIDE / 2, SIDE / 2];
}

/** The coverage of each pixel: the share of its SAMPLES × SAMPLES points that lie within RADIUS of a line. */
function rasterizeStrokes(strokes: readonly Stroke[]): Float32Array {
  const side = SIDE * SAMPLES;
  const isInk = new Uint8Array(side * side);
  for (const stroke of strokes) {
    for (let i = 0; i + 1 < stroke.length; i += 2) {
      const next = i + 3 < stroke.length ? i + 2 : i;
      inkLine(isInk, side, stroke[i]!, stroke[i + 1]!, stroke[next]!, stroke[next + 1]!);
    }
  }
  const image = new Float32Array(SIDE * SIDE);
  isInk.forEach((ink, i) => {
    const row = Math.floor(i / side / SAMPLES);
    const column = Math.floor((i % side) / SAMPLES);
    image[row * SIDE + column]! += ink / SAMPLES ** 2;
  });
  return image;
}

/** Inks the points within RADIUS of the line from (x0, y0) to (x1, y1), in pixels. */
function inkLine(isInk: Uint8Array, side: number, x0: number, y0: number, x1: number, y1: number): void {
  const first = (value: number) => Math.max(0, Math.floor((value - RADIUS) * SAMPLES));
  const last = (value: number) => Math.min(side - 1, Math.ceil((value + RADIUS) * SAMPLES));
  const [dx, dy] = [x1 - x0, y1 - y0];
  const length2 = dx * dx + dy * dy;
  for (let row = first(Math.min(y0, y1)); row <= last(Math.max(y0, y1)); row++) {
    for (let column = first(Math.min(x0, x1)); column <= last(Math.max(x0, x1)); column++) {
      const x = (column + 0.5) / SAMPLES - x0;
      const y = (row + 0.5) / SAMPLES - y0;
      // the position of the nearest point on the line, from 0 to 1
      const along = length2 > 0 ? Math.min(1, Math.max(0, (x * dx + y * dy) / length2)) : 0;
      const [px, py] = [x - along * dx, y - along * dy];
      if (px * px + py * py <= RADIUS * RADIUS) isInk[row * side + column] = 1;
    }
  }
}
