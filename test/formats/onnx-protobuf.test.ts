import { expect, it } from 'vitest';
import { decode } from '../../src/formats/onnx/decode.js';
import { encode } from '../../src/formats/onnx/encode.js';
import type { Fields } from '../../src/formats/onnx/protobuf.js';
import { FormatError } from '../../src/index.js';

// Bytes by hand, from https://protobuf.dev/programming-guides/encoding.

const inner = { text: [1, 'string'] } as const satisfies Fields;
const fields = {
  int: [1, 'int'],
  text: [2, 'string'],
  inner: [3, inner],
  ints: [4, 'int', 'many'],
  floats: [5, 'float', 'many'],
  double: [6, 'double'],
  raw: [7, 'bytes'],
  inners: [16, inner, 'many'],
} as const satisfies Fields;

const read = (...bytes: number[]): unknown => {
  const message = decode(fields, Uint8Array.from(bytes));
  return Object.fromEntries(
    Object.entries(message).filter(
      ([, value]) => value !== undefined && !(Array.isArray(value) && value.length === 0),
    ),
  );
};

it.each([
  ['nothing', [], {}],
  ['150', [0x08, 0x96, 0x01], { int: 150 }],
  ['-1, of ten bytes', [0x08, ...Array<number>(9).fill(0xff), 0x01], { int: -1 }],
  ['2⁶² − 1, rounded', [0x08, ...Array<number>(8).fill(0xff), 0x3f], { int: 2 ** 62 }],
  ['2⁴⁹ − 1, exact', [0x08, ...Array<number>(6).fill(0xff), 0x7f], { int: 2 ** 49 - 1 }],
  ['2⁵³ − 1, exact', [0x08, ...Array<number>(7).fill(0xff), 0x0f], { int: 2 ** 53 - 1 }],
  ['the last of two', [0x08, 1, 0x08, 2], { int: 2 }],
  ['a string', [0x12, 0x07, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67], { text: 'testing' }],
  ['a message', [0x1a, 0x03, 0x0a, 0x01, 0x61], { inner: { text: 'a' } }],
  ['packed', [0x22, 0x06, 0x03, 0x8e, 0x02, 0x9e, 0xa7, 0x05], { ints: [3, 270, 86942] }],
  ['one by one, and packed, and none', [0x20, 7, 0x22, 1, 8, 0x22, 0, 0x20, 9], { ints: [7, 8, 9] }],
  ['floats', [0x2a, 0x04, 0, 0, 0x80, 0x3f, 0x2d, 0, 0, 0, 0xc0], { floats: [1, -2] }],
  ['a double', [0x31, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f], { double: 1 }],
  [
    'fields of others',
    [0x50, 0x96, 0x01, 0x51, 1, 2, 3, 4, 5, 6, 7, 8, 0x52, 1, 9, 0x55, 1, 2, 3, 4, 0x08, 5],
    { int: 5 },
  ],
  ['a tag of two bytes', [0x82, 0x01, 0x00], { inners: [{ text: undefined }] }],
])('reads a protobuf message: %s', (_, bytes, expected) => {
  expect(read(...bytes)).toEqual(expected);
});

it.each([
  ['an end within a tag', [0x80], 'at byte 0: it ends within an integer'],
  ['an end within an integer', [0x08, 0x96], 'at byte 1: it ends within an integer'],
  [
    'eleven bytes',
    [0x08, ...Array<number>(10).fill(0xff), 1],
    'at byte 1: an integer of more than ten bytes',
  ],
  ['field 0', [0x00, 1], 'at byte 0: 0 is not a field number'],
  ['a group', [0x53, 0x54], 'at byte 1: wire type 3'],
  ['wire type 7', [0x57], 'at byte 1: wire type 7'],
  ['another wire type', [0x0d, 0, 0, 0, 0], 'at byte 0: field 1 (int) has wire type 5, not 0'],
  ['a packed string', [0x10, 1], 'at byte 0: field 2 (text) has wire type 0, not 2'],
  ['a length past the end', [0x12, 0x05, 0x61], 'at byte 1: a length of 5, but 1 bytes are left'],
  [
    'a length below 0',
    [0x12, ...Array<number>(9).fill(0xff), 1],
    'at byte 1: a length of -1, but 0 bytes are left',
  ],
  [
    'a length of 2⁶²',
    [0x12, ...Array<number>(8).fill(0xff), 0x3f, 0x61],
    'a length of 4611686018427388000, but 1',
  ],
  [
    'a length past the end of its message',
    [0x1a, 2, 0x0a, 5, 1, 2, 3, 4, 5],
    'at byte 3: a length of 5, but 0',
  ],
  ['an integer past the end of its message', [0x22, 1, 0x80, 0x01], 'at byte 2: it ends within an integer'],
  ['half a float', [0x2d, 0, 0], 'at byte 1: 4 bytes are missing, 2 are left'],
  ['half a packed float', [0x2a, 2, 0, 0, 0, 0], 'at byte 2: 4 bytes are missing, 2 are left'],
  ['half a double', [0x31, 0, 0], 'at byte 1: 8 bytes are missing, 2 are left'],
  ['no UTF-8', [0x12, 1, 0xff], 'at byte 1: a string that is not UTF-8'],
  [
    'messages without end',
    Array<number[]>(40_000).fill([0x82, 0x01, 0x00]).flat(),
    'more than 32768 strings and messages',
  ],
])('rejects a protobuf message: %s', (_, bytes, message) => {
  expect(() => read(...bytes)).toThrow(FormatError);
  expect(() => read(...bytes)).toThrow(message);
});

it('reads the protobuf message that it wrote', () => {
  const message = {
    int: 2 ** 53 - 1,
    text: 'π',
    inner: { text: 'x'.repeat(300) },
    ints: [0, 127, 128, 2 ** 32],
    floats: [0.5, -1],
    double: 0.1,
    raw: Uint8Array.of(1, 2),
    inners: [{ text: '' }, { text: undefined }],
  };
  const bytes = encode(fields, message as Parameters<typeof encode<typeof fields>>[1]);
  expect(decode(fields, bytes)).toEqual(message);
  expect(Array.from(encode(fields, { int: 150 }))).toEqual([0x08, 0x96, 0x01]);
});
