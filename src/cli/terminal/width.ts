import { createRequire } from 'node:module';
import type stringWidth from 'string-width';

/** Text of characters that take one column each: ASCII, Latin, Greek, punctuation, arrows and mathematical signs. */
const NARROW =
  /^[\x20-\x7e\xa1-\xac\xae-\u02af\u0391-\u03a1\u03a3-\u03c9\u2010-\u2027\u2190-\u2193\u2200-\u22ff]*$/;

let widthOfAny: typeof stringWidth | undefined;

/**
 * The columns that text takes on a terminal. string-width takes 35 ms of processor time to load, half of what `bp4 --help` takes, so only
 * text with other characters loads it.
 */
export function widthOf(text: string): number {
  if (NARROW.test(text)) return text.length;
  widthOfAny ??= (createRequire(import.meta.url)('string-width') as { default: typeof stringWidth }).default;
  return widthOfAny(text);
}
