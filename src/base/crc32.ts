/** A CRC of 32 bits, with its polynomial in reversed order of bits. The table holds the effect of each byte. */
function createCRC(polynomial: number): (bytes: Uint8Array) => number {
  const table = Uint32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ polynomial : crc >>> 1;
    return crc;
  });
  return (bytes) => {
    let crc = 0xffffffff;
    for (const byte of bytes) crc = (crc >>> 8) ^ table[(crc ^ byte) & 255]!;
    return ~crc >>> 0;
  };
}

/** CRC-32 of zip and gzip (RFC 1952, §8). */
export const crc32 = /* @__PURE__ */ createCRC(0xedb88320);

/** CRC-32C, Castagnoli (RFC 3720, appendix B.4). */
export const crc32c = /* @__PURE__ */ createCRC(0x82f63b78);
