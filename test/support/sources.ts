import fc from 'fast-check';
import type { Source } from '../../bench/numbers.js';

interface Numbers {
  readonly floats: readonly number[];
  readonly shares: readonly number[];
  readonly bytes: Uint8Array;
  readonly number: number;
}

/** Repeats a few numbers, so that a counterexample shrinks to the numbers it needs. */
export function cycling({ floats, shares, bytes, number }: Numbers): Source {
  const nextFloat = cycle(floats);
  const nextShare = cycle(shares);
  const nextByte = cycle(bytes);
  return {
    floats: (count) => new Float32Array(count).map(nextFloat),
    shares: (count) => new Float32Array(count).map(nextShare),
    bytes: (count) => new Uint8Array(count).map(nextByte),
    number: () => number,
  };
}

function cycle(values: ArrayLike<number>): () => number {
  let i = 0;
  return () => values[i++ % values.length]!;
}

const moderate = fc.float({ min: -8, max: 8, noNaN: true });
const share = fc.float({ min: 0, max: 1, noNaN: true });
const finite = fc.float({ noNaN: true, noDefaultInfinity: true });
/**
 * Zero and one, where functions have kinks; subnormals; the smallest normal number; and magnitudes whose products and sums
 * overflow or underflow.
 */
const edge = fc.constantFrom(
  ...[0, -0, 1, -1, 2 ** -149, -(2 ** -149), 2 ** -126, 1e-40, -1e-30, 1e20, -1e20, 1e38, -1e38],
);

// up to 61 numbers, a prime, so that their repetitions rarely align with the rows
const several = (number: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.array(number, { minLength: 1, maxLength: 61, size: 'max' });

// Infinity and NaN soon turn all results into NaN, which hides errors; so other runs exclude them.
const anyFloats = fc.oneof(
  several(moderate),
  several(fc.oneof(moderate, finite, edge)),
  several(fc.oneof(moderate, fc.float(), edge, fc.constantFrom(Infinity, -Infinity, NaN))),
);

export const anyNumbers: fc.Arbitrary<Numbers> = fc.record({
  floats: anyFloats,
  shares: fc.oneof(several(share), anyFloats),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 61 }),
  number: fc.oneof(fc.double({ min: -1, max: 1, noNaN: true }), fc.double()),
});
