/** The end of a symmetrical axis on which all weights have room: 1, 2 or 5 times a power of ten. */
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
  // 3 · 0.1 is not 0.3: read again what is written.
  return Number((factor * power).toPrecision(1));
}

/**
 * How many values fall into each of 2·half equal parts of [−reach, reach]; zero lies between the two in the middle, and
 * counts to the right. What is not a number is left out.
 */
export function countBars(values: Float32Array, reach: number, half: number): Uint32Array {
  const bars = new Uint32Array(2 * half);
  for (const value of values) {
    const bar = Math.floor((value / reach + 1) * half);
    if (bar >= 0) bars[Math.min(bar, 2 * half - 1)]!++;
  }
  return bars;
}
