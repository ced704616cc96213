/**
 * Bᵀ: four rows by four columns at a time, in registers.
 * Copies bits; rounds nothing. Reads and writes whole blocks of four: the matrix has rows and columns to spare for them
 * (row strides are multiples of four floats), and floats beyond its edge land beyond the edge of the transpose.
 * @param source       f32[rows][sourceStride]
 * @param target       out, f32[columns][targetStride]
 * @param sourceStride floats from row to row; a multiple of four, as targetStride is
 */
export function transpose(
  source: usize,
  sourceStride: i32,
  target: usize,
  targetStride: i32,
  rows: i32,
  columns: i32,
): void {
  const sourceRow: usize = sourceStride << 2;
  const targetRow: usize = targetStride << 2;
  for (let i = 0; i < rows; i += 4) {
    let from: usize = source + <usize>i * sourceRow;
    let to: usize = target + (i << 2);
    for (let j = 0; j < columns; j += 4) {
      const r0 = v128.load(from);
      const r1 = v128.load(from + sourceRow);
      const r2 = v128.load(from + 2 * sourceRow);
      const r3 = v128.load(from + 3 * sourceRow);
      const low01 = v128.shuffle<f32>(r0, r1, 0, 4, 1, 5);
      const low23 = v128.shuffle<f32>(r2, r3, 0, 4, 1, 5);
      const high01 = v128.shuffle<f32>(r0, r1, 2, 6, 3, 7);
      const high23 = v128.shuffle<f32>(r2, r3, 2, 6, 3, 7);
      v128.store(to, v128.shuffle<f64>(low01, low23, 0, 2));
      v128.store(to + targetRow, v128.shuffle<f64>(low01, low23, 1, 3));
      v128.store(to + 2 * targetRow, v128.shuffle<f64>(high01, high23, 0, 2));
      v128.store(to + 3 * targetRow, v128.shuffle<f64>(high01, high23, 1, 3));
      from += 16;
      to += 4 * targetRow;
    }
  }
}
