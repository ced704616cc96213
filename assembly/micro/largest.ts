/** The largest |x| of `count` floats; NaN where there is one. Rounds nothing. */
export function largest(floats: usize, count: i32): f32 {
  let most = f32x4.splat(0);
  let i = 0;
  for (; i + 4 <= count; i += 4) most = f32x4.max(most, f32x4.abs(v128.load(floats + (i << 2))));
  let x = max(
    max(f32x4.extract_lane(most, 0), f32x4.extract_lane(most, 1)),
    max(f32x4.extract_lane(most, 2), f32x4.extract_lane(most, 3)),
  );
  for (; i < count; ++i) x = max(x, abs(load<f32>(floats + (i << 2))));
  return x;
}
