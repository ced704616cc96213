// For the benchmark alone, which compiles it. It is not part of the package.

/**
 * The roof: six chains of products and six chains of sums, four floats each. An operation waits only for its own chain, and a
 * round loads and stores nothing. It reaches 58.8 GFLOP/s on a machine where a C program reaches 59.1; eleven sums
 * s = s·x + y reached 51. Counts 2·4·6 operations a round.
 * @param ones f32[52], all 1, in memory because V8 would rebuild a splat in each round
 * @returns a result that depends on all chains, so that the compiler keeps them
 */
export function multiplyAdd(rounds: i32, ones: usize): f32 {
  const one = v128.load(ones, 192);
  let p0 = v128.load(ones, 0);
  let s0 = v128.load(ones, 96);
  let p1 = v128.load(ones, 16);
  let s1 = v128.load(ones, 112);
  let p2 = v128.load(ones, 32);
  let s2 = v128.load(ones, 128);
  let p3 = v128.load(ones, 48);
  let s3 = v128.load(ones, 144);
  let p4 = v128.load(ones, 64);
  let s4 = v128.load(ones, 160);
  let p5 = v128.load(ones, 80);
  let s5 = v128.load(ones, 176);
  for (; rounds > 0; --rounds) {
    p0 = f32x4.mul(p0, one);
    s0 = f32x4.add(s0, one);
    p1 = f32x4.mul(p1, one);
    s1 = f32x4.add(s1, one);
    p2 = f32x4.mul(p2, one);
    s2 = f32x4.add(s2, one);
    p3 = f32x4.mul(p3, one);
    s3 = f32x4.add(s3, one);
    p4 = f32x4.mul(p4, one);
    s4 = f32x4.add(s4, one);
    p5 = f32x4.mul(p5, one);
    s5 = f32x4.add(s5, one);
  }
  s0 = f32x4.add(s0, p0);
  s0 = f32x4.add(s0, p1);
  s0 = f32x4.add(s0, p2);
  s0 = f32x4.add(s0, p3);
  s0 = f32x4.add(s0, p4);
  s0 = f32x4.add(s0, p5);
  s0 = f32x4.add(s0, s1);
  s0 = f32x4.add(s0, s2);
  s0 = f32x4.add(s0, s3);
  s0 = f32x4.add(s0, s4);
  s0 = f32x4.add(s0, s5);
  return f32x4.extract_lane(s0, 0);
}

/**
 * The limit of reading: adds up all floats from `from` to `to`, eight vectors at a time.
 * @param to at a distance that is a multiple of 128 bytes
 */
export function read(from: usize, to: usize): f32 {
  let s0 = f32x4.splat(0);
  let s1 = f32x4.splat(0);
  let s2 = f32x4.splat(0);
  let s3 = f32x4.splat(0);
  let s4 = f32x4.splat(0);
  let s5 = f32x4.splat(0);
  let s6 = f32x4.splat(0);
  let s7 = f32x4.splat(0);
  for (; from < to; from += 128) {
    s0 = f32x4.add(s0, v128.load(from, 0));
    s1 = f32x4.add(s1, v128.load(from, 16));
    s2 = f32x4.add(s2, v128.load(from, 32));
    s3 = f32x4.add(s3, v128.load(from, 48));
    s4 = f32x4.add(s4, v128.load(from, 64));
    s5 = f32x4.add(s5, v128.load(from, 80));
    s6 = f32x4.add(s6, v128.load(from, 96));
    s7 = f32x4.add(s7, v128.load(from, 112));
  }
  s0 = f32x4.add(s0, s1);
  s0 = f32x4.add(s0, s2);
  s0 = f32x4.add(s0, s3);
  s0 = f32x4.add(s0, s4);
  s0 = f32x4.add(s0, s5);
  s0 = f32x4.add(s0, s6);
  s0 = f32x4.add(s0, s7);
  return f32x4.extract_lane(s0, 0);
}
