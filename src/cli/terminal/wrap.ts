import { widthOf } from './width.js';

/** At least this many columns remain for words, whatever the indentation. */
const LEAST_ROOM = 20;

/**
 * Breaks a line between words. A word that is longer than a line stays whole, so that it can be copied.
 * @param columns of the terminal
 * @param indent of the lines after the first, in columns
 */
export function wrapWords(line: string, columns: number, indent = 0): string {
  const room = Math.max(columns, LEAST_ROOM);
  const margin = Math.min(indent, room - LEAST_ROOM);
  const lines: string[] = [];
  let current = '';
  let width = 0;
  for (const [piece] of line.matchAll(/ *[^ ]+/g)) {
    const added = widthOf(piece);
    if (width + added <= room || current === '') {
      current += piece;
      width += added;
    } else {
      lines.push(current);
      const word = piece.trimStart();
      current = ' '.repeat(margin) + word;
      width = margin + widthOf(word);
    }
  }
  return [...lines, current].join('\n');
}
