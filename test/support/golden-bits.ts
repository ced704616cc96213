// The exact bits of exp, tanh, sigmoid and the logarithm. They come from a C version of the same formulas, which uses
// libm's nearbyintf, ldexpf and frexp instead of bit operations, compiled by gcc 12 with -ffp-contract=off on x64. The
// arguments include those of the largest errors (−6.5374236 for exp, 0.6449919 for tanh) and one at which Math.log differs
// in a bit (5.28e-192).

/** [x, eˣ, tanh x, σ(x)] */
export const goldenFloats: readonly (readonly [number, number, number, number])[] = [
  [-104, 0x00000000, 0xbf800000, 0x00000000],
  [-103.5, 0x00000001, 0xbf800000, 0x00000000],
  [-100, 0x0000001b, 0xbf800000, 0x00000000],
  [-88, 0x0041edc4, 0xbf800000, 0x0041edc4],
  [-20, 0x310da433, 0xbf800000, 0x310da433],
  [-6.53742361, 0x3abdd206, 0xbf7fffba, 0x3abd8bc2],
  [-1, 0x3ebc5ab2, 0xbf42f7d6, 0x3e89b2b1],
  [-0.5, 0x3f1b4598, 0xbeec9a9f, 0x3ec14d03],
  [-0.00100000005, 0x3f7fbe7f, 0xba83126c, 0x3effdf3c],
  [-0, 0x3f800000, 0x80000000, 0x3f000000],
  [9.9999461e-41, 0x3f800000, 0x000116c2, 0x3f000000],
  [0.00100000005, 0x3f8020c9, 0x3a83126c, 0x3f001062],
  [0.100000001, 0x3f8d763e, 0x3dcc1ebc, 0x3f066509],
  [0.346573591, 0x3fb504f3, 0x3eaaaaab, 0x3f15f619],
  [0.624998987, 0x3fef229f, 0x3f0dfa34, 0x3f26bf2d],
  [0.625, 0x3fef22af, 0x3f0dfa40, 0x3f26bf32],
  [0.644991875, 0x3ff3f6e0, 0x3f117b62, 0x3f27e7d1],
  [1, 0x402df854, 0x3f42f7d6, 0x3f3b26a8],
  [3.14159274, 0x41b92024, 0x3f7f0bb0, 0x3f75653f],
  [9, 0x45fd38ac, 0x3f7fffff, 0x3f7ff7ea],
  [17.5, 0x4c17eb64, 0x3f800000, 0x3f800000],
  [88, 0x7ef882b7, 0x3f800000, 0x3f800000],
  [88.7228317, 0x7f7fff84, 0x3f800000, 0x3f800000],
  [88.7228394, 0x7f800000, 0x3f800000, 0x3f800000],
];

/** [x, ln x] */
export const goldenLogarithms: readonly (readonly [number, bigint])[] = [
  [4.9406564584124654e-324, 0xc0874385446d71c3n],
  [9.9999999999999694e-311, 0xc0864e69394d9508n],
  [2.2250738585072014e-308, 0xc086232bdd7abcd2n],
  [5.2816057329059706e-192, 0xc07b86e9e9c0144cn],
  [1e-10, 0xc037069e2aa2aa5bn],
  [0.10000000000000001, 0xc0026bb1bbb55515n],
  [0.70710678118654746, 0xbfd62e42fefa39f1n],
  [0.70710678118654757, 0xbfd62e42fefa39een],
  [0.99999999999999989, 0xbca0000000000000n],
  [1, 0x0000000000000000n],
  [1.0000000000000002, 0x3cafffffffffffffn],
  [1.4018417201004922, 0x3fd59e4ce393e7dan],
  [1.4142135623730951, 0x3fd62e42fefa39f0n],
  [2, 0x3fe62e42fefa39efn],
  [2.7182818284590451, 0x3ff0000000000000n],
  [123456789, 0x4032a1a38bd0540an],
  [1.7976931348623157e308, 0x40862e42fefa39efn],
];
