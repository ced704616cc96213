import { Random } from '../base/random.js';
import { RangeFault } from '../errors.js';
import type { Samples } from './samples.js';

/**
 * Some samples to learn from, the others to validate with: drawn at random, of each label the same share. They are not
 * drawn by the network's generator: the same part is set aside however often it is trained.
 * @throws RangeError where one part would be empty
 */
export function splitSamples(
  samples: Samples,
  share: number,
  seed: number,
): { training: Samples; validation: Samples } {
  const random = Random.fromSeed(seed);
  const { labels } = samples.answers;
  const groups = new Map<number, number[]>();
  for (let n = 0; n < samples.count; n++) {
    const label = labels?.[n] ?? 0;
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
  if (training!.count > 0 && validation!.count > 0) return { training: training!, validation: validation! };
  throw new RangeFault({
    place: 'validationSplit',
    problem: `${share} of ${samples.count} samples leaves one part empty`,
    cure: 'give more samples',
  });
}
