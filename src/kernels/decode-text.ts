/**
 * Decodes the WebAssembly module that `npm run build` wrote as text. The text is printable ASCII without quotes, backslash,
 * backtick and $. In base64 the characters of a byte depend on its position, so gzip finds few repetitions, and the module
 * takes 14.7 kB. Here a byte always has the same text, mostly one character, and the module takes 10.4 kB.
 *
 * `(` to `[` and `a` to `{` stand for 0 to 78; a preceding `|`, `}` or `~` adds 79, 158 or 237. The byte is that number less 3,
 * modulo 256: so the prefix of vector instructions, 0xfd, has one character too.
 */
export function decodeText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length); // long enough; cut at the end
  let count = 0;
  let plane = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 123) {
      plane = (code - 123) * 79;
    } else {
      bytes[count++] = plane + code - (code < 92 ? 43 : 48);
      plane = 0;
    }
  }
  return bytes.subarray(0, count);
}
