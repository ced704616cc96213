// Gathering: TypeScript copies the rows of the mini-batch side by side, as the bytes or floats they are; here they become
// the inputs of the network.

/**
 * f32 inputs from bytes. Rounds: the product byte·scale, once.
 * @param bytes  u8[count]
 * @param floats out, f32[count]; overwritten
 */
export function widenBytes(bytes: usize, floats: usize, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  let i = 0;
  for (; i + 8 <= count; i += 8) {
    const words = v128.load8x8_u(bytes + i);
    const to: usize = floats + (i << 2);
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_low_i16x8_u(words)), factor));
    v128.store(to, f32x4.mul(f32x4.convert_i32x4_u(i32x4.extend_high_i16x8_u(words)), factor), 16);
  }
  for (; i < count; ++i) store<f32>(floats + (i << 2), <f32>load<u8>(bytes + i) * scale);
}

/**
 * f32 inputs that are scaled, in place. Rounds: the product, once.
 * @param floats f32[count]
 */
export function scaleFloats(floats: usize, count: i32, scale: f32): void {
  const factor = f32x4.splat(scale);
  let i = 0;
  for (; i + 4 <= count; i += 4) {
    const at: usize = floats + (i << 2);
    v128.store(at, f32x4.mul(v128.load(at), factor));
  }
  for (; i < count; ++i) store<f32>(floats + (i << 2), load<f32>(floats + (i << 2)) * scale);
}
