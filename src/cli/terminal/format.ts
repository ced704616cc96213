// Formats numbers and lists for people, independent of the locale, and words for command lines.

/** 0.9666 → '96.7%'; with more decimals if it would look like 0 or 100% but isn't. */
export function formatPercent(share: number): string {
  if (share === 0 || share === 1) return `${100 * share}%`;
  for (let decimals = 1; ; decimals++) {
    const text = (100 * share).toFixed(decimals);
    if (decimals === 4 || (Number(text) !== 0 && Number(text) !== 100)) return `${text}%`;
  }
}

/** 0.97 → '97%': on an axis. */
export const formatWholePercent = (share: number): string => `${Math.round(100 * share)}%`;

/** 60000 → '60,000'. */
export const groupDigits = (count: number): string =>
  String(Math.round(count)).replace(/\B(?=(\d{3})+$)/g, ',');

/** Three significant digits: 0.0123, 1.23, 1230. */
export function formatSignificant(value: number): string {
  return Number(value.toPrecision(3)).toString();
}

/** Three decimals, as for R²: 0.967. -0.0004 → '0.000'. */
export const formatScore = (score: number): string => (Number(score.toFixed(3)) + 0).toFixed(3);

/** The power of ten of its first digit; 0 for 0. */
export const magnitude = (x: number): number => Number(x.toExponential().split('e')[1]);

/** The same number of significant digits, so that numbers align: 0.01230, 1.230, 1230; 1.23e-7 if that's shorter. */
export function formatPrecise(x: number, digits = 4): string {
  if (!Number.isFinite(x)) return String(x);
  if (Number.isInteger(x) && Math.abs(x) < 1e6) return String(x);
  const power = magnitude(Number(x.toPrecision(digits)));
  if (power < -4 || power >= 6) return x.toExponential(Math.max(0, digits - 2)).replace('e+', 'e');
  return x.toFixed(Math.max(0, digits - 1 - power));
}

/** 812 → '812 bytes', 94210 → '94.2 kB' */
export function formatBytes(count: number): string {
  if (count < 1000) return formatCount(count, 'byte');
  const power = Math.min(3, Math.floor(magnitude(count) / 3));
  return `${formatPrecise(count / [1, 1e3, 1e6, 1e9][power]!, 3)} ${['', 'kB', 'MB', 'GB'][power]!}`;
}

/** 95 → '1 min 35 s'. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${seconds.toFixed(2)} s`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${whole % 60} s`;
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** 1 → '1 row', 2 → '2 rows'. */
export const formatCount = (count: number, one: string, several = `${one}s`): string =>
  `${groupDigits(count)} ${count === 1 ? one : several}`;

/** Some of the names, and how many there are. */
export function joinNames(names: readonly string[], most = 8): string {
  const shown = names.slice(0, most).join(', ');
  return names.length > most ? `${shown}, … (${names.length} in all)` : shown;
}

/** Quotes a text so that a shell reads it as one word. */
const quoted = (text: string): string =>
  /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** A path that begins with a dash would be taken for an option. */
export const quotePath = (path: string): string => quoted(path.startsWith('-') ? `./${path}` : path);

/** An option as it is typed. @param value '' for one that takes none */
export function quoteOption(name: string, value: string): string {
  if (value === '') return `--${name}`;
  return `--${name}${value.startsWith('-') ? '=' : ' '}${quoted(value)}`;
}
