import { visibleLine } from './control-characters.js';

/**
 * A table in plain text: the first column to the left, the others to the right, two spaces between them.
 * @param head the name of each column
 * @param rows as many cells to each
 */
export function textTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const lines = [head, ...rows].map((cells) => cells.map(visibleLine));
  const widths = head.map((_, k) => Math.max(...lines.map((cells) => widthOf(cells[k]!))));
  return lines
    .map((cells) =>
      cells
        .map((cell, k) => {
          const gap = ' '.repeat(widths[k]! - widthOf(cell));
          return k === 0 ? cell + gap : gap + cell;
        })
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/** Characters, not the halves of those that UTF-16 writes as two. */
const widthOf = (text: string): number => Array.from(text).length;
