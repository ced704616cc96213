import { describe, expect, it } from 'vitest';
import { contour } from '../../playground/src/charts/contour.js';

const makeField = (size: number, value: (x: number, y: number) => number): Float32Array =>
  Float32Array.from({ length: size * size }, (_, i) => value(i % size, Math.floor(i / size)));

/** Segments as pairs of ends, sorted so that their order does not matter. */
function sortSegments(flat: readonly number[]): string[] {
  const segments: string[] = [];
  for (let i = 0; i < flat.length; i += 4) {
    const ends = [`${flat[i]!},${flat[i + 1]!}`, `${flat[i + 2]!},${flat[i + 3]!}`];
    segments.push(ends.sort().join(' '));
  }
  return segments.sort();
}

describe('contour', () => {
  it('draws the line where a plane crosses the level, interpolated between grid points', () => {
    expect(
      sortSegments(
        contour(
          makeField(3, (x) => x / 2),
          3,
          0.25,
        ),
      ),
    ).toEqual(['0.5,0 0.5,1', '0.5,1 0.5,2']);
    expect(
      sortSegments(
        contour(
          makeField(3, (_, y) => y),
          3,
          1.75,
        ),
      ),
    ).toEqual(['0,1.75 1,1.75', '1,1.75 2,1.75']);
    expect(
      sortSegments(
        contour(
          makeField(2, (x, y) => x + y),
          2,
          0.5,
        ),
      ),
    ).toEqual(['0,0.5 0.5,0']);
    expect(
      sortSegments(
        contour(
          makeField(2, (x, y) => x - y),
          2,
          0.5,
        ),
      ),
    ).toEqual(['0.5,0 1,0.5']);
  });

  it('returns no segments when the whole field lies on one side of the level', () => {
    expect(contour(new Float32Array(16), 4, 0.5)).toEqual([]);
    expect(contour(new Float32Array(16).fill(0.5), 4, 0.5)).toEqual([]);
  });

  it('traces a circle as a closed line', () => {
    const size = 41;
    const flat = contour(
      makeField(size, (x, y) => Math.hypot(x - 20, y - 20)),
      size,
      15.3,
    );
    const ends = new Map<string, number>();
    for (let i = 0; i < flat.length; i += 2) {
      // Interpolation is linear, so the distance is not exact: it errs by less than h²/8r.
      expect(Math.abs(Math.hypot(flat[i]! - 20, flat[i + 1]! - 20) - 15.3)).toBeLessThan(1 / (8 * 15.3));
      const end = `${flat[i]!.toFixed(6)} ${flat[i + 1]!.toFixed(6)}`;
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    expect(ends.size).toBeGreaterThan(80);
    expect(new Set(ends.values())).toEqual(new Set([2]));
  });

  it('joins the two high corners of a saddle when its middle is above the level, else the two low ones', () => {
    const saddle = (high: number) => Float32Array.of(high, 0, 0, high);
    expect(sortSegments(contour(saddle(4), 2, 1))).toEqual(['0,0.75 0.25,1', '0.75,0 1,0.25']);
    expect(sortSegments(contour(saddle(4), 2, 3))).toEqual(['0,0.25 0.25,0', '0.75,1 1,0.75']);
    const other = Float32Array.of(0, 4, 4, 0);
    expect(sortSegments(contour(other, 2, 1))).toEqual(['0,0.25 0.25,0', '0.75,1 1,0.75']);
  });
});
