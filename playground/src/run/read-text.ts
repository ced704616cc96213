import { PageError } from './failure.js';

/** In bytes. A larger table would freeze the page for seconds. */
const LARGEST = 20e6;

/** A file's text, and its encoding if it isn't UTF-8. */
export interface FileText {
  readonly text: string;
  readonly encoding?: string;
}

/**
 * Reads a text file in UTF-8, in UTF-16 with a byte order mark, or else in GB18030 or windows-1252.
 * @throws PageError if the file is too large
 */
export async function readText(file: Blob): Promise<FileText> {
  if (file.size > LARGEST)
    throw new PageError('csv.tooLarge', {
      megabytes: Math.ceil(file.size / 1e6),
      most: LARGEST / 1e6,
    });
  const bytes = new Uint8Array(await file.arrayBuffer());
  const [first, second] = bytes;
  if (first === 0xff && second === 0xfe) return decode(bytes, 'utf-16le');
  if (first === 0xfe && second === 0xff) return decode(bytes, 'utf-16be');
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return decode(bytes, hasPairs(bytes) ? 'gb18030' : 'windows-1252');
  }
}

const decode = (bytes: Uint8Array, encoding: string): FileText => ({
  text: new TextDecoder(encoding).decode(bytes),
  encoding,
});

/** Whether most bytes above 127 come in pairs, as in Chinese text. In European texts they stand alone. */
function hasPairs(bytes: Uint8Array): boolean {
  let [alone, paired] = [0, 0];
  for (let i = 0; i < bytes.length; i++) {
    if (bytes[i]! < 0x80) continue;
    if (i + 1 < bytes.length && bytes[i + 1]! >= 0x80) {
      paired++;
      i++;
    } else alone++;
  }
  return paired > alone;
}
