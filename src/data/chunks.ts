import { TypeFault } from '../errors.js';
import { show } from '../base/check.js';
import { ByteDecoder } from './decode-text.js';

/** Text, or its bytes in UTF-8 or UTF-16, in chunks of any size. A chunk may end anywhere, even within a character. */
export type TextChunks =
  | Iterable<string | Uint8Array>
  | AsyncIterable<string | Uint8Array>
  | ReadableStream<string>
  | ReadableStream<Uint8Array>;

/** Opens text from the beginning: `() => createReadStream('a.csv')`, or `async () => (await fetch(url)).body`. */
export type TextSource = () => TextChunks | Promise<TextChunks>;

/** Bytes in chunks of any size. */
export type ByteChunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array> | ReadableStream<Uint8Array>;

/** Opens a file from the beginning: `() => createReadStream('inputs.npy')`, or `() => blob.stream()`. */
export type ByteSource = () => ByteChunks | Promise<ByteChunks>;

/** @throws TypeError unless it is a function */
export function checkSource(place: string, source: unknown): void {
  if (typeof source !== 'function') {
    throw new TypeFault({
      place,
      problem: `expected a function that opens the ${place === 'source' ? 'text' : 'file'}, got ${show(source)}`,
    });
  }
}

/**
 * Decodes the text in chunks.
 * @param encoding default: UTF-8, or UTF-16 with or without a byte order mark
 * @param place names the text in error messages
 * @throws FormatError if the bytes aren't text, RangeError if the encoding is unknown
 */
export async function* readText(
  source: TextSource,
  encoding?: string,
  place = 'text',
): AsyncGenerator<string, void, void> {
  const decoder = new ByteDecoder(place, encoding);
  for await (const chunk of iterable(await source())) {
    yield typeof chunk === 'string' ? chunk : decoder.decode(chunk, false);
  }
  const rest = decoder.decode(new Uint8Array(0), true);
  if (rest !== '') yield rest;
}

/** Reads the bytes of a file in pieces of any size. */
export class ByteReader {
  readonly #place: string;
  readonly #chunks: AsyncGenerator<Uint8Array, void, void>;
  #held = new Uint8Array(0);

  constructor(place: string, source: ByteSource) {
    this.#place = place;
    this.#chunks = opened(source);
  }

  /**
   * Reads on until it holds at least `count` bytes, or the file ends.
   * @returns all bytes held, without consuming them
   */
  async hold(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const pieces = [this.#held];
    let length = this.#held.length;
    while (length < count) {
      const { done, value } = await this.#chunks.next();
      if (done) break;
      if (!ArrayBuffer.isView(value))
        throw new TypeFault({
          place: this.#place,
          problem: `expected chunks of bytes, got ${show(value)}`,
        });
      pieces.push(new Uint8Array(value.buffer as ArrayBuffer, value.byteOffset, value.byteLength));
      length += value.byteLength;
    }
    if (pieces.length > 1) {
      this.#held = new Uint8Array(length);
      let at = 0;
      for (const piece of pieces) {
        this.#held.set(piece, at);
        at += piece.length;
      }
    }
    return this.#held;
  }

  /** Consumes the next bytes, fewer at the end of the file. @returns a view */
  async take(count: number): Promise<Uint8Array<ArrayBuffer>> {
    const held = await this.hold(count);
    this.#held = held.subarray(count);
    return held.subarray(0, count);
  }

  async close(): Promise<void> {
    await this.#chunks.return();
  }
}

async function* opened(source: ByteSource): AsyncGenerator<Uint8Array, void, void> {
  for await (const chunk of iterable(await source())) yield chunk;
}

/** Some engines can't iterate over a ReadableStream. */
function iterable<Chunk>(
  chunks: Iterable<Chunk> | AsyncIterable<Chunk> | ReadableStream<Chunk>,
): AsyncIterable<Chunk> | Iterable<Chunk> {
  if (typeof chunks === 'string') return [chunks];
  if (Symbol.asyncIterator in chunks || Symbol.iterator in chunks) return chunks;
  return readChunks(chunks);
}

async function* readChunks<Chunk>(stream: ReadableStream<Chunk>): AsyncGenerator<Chunk> {
  const reader = stream.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } finally {
    await reader.cancel();
  }
}
