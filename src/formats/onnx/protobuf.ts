// Protocol Buffers, as https://protobuf.dev/programming-guides/encoding defines them, for messages described by tables.
// This is not protobufjs, because ONNX needs only a dozen field types: protobufjs would add 20 kB or more to the 6 kB
// of bp4/onnx, and it accepts a length beyond the end of its message. This code checks each length against the
// remaining bytes.
//
// message = (tag · value)* tag = varint of number << 3 | wire type 0 varint, 1 eight bytes, 2 length · bytes, 5 four

/** The type of a field; a table of fields stands for a message. Integers are signed 64-bit, exact below 2^53. */
export type Kind = 'int' | 'float' | 'double' | 'string' | 'bytes' | Fields;

/** The fields of a message by name: number, type, and whether the field is repeated. */
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

/** A decoded message. */
export type Message<F> = {
  readonly [Name in keyof F]: F[Name] extends readonly [number, infer K, 'many']
    ? readonly Value<K>[]
    : F[Name] extends readonly [number, infer K]
      ? Value<K> | undefined
      : never;
};

type GivenValue<K> = K extends Kind ? (K extends Fields ? Given<K> : Value<K>) : never;

/** A message to encode; absent fields are omitted. */
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
