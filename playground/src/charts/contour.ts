/**
 * Where a field crosses a level: marching squares, with straight lines in between.
 * @param field f32[size][size]
 * @returns segments x0, y0, x1, y1, in steps of the grid: x from 0 to size − 1 along a row
 */
export function contour(field: Float32Array, size: number, level: number): number[] {
  const segments: number[] = [];
  for (let row = 0; row + 1 < size; row++) {
    for (let column = 0; column + 1 < size; column++) {
      const at = row * size + column;
      // The corners in turn, so that edge e lies between corners e and e + 1.
      const corners = [field[at]!, field[at + 1]!, field[at + size + 1]!, field[at + size]!];
      const crossings: number[] = [];
      for (let edge = 0; edge < 4; edge++) {
        const from = corners[edge]! - level;
        const to = corners[(edge + 1) % 4]! - level;
        if (from > 0 === to > 0) continue;
        const share = from / (from - to);
        crossings.push(column + alongX[edge]!(share), row + alongX[(edge + 3) % 4]!(share));
      }
      if (crossings.length === 8) turn(crossings, corners, level);
      segments.push(...crossings);
    }
  }
  return segments;
}

/** Of edges 0 (left to right), 1 (upwards), 2 (right to left), 3 (downwards); y is that of the edge before. */
const alongX: readonly ((share: number) => number)[] = [
  (share) => share,
  () => 1,
  (share) => 1 - share,
  () => 0,
];

/** A saddle: the mean of the corners says which of them are joined, and so how the four crossings are. */
function turn(crossings: number[], corners: readonly number[], level: number): void {
  const middle = corners.reduce((sum, corner) => sum + corner, 0) / 4;
  // Edges 0 and 1, 2 and 3 cut off corners 1 and 3; the middle is then on the side of corner 0.
  if (middle > level === corners[0]! > level) return;
  crossings.push(...crossings.splice(0, 2));
}
