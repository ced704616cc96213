// Parquet files made by hand, for what hyparquet-writer does not write.

export const varint = (n: number): number[] =>
  n < 128 ? [n] : [(n % 128) + 128, ...varint(Math.floor(n / 128))];

export type Field = readonly [id: number, type: number, bytes: readonly number[]];

/** The head of a field; a step of more than 15 from the field before takes its own byte. */
const head = (step: number, id: number, type: number): number[] =>
  step < 16 ? [step * 16 + type] : [type, ...varint(2 * id)];

/** Thrift in its compact form. */
export const struct = (...fields: Field[]): number[] => [
  ...fields.flatMap(([id, type, bytes], i) => [...head(id - (fields[i - 1]?.[0] ?? 0), id, type), ...bytes]),
  0,
];
const whole = (id: number, n: number): Field => [id, 6, varint(2 * n)];
export const short = (id: number, n: number): Field => [id, 5, varint(2 * n)];
export const inner = (id: number, ...fields: Field[]): Field => [id, 12, struct(...fields)];
const toBytes = (text: string): number[] => [...varint(text.length), ...Buffer.from(text)];
export const text = (id: number, value: string): Field => [id, 8, toBytes(value)];
export const list = (id: number, type: number, items: readonly number[][]): Field => [
  id,
  9,
  [0xf0 + type, ...varint(items.length), ...items.flat()],
];

interface PageOptions {
  readonly count: number;
  /** The code of the encoding. Default 0, PLAIN. */
  readonly encoding?: number;
  /** The size after decompression. Default: that of the body. */
  readonly unpacked?: number;
}

const page = (type: number, body: readonly number[], unpacked: number, about: Field): number[] => [
  ...struct(short(1, type), short(2, unpacked), short(3, body.length), about),
  ...body,
];

/** A data page of version 1. */
export const firstPage = (
  body: readonly number[],
  { count, encoding = 0, unpacked = body.length }: PageOptions,
): number[] =>
  page(0, body, unpacked, inner(5, short(1, count), short(2, encoding), short(3, 3), short(4, 3)));

/** A data page of version 2. */
export const secondPage = (
  body: readonly number[],
  {
    count,
    encoding = 0,
    unpacked = body.length,
    nulls = 0,
    levels = 0,
    repetition = 0,
  }: PageOptions & { readonly nulls?: number; readonly levels?: number; readonly repetition?: number },
): number[] => {
  const sizes = [short(4, encoding), short(5, levels), short(6, repetition)];
  return page(3, body, unpacked, inner(8, short(1, count), short(2, nulls), short(3, count), ...sizes));
};

export interface HandmadeColumn {
  readonly name: string;
  /** The code of the physical type; undefined for a group of no columns. */
  readonly type: number;
  readonly isOptional?: boolean;
  /** Further fields of the schema: 2 length, 6 converted type, 7 scale, 10 logical type. */
  readonly schema?: readonly Field[];
  /** The code of the compression. Default 0, none. */
  readonly codec?: number;
  readonly pages: readonly number[];
  /** Further fields of the column chunk. */
  readonly chunk?: readonly Field[];
}

/**
 * Writes a file.
 * @param rows the rows of each row group
 * @param groups the number of row groups, which all share their bytes
 * @param more further fields of the footer
 */
export function handmadeParquet(
  columns: readonly HandmadeColumn[],
  rows: number,
  { groups = 1, more = [] }: { readonly groups?: number; readonly more?: readonly Field[] } = {},
): Uint8Array<ArrayBuffer> {
  const byId = ([a]: Field, [b]: Field): number => a - b;
  let at = 4;
  const chunks = columns.map(({ name, type, codec = 0, pages, chunk = [] }) => {
    const sizes = [whole(5, rows), whole(6, pages.length), whole(7, pages.length), whole(9, at)];
    at += pages.length;
    const about = inner(
      3,
      short(1, type),
      list(2, 5, [[0]]),
      list(3, 8, [toBytes(name)]),
      short(4, codec),
      ...sizes,
    );
    return struct(whole(2, 4), about, ...chunk);
  });
  const elements = columns.map(({ name, type, isOptional = false, schema = [] }) =>
    struct(...[short(1, type), short(3, isOptional ? 1 : 0), text(4, name), ...schema].sort(byId)),
  );
  const root = struct(text(4, 'root'), short(5, columns.length));
  const group = struct(list(1, 12, chunks), whole(2, 9), whole(3, rows));
  const footer = struct(
    short(1, 1),
    list(2, 12, [root, ...elements]),
    whole(3, rows * groups),
    list(4, 12, new Array<number[]>(groups).fill(group)),
    ...more,
  );
  const magic = [...Buffer.from('PAR1')];
  const length = [footer.length % 256, Math.floor(footer.length / 256), 0, 0];
  return new Uint8Array([...magic, ...columns.flatMap(({ pages }) => pages), ...footer, ...length, ...magic]);
}
