// Reads and writes safetensors by its specification, without the code under test:
// https://github.com/huggingface/safetensors#format

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [begin: number, end: number];
}

interface Header {
  readonly __metadata__: Record<string, string>;
  readonly [name: string]: Entry | Record<string, string>;
}

export interface Parts {
  readonly header: Header;
  /** The bytes after the header. */
  readonly data: Buffer;
}

export function pickParts(bytes: Uint8Array): Parts {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const start = 8 + Number(file.readBigUInt64LE(0));
  return {
    header: JSON.parse(file.toString('utf8', 8, start)) as Parts['header'],
    data: file.subarray(start),
  };
}

/** Makes a file from a header, as an object or text, and data. */
export function makeFile(header: unknown, data: Uint8Array): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, data]);
}

/** The tensors, by name. */
export function listTensors({ header, data }: Parts): Record<string, number[]> {
  const tensors: Record<string, number[]> = {};
  for (const [name, entry] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const [begin, end] = (entry as Entry).data_offsets;
    tensors[name] = Array.from({ length: (end - begin) / 4 }, (_, i) => data.readFloatLE(begin + 4 * i));
  }
  return tensors;
}
