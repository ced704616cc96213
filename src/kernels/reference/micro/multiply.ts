import type { ReferenceMemory } from '../reference-memory.js';

/**
 * c_j = Σ a_p·b_pj for four neighboring j, each one sequential sum over p from +0: the four columns of a vector, padding
 * included. The four sums don't wait for each other. In assembly/, `multiply` does this for whole matrices.
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
