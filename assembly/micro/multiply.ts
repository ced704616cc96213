import { BLOCK_DEPTH, BLOCK_FLOATS } from '../../src/memory/blocks';
import { packColumns, packPanel } from './pack';
import { multiplyRow } from './stream';
import { alongRows1, alongRows2, downColumns1, downColumns2 } from './tiles';

/** Fewer rows or columns than these pass by a packed block too seldom to pay for the packing. */
const LEAST_ROWS: i32 = 24;
const LEAST_COLUMNS: i32 = 64;

/** Products of at most so many multiplications are over sooner than they would be divided into tiles. */
const SMALL: i32 = 256;

/**
 * C = A·B (+ bias), or Aᵀ·B: the one matrix product behind forward, BP2 and BP4. Rows lie `…Row` bytes apart; B and C
 * are taken by panels of eight columns (the last may have four), which lie `…Panel` bytes apart: 32 in a matrix.
 * Rounds: every c is one sequential sum over p, ascending, from +0, the bias added last; each product and each sum
 * rounds once. Between blocks of the depth the sums wait in C, and go on from there.
 * @param turned  whether A lies transposed
 * @param a       f32[rows][depth], or f32[depth][rows] turned, where the last row may be read up to a multiple of four
 * @param b       f32[depth][columns]
 * @param c       out, f32[rows][columns]; overwritten
 * @param bias    f32[columns], or 0 for none
 * @param columns of B and C; a multiple of four
 * @param scratch room for packing (scratchFloats in layout.ts), or 0 where B lies in panels without gaps already
 */
export function multiply(
  turned: bool,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  bPanel: usize,
  c: usize,
  cRow: usize,
  cPanel: usize,
  bias: usize,
  rows: i32,
  columns: i32,
  depth: i32,
  scratch: usize,
): void {
  if (<i64>rows * columns * depth <= SMALL) {
    multiplySmall(
      turned ? 4 : aRow,
      turned ? aRow : 4,
      a,
      b,
      bRow,
      bPanel,
      c,
      cRow,
      cPanel,
      bias,
      rows,
      columns,
      depth,
    );
    return;
  }
  if (rows == 1 && !turned && bPanel == 32) {
    multiplyRow(a, b, bRow, c, bias, columns, depth);
    return;
  }
  // A division takes about as long as ten products: a matrix that fits one block is spared them.
  const blocks = depth <= BLOCK_DEPTH ? 1 : (depth + BLOCK_DEPTH - 1) / BLOCK_DEPTH;
  const steps = blocks == 1 ? depth : (depth + blocks - 1) / blocks;
  // B is packed once for each block of A's rows: where A is long and packs nothing itself, all its rows are one block.
  const isOneBlock = (scratch && !turned) || ((rows + 3) & ~3) * steps <= BLOCK_FLOATS;
  const most = isOneBlock ? rows : (BLOCK_FLOATS / steps) & ~3;
  for (let p = 0; p < depth; p += steps) {
    const left = min(depth - p, steps);
    for (let i = 0; i < rows; i += most) {
      multiplyBlock(
        turned,
        a + (turned ? <usize>p * aRow + (i << 2) : <usize>i * aRow + (p << 2)),
        aRow,
        b + <usize>p * bRow,
        bRow,
        bPanel,
        c + <usize>i * cRow,
        cRow,
        cPanel,
        p + left == depth ? bias : 0,
        p > 0,
        min(most, rows - i),
        columns,
        left,
        scratch,
      );
    }
  }
}

/** Without tiles or packing: four columns of one row at a time. A's rows lie `aRow` bytes apart, its columns `aStep`. */
function multiplySmall(
  aRow: usize,
  aStep: usize,
  a: usize,
  b: usize,
  bRow: usize,
  bPanel: usize,
  c: usize,
  cRow: usize,
  cPanel: usize,
  bias: usize,
  rows: i32,
  columns: i32,
  depth: i32,
): void {
  for (; rows > 0; --rows) {
    for (let j = 0; j < columns; j += 4) {
      const panel: usize = j >> 3;
      const within: usize = (j & 4) << 2;
      let sum = f32x4.splat(0);
      let ap = a;
      let bp = b + panel * bPanel + within;
      for (let p = 0; p < depth; ++p) {
        sum = f32x4.add(sum, f32x4.mul(v128.load32_splat(ap), v128.load(bp)));
        ap += aStep;
        bp += bRow;
      }
      if (bias) sum = f32x4.add(sum, v128.load(bias + (j << 2)));
      v128.store(c + panel * cPanel + within, sum);
    }
    a += aRow;
    c += cRow;
  }
}

/** One block of A by all of B: packs what pays, and takes B panel by panel. */
function multiplyBlock(
  turned: bool,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  bPanel: usize,
  c: usize,
  cRow: usize,
  cPanel: usize,
  bias: usize,
  resume: bool,
  rows: i32,
  columns: i32,
  depth: i32,
  scratch: usize,
): void {
  const packs = scratch != 0 && rows >= LEAST_ROWS;
  let aTile: usize = turned ? 16 : aRow << 2;
  if (turned && packs && columns >= LEAST_COLUMNS) {
    const packed = scratch + (depth << 5);
    packColumns(a, aRow, packed, rows, depth);
    a = packed;
    aRow = 16;
    aTile = depth << 4;
  }
  // A panel of B stays in the first-level cache while all rows of the block pass by it.
  for (; columns > 0; columns -= 8) {
    const wide = columns >= 8;
    const packsPanel = packs && wide;
    if (packsPanel) packPanel(b, bRow, scratch, depth);
    const panel = packsPanel ? scratch : b;
    const panelRow: usize = packsPanel ? 32 : bRow;
    if (turned) {
      if (wide) downColumns2(a, aRow, aTile, panel, panelRow, c, cRow, bias, resume, rows, depth);
      else downColumns1(a, aRow, aTile, panel, panelRow, c, cRow, bias, resume, rows, depth);
    } else {
      if (wide) alongRows2(a, aRow, aTile, panel, panelRow, c, cRow, bias, resume, rows, depth);
      else alongRows1(a, aRow, aTile, panel, panelRow, c, cRow, bias, resume, rows, depth);
    }
    b += bPanel;
    c += cPanel;
    if (bias) bias += 32;
  }
}
