import { damaged } from './faults.js';
import { describeKind, type Kind, type Schema } from './kinds.js';
import {
  checkStruct,
  list,
  optionalSize,
  size,
  text,
  ThriftReader,
  toText,
  type Struct,
  type Value,
} from './thrift.js';

// Reads the footer of a Parquet file: FileMetaData in Thrift (https://github.com/apache/parquet-format).

/** A top-level column of the schema. */
interface ParquetColumn {
  readonly name: string;
  readonly isOptional: boolean;
  /** What the column holds; a string names values that are neither numbers nor text. */
  readonly kind: Kind | string;
}

/** The place of a column's values of a row group. */
export interface ColumnChunk {
  readonly codec: string;
  readonly from: number;
  readonly length: number;
}

export interface Group {
  readonly rows: number;
  /** By column name; only columns with values. */
  readonly chunks: ReadonlyMap<string, ColumnChunk>;
}

export interface Footer {
  readonly columns: readonly ParquetColumn[];
  readonly groups: readonly Group[];
}

const codecs = ['UNCOMPRESSED', 'SNAPPY', 'GZIP', 'LZO', 'BROTLI', 'LZ4', 'ZSTD', 'LZ4_RAW'];
const REQUIRED = 0;
const REPEATED = 2;

/**
 * @param bytes the footer
 * @param end the offset of the footer
 * @throws FormatError if it is damaged
 */
export function readFooter(bytes: Uint8Array, end: number): Footer {
  const footer = new ThriftReader(bytes).struct();
  const groups = list(footer, 4).map(checkStruct);
  const hidden = new Set(groups.flatMap(findEncrypted));
  const geometries = findGeometries(footer);
  const columns = findColumns(list(footer, 2).map(checkStruct)).map((column) => {
    if (hidden.has(column.name)) return { ...column, kind: 'encrypted values' };
    return geometries.has(column.name) ? { ...column, kind: 'geometries' } : column;
  });
  const readable = new Map(
    columns.flatMap(({ name, kind }) => (typeof kind === 'string' ? [] : [[name, kind]])),
  );
  return { columns, groups: groups.map((group) => findChunks(group, readable, end)) };
}

/** The columns that GeoParquet declares in the file's metadata; their type alone would make them bytes. */
function findGeometries(footer: Struct): ReadonlySet<string> {
  const pairs = footer.has(5) ? list(footer, 5).map(checkStruct) : [];
  const geo = pairs.find((pair) => text(pair, 1) === 'geo');
  if (!geo?.has(2)) return new Set();
  try {
    const { columns } = JSON.parse(text(geo, 2)) as { columns: object };
    return new Set(Object.keys(columns));
  } catch {
    return new Set(); // it is no GeoParquet; its columns are what the schema says
  }
}

function findColumns(elements: readonly Struct[]): ParquetColumn[] {
  const columns: ParquetColumn[] = [];
  for (let i = 1; i < elements.length;) {
    const element = elements[i]!;
    const repetition = optionalSize(element, 3) ?? REQUIRED;
    const children = countChildren(element);
    columns.push({
      name: text(element, 4),
      isOptional: repetition !== REQUIRED,
      kind: repetition === REPEATED ? 'lists' : describeKind(toSchema(element, children)),
    });
    // The members of a group follow it.
    for (let left = 1; left > 0; left--, i++) {
      if (i >= elements.length) throw damaged('the schema ends too soon');
      left += countChildren(elements[i]!);
    }
  }
  return columns;
}

const countChildren = (element: Struct): number => optionalSize(element, 5) ?? 0;

function toSchema(element: Struct, children: number): Schema {
  const logical = element.get(10);
  const [entry] = logical instanceof Map ? (logical as Struct) : [];
  return {
    type: children > 0 ? undefined : size(element, 1),
    length: optionalSize(element, 2) ?? 0,
    converted: optionalSize(element, 6),
    scale: optionalSize(element, 7) ?? 0,
    logical: entry && { type: entry[0], about: entry[1] },
  };
}

/** The columns of a row group whose values are encrypted. */
function findEncrypted(group: Struct): string[] {
  return list(group, 1)
    .map(checkStruct)
    .filter((chunk) => chunk.has(8))
    .map((chunk) => {
      const key = checkStruct(chunk.get(8)).get(2); // absent if the footer's key encrypts it
      const about = key === undefined ? checkStruct(chunk.get(3)) : checkStruct(key);
      return topName(about.get(key === undefined ? 3 : 1));
    });
}

const topName = (path: Value | undefined): string =>
  toText(Array.isArray(path) ? (path[0] as Value) : undefined);

function findChunks(group: Struct, readable: ReadonlyMap<string, Kind>, end: number): Group {
  const rows = size(group, 3);
  const chunks = new Map<string, ColumnChunk>();
  for (const chunk of list(group, 1).map(checkStruct)) {
    if (chunk.has(8)) continue;
    if (chunk.has(1)) throw damaged('its columns are in other files');
    const about = checkStruct(chunk.get(3));
    const name = topName(about.get(3));
    const kind = readable.get(name);
    if (kind) chunks.set(name, findChunk(name, about, { kind, rows, end }));
  }
  return { rows, chunks };
}

function findChunk(
  name: string,
  about: Struct,
  { kind, rows, end }: { kind: Kind; rows: number; end: number },
): ColumnChunk {
  if (list(about, 3).length > 1 || size(about, 1) !== kind.type || size(about, 5) !== rows)
    throw damaged(`column '${name}' doesn't match the schema`);
  const dictionary = optionalSize(about, 11) ?? 0;
  const first = size(about, 9);
  const from = dictionary > 0 ? Math.min(dictionary, first) : first;
  const length = size(about, 7);
  if (from + length > end) throw damaged(`column '${name}' is not within the file`);
  const codec = size(about, 4);
  return { codec: codecs[codec] ?? `codec ${codec}`, from, length };
}
