/** The name that was probably meant, if one is near: a letter wrong in three, or of which it is the beginning. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(name.length / 3)) + 1;
  for (const candidate of names) {
    const isBeginning = name.length >= 3 && candidate.startsWith(name);
    const distance = isBeginning ? 1 : distanceOf(name, candidate);
    if (distance < least) {
      best = candidate;
      least = distance;
    }
  }
  return best;
}

/** How many letters must be put in, left out, changed, or swapped with the next (Damerau and Levenshtein). */
function distanceOf(from: string, to: string): number {
  let before: number[] = [];
  let row = Array.from({ length: to.length + 1 }, (_, j) => j);
  for (let i = 1; i <= from.length; i++) {
    const next = [i];
    for (let j = 1; j <= to.length; j++) {
      const isSame = from[i - 1] === to[j - 1];
      next[j] = Math.min(next[j - 1]! + 1, row[j]! + 1, row[j - 1]! + (isSame ? 0 : 1));
      const isSwapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      if (isSwapped) next[j] = Math.min(next[j]!, before[j - 2]! + 1);
    }
    before = row;
    row = next;
  }
  return row[to.length]!;
}

/** `; did you mean 'train'?`, or nothing. */
export function suggestion(name: string, names: Iterable<string>, prefix = ''): string {
  const meant = nearest(name, names);
  return meant === undefined ? '' : `; did you mean '${prefix}${meant}'?`;
}
