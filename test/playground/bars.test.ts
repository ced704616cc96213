import { describe, expect, it } from 'vitest';
import { countBars, findReach } from '../../playground/src/charts/bars.js';

describe('the axis of the weights', () => {
  it('reaches 1, 2 or 5 times a power of ten, over all layers and to both sides', () => {
    const reach = (...layers: number[][]): number =>
      findReach(layers.map((layer) => Float32Array.from(layer)));
    expect(reach([0.1, -0.3], [0.25])).toBe(0.5);
    expect(reach([1], [-1.5])).toBe(2);
    expect(reach([0.06])).toBe(0.1);
    expect(reach([2])).toBe(2);
    expect(reach([700])).toBe(1000);
    expect(reach([0.00021])).toBe(0.0005);
  });

  it('is 1 where all weights are 0, and does not reach for what is not finite', () => {
    expect(findReach([new Float32Array(3)])).toBe(1);
    expect(findReach([Float32Array.of(0.2, Infinity, NaN)])).toBe(0.5);
  });
});

describe('the bars', () => {
  it('count weights in equal parts; 0 is right of the middle, the end belongs to the last', () => {
    expect([...countBars(Float32Array.of(-1, -0.51, -0.5, -0.01, 0, 0.49, 0.5, 1), 1, 2)]).toEqual([
      2, 2, 2, 2,
    ]);
    expect([...countBars(Float32Array.of(1.5, -0.1), 2, 1)]).toEqual([1, 1]);
  });

  it('leave out what is not a number, or beyond the left end', () => {
    expect([...countBars(Float32Array.of(NaN, -Infinity, 0.5), 1, 1)]).toEqual([0, 1]);
  });
});
