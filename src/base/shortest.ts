/** The double with the fewest decimal digits that rounds to this float in single precision: 0.1, not 0.10000000149…. */
export function shortest(float: number): number {
  for (let digits = 6; digits <= 9; digits++) {
    const short = Number(float.toPrecision(digits));
    if (Object.is(Math.fround(short), float)) return short;
  }
  return float;
}
