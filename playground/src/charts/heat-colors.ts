/** Ten steps of matplotlib's viridis, which is perceptually uniform and readable with color blindness. */
const steps = [
  [68, 1, 84],
  [72, 40, 120],
  [62, 74, 137],
  [49, 104, 142],
  [38, 130, 142],
  [31, 158, 137],
  [53, 183, 121],
  [110, 206, 88],
  [181, 222, 43],
  [253, 231, 37],
] as const;

/** The CSS color of a share from 0 to 1. */
export function heatColor(share: number): string {
  const place = Math.min(1, Math.max(0, share)) * (steps.length - 1);
  const below = Math.min(Math.floor(place), steps.length - 2);
  const mix = place - below;
  const channels = steps[below]!.map((from, c) => Math.round(from + mix * (steps[below + 1]![c]! - from)));
  return `rgb(${channels.join(' ')})`;
}

/** The whole scale as a CSS gradient. */
export const heatGradient = `linear-gradient(to right, ${steps.map((rgb) => `rgb(${rgb.join(' ')})`).join(', ')})`;
