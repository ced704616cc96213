import {
  parquetMetadata,
  type ColumnMetaData,
  type ParquetType,
  type RowGroup,
  type SchemaElement,
} from 'hyparquet';
import { damaged, list, checkStruct, ThriftReader, type Struct } from './thrift.js';

// What a Parquet file says of itself at its end, https://github.com/apache/parquet-format: FileMetaData in Thrift.

/** A column at the top of the schema. */
interface ParquetColumn {
  readonly name: string;
  /** Undefined where it is a group of columns, or a list. */
  readonly element: Element | undefined;
}

/** A column of values. */
export interface Element extends SchemaElement {
  readonly type: ParquetType;
  readonly isOptional: boolean;
}

/** Where the values of a column are, of some rows. */
export interface ColumnChunk {
  readonly metadata: ColumnMetaData;
  readonly codec: string;
  readonly from: number;
  readonly length: number;
}

export interface Group {
  readonly group: RowGroup;
  readonly rows: number;
  /** By the name of the column; of those that have values. */
  readonly chunks: ReadonlyMap<string, ColumnChunk>;
}

export interface Footer {
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly Group[];
}

/** Of a decimal of 76 digits. */
const LONGEST_STATISTIC = 32;
/** The number of DECIMAL among the converted types. */
const DECIMAL = 5;
/** Length and magic number, which end the file. */
const TAIL = 8;

/**
 * @param bytes the end of a file: the footer, its length and the magic number
 * @param end where the footer begins
 * @throws FormatError, or whatever hyparquet throws
 */
export function readFooter(bytes: Uint8Array<ArrayBuffer>, end: number): Footer {
  checkStatistics(new ThriftReader(bytes.subarray(0, -TAIL)).struct());
  const { schema, row_groups } = parquetMetadata(bytes, { geoparquet: false });
  const columns = findColumns(schema);
  const elements = new Map(columns.map(({ name, element }) => [name, element]));
  return { columns, groups: row_groups.map((group) => findChunks(group, elements, end)) };
}

/** hyparquet reads statistics too, and those of decimals in a time quadratic in their length. */
function checkStatistics(footer: Struct): void {
  const leaves = list(footer, 2)
    .map(checkStruct)
    .filter((element) => element.has(1));
  for (const group of list(footer, 4)) {
    for (const [k, chunk] of list(checkStruct(group), 1).entries()) {
      const about = checkStruct(chunk).get(3);
      const statistics = about === undefined ? undefined : checkStruct(about).get(12);
      if (statistics === undefined || leaves[k]?.get(6) !== DECIMAL) continue;
      for (const value of checkStruct(statistics).values()) {
        if (value instanceof Uint8Array && value.length > LONGEST_STATISTIC)
          throw damaged('a decimal is longer than decimals are');
      }
    }
  }
}

function findColumns(schema: readonly SchemaElement[]): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  for (let i = 1; i < schema.length;) {
    const element = schema[i]!;
    const isNested = countChildren(element) > 0 || element.repetition_type === 'REPEATED';
    columns.push({ name: toText(element.name), element: isNested ? undefined : toElement(element) });
    // What is in a group comes after it.
    for (let left = 1; left > 0; left--, i++) {
      if (i >= schema.length) throw damaged('the schema ends too soon');
      left += countChildren(schema[i]!);
    }
  }
  return columns;
}

const countChildren = ({ num_children: count = 0 }: SchemaElement): number => toSize(Math.max(count, 0));

function toElement(element: SchemaElement): Element {
  const { name, type, type_length: length = 0, scale = 0, repetition_type: repetition } = element;
  if (!type) throw damaged(`column '${name}' is of a type that there is not`);
  toSize(length);
  if (!Number.isInteger(scale)) throw damaged(`column '${name}' has no scale`);
  return {
    ...element,
    type,
    isOptional: repetition === 'OPTIONAL',
    repetition_type: repetition ?? 'REQUIRED',
  };
}

function findChunks(group: RowGroup, elements: ReadonlyMap<string, Element | undefined>, end: number): Group {
  const rows = toSize(group.num_rows);
  const chunks = new Map<string, ColumnChunk>();
  for (const { meta_data: metadata, file_path: path } of group.columns) {
    if (!metadata || path !== undefined) throw damaged('its columns are encrypted, or in other files');
    const [name = '', ...more] = metadata.path_in_schema;
    const element = elements.get(name);
    if (!element) continue;
    if (more.length > 0 || metadata.type !== element.type || toSize(metadata.num_values) !== rows)
      throw damaged(`column '${name}' has other values than the schema says`);
    const dictionary = toSize(metadata.dictionary_page_offset ?? 0);
    const first = toSize(metadata.data_page_offset);
    const from = dictionary > 0 ? Math.min(dictionary, first) : first;
    const length = toSize(metadata.total_compressed_size);
    if (from + length > end) throw damaged(`column '${name}' is not within the file`);
    chunks.set(name, { metadata, codec: metadata.codec, from, length });
  }
  return { group, rows, chunks };
}

/** @throws FormatError unless it is a whole number, and not below 0: whatever its type says, it comes from the file */
function toSize(value: unknown): number {
  const size = typeof value === 'bigint' ? Number(value) : value;
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw damaged('a size in it is none');
  return size as number;
}

function toText(value: unknown): string {
  if (typeof value !== 'string') throw damaged('a name is missing');
  return value;
}
