import { FormatError } from '../errors.js';
import { show } from './check.js';

/** @throws FormatError that names line and column */
export const parseJSONText = (text: string): unknown =>
  parseJSON(text.startsWith('\uFEFF') ? text.slice(1) : text, 'JSON');

/** @throws FormatError that names line and column */
export function parseJSON(text: string, place: string, line = 1): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const at = syntaxErrorAt(text);
    const where = lineAndColumn(text, at);
    const found =
      at < text.length ? `got ${show(text.slice(at, at + 12).replace(/\s.*/s, ''))}` : 'it ends there';
    const cure = /^-?(?:NaN|Infinity)/.test(text.slice(at, at + 9))
      ? 'write null for a missing number'
      : undefined;
    throw new FormatError(
      {
        place: `${place}, line ${line + where.line - 1}, column ${where.column}`,
        problem: `invalid JSON: ${found}`,
        cure,
      },
      { cause },
    );
  }
}

// Finds where a text stops being JSON (RFC 8259). Engines report it in different ways, or not at all.

const space = /[ \t\n\r]*/y;
/** No part of a string matches in two ways. Otherwise an unclosed string would take exponential time. */
const scalar =
  // eslint-disable-next-line no-control-regex -- JSON requires escapes for them
  /(?:"[^"\\\u0000-\u001f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\u0000-\u001f]*)*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)/y;

/** The tokens that may come next. */
type State = 'value' | 'first value' | 'first name' | 'name' | 'colon' | 'after';

/** @returns the index of the first invalid character; the length of the text if it ends too early */
function syntaxErrorAt(text: string): number {
  const open: string[] = [];
  let state: State = 'value';
  let at = 0;
  const matches = (pattern: RegExp): boolean => {
    pattern.lastIndex = at;
    if (!pattern.test(text)) return false;
    at = pattern.lastIndex;
    return true;
  };
  for (;;) {
    matches(space);
    const char = text[at];
    if (char === undefined) return at;
    const closes = open.at(-1) === '[' ? ']' : '}';
    if (state === 'colon') {
      if (char !== ':') return at;
      at++;
      state = 'value';
    } else if (state === 'after') {
      if (open.length === 0) return at;
      if (char === closes) open.pop();
      else if (char === ',') state = closes === ']' ? 'value' : 'name';
      else return at;
      at++;
    } else if (char === closes && (state === 'first value' || state === 'first name')) {
      open.pop();
      at++;
      state = 'after';
    } else if (state === 'name' || state === 'first name') {
      if (char !== '"' || !matches(scalar)) return at;
      state = 'colon';
    } else if (char === '[' || char === '{') {
      open.push(char);
      at++;
      state = char === '[' ? 'first value' : 'first name';
    } else {
      if (!matches(scalar)) return at;
      state = 'after';
    }
  }
}

/** Line and column, both from 1. */
function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: before.at(-1)!.length + 1 };
}
