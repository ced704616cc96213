/** The least number above 0 in half precision. */
const LEAST_HALF = 1 / (1 << 24);

/** The number that 16 bits stand for as IEEE 754 binary16; single precision holds each of them. */
export function decodeHalf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * LEAST_HALF;
  return sign * (1024 + fraction) * LEAST_HALF * (1 << (exponent - 1));
}
