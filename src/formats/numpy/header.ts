import { FormatError } from '../../errors.js';

/** The contents of an array's header. */
export interface Header {
  readonly descr: string;
  readonly fortranOrder: boolean;
  readonly shape: readonly number[];
}

/** NumPy has at most 64 dimensions. */
const MOST_DIMENSIONS = 64;

/** A string without escapes, a word, a whole number (Python 2 appends an L), or a punctuation mark. */
const token = /\s*('[^'\\\n]*'|"[^"\\\n]*"|True|False|\d{1,15}L?|[{}()[\]:,])/y;

/** Reads the tokens of a header in order. */
class Tokens {
  readonly #place: string;
  readonly #text: string;
  #at = 0;

  constructor(place: string, text: string) {
    this.#place = place;
    this.#text = text.trimEnd();
  }

  get areDone(): boolean {
    return this.#at === this.#text.length;
  }

  next(): string {
    token.lastIndex = this.#at;
    const [whole, found] = token.exec(this.#text) ?? [];
    if (whole === undefined) return this.fail('a Python literal');
    this.#at += whole.length;
    return found!;
  }

  expect(...valid: string[]): string {
    const found = this.next();
    return valid.includes(found) ? found : this.fail(valid.join(' or '));
  }

  fail(expected: string): never {
    throw new FormatError({
      place: this.#place,
      problem: `expected ${expected} in the header, before character ${this.#at}`,
    });
  }
}

/**
 * Parses the Python literal in a header: a dict with descr, fortran_order and shape. It accepts nothing else, and
 * evaluates nothing.
 * @param place the array's name in error messages
 * @throws FormatError naming the unexpected token
 */
export function parseHeader(place: string, text: string): Header {
  const tokens = new Tokens(place, text);
  let descr: string | undefined;
  let fortranOrder: boolean | undefined;
  let shape: number[] | undefined;
  const names = new Set<string>();
  tokens.expect('{');
  for (let found = tokens.next(); found !== '}';) {
    tokens.expect(':');
    const name = found.slice(1, -1);
    if (names.size === names.add(name).size) tokens.fail('distinct names');
    if (name === 'descr') descr = readDescr(place, tokens);
    else if (name === 'fortran_order') fortranOrder = tokens.expect('True', 'False') === 'True';
    else if (name === 'shape') shape = readShape(tokens);
    else tokens.fail("'descr', 'fortran_order' or 'shape'");
    if (tokens.expect(',', '}') === '}') break;
    found = tokens.next();
  }
  if (!tokens.areDone) tokens.fail('the end');
  if (descr === undefined || fortranOrder === undefined || shape === undefined) {
    return tokens.fail('descr, fortran_order and shape');
  }
  return { descr, fortranOrder, shape };
}

function readDescr(place: string, tokens: Tokens): string {
  const found = tokens.next();
  if (found === '[') {
    throw new FormatError({
      place,
      problem: 'the array has named fields',
      cure: 'save each field as a separate array',
    });
  }
  return /^['"]/.test(found) ? found.slice(1, -1) : tokens.fail('a string');
}

function readShape(tokens: Tokens): number[] {
  tokens.expect('(');
  const shape: number[] = [];
  for (;;) {
    const found = tokens.next();
    if (found === ')') return shape;
    if (!/^\d/.test(found)) tokens.fail('a whole number');
    if (shape.push(parseInt(found)) > MOST_DIMENSIONS) tokens.fail(`at most ${MOST_DIMENSIONS} dimensions`);
    if (tokens.expect(',', ')') === ')') return shape;
  }
}
