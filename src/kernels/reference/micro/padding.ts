import type { ReferenceMemory } from '../reference-memory.js';

/** Sets the padding after the last unit of each row to +0. @param matrix pointer to [rows][stride] */
export function clearPadding(
  m: ReferenceMemory,
  matrix: number,
  stride: number,
  rows: number,
  units: number,
): void {
  if (units === stride) return;
  const first = m.at(matrix);
  for (let row = first; row < first + rows * stride; row += stride)
    m.floats.fill(0, row + units, row + stride);
}
