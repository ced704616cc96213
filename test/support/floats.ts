// Floats from their bits, and distances between floats.

const view = new DataView(new ArrayBuffer(8));

export function bitsOfFloat(x: number): number {
  view.setFloat32(0, x);
  return view.getUint32(0);
}

export function bitsOfDouble(x: number): bigint {
  view.setFloat64(0, x);
  return view.getBigUint64(0);
}

export function doubleOfBits(high: number, low: number): number {
  view.setUint32(0, high);
  view.setUint32(4, low);
  return view.getFloat64(0);
}

/** `count` floats: every `step`-th bit pattern from `first` on. */
export const floatsByBits = (first: number, step: number, count: number): Float32Array =>
  new Float32Array(new Uint32Array(count).map((_, i) => first + i * step).buffer);

/** Every `step`-th of all floats: both signs, subnormals, infinities and NaN. A multiple of four. */
export const floatsOfAllSizes = (step: number): Float32Array =>
  floatsByBits(0, step, Math.floor(2 ** 32 / step / 4) * 4);

/** The exponent e with 2ᵉ ≤ |x| < 2ᵉ⁺¹; −1023 for anything below the normal doubles. */
const readExponent = (x: number): number => ((Number(bitsOfDouble(x) >> 32n) >> 20) & 0x7ff) - 1023;

/** The error of a float in ulp of the true value: 2⁻²³ of its leading bit, or 2⁻¹⁴⁹ if it's subnormal. */
export const floatError = (value: number, truth: number): number =>
  Math.abs(value - truth) / 2 ** (Math.max(readExponent(truth), -126) - 23);

/** The error of a double in ulp of the true value: 2⁻⁵² of its leading bit. */
export const doubleError = (value: number, truth: number): number =>
  Math.abs(value - truth) / 2 ** (Math.max(readExponent(truth), -1022) - 52);
