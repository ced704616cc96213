/** What has no place inside a script element, and what ends a line. */
const unsafe = /[<>\u2028\u2029]/g;

type Literal = string | number | readonly Literal[];

/**
 * A value as JavaScript on one line: whatever a string holds, it ends neither the literal nor a script element around it.
 * Numbers are written so that they are read as the same double.
 */
export function literal(value: Literal): string {
  if (typeof value === 'number') return Object.is(value, -0) ? '-0' : String(value);
  if (typeof value !== 'string') return `[${value.map(literal).join(', ')}]`;
  return JSON.stringify(value).replace(unsafe, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
