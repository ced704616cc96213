import type { Random } from '../../../src/base/random.js';
import { anywhere, pick, type Mutation } from './mutation.js';

// Ways to break texts.

/** Numbers at which checks go wrong: about powers of two, signs, exponents, what JSON can say and doubles cannot hold. */
const numbers = [
  ...['0', '-0', '1', '-1', '2', '3', '4', '5', '7', '8', '12', '16', '48', '64', '255', '256', '65536'],
  ...[
    '0.5',
    '4.0',
    '1e3',
    '1e39',
    '1e400',
    '-1e400',
    '1e-400',
    '1e-45',
    '00',
    '0x10',
    '1_0',
    '1e',
    '-',
    '+1',
  ],
  ...['268435456', '2147483647', '2147483648', '4294967295', '4294967296', '9007199254740991'],
  ...['9007199254740992', '18446744073709551615', '9'.repeat(400), '"4"', 'null', 'true'],
  ...['[]', '{}', '[4]', '""', 'NaN', 'Infinity', '-Infinity'],
];

/** Names that every object has already. */
export const inherited = [
  ...[
    '__proto__',
    'constructor',
    'prototype',
    'toString',
    'computeValue',
    'hasOwnProperty',
    'length',
    'then',
  ],
];

const strings = [
  '"\\u0000"',
  '"\\ud800"',
  '"\u{1f600}"',
  '"',
  '"\\',
  '""',
  "'",
  '"../../secret"',
  '"/etc/passwd"',
];

const punctuation = Array.from('{}[](),;:.\'"\\ \t\r\n\0\ufeff\u2028\ufffd-');

/** One of the places that match is replaced. */
function replaceOne(random: Random, text: string, pattern: RegExp, by: string): string {
  const places = Array.from(text.matchAll(pattern));
  if (places.length === 0) return text;
  const { index, 0: old } = pick(random, places);
  return text.slice(0, index) + by + text.slice(index + old.length);
}

/**
 * A text, changed in one place.
 * @param words of the format, unquoted
 */
export function changeText(random: Random, text: string, words: readonly string[]): string {
  const at = anywhere(random, text.length);
  const word = (): string => pick(random, random.below(3) === 0 ? inherited : words);
  switch (random.below(9)) {
    case 0:
      return replaceOne(random, text, /-?\d+(\.\d+)?/g, pick(random, numbers));
    case 1: {
      const by = random.below(4) === 0 ? pick(random, strings) : `"${word()}"`;
      return replaceOne(random, text, /"[^"\\]*"|'[^'\\]*'/g, by);
    }
    case 2: // a number beside the right one
      return replaceOne(random, text, /\d+/g, String(anywhere(random, 100)));
    case 3:
      return text.slice(0, at) + pick(random, punctuation) + text.slice(at + random.below(2));
    case 4: {
      // a part twice: names, entries, brackets, rows
      const length = anywhere(random, 80);
      return text.slice(0, at + length) + text.slice(at);
    }
    case 5:
      return text.slice(0, at) + text.slice(at + anywhere(random, 80));
    case 6:
      return text.slice(0, at) + word() + text.slice(at);
    case 7:
      return replaceOne(random, text, /[A-Za-z_]\w*/g, word());
    default: {
      const bracket = pick(random, ['[', '{"a":', '[[],', '"', '(', '\n', ',', '9', '\\']);
      const times = random.below(20) === 0 ? 20_000 : anywhere(random, 200);
      return text.slice(0, at) + bracket.repeat(times) + text.slice(at);
    }
  }
}

/** The same of a whole file in UTF-8. */
export const inText =
  (words: readonly string[]): Mutation =>
  (random, file) =>
    Buffer.from(changeText(random, file.toString(), words));
