import type { NumericArray, Transform } from 'bp4';

/** Rows of raw values as the transforms give them to the network. */
export function transformedRows(
  values: NumericArray,
  count: number,
  transforms: readonly Transform[],
): Float32Array {
  const width = values.length / count;
  const rows = Array.from({ length: count }, (_, n) =>
    transforms.map((transform, k) => transformed(values[n * width + k]!, transform)),
  );
  return Float32Array.from(rows.flat(2));
}

function transformed(x: number, transform: Transform): number | number[] {
  switch (transform.kind) {
    case 'identity':
      return x;
    case 'standardise':
      return transform.deviation && (x - transform.mean) / transform.deviation;
    case 'minMax': {
      const range = transform.most - transform.least;
      return range && (x - transform.least) / range;
    }
    case 'oneHot': // words are held as their index
      return transform.categories.map((category, i) =>
        Number(x === (typeof category === 'number' ? category : i)),
      );
  }
}
