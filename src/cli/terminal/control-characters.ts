/** The styles of style.ts (SGR codes of ECMA-48). Only these pass. */
const style = String.raw`\u001B(?!\[(?:1|2|22|32|36|39)m)`;
/** Control characters: C0 except tab and line feed, DEL, C1, and those that change the direction of text. */
const control = String.raw`[\0-\u0008\u000B-\u001A\u001C-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]`;
const pattern = new RegExp(`${style}|${control}`, 'g');

/**
 * Makes text safe for a terminal. Names and values from files can hold escapes (ECMA-48) that clear, color or hide parts
 * of the screen. They are written out, as \x1b.
 */
export const toVisible = (text: string): string =>
  text.replace(pattern, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });

/**
 * The same on one line, in linear time: a regular expression that also matches the spaces around a line break would be
 * quadratic.
 */
export function toVisibleLine(text: string): string {
  const lines = text.split(/[\r\n]+/);
  return toVisible(lines.length === 1 ? text : lines.map((line) => line.trim()).join(' '));
}

/** Those of `control` that JSON.stringify leaves as they are. */
const unescapedInJSON = /[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

/** A value as one line of JSON that's safe for a terminal. Programs read the same value. */
export const toJSONLine = (value: unknown): string =>
  `${JSON.stringify(value).replace(unescapedInJSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
