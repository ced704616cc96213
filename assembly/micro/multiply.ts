import { panel1, panel2 } from './tiles';

/**
 * C = A·B (+ bias): the one matrix product behind forward, BP2 and BP4.
 * A is read by broadcast through two strides, so that it can be walked by row or by column; B and C are walked by
 * row, four columns at a time. All strides are in bytes.
 * Rounds: every c is one sequential sum over p, ascending, from +0, the bias added last; each product and each sum
 * rounds once.
 * @param a       A(i, p) at a + i·aRow + p·aStep
 * @param b       B(p, j) at b + p·bRow + 4·j
 * @param c       out, C(i, j) at c + i·cRow + 4·j; overwritten
 * @param bias    f32[columns], or 0 for none
 * @param columns of B and C; a multiple of four
 */
export function multiply(
  a: usize,
  aRow: usize,
  aStep: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  bias: usize,
  rows: i32,
  columns: i32,
  depth: i32,
): void {
  // Eight columns of B stay in the first-level cache while all rows of A pass by them.
  for (; columns >= 8; columns -= 8) {
    panel2(a, aRow, aStep, b, bRow, c, cRow, bias, rows, depth);
    b += 32;
    c += 32;
    if (bias) bias += 32;
  }
  if (columns > 0) panel1(a, aRow, aStep, b, bRow, c, cRow, bias, rows, depth);
}
