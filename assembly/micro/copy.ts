/** Copies `count` floats. Doesn't use memory.copy, which is a call out of WebAssembly. */
export function copy(from: usize, to: usize, count: i32): void {
  let i = 0;
  for (; i + 4 <= count; i += 4) v128.store(to + (i << 2), v128.load(from + (i << 2)));
  for (; i < count; ++i) store<f32>(to + (i << 2), load<f32>(from + (i << 2)));
}
