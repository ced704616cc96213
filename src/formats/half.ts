/** The smallest positive number in half precision. */
const LEAST_HALF = 1 / (1 << 24);

const upper = new DataView(new ArrayBuffer(4));

/** Decodes the bits of a bfloat16 number, the upper 16 bits of a number in single precision. */
export function decodeBrainFloat(bits: number): number {
  upper.setUint16(0, bits);
  return upper.getFloat32(0);
}

/** Decodes the bits of an IEEE 754 binary16 number. Single precision represents each exactly. */
export function decodeHalf(bits: number): number {
  const sign = bits >> 15 ? -1 : 1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction ? NaN : sign * Infinity;
  if (exponent === 0) return sign * fraction * LEAST_HALF;
  return sign * (1024 + fraction) * LEAST_HALF * (1 << (exponent - 1));
}
