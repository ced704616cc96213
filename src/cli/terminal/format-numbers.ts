// Numbers as a person reads them; the same in every locale.

/** 0.9666 → '96.7 %'; with more decimals where it would look like 0 or 100 %, and is not. */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${100 * share} %`;
  for (let decimals = 1; ; decimals++) {
    const text = (100 * share).toFixed(decimals);
    if (decimals === 4 || (Number(text) !== 0 && Number(text) !== 100)) return `${text} %`;
  }
}

/** 0.97 → '97 %': on an axis. */
export const wholePercent = (share: number): string => `${Math.round(100 * share)} %`;

/** 60000 → '60,000'. */
export const grouped = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Three digits that matter: 0.0123, 1.23, 1230. */
export function significant(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

/** The power of ten of its first digit; 0 for 0. */
export const magnitude = (x: number): number => Number(x.toExponential().split('e')[1]);

/** As many digits each time, so that numbers stand one under the other: 0.01230, 1.230, 1230; 1.23e-7 where that is shorter. */
export function precise(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return String(x);
  if (Number.isInteger(x) && Math.abs(x) < 1e6) return String(x);
  const power = magnitude(Number(x.toPrecision(digits)));
  if (power < -4 || power >= 6) return x.toExponential(Math.max(0, digits - 2)).replace('e+', 'e');
  return x.toFixed(Math.max(0, digits - 1 - power));
}

/** 812 → '812 bytes', 94210 → '94.2 kB' */
export function bytes(count: number): string {
  if (count < 1000) return counted(count, 'byte');
  const power = Math.min(3, Math.floor(magnitude(count) / 3));
  return `${precise(count / [1, 1e3, 1e6, 1e9][power]!, 3)} ${['', 'kB', 'MB', 'GB'][power]!}`;
}

/** 95 → '1 min 35 s'. */
export function duration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 1 → '1 row', 2 → '2 rows'. */
export const counted = (count: number, one: string, several = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : several}`;
