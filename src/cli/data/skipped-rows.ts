import type { SkippedRow } from '../../data/index.js';
import { formatCount } from '../terminal/format.js';
import { show } from '../../base/check.js';

/** At most this many rows are shown. */
const MOST_SHOWN = 3;

const words: Readonly<Record<SkippedRow['reason'], (text: string) => string>> = {
  before: (text) => `before the table: ${show(text)}`,
  after: (text) => `after the table: ${show(text)}`,
  comment: (text) => `a comment: ${show(text)}`,
  names: () => 'the row of names again',
};

/** Which rows of a CSV text were skipped, and why; undefined if none were. */
export function describeSkipped(rows: readonly SkippedRow[]): string | undefined {
  if (rows.length === 0) return undefined;
  const shown = rows
    .slice(0, MOST_SHOWN)
    .map(({ row, text, reason }) => `row ${row}, ${words[reason](text)}`);
  const more = rows.length - shown.length;
  return [...shown, ...(more > 0 ? [formatCount(more, 'more row')] : [])].join('; ');
}
