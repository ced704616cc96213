/**
 * Decodes the WebAssembly module that `npm run build` wrote as text. The text is printable ASCII without quotes, backslash,
 * backtick and $. In base64 the characters of a byte depend on its position, so gzip finds few repetitions, and the module
 * takes 10.9 kB. Here a byte always has the same text, mostly one character, and the module takes 7.9 kB.
 *
 * `(` to `[` and `a` to `l` stand for 0 to 63; a preceding `m`, `n` or `o` adds 64, 128 or 192.
 */
export function decodeText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length); // long enough; cut at the end
  let count = 0;
  let plane = 0;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code > 108) {
      plane = (code - 108) << 6;
    } else {
      bytes[count++] = plane + code - (code < 92 ? 40 : 45);
      plane = 0;
    }
  }
  return bytes.subarray(0, count);
}
