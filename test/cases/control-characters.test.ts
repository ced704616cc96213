import { expect, it } from 'vitest';
import { toVisible, toVisibleLine } from '../../src/cli/terminal/control-characters.js';

it.each([
  ['one line', ' a  b ', ' a  b '],
  ['line breaks with blanks around them', 'a \r\n\n\t b\nc', 'a b c'],
  ['an escape', 'a\u001B[2J', 'a\\x1b[2J'],
  ['the mark that turns text', 'a\u202Eb', 'a\\u202eb'],
])('a line shows %s', (_, text, shown) => {
  expect(toVisibleLine(text)).toBe(shown);
});

it('a text keeps its line breaks', () => {
  expect(toVisible('a\n\tb\u0085')).toBe('a\n\tb\\x85');
});

it('a line of a million blanks takes no quadratic search', () => {
  const blanks = ' '.repeat(1_000_000);
  expect(toVisibleLine(`${blanks}\n${blanks}x`)).toBe(' x');
  expect(toVisibleLine(`${blanks}x`)).toHaveLength(1_000_001);
});
