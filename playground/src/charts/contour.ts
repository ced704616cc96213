/**
 * The lines where a field crosses a level, by marching squares with linear interpolation.
 * @param field f32[size][size]
 * @returns segments x0, y0, x1, y1 in grid units: x from 0 to size − 1 along a row
 */
export function contour(field: Float32Array, size: number, level: number): number[] {
  const segments: number[] = [];
  for (let row = 0; row + 1 < size; row++) {
    for (let column = 0; column + 1 < size; column++) {
      const at = row * size + column;
      // in order around the cell: edge e lies between corners e and e + 1
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

/** x along edges 0 (left to right), 1 (upward), 2 (right to left) and 3 (downward). y is the x of the previous edge. */
const alongX: readonly ((share: number) => number)[] = [
  (share) => share,
  () => 1,
  (share) => 1 - share,
  () => 0,
];

/** Joins the four crossings of a saddle. The mean of the corners decides which corners are connected. */
function turn(crossings: number[], corners: readonly number[], level: number): void {
  const middle = corners.reduce((sum, corner) => sum + corner, 0) / 4;
  // Joining edges 0 and 1, 2 and 3 cuts off corners 1 and 3: right if the middle is on the side of corner 0.
  if (middle > level === corners[0]! > level) return;
  crossings.push(...crossings.splice(0, 2));
}
