/** The largest |x| of `count` floats; NaN if one is NaN. Rounds nothing. */
export function largestMagnitude(floats: usize, count: i32): f32 {
  // Without the sign, the bits of floats order like their magnitudes, with NaN last.
  const size = i32x4.splat(0x7fffffff);
  let most = i32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) most = i32x4.max_s(most, v128.and(v128.load(floats + (i << 2)), size));
  let bits = max(
    max(i32x4.extract_lane(most, 0), i32x4.extract_lane(most, 1)),
    max(i32x4.extract_lane(most, 2), i32x4.extract_lane(most, 3)),
  );
  for (; i < count; ++i) bits = max(bits, load<i32>(floats + (i << 2)) & 0x7fffffff);
  return reinterpret<f32>(bits);
}
