import { Decompress } from 'fzstd';
import { checkLength, damaged, decompress } from './faults.js';
import { viewOf } from './thrift.js';

/**
 * A frame may ask for a window of any size. RFC 8878 recommends that decoders support 8 MiB; more is useless if the page
 * isn't larger.
 */
const LARGEST_WINDOW = 2 ** 23;
/** The four bits that vary in the magic number of a skippable frame. */
const SKIPPABLE = 0x184d2a5;
const RLE_BLOCK = 1;

/**
 * Decompresses Zstandard data.
 * @param length the expected number of bytes after decompression
 * @throws FormatError if the data are damaged or have another length
 */
export function unpackZstd(packed: Uint8Array, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let to = 0;
  const stream = new Decompress((part) => {
    checkLength(part, Math.min(part.length, length - to));
    bytes.set(part, to);
    to += part.length;
  });
  decompress('Zstandard', () => {
    checkWindows(packed, Math.max(length, LARGEST_WINDOW));
    stream.push(packed, true);
  });
  return checkLength(bytes.subarray(0, to), length);
}

/**
 * Checks what fzstd would allocate for each frame (https://datatracker.ietf.org/doc/html/rfc8878#section-3.1).
 * @throws FormatError or RangeError if a window is larger than `most`, or the data end too soon
 */
function checkWindows(packed: Uint8Array, most: number): void {
  const view = viewOf(packed);
  for (let at = 0; at < packed.length;) {
    if (view.getUint32(at, true) >>> 4 === SKIPPABLE) {
      at += 8 + view.getUint32(at + 4, true);
      continue;
    }
    const { window, hasChecksum, end } = readFrameHeader(view, at);
    if (window > most) throw damaged(`a page asks for ${window} bytes of memory, more than it needs`);
    at = skipBlocks(view, end) + (hasChecksum ? 4 : 0);
  }
}

function readFrameHeader(view: DataView, at: number): { window: number; hasChecksum: boolean; end: number } {
  const flags = view.getUint8(at + 4);
  const isSingle = (flags & 32) > 0; // the window is the whole content
  const contentBytes = flags >> 6 ? 1 << (flags >> 6) : Number(isSingle);
  const end = at + 5 + Number(!isSingle) + [0, 1, 2, 4][flags & 3]! + contentBytes;
  const hasChecksum = (flags & 4) > 0;
  const window = isSingle ? readContentSize(view, end, contentBytes) : readWindow(view.getUint8(at + 5));
  return { window, hasChecksum, end };
}

/** Windows of 2 GiB and more count as 1 GiB, which is too large too. */
const readWindow = (code: number): number => (1 << (10 + Math.min(code >> 3, 20))) * (1 + (code & 7) / 8);

/** @param end the offset after the number */
function readContentSize(view: DataView, end: number, bytes: number): number {
  if (bytes === 8) return Number(view.getBigUint64(end - 8, true));
  if (bytes === 4) return view.getUint32(end - 4, true);
  return bytes === 2 ? 256 + view.getUint16(end - 2, true) : view.getUint8(end - 1);
}

/** @returns the offset after the last block of a frame */
function skipBlocks(view: DataView, from: number): number {
  for (let at = from; ;) {
    const header = view.getUint8(at) + 256 * view.getUint16(at + 1, true);
    const isRun = ((header >> 1) & 3) === RLE_BLOCK;
    at += 3 + (isRun ? 1 : header >> 3);
    if (header & 1) return at;
  }
}
