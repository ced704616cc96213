/**
 * Reads CSV, JSON, NumPy, IDX and Parquet files as tables, as datasets, or as streams for files larger than memory.
 *
 * @module bp4/data
 */

// bp4/data: bytes → rows → columns → table → Dataset; or → DataStream if a file is larger than memory.
//
//   bytes    chunks: texts and files that arrive in chunks; decode-text: encodings
//   rows     csv (and dialect), json, npy, parquet/, objects, arrow: parse a file into rows of cells; rows: the type of a row
//   columns  columns: selects columns, and encodes a cell as a number or as the code of a category; number-formats, gaps: how texts
//            become numbers or count as missing
//   table    table: a parsed file; profile: contents of its columns; recognize: reads with the formats that the profile finds;
//            suggest-columns: picks inputs and answers; choose-missing: what becomes of missing values
//   samples  samples: rows of cells → inputs, targets and labels; arrays, idx: data without named columns
//   Dataset  dataset; schema: the names of its columns, classes and categories; align: those of one dataset in another;
//            partition: splits and folds; fit-transforms: column statistics → transforms; saved: as JSON; warnings
//   streams  sample-source: a first pass finds classes, means and the count; array-stream: NumPy and IDX; data-stream

export { chooseMissing } from './choose-missing.js';
export { Dataset } from './dataset.js';
export type { PartitionOptions, Split, SplitOptions } from './dataset.js';
export type { Arrays } from './arrays.js';
export type { ArrowColumn, ArrowTable } from './arrow.js';

export type { Categories, ColumnOptions, MissingPolicy } from './columns.js';
export type { CSVOptions } from './csv.js';
export type { CSVDialect, DetectedDialect } from './dialect.js';
export { detectDialect } from './dialect.js';
export { Table, profileTable } from './table.js';
export type { ColumnProfile, FormatDoubt, ProfileOptions, TableProfile, TextCount } from './profile.js';
export type { GapOptions } from './gaps.js';
export { createReader, describeFormat } from './number-formats.js';
export type { ColumnFormat, DateOrder, NumberReader, WrittenFormat } from './number-formats.js';
export { suggestColumns } from './suggest-columns.js';
export type { ColumnChoice, ColumnLeftOut, ColumnNote, ColumnSuggestion, Task } from './suggest-columns.js';
export { findWarnings } from './warnings.js';
export type { DataWarning, WarnableSamples } from './warnings.js';
export { transformedWidth } from './fit-transforms.js';
export type { FitChoice, FitKind, FitOptions } from './fit-transforms.js';
export type { IDXFiles, IDXSources } from './idx.js';
export type { JSONOptions } from './json.js';
export type { ArrayOptions, NPYFiles, NPYOptions, NPZNames } from './npy.js';
export type { ObjectRows, ObjectSource } from './objects.js';
export type { AsyncBuffer, ParquetFile } from './parquet/file.js';
export type { Bytes } from '../base/bytes.js';
export type { SkippedRow } from './rows.js';
export { DataStream } from './data-stream.js';
export type { StreamOptions } from './data-stream.js';
export type { NPYSources } from './array-stream.js';
export { csvBatches } from './csv.js';
export type { ByteChunks, ByteSource, TextChunks, TextSource } from './chunks.js';
