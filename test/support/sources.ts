import fc from 'fast-check';
import type { Source } from '../../bench/numbers.js';

interface Numbers {
  readonly floats: readonly number[];
  readonly shares: readonly number[];
  readonly bytes: Uint8Array;
  readonly number: number;
}

/** Few numbers, over and over: a counterexample shrinks to those that it takes. */
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
 * Zero and one, where functions have kinks; subnormals; the smallest normal; and magnitudes whose products and sums leave
 * the range of floats.
 */
const edge = fc.constantFrom(
  ...[0, -0, 1, -1, 2 ** -149, -(2 ** -149), 2 ** -126, 1e-40, -1e-30, 1e20, -1e20, 1e38, -1e38],
);

// Between 1 and 61 of them, a prime, so that they come to lie differently in each row.
const several = (number: fc.Arbitrary<number>): fc.Arbitrary<number[]> =>
  fc.array(number, { minLength: 1, maxLength: 61, size: 'max' });

// Infinity and NaN soon make all results NaN, where much can hide: so there are runs without them as well.
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
