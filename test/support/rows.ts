/** A row-major matrix as an array of rows. */
export function toRows(values: ArrayLike<number>, width: number): number[][] {
  return Array.from({ length: values.length / width }, (_, n) =>
    Array.from({ length: width }, (_, k) => values[n * width + k]!),
  );
}
