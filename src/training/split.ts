import type { Random } from '../model/random.js';
import type { Samples } from './samples.js';

/**
 * Some samples to learn from, the others to validate with: drawn at random, of each label the same share.
 * @returns undefined where one part would be empty
 */
export function split(
  samples: Samples,
  share: number,
  random: Random,
): { training: Samples; validation: Samples } | undefined {
  const groups = new Map<number, number[]>();
  for (let n = 0; n < samples.count; n++) {
    const label = samples.labels?.[n] ?? 0;
    const group = groups.get(label);
    if (group) group.push(n);
    else groups.set(label, [n]);
  }
  const parts: [number[], number[]] = [[], []];
  // Rounded as they add up, so that small classes do not all lose to the same side.
  let due = 0;
  for (const [, group] of [...groups].sort(([a], [b]) => a - b)) {
    for (const n of group.keys()) {
      const other = n + random.below(group.length - n);
      [group[n], group[other]] = [group[other]!, group[n]!];
    }
    due += share * group.length;
    const taken = Math.min(group.length, Math.round(due) - parts[1].length);
    for (const [n, sample] of group.entries()) parts[n < taken ? 1 : 0].push(sample);
  }
  const [training, validation] = parts.map((part) => samples.choose(Uint32Array.from(part).sort()));
  return training!.count > 0 && validation!.count > 0
    ? { training: training!, validation: validation! }
    : undefined;
}
