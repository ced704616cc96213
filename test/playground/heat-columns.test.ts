import { describe, expect, it } from 'vitest';
import type { Report } from '../../playground/src/protocol.js';
import { epochsToAColumn, heatColumns, logarithmicEnds } from '../../playground/src/charts/heat-columns.js';
import { heatColor } from '../../playground/src/charts/heat-colors.js';

/** A report with a layer for each [δ, saturated]; without a diagnosis where there are none. */
function report(epoch: number, ...layers: [delta: number, saturated: number][]): Report {
  const plain = { epoch, loss: 0, accuracy: 0, testLoss: 0, testAccuracy: 0 };
  if (layers.length === 0) return plain;
  const rest = { input: 0, zeroInputs: 0, gradient: 0, weights: 0, speed: 0, dead: 0 };
  return {
    ...plain,
    diagnosis: {
      layers: layers.map(([delta, saturated]) => ({ ...rest, delta, saturated })),
      stuckOutputs: 0,
      loss: 0,
      accuracy: 0,
      baseline: { loss: 0, accuracy: 0 },
      findings: [],
      messages: [],
    },
  };
}

describe('the columns of the heat map', () => {
  it('puts the fewest of 1, 2, 5, 10, … epochs into a column that leave room for all epochs', () => {
    const cases = [1, 100, 101, 200, 201, 500, 501, 1000, 10_000, 10_001].map((n) => epochsToAColumn(n, 100));
    expect(cases).toEqual([1, 1, 2, 2, 5, 5, 10, 10, 100, 200]);
  });

  it('copies the figures of each report when every epoch has a column of its own', () => {
    expect(heatColumns([report(1, [0.5, 0.1], [2, 0.2]), report(2, [0.25, 0], [1, 1])], 1)).toEqual([
      { first: 1, last: 1, delta: [0.5, expect.closeTo(2, 12)], saturated: [0.1, 0.2] },
      { first: 2, last: 2, delta: [0.25, 1], saturated: [0, 1] },
    ]);
  });

  it('combines the epochs of a column by the geometric mean of δ and the arithmetic mean of saturation', () => {
    const reports = [report(1, [0.01, 0]), report(3), report(5, [1, 0.5]), report(6, [4, 1]), report(7)];
    expect(heatColumns(reports, 5)).toEqual([
      { first: 1, last: 5, delta: [expect.closeTo(0.1, 12)], saturated: [0.25] },
      { first: 6, last: 7, delta: [expect.closeTo(4, 12)], saturated: [1] },
    ]);
  });

  it('extends a column over the following epochs without a diagnosis', () => {
    expect(heatColumns([], 5)).toEqual([]);
    const seen = [report(1), report(2), report(3, [1, 0]), report(6), report(9, [1, 0]), report(14)];
    expect(heatColumns(seen, 2).map(({ first, last }) => [first, last])).toEqual([
      [3, 8],
      [9, 14],
    ]);
  });

  it('gives a column a δ of 0 when the δ of the layer is 0 in one of its epochs', () => {
    expect(heatColumns([report(1, [0, 0]), report(2, [1, 0])], 2)[0]!.delta).toEqual([0]);
  });
});

describe('logarithmicEnds', () => {
  it('rounds the ends of the scale outward to 1, 2 or 5 times a power of ten', () => {
    expect(logarithmicEnds([0.003, 0.07, 0.3])).toEqual([0.002, 0.5]);
    expect(logarithmicEnds([1e-6, 12])).toEqual([1e-6, 20]);
    expect(logarithmicEnds([0.02, 5])).toEqual([0.02, 5]);
  });

  it('keeps the ends of the scale at least one and at most eight powers of ten apart', () => {
    expect(logarithmicEnds([0.3, 0.4])).toEqual([0.05, 0.5]);
    expect(logarithmicEnds([1e-30, 1])).toEqual([1e-8, 1]);
  });

  it('ignores zeros and values that are not finite', () => {
    expect(logarithmicEnds([0, NaN, Infinity, 0.01, 1])).toEqual([0.01, 1]);
    expect(logarithmicEnds([0, NaN])).toEqual([0.1, 1]);
  });
});

describe('heatColor', () => {
  it('interpolates between the colors of the scale, and clamps shares outside 0 to 1', () => {
    const ends = [-1, 0, 1, 2].map(heatColor);
    expect(ends).toEqual(['rgb(68 1 84)', 'rgb(68 1 84)', 'rgb(253 231 37)', 'rgb(253 231 37)']);
    expect(heatColor(1 / 9)).toBe('rgb(72 40 120)');
    // half way between the fifth and the sixth of ten
    expect(heatColor(0.5)).toBe('rgb(35 144 140)');
    expect(heatColor(-Infinity)).toBe('rgb(68 1 84)');
  });

  it('gives a brighter color to a larger share', () => {
    // the luminance of sRGB, from ITU-R BT.709
    const luminance = (share: number): number => {
      const [red, green, blue] = heatColor(share)
        .match(/\d+/g)!
        .map((c) => (Number(c) / 255) ** 2.2);
      return 0.2126 * red! + 0.7152 * green! + 0.0722 * blue!;
    };
    for (let i = 1; i <= 40; i++) expect(luminance(i / 40)).toBeGreaterThan(luminance((i - 1) / 40));
  });
});
