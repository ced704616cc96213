import {
  parquetMetadata,
  type ColumnMetaData,
  type ParquetType,
  type RowGroup,
  type SchemaElement,
} from 'hyparquet';
import { damaged, list, checkStruct, ThriftReader, type Struct } from './thrift.js';

// Reads the footer of a Parquet file: FileMetaData in Thrift (https://github.com/apache/parquet-format).

/** A top-level column of the schema. */
interface ParquetColumn {
  readonly name: string;
  /** Undefined for a group of columns or a list. */
  readonly element: Element | undefined;
}

/** A column of values. */
export interface Element extends SchemaElement {
  readonly type: ParquetType;
  readonly isOptional: boolean;
}

/** The place of a column's values of a row group. */
export interface ColumnChunk {
  readonly metadata: ColumnMetaData;
  readonly codec: string;
  readonly from: number;
  readonly length: number;
}

export interface Group {
  readonly group: RowGroup;
  readonly rows: number;
  /** By column name; only columns with values. */
  readonly chunks: ReadonlyMap<string, ColumnChunk>;
}

export interface Footer {
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly Group[];
}

/** The bytes of a decimal of 76 digits. */
const LONGEST_STATISTIC = 32;
/** The code of the converted type DECIMAL. */
const DECIMAL = 5;
/** The bytes of the footer's length and the magic number, which end the file. */
const TAIL = 8;

/**
 * @param bytes the end of a file: the footer, its length and the magic number
 * @param end the offset of the footer
 * @throws FormatError, or any error of hyparquet
 */
export function readFooter(bytes: Uint8Array<ArrayBuffer>, end: number): Footer {
  checkStatistics(new ThriftReader(bytes.subarray(0, -TAIL)).struct());
  const { schema, row_groups } = parquetMetadata(bytes, { geoparquet: false });
  const columns = findColumns(schema);
  const elements = new Map(columns.map(({ name, element }) => [name, element]));
  return { columns, groups: row_groups.map((group) => findChunks(group, elements, end)) };
}

/** hyparquet parses statistics too; for decimals this takes quadratic time in their length. */
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
          throw damaged('a decimal is too long');
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
    // The members of a group follow it.
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
  if (!type) throw damaged(`column '${name}' has an unknown type`);
  toSize(length);
  if (!Number.isInteger(scale)) throw damaged(`column '${name}' has an invalid scale`);
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
      throw damaged(`column '${name}' doesn't match the schema`);
    const dictionary = toSize(metadata.dictionary_page_offset ?? 0);
    const first = toSize(metadata.data_page_offset);
    const from = dictionary > 0 ? Math.min(dictionary, first) : first;
    const length = toSize(metadata.total_compressed_size);
    if (from + length > end) throw damaged(`column '${name}' is not within the file`);
    chunks.set(name, { metadata, codec: metadata.codec, from, length });
  }
  return { group, rows, chunks };
}

/**
 * @throws FormatError unless it is a whole number of at least 0. hyparquet's type doesn't guarantee it, because the
 * value comes from the file
 */
function toSize(value: unknown): number {
  const size = typeof value === 'bigint' ? Number(value) : value;
  if (!Number.isSafeInteger(size) || (size as number) < 0) throw damaged('it contains an invalid size');
  return size as number;
}

function toText(value: unknown): string {
  if (typeof value !== 'string') throw damaged('a name is missing');
  return value;
}
