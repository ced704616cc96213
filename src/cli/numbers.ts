// Numbers as a person reads them; the same in every locale.

/** 0.9666 → '96.7 %'. */
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** 60000 → '60,000'. */
export const grouped = (count: number): string => String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Three digits that matter: 0.0123, 1.23, 1230. */
export function significant(value: number): string {
  return Number(value.toPrecision(3)).toString();
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
