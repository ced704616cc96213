/**
 * The bytes of a WebAssembly module that `npm run build` wrote as a text of printable ASCII without quotes, backslash,
 * backtick or $. Not base64: there a byte's characters depend on where it stands, so that gzip finds little that repeats
 * and makes 10.9 kB of the module. Here a byte is always the same text, and most are one character: 7.9 kB.
 *
 * `(` to `[` and `a` to `l` are 0 to 63; `m`, `n` or `o` before one of them adds 64, 128 or 192.
 */
export function decodeText(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length); // enough, and cut at the end
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
