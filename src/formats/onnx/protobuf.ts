// Protocol Buffers, as https://protobuf.dev/programming-guides/encoding defines them, for messages told in tables. Its own,
// because ONNX needs a dozen fields of it: protobufjs is 20 kB and more beside the 6 kB of bp4/onnx, and reads a length that
// goes past the end of its message, where this one checks each length against the bytes that are there.
//
//   message = (tag · value)*    tag = varint of number << 3 | wire type    0 varint, 1 eight bytes, 2 length · bytes, 5 four

/** What a field holds; a table of fields stands for a message. Integers are signed, of 64 bits, and exact below 2^53. */
export type Kind = 'int' | 'float' | 'double' | 'string' | 'bytes' | Fields;

/** The fields of a message, by their names here: their numbers, and what they hold, once or many times. */
export interface Fields {
  readonly [name: string]: readonly [number: number, kind: Kind, many?: 'many'];
}

type Value<K> = K extends 'int' | 'float' | 'double'
  ? number
  : K extends 'string'
    ? string
    : K extends 'bytes'
      ? Uint8Array
      : Message<K>;

/** A message that was read. */
export type Message<F> = {
  readonly [Name in keyof F]: F[Name] extends readonly [number, infer K, 'many']
    ? readonly Value<K>[]
    : F[Name] extends readonly [number, infer K]
      ? Value<K> | undefined
      : never;
};

type GivenValue<K> = K extends Kind ? (K extends Fields ? Given<K> : Value<K>) : never;

/** A message to be written; what is left out is not. */
export type Given<F> = {
  readonly [Name in keyof F]?: F[Name] extends readonly [number, infer K, 'many']
    ? readonly GivenValue<K>[]
    : F[Name] extends readonly [number, infer K]
      ? GivenValue<K>
      : never;
};

/** Wire types. */
export const VARINT = 0;
export const EIGHT_BYTES = 1;
export const LENGTH = 2;
export const FOUR_BYTES = 5;

const wireTypes = { int: VARINT, double: EIGHT_BYTES, float: FOUR_BYTES, string: LENGTH, bytes: LENGTH };
export const wireType = (kind: Kind): number => (typeof kind === 'string' ? wireTypes[kind] : LENGTH);
