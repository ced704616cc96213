import type { ParquetType, SchemaElement } from 'hyparquet/src/types.js';
import { CompressionCodecs, ConvertedTypes, ParquetTypes } from 'hyparquet/src/constants.js';
import { FormatError } from '../../errors.js';
import { integer, list, size, structOf, text, ThriftReader, type Struct } from './thrift.js';

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
interface ColumnChunk {
  readonly codec: string;
  readonly from: number;
  readonly length: number;
}

export interface RowGroup {
  readonly rows: number;
  /** By the name of the column; of those that have values. */
  readonly chunks: ReadonlyMap<string, ColumnChunk>;
}

export interface Footer {
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly RowGroup[];
}

const OPTIONAL = 1;
const REPEATED = 2;

/** @throws FormatError */
export function footerOf(bytes: Uint8Array, end: number): Footer {
  const file = new ThriftReader(bytes).struct();
  const columns = columnsOf(list(file, 2).map(structOf));
  const elements = new Map(columns.map(({ name, element }) => [name, element]));
  const groups = list(file, 4).map((group) => groupOf(structOf(group), elements, end));
  return { columns, groups };
}

function columnsOf(schema: readonly Struct[]): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  for (let i = 1; i < schema.length;) {
    const element = schema[i]!;
    const name = text(element.get(4));
    const isNested = (integer(element, 5) ?? 0) > 0 || integer(element, 3) === REPEATED;
    columns.push({ name, element: isNested ? undefined : elementOf(name, element) });
    // What is in a group comes after it.
    for (let left = 1; left > 0; left--, i++) {
      if (i >= schema.length) throw new FormatError('the schema ends too soon');
      left += Math.max(integer(schema[i]!, 5) ?? 0, 0);
    }
  }
  return columns;
}

function elementOf(name: string, struct: Struct): Element {
  const type = ParquetTypes[size(struct, 1)];
  if (!type) throw new FormatError(`column '${name}' is of a type that there is not`);
  const typeLength = integer(struct, 2);
  const scale = integer(struct, 7);
  const converted = ConvertedTypes[integer(struct, 6) ?? -1];
  const logical = struct.get(10) === undefined ? undefined : logicalOf(structOf(struct.get(10)));
  return {
    name,
    type,
    isOptional: integer(struct, 3) === OPTIONAL,
    repetition_type: integer(struct, 3) === OPTIONAL ? 'OPTIONAL' : 'REQUIRED',
    ...(typeLength !== undefined && { type_length: typeLength }),
    ...(scale !== undefined && { scale }),
    ...(converted && { converted_type: converted }),
    ...(logical && { logical_type: logical }),
  };
}

/** Those of which there is no older name in `converted_type`. */
function logicalOf(union: Struct): SchemaElement['logical_type'] {
  const whole = union.get(10);
  if (whole !== undefined) {
    const struct = structOf(whole);
    return { type: 'INTEGER', bitWidth: size(struct, 1), isSigned: struct.get(2) === true };
  }
  if (union.has(1)) return { type: 'STRING' };
  if (union.has(6)) return { type: 'DATE' };
  if (union.has(7)) return { type: 'TIME', isAdjustedToUTC: true, unit: 'MILLIS' };
  if (union.has(8)) return { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' };
  if (union.has(14)) return { type: 'UUID' };
  if (union.has(15)) return { type: 'FLOAT16' };
  return undefined;
}

function groupOf(group: Struct, elements: ReadonlyMap<string, Element | undefined>, end: number): RowGroup {
  const rows = size(group, 3);
  const chunks = new Map<string, ColumnChunk>();
  for (const one of list(group, 1)) {
    const chunk = structOf(one);
    if (chunk.get(3) === undefined || chunk.get(1) !== undefined)
      throw new FormatError('its columns are encrypted, or in other files');
    const about = structOf(chunk.get(3));
    const path = list(about, 3).map((name) => text(name as Uint8Array));
    const name = path[0] ?? '';
    const element = elements.get(name);
    if (!element) continue;
    if (path.length > 1 || ParquetTypes[size(about, 1)] !== element.type || size(about, 5) !== rows) {
      throw new FormatError(`column '${name}' has other values than the schema says`);
    }
    const dictionary = integer(about, 11) ?? 0;
    const from = dictionary > 0 ? Math.min(dictionary, size(about, 9)) : size(about, 9);
    const length = size(about, 7);
    if (from + length > end) throw new FormatError(`column '${name}' is not within the file`);
    chunks.set(name, { codec: CompressionCodecs[size(about, 4)] ?? 'unknown', from, length });
  }
  return { rows, chunks };
}
