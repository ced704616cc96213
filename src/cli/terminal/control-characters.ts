/** The styles of style.ts, which alone pass (SGR codes of ECMA-48). */
const style = String.raw`\u001B(?!\[(?:1|2|22|32|36|39)m)`;
/** Control characters of C0 but tab and line feed, DEL, C1, and those that turn the direction of text. */
const control = String.raw`[\0-\u0008\u000B-\u001A\u001C-\u001F\u007F-\u009F\u202A-\u202E\u2066-\u2069]`;
const pattern = new RegExp(`${style}|${control}`, 'g');

/**
 * A text as a terminal may have it: names and values from files can hold escapes (ECMA-48) that clear the screen, colour it or
 * hide what stands there; they are written out, as \x1b.
 */
export const toVisible = (text: string): string =>
  text.replace(pattern, (character) => {
    const code = character.charCodeAt(0);
    return code < 256 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });

/** The same in one line, in linear time: an expression that also takes the blanks around a line break is quadratic in them. */
export function toVisibleLine(text: string): string {
  const lines = text.split(/[\r\n]+/);
  return toVisible(lines.length === 1 ? text : lines.map((line) => line.trim()).join(' '));
}

/** Those of `control` that JSON.stringify leaves as they are. */
const unescapedInJSON = /[\u007F-\u009F\u202A-\u202E\u2066-\u2069]/g;

/** A value as one line of JSON, in which a terminal finds nothing to obey. Programs read the same value. */
export const toJSONLine = (value: unknown): string =>
  `${JSON.stringify(value).replace(unescapedInJSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`)}\n`;
