/**
 * Sets the padding after the last unit of each row to +0, so that padding never grows into NaN or into subnormal numbers.
 * @param matrix f32[rows][stride]; keeps the first `units` columns
 */
export function clearPadding(matrix: usize, stride: i32, rows: i32, units: i32): void {
  if (units == stride) return;
  for (let i = 0; i < rows; ++i) {
    for (let j = units; j < stride; ++j) store<f32>(matrix + (j << 2), 0);
    matrix += stride << 2;
  }
}
