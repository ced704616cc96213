import { toVisibleLine } from './control-characters.js';
import { widthOf } from './width.js';

/**
 * A table in plain text: the first column is aligned left, the others right, with two spaces between them.
 * @param head the name of each column
 * @param rows each with as many cells as `head`
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => cells.map(toVisibleLine));
  const widths = head.map((_, k) => Math.max(...lines.map((cells) => widthOf(cells[k]!))));
  return lines
    .map((cells) =>
      cells
        .map((cell, k) => (k === 0 ? padEnd(cell, widths[k]!) : padStart(cell, widths[k]!)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Pads text to columns of a terminal: wide characters take two of them. */
const padEnd = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - widthOf(text)));

const padStart = (text: string, columns: number): string =>
  ' '.repeat(Math.max(0, columns - widthOf(text))) + text;
