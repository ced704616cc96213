/** The end of a symmetric axis that holds all weights: 1, 2 or 5 times a power of ten. */
export function findReach(layers: readonly Float32Array[]): number {
  let largest = 0;
  for (const weights of layers) {
    for (const weight of weights) {
      const size = Math.abs(weight);
      if (size > largest && size < Infinity) largest = size;
    }
  }
  if (largest === 0) return 1;
  const power = 10 ** Math.floor(Math.log10(largest));
  const factor = [1, 2, 5].find((factor) => factor * power >= largest) ?? 10;
  // 10 ** −5 and its multiples are off in the last bits: keep one digit
  return Number((factor * power).toPrecision(1));
}

/**
 * Counts the values in each of 2·half equal bins of [−reach, reach]. Zero lies between the two middle bins and counts in the
 * right one. NaN is left out.
 */
export function countBars(values: Float32Array, reach: number, half: number): Uint32Array {
  const bars = new Uint32Array(2 * half);
  for (const value of values) {
    const bar = Math.floor((value / reach + 1) * half);
    if (bar >= 0) bars[Math.min(bar, 2 * half - 1)]!++;
  }
  return bars;
}
