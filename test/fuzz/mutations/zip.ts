import { deflateRawSync } from 'node:zlib';
import { crc32 } from '../../../src/base/crc32.js';

/**
 * A zip file, whatever its entries are called.
 * https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT, 4.3: a header before each entry, and again in the directory.
 */
export function makeZip(entries: ReadonlyMap<string, Uint8Array>, isPacked: boolean): Buffer {
  const files: Buffer[] = [];
  const directory: Buffer[] = [];
  let at = 0;
  for (const [text, content] of entries) {
    const name = Buffer.from(text);
    const packed = isPacked ? deflateRawSync(content, { level: 1 }) : content;
    const header = Buffer.alloc(26); // version, flags, method, time, date, checksum, sizes, lengths of name and extra
    header.writeUInt16LE(20, 0);
    header.writeUInt16LE(isPacked ? 8 : 0, 4);
    header.writeUInt32LE(crc32(content), 10);
    header.writeUInt32LE(packed.length, 14);
    header.writeUInt32LE(content.length, 18);
    header.writeUInt16LE(name.length, 22);
    const place = Buffer.alloc(14); // comment, disk, attributes; where the entry is
    place.writeUInt32LE(at, 10);
    const file = Buffer.concat([Buffer.from('PK\x03\x04'), header, name, packed]);
    at += file.length;
    files.push(file);
    directory.push(Buffer.from('PK\x01\x02\x14\0'), header, place, name);
  }
  const listing = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06');
  end.writeUInt16LE(entries.size, 8);
  end.writeUInt16LE(entries.size, 10);
  end.writeUInt32LE(listing.length, 12);
  end.writeUInt32LE(at, 16);
  return Buffer.concat([...files, listing, end]);
}
