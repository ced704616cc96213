import { Random } from '../base/random.js';
import { RangeFault } from '../errors.js';

/** Samples with labels or without, and how to choose some: `Samples`, or the rows of a dataset. */
interface Splittable<Part> {
  readonly count: number;
  readonly answers: { readonly labels?: ArrayLike<number> | undefined };
  choose(rows: Uint32Array): Part;
}

/**
 * Splits samples at random into a training and a validation part, with the same share of each label. The split doesn't use the
 * network's generator, so repeated training runs set the same samples aside.
 * @throws RangeError if one part would be empty
 */
export function splitSamples<Part extends { readonly count: number }>(
  samples: Splittable<Part>,
  share: number,
  seed: number,
): { training: Part; validation: Part } {
  const random = Random.fromSeed(seed);
  const { labels } = samples.answers;
  const classes: number[][] = [];
  for (let n = 0; n < samples.count; n++) (classes[labels?.[n] ?? 0] ??= []).push(n);
  const parts: [number[], number[]] = [[], []];
  const groups = Object.values(classes);
  // Where other classes have more, the only sample of a class is for training.
  const least = groups.some(({ length }) => length > 1) ? 2 : 1;
  // Rounds cumulative shares, so that small classes don't all lose to the same side.
  let due = 0;
  for (const group of groups) {
    for (const n of group.keys()) {
      const other = n + random.below(group.length - n);
      [group[n], group[other]] = [group[other]!, group[n]!];
    }
    if (group.length >= least) due += share * group.length;
    const taken = Math.round(due) - parts[1].length;
    for (const [n, sample] of group.entries()) parts[n < taken ? 1 : 0].push(sample);
  }
  const [training, validation] = parts.map((part) => samples.choose(Uint32Array.from(part).sort()));
  if (training!.count > 0 && validation!.count > 0) return { training: training!, validation: validation! };
  throw new RangeFault({
    place: 'validationSplit',
    problem: `${share} of ${samples.count} samples leaves one part empty`,
    cure: 'pass more samples',
  });
}
