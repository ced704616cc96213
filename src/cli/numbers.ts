// Numbers as the command line and its reports write them: few digits, each of which says something.

/** The power of ten of its first digit; 0 for 0. */
export const magnitude = (x: number): number => Number(x.toExponential().split('e')[1]);

/** With so many significant digits, without an exponent where that is readable: 0.0123, 4.57, 1234. */
export function precise(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return String(x);
  if (Number.isInteger(x) && Math.abs(x) < 1e6) return String(x);
  const power = magnitude(Number(x.toPrecision(digits)));
  if (power < -4 || power >= 6) return x.toExponential(Math.max(0, digits - 2)).replace('e+', 'e');
  return x.toFixed(Math.max(0, digits - 1 - power));
}

/** 97.3 %; with more decimals where it would look like 0 or 100 %, and is not. */
export function percent(share: number): string {
  if (share === 0 || share === 1) return `${100 * share} %`;
  for (let decimals = 1; ; decimals++) {
    const text = (100 * share).toFixed(decimals);
    if (decimals === 4 || (Number(text) !== 0 && Number(text) !== 100)) return `${text} %`;
  }
}

/** 97 %: on an axis. */
export const wholePercent = (share: number): string => `${Math.round(100 * share)} %`;

const wholeNumbers = new Intl.NumberFormat('en-GB', { maximumFractionDigits: 0 });

/** 12,345 */
export const whole = (x: number): string => wholeNumbers.format(x);

/** `1 sample`, `12,345 samples` */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${whole(count)} ${count === 1 ? one : many}`;

/** 812 bytes, 94.2 kB, 1.6 MB */
export function bytes(count: number): string {
  if (count < 1000) return counted(count, 'byte');
  const power = Math.min(3, Math.floor(magnitude(count) / 3));
  return `${precise(count / [1, 1e3, 1e6, 1e9][power]!, 3)} ${['', 'kB', 'MB', 'GB'][power]!}`;
}

/** 0.84 s, 12.3 s, 2 min 5 s */
export function duration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 2 : 1)} s`;
  const whole = Math.round(seconds);
  const hours = Math.floor(whole / 3600);
  const minutes = `${Math.floor((whole % 3600) / 60)} min`;
  return hours > 0 ? `${hours} h ${minutes}` : `${minutes} ${whole % 60} s`;
}
