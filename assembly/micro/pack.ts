/**
 * Packs eight columns of B side by side. They then take half the cache lines, spread over all sets of the cache.
 * Copies bits; rounds nothing.
 * @param b     f32[depth][8], its rows `bRow` bytes apart
 * @param panel out, f32[depth][8] without gaps
 */
export function packPanel(b: usize, bRow: usize, panel: usize, depth: i32): void {
  for (const end: usize = panel + (depth << 5); panel < end; panel += 32) {
    v128.store(panel, v128.load(b));
    v128.store(panel, v128.load(b, 16), 16);
    b += bRow;
  }
}

/**
 * Packs the columns of A in groups of four, each group from top to bottom. Copies bits; rounds nothing. If the number of
 * columns isn't a multiple of four, the last group includes the floats after them.
 * @param a      f32[depth][columns], its rows `aRow` bytes apart
 * @param packed out, f32[columns rounded up to fours / 4][depth][4]
 */
export function packColumns(a: usize, aRow: usize, packed: usize, columns: i32, depth: i32): void {
  for (; columns > 0; columns -= 4) {
    let from = a;
    for (const end: usize = packed + (depth << 4); packed < end; packed += 16) {
      v128.store(packed, v128.load(from));
      from += aRow;
    }
    a += 16;
  }
}
