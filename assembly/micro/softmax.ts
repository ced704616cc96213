import { exp } from './exp';

/**
 * Softmax: a_j = e^(z_j − max z) / Σ e^(z − max z), row by row. The largest exponent is 0, so nothing overflows.
 * Rounds: the difference, exp, Σ sequential over the units from +0, then the quotient.
 * @param z f32[rows][stride]
 * @param a out, f32[rows][stride]; overwritten
 */
export function softmax(z: usize, a: usize, stride: i32, rows: i32, units: i32): void {
  const bytes: usize = stride << 2;
  for (let i = 0; i < rows; ++i) {
    let largest = load<f32>(z);
    for (let j = 1; j < units; ++j) {
      const value = load<f32>(z + (j << 2));
      if (value > largest) largest = value;
    }
    const shift = f32x4.splat(largest);
    for (let at: usize = 0; at < bytes; at += 16)
      v128.store(a + at, exp(f32x4.sub(v128.load(z + at), shift)));
    let sum: f32 = 0;
    for (let j = 0; j < units; ++j) sum += load<f32>(a + (j << 2));
    const divisor = f32x4.splat(sum);
    for (let at: usize = 0; at < bytes; at += 16) v128.store(a + at, f32x4.div(v128.load(a + at), divisor));
    z += bytes;
    a += bytes;
  }
}
