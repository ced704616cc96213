/** Two infinite numbers are equal; their difference is NaN. */
export const compare = (a: number, b: number): number => Number(a > b) - Number(a < b);

export const average = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Σ_k weight_k·x_k / Σ_k weight_k: k ascending from +0, in double precision; divided once, rounded once. */
export function weightedMean(all: readonly Float32Array[], weights: readonly number[]): Float32Array {
  const sums = new Float64Array(all[0]!.length);
  let total = 0;
  for (const [k, weight] of weights.entries()) {
    total += weight;
    if (weight > 0) for (let i = 0; i < sums.length; i++) sums[i]! += weight * all[k]![i]!;
  }
  return Float32Array.from(sums, (sum) => sum / total);
}

/** The rank of each number from 0; equal numbers share the mean of their ranks. */
export function rank(numbers: readonly number[]): number[] {
  const order = numbers.map((_, n) => n).sort((a, b) => compare(numbers[a]!, numbers[b]!) || a - b);
  const ranks = new Array<number>(numbers.length);
  for (let from = 0; from < order.length;) {
    let end = from + 1;
    while (end < order.length && numbers[order[end]!] === numbers[order[from]!]) end++;
    for (let i = from; i < end; i++) ranks[order[i]!] = (from + end - 1) / 2;
    from = end;
  }
  return ranks;
}

/** Inserts an item into a list in ascending order, behind its equals. What is beyond `most` items falls out. */
export function insert<T>(list: T[], item: T, compareItems: (a: T, b: T) => number, most = Infinity): void {
  let at = list.length;
  while (at > 0 && compareItems(list[at - 1]!, item) > 0) at--;
  if (at >= most) return;
  list.splice(at, 0, item);
  if (list.length > most) list.pop();
}
