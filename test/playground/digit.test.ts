import { describe, expect, it } from 'vitest';
import { rasterizeDigit, type Stroke } from '../../playground/src/charts/digit.js';
import { SIDE } from '../../playground/src/protocol.js';

const at = (image: Float32Array, x: number, y: number): number => image[y * SIDE + x]!;

/** The first and last column and row with ink, and the center of mass, in pixels. */
function measure(image: Float32Array) {
  let [left, right, top, bottom, mass, x, y] = [Infinity, -1, Infinity, -1, 0, 0, 0];
  image.forEach((ink, i) => {
    const [column, row] = [i % SIDE, Math.floor(i / SIDE)];
    mass += ink;
    x += ink * (column + 0.5);
    y += ink * (row + 0.5);
    if (ink === 0) return;
    [left, right] = [Math.min(left, column), Math.max(right, column)];
    [top, bottom] = [Math.min(top, row), Math.max(bottom, row)];
  });
  return { left, right, top, bottom, mass, x: x / mass, y: y / mass };
}

const circle: Stroke = Array.from({ length: 41 }, (_, i) => [
  0.5 + 0.3 * Math.cos((i / 20) * Math.PI),
  0.5 + 0.3 * Math.sin((i / 20) * Math.PI),
]).flat();
const seven: Stroke[] = [[0.2, 0.2, 0.8, 0.2, 0.5, 0.9]];
const scaled = (strokes: readonly Stroke[], by: number, shift: number): Stroke[] =>
  strokes.map((stroke) => stroke.map((value) => by * value + shift));

describe('rasterizeDigit', () => {
  it('returns an empty image without strokes', () => {
    expect(rasterizeDigit([])).toEqual(new Float32Array(784));
    expect(rasterizeDigit([[]])).toEqual(new Float32Array(784));
  });

  it('scales the longer side of a drawing to 20 of 28 pixels, and keeps the proportions', () => {
    expect(measure(rasterizeDigit([circle]))).toMatchObject({ left: 4, right: 23, top: 4, bottom: 23 });
    // Half as wide as high along the middle of the pen: 17.4 high, 8.7 wide; the pen adds 2.6 to both.
    const half = measure(rasterizeDigit([circle.map((value, i) => (i % 2 === 0 ? value / 2 : value))]));
    expect(half).toMatchObject({ top: 4, bottom: 23 });
    expect(half.right - half.left + 1).toBe(12);
  });

  it('moves the center of mass of a drawing to the middle of the image', () => {
    const { x, y, bottom } = measure(rasterizeDigit(seven));
    // Within half the distance between sampling points.
    expect(Math.abs(x - 14)).toBeLessThan(1 / 8);
    expect(Math.abs(y - 14)).toBeLessThan(1 / 8);
    expect(bottom).toBeGreaterThan(24); // the bar of the 7 is heavy: it lies below where fitting alone would put it
  });

  it('gives nearly the same image wherever and however large a digit is drawn', () => {
    const image = rasterizeDigit(seven);
    for (const [by, shift] of [
      [0.5, 0],
      [0.25, 0.5],
    ] as const) {
      // these factors are exact in binary, but the sums that fit it round
      expect(measure(rasterizeDigit(scaled(seven, by, shift))).mass).toBeCloseTo(measure(image).mass, 0);
      rasterizeDigit(scaled(seven, by, shift)).forEach((ink, i) =>
        expect(Math.abs(ink - image[i]!)).toBeLessThanOrEqual(1 / 8),
      );
    }
  });

  it('anti-aliases a line of 2.6 pixels: full ink inside, partial ink at its edges', () => {
    const image = rasterizeDigit([[0.5, 0.1, 0.5, 0.9]]);
    expect([11, 12, 13, 14, 15, 16].map((x) => at(image, x, 14))).toEqual([0, 0.25, 1, 1, 0.25, 0]);
  });

  it('draws a single point as a round dot', () => {
    const { mass, left, right, top, bottom } = measure(rasterizeDigit([[0.3, 0.9]]));
    // 16 points to a pixel: π · 1.3² is 5.3
    expect(Math.abs(mass - Math.PI * 1.3 ** 2)).toBeLessThan(0.3);
    expect([left, right, top, bottom]).toEqual([12, 15, 12, 15]);
  });

  it('inks each pixel once, however often the pen passes over it', () => {
    expect(rasterizeDigit([circle, circle])).toEqual(rasterizeDigit([circle]));
    expect(Math.max(...rasterizeDigit([circle, seven[0]!]))).toBe(1);
  });

  it('draws nothing between strokes, nor from the end of a stroke to its start', () => {
    const image = rasterizeDigit([
      [0, 0, 0, 1],
      [1, 0, 1, 1],
    ]);
    expect(at(image, 14, 14)).toBe(0);
    expect(at(image, 5, 14)).toBe(1);
    expect(at(image, 22, 14)).toBe(1);
    expect(rasterizeDigit([[0, 0, 1, 0, 1, 1]])).toEqual(
      rasterizeDigit([
        [0, 0, 1, 0],
        [1, 0, 1, 1],
      ]),
    );
  });
});
