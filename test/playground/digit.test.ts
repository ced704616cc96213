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

describe('a drawn digit', () => {
  it('is nothing without strokes', () => {
    expect(rasterizeDigit([])).toEqual(new Float32Array(784));
    expect(rasterizeDigit([[]])).toEqual(new Float32Array(784));
  });

  it('fills 20 of 28 pixels along its longer side, and keeps its proportions', () => {
    expect(measure(rasterizeDigit([circle]))).toMatchObject({ left: 4, right: 23, top: 4, bottom: 23 });
    // Half as wide as high, from the middle of the pen: 17.4 high, 8.7 wide, and the pen's 2.6 to both.
    const half = measure(rasterizeDigit([circle.map((value, i) => (i % 2 === 0 ? value / 2 : value))]));
    expect(half).toMatchObject({ top: 4, bottom: 23 });
    expect(half.right - half.left + 1).toBe(12);
  });

  it('has its center of mass in the middle', () => {
    const { x, y, bottom } = measure(rasterizeDigit(seven));
    // To within half of what lies between the points that are looked at.
    expect(Math.abs(x - 14)).toBeLessThan(1 / 8);
    expect(Math.abs(y - 14)).toBeLessThan(1 / 8);
    expect(bottom).toBeGreaterThan(24); // the bar of the 7 is heavy: it lies below where fitting alone would put it
  });

  it('is the same wherever it was drawn and however large', () => {
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

  it('is anti-aliased: full on the line, partly at its edges, with a line of 2.6 pixels', () => {
    const image = rasterizeDigit([[0.5, 0.1, 0.5, 0.9]]);
    expect([11, 12, 13, 14, 15, 16].map((x) => at(image, x, 14))).toEqual([0, 0.25, 1, 1, 0.25, 0]);
  });

  it('makes a round dot of a point', () => {
    const { mass, left, right, top, bottom } = measure(rasterizeDigit([[0.3, 0.9]]));
    // 16 points to a pixel: π · 1.3² is 5.3
    expect(Math.abs(mass - Math.PI * 1.3 ** 2)).toBeLessThan(0.3);
    expect([left, right, top, bottom]).toEqual([12, 15, 12, 15]);
  });

  it('inks each place once, however often the pen goes over it', () => {
    expect(rasterizeDigit([circle, circle])).toEqual(rasterizeDigit([circle]));
    expect(Math.max(...rasterizeDigit([circle, seven[0]!]))).toBe(1);
  });

  it('takes strokes apart: nothing is drawn between them', () => {
    const image = rasterizeDigit([
      [0, 0, 0, 1],
      [1, 0, 1, 1],
    ]);
    expect(at(image, 14, 14)).toBe(0);
    expect(at(image, 5, 14)).toBe(1);
    expect(at(image, 22, 14)).toBe(1);
    // nor from the end of a stroke to where it begins
    expect(rasterizeDigit([[0, 0, 1, 0, 1, 1]])).toEqual(
      rasterizeDigit([
        [0, 0, 1, 0],
        [1, 0, 1, 1],
      ]),
    );
  });
});
