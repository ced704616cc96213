/** The index of the first largest of `count` numbers; −1 if one is NaN and none exceeds −Infinity. */
export function argmax(numbers: ArrayLike<number>, start: number, count: number): number {
  let place = -1;
  let value = -Infinity;
  for (let j = 0; j < count; j++) {
    if (numbers[start + j]! > value) {
      value = numbers[start + j]!;
      place = j;
    }
  }
  return place;
}
