import { FormatError, RangeFault } from '../errors.js';
import { show } from '../base/check.js';
import { recognizeForeign } from './foreign-files.js';

/** The bytes that decide the encoding. */
const BEGINNING = 512;

/** From this share of zeros on, among the bytes at even or odd places, a text without a mark is UTF-16. */
const ZEROS_OF_UTF16 = 0.2;

/**
 * Decodes a text that arrives in chunks of bytes: UTF-8, or UTF-16 with or without a byte order mark, unless another
 * encoding is given. Bytes that the encoding doesn't have are an error, never a replacement character.
 */
export class ByteDecoder {
  readonly #place: string;
  #decoder: TextDecoder | undefined;
  readonly #isGiven: boolean;
  #held = new Uint8Array(0);
  #lines = 1;

  /**
   * @param place names the text in error messages
   * @param encoding a label that TextDecoder knows, such as 'windows-1252' or 'gb18030'
   * @throws RangeError if the encoding is unknown
   */
  constructor(place: string, encoding?: string) {
    this.#place = place;
    this.#isGiven = encoding !== undefined;
    if (encoding !== undefined) this.#decoder = createDecoder(encoding);
  }

  /**
   * @param chunk empty, if the text ended with the one before
   * @param isLast whether the text ends with this chunk. Node decodes a whole text four times as fast as a part
   * @throws FormatError naming the line if the bytes aren't text in the encoding, or the file is of another kind
   */
  decode(chunk: Uint8Array, isLast: boolean): string {
    const bytes = this.#isGiven || this.#decoder ? chunk : this.#hold(chunk, isLast);
    if (!this.#decoder) return '';
    let text: string;
    try {
      // Some versions of Node read a whole text in windows-1252 as ISO-8859-1, which has no € and no curly quotes. A part they read
      // right, and each byte is a character, so that nothing is left at the end.
      text = this.#decoder.decode(bytes, { stream: !isLast || this.#decoder.encoding === 'windows-1252' });
    } catch (cause) {
      throw this.#refuse(bytes, cause);
    }
    if (!isLast) for (const byte of bytes) if (byte === LF) this.#lines++;
    return text;
  }

  /** Holds the beginning until the encoding is known. @returns what can be decoded */
  #hold(chunk: Uint8Array, isLast: boolean): Uint8Array {
    if (isLast && this.#held.length === 0) return this.#begin(chunk);
    const held = new Uint8Array(this.#held.length + chunk.length);
    held.set(this.#held);
    held.set(chunk, this.#held.length);
    this.#held = held;
    if (!isLast && held.length < BEGINNING && !held.includes(LF)) return held;
    this.#held = new Uint8Array(0);
    return this.#begin(held);
  }

  /** Chooses the encoding. */
  #begin(beginning: Uint8Array): Uint8Array {
    const foreign = recognizeForeign(beginning);
    if (foreign) throw new FormatError({ place: this.#place, ...foreign });
    this.#decoder = createDecoder(detectEncoding(beginning));
    return beginning;
  }

  #refuse(bytes: Uint8Array, cause: unknown): FormatError {
    const { encoding } = this.#decoder!;
    const text = new TextDecoder(encoding).decode(bytes);
    const line = this.#lines + text.slice(0, Math.max(text.indexOf('\uFFFD'), 0)).split('\n').length - 1;
    const likely = guessEncoding(bytes);
    return new FormatError(
      {
        place: this.#place,
        problem: `line ${line} has bytes that are not valid ${encoding.toUpperCase()}`,
        cure: `save it as UTF-8, or decode it first: stream.pipeThrough(new TextDecoderStream('${likely}'))`,
        option: { name: 'encoding', values: [likely] },
      },
      { cause },
    );
  }
}

const LF = 10;

/** Decodes the bytes of a text as a whole. @throws as ByteDecoder */
export const decodeText = (place: string, bytes: Uint8Array, encoding?: string): string =>
  new ByteDecoder(place, encoding).decode(bytes, true);

function createDecoder(encoding: string): TextDecoder {
  try {
    return new TextDecoder(encoding, { fatal: true });
  } catch (cause) {
    throw new RangeFault(
      {
        place: 'encoding',
        problem: `expected a name such as 'windows-1252', 'gb18030' or 'shift_jis', got ${show(encoding)}`,
      },
      { cause },
    );
  }
}

function detectEncoding(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const pairs = Math.min(bytes.length, BEGINNING) >> 1;
  const zeros = [0, 0];
  for (let i = 0; i < 2 * pairs; i++) if (bytes[i] === 0) zeros[i & 1]!++;
  const [even, odd] = zeros as [number, number];
  const least = Math.max(ZEROS_OF_UTF16 * pairs, 1);
  if (odd >= least && even === 0) return 'utf-16le';
  if (even >= least && odd === 0) return 'utf-16be';
  return 'utf-8';
}

const isASCIILetter = (byte = 0): boolean => (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a;

/**
 * Guesses the encoding of a text that isn't UTF-8. In encodings of one byte to a character, most bytes above 127 stand
 * alone, or are two letters within a word of others; in those of China and Japan they come in pairs.
 */
function guessEncoding(bytes: Uint8Array): string {
  let [alone, paired] = [0, 0];
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! < 0x80) continue;
    const isPair = i + 1 < bytes.length && bytes[i + 1]! >= 0x80;
    const areLetters = bytes[i]! >= 0xc0 && bytes[i + 1]! >= 0xc0;
    if (!isPair || (areLetters && (isASCIILetter(bytes[i - 1]) || isASCIILetter(bytes[i + 2])))) alone++;
    else paired++;
    if (isPair) i++;
  }
  if (alone >= paired) return 'windows-1252';
  const fits = (encoding: string): boolean => {
    try {
      new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true });
      return true;
    } catch {
      return false;
    }
  };
  return ['gb18030', 'shift_jis'].find(fits) ?? 'windows-1252';
}
