import type { ReferenceMemory } from '../reference-memory.js';

/** Sets the padding after the last unit of each row to +0. @param matrix index of [rows][stride] */
export function clearPadding(
  { floats: f }: ReferenceMemory,
  matrix: number,
  stride: number,
  rows: number,
  units: number,
): void {
  for (let row = matrix; row < matrix + rows * stride; row += stride) {
    for (let j = units; j < stride; j++) f[row + j] = 0;
  }
}
