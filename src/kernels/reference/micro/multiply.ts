import type { ReferenceMemory } from '../reference-memory.js';

// Products of a row a with a matrix b: c_j = Σ a_p·b_pj, each one sequential sum over p from +0, padding included. In assembly/,
// `multiply` does this for whole matrices.

/**
 * Four neighboring c_j, whose sums don't wait for each other.
 * @param a index of a_0, and the step to the next a
 * @param b index of b_00, the step to the next p and to the next j
 * @param c index of c_0; overwritten
 */
export function multiplyFour(
  { floats: f, round }: ReferenceMemory,
  a: number,
  aStep: number,
  b: number,
  bStep: number,
  bColumn: number,
  c: number,
  depth: number,
): void {
  let c0 = 0;
  let c1 = 0;
  let c2 = 0;
  let c3 = 0;
  for (let p = 0; p < depth; p++) {
    const x = f[a]!;
    c0 = round(c0 + round(x * f[b]!));
    c1 = round(c1 + round(x * f[b + bColumn]!));
    c2 = round(c2 + round(x * f[b + 2 * bColumn]!));
    c3 = round(c3 + round(x * f[b + 3 * bColumn]!));
    a += aStep;
    b += bStep;
  }
  f[c] = c0;
  f[c + 1] = c1;
  f[c + 2] = c2;
  f[c + 3] = c3;
}

/**
 * All c_j of a row that is mostly zeros, if all b are finite. The products of a zero are left out: they are ±0, and a sum from
 * +0 is never −0.
 * @param a index of a_0, and the step to the next a
 * @param b index of b_00, and the step to the next p
 * @param c index of c_0; overwritten
 * @param columns the number of c_j, padding included: a multiple of four
 */
export function multiplySparse(
  { floats: f, round }: ReferenceMemory,
  a: number,
  aStep: number,
  b: number,
  bStep: number,
  c: number,
  columns: number,
  depth: number,
): void {
  for (let j = c; j < c + columns; j++) f[j] = 0;
  for (let p = 0; p < depth; p++, a += aStep, b += bStep) {
    const x = f[a]!;
    if (x === 0) continue;
    for (let j = 0; j < columns; j += 4) {
      f[c + j] = f[c + j]! + round(x * f[b + j]!);
      f[c + j + 1] = f[c + j + 1]! + round(x * f[b + j + 1]!);
      f[c + j + 2] = f[c + j + 2]! + round(x * f[b + j + 2]!);
      f[c + j + 3] = f[c + j + 3]! + round(x * f[b + j + 3]!);
    }
  }
}
