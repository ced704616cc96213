import type { Random } from '../../src/model/random.js';

/** Values at which sizes, types and ends of numbers change. */
const bytes = [0, 1, 12, 15, 16, 127, 128, 254, 255];

/** A file in which something is changed, left out, put in, or which ends too soon; up to four times. */
export function broken(file: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let changed = new Uint8Array(file);
  for (let times = 1 + random.below(4); times > 0 && changed.length > 0; times--) {
    const at = random.below(changed.length);
    const few = random.below(16);
    const kind = random.below(6);
    if (kind === 0) changed[at]! ^= 1 << random.below(8);
    else if (kind === 1) changed[at] = random.below(256);
    else if (kind === 2) changed[at] = bytes[random.below(bytes.length)]!;
    else if (kind === 3) changed.fill(255, at, at + 4);
    else if (kind === 4) changed = changed.slice(0, at);
    else {
      const kept = changed.subarray(at + (few < 8 ? few : 0));
      const inserted = few < 8 ? [] : Array.from({ length: few }, () => random.below(256));
      changed = Uint8Array.from([...changed.subarray(0, at), ...inserted, ...kept]);
    }
  }
  return changed;
}
