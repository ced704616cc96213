import { describe, expect, it } from 'vitest';
import { countBars, findReach } from '../../playground/src/charts/bars.js';

describe('findReach', () => {
  it('rounds the largest magnitude of all layers up to 1, 2 or 5 times a power of ten', () => {
    const reach = (...layers: number[][]): number =>
      findReach(layers.map((layer) => Float32Array.from(layer)));
    expect(reach([0.1, -0.3], [0.25])).toBe(0.5);
    expect(reach([1], [-1.5])).toBe(2);
    expect(reach([0.06])).toBe(0.1);
    expect(reach([2])).toBe(2);
    expect(reach([700])).toBe(1000);
    expect(reach([0.00021])).toBe(0.0005);
  });

  it('returns 1 when all weights are 0, and ignores weights that are not finite', () => {
    expect(findReach([new Float32Array(3)])).toBe(1);
    expect(findReach([Float32Array.of(0.2, Infinity, NaN)])).toBe(0.5);
  });
});

describe('countBars', () => {
  it('counts weights in bars of equal width, 0 right of the middle and the upper end in the last bar', () => {
    expect([...countBars(Float32Array.of(-1, -0.51, -0.5, -0.01, 0, 0.49, 0.5, 1), 1, 2)]).toEqual([
      2, 2, 2, 2,
    ]);
    expect([...countBars(Float32Array.of(1.5, -0.1), 2, 1)]).toEqual([1, 1]);
  });

  it('leaves out NaN and weights below the left end', () => {
    expect([...countBars(Float32Array.of(NaN, -Infinity, 0.5), 1, 1)]).toEqual([0, 1]);
  });
});
