// A link must give the same points to the last bit in every browser. Math.sin and Math.cos differ between browsers, so this
// file uses only + − × ÷.

/** The point at an angle and a radius. @param turns the angle in turns */
export function onCircle(turns: number, radius: number): readonly [x: number, y: number] {
  const angle = 2 * Math.PI * (turns - Math.round(turns)); // −π to π
  return [radius * sine(angle + Math.PI / 2), radius * sine(angle)];
}

/** The power series of the sine, whose last term is below 10⁻¹³ for |x| ≤ 3π/2. */
function sine(x: number): number {
  let term = x;
  let sum = x;
  for (let k = 2; k < 34; k += 2) {
    term *= (-x * x) / (k * (k + 1));
    sum += term;
  }
  return sum;
}
