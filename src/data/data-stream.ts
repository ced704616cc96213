import { checkInteger, checkKeys } from '../base/check.js';
import type { Transforms } from '../model/transforms.js';
import type { Stream } from '../training/stream.js';
import type { Data } from '../training/samples.js';
import { openArrays, openMatrix, type NPYSources } from './array-stream.js';
import { checkSource, type ByteSource, type TextSource } from './chunks.js';
import { columnOptionNames, planColumns, type Categories, type ColumnOptions } from './columns.js';
import { CSVRows, type CSVOptions } from './csv.js';
import {
  buildTransforms,
  chooseTransforms,
  createStatistics,
  type ColumnStatistics,
  type FitOptions,
} from './fit-transforms.js';
import { openIDX, type IDXSources } from './idx.js';
import { openJSONLines, type JSONOptions } from './json.js';
import type { ArrayOptions, NPYOptions } from './npy.js';
import type { AsyncBuffer, ParquetFile } from './parquet/file.js';
import { openText } from './rows.js';
import { surveyRows, type SampleSource } from './sample-source.js';
import { categoriesByName, toData } from './samples.js';

/** How much of a file is held at a time. */
export interface StreamOptions {
  /**
   * Rows in a batch; the last may have fewer. Training shuffles the rows of a batch, and no others. Default: as many as have
   * 1,048,576 numbers (8 MiB).
   */
  readonly rowsPerBatch?: number;
}

const NUMBERS_PER_BATCH = 2 ** 20;

/**
 * Samples in a file that is larger than memory: `train` takes it in place of data. The file is read once when it is opened,
 * which finds the classes, the categories, what stands in for missing values and how many samples there are, as `Dataset`
 * finds them for the same rows; and once more in each epoch, a batch at a time.
 */
export class DataStream implements Stream {
  /** Opens the file from its beginning; iterating throws TypeError, RangeError, FormatError naming the place. */
  readonly batches: () => AsyncGenerator<Data, void, undefined>;
  readonly #source: SampleSource;
  readonly #rowsPerBatch: number;
  #statistics: Promise<ColumnStatistics> | undefined;

  private constructor(source: SampleSource, rowsPerBatch: number | undefined) {
    const { width, targetWidth } = source.schema;
    const rows = rowsPerBatch ?? Math.max(1, Math.floor(NUMBERS_PER_BATCH / (width + targetWidth)));
    this.#source = source;
    this.#rowsPerBatch = rows;
    this.batches = async function* () {
      for await (const batch of source.batches(rows)) yield toData(batch);
    };
  }

  /**
   * Reads a CSV text.
   * @param source opens it from its beginning: `() => createReadStream('a.csv')`, or
   * `async () => (await fetch(url)).body`
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  static async fromCSV(source: TextSource, options: CSVOptions & StreamOptions = {}): Promise<DataStream> {
    checkSource('source', source);
    const [rows, csv] = takeBatchOptions(options);
    new CSVRows(csv); // checks the options before the text is opened
    const open = () => openText(source, new CSVRows(csv));
    return new DataStream(await surveyRows(open, (opened) => planColumns(opened, csv)), rows);
  }

  /**
   * Reads JSON Lines. With missing: 'drop' or 'mean' the text is read once more, to find the names of all columns.
   * @param source opens it from its beginning
   * @throws FormatError where a line is no JSON, naming line and column
   * @throws TypeError, RangeError naming the option, or the line and column
   */
  static async fromJSONLines(
    source: TextSource,
    options: JSONOptions & StreamOptions = {},
  ): Promise<DataStream> {
    checkSource('source', source);
    const [rows, json] = takeBatchOptions(options);
    const open = await openJSONLines(source, json);
    return new DataStream(await surveyRows(open, (opened) => planColumns(opened, json)), rows);
  }

  /**
   * Reads IDX files, the format of MNIST, unpacked.
   * @param files opens each from its beginning
   * @param options inputScale: by which the network multiplies each byte; default 1/255
   * @throws TypeError, RangeError naming what is wrong in which file
   */
  static async fromIDX(
    files: IDXSources,
    options: { readonly inputScale?: number } & StreamOptions = {},
  ): Promise<DataStream> {
    const [rows, others] = takeBatchOptions(options);
    return new DataStream(await openIDX(files, others), rows);
  }

  /**
   * Reads arrays of NumPy in row-major order: one with a row for each sample, or a file for each of inputs and labels or
   * targets, as `Dataset.fromNPY`.
   * @param files opens each from its beginning
   * @throws FormatError where a file cannot be read
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  static async fromNPY(files: NPYSources, options?: ArrayOptions & StreamOptions): Promise<DataStream>;
  static async fromNPY(file: ByteSource, options?: NPYOptions & StreamOptions): Promise<DataStream>;
  static async fromNPY(
    files: ByteSource | NPYSources,
    options: (ArrayOptions | NPYOptions) & StreamOptions = {},
  ): Promise<DataStream> {
    const [rows, others] = takeBatchOptions(options);
    const source = typeof files === 'function' ? openMatrix(files, others) : openArrays(files, others);
    return new DataStream(await source, rows);
  }

  /**
   * Reads a Parquet file, a row group at a time, as `Dataset.fromParquet`.
   * @param file `{ byteLength, slice(from, to) }`, which gives bytes of it, or a promise of them; or all its bytes
   * @throws FormatError where it cannot be read, naming the column
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  // Of a union a caller's `slice: (from, to) => …` would have no types.
  /* eslint-disable @typescript-eslint/unified-signatures */
  static fromParquet(file: AsyncBuffer, options?: ColumnOptions & StreamOptions): Promise<DataStream>;
  static fromParquet(file: ParquetFile, options?: ColumnOptions & StreamOptions): Promise<DataStream>;
  /* eslint-enable @typescript-eslint/unified-signatures */
  static async fromParquet(
    file: ParquetFile,
    options: ColumnOptions & StreamOptions = {},
  ): Promise<DataStream> {
    const [rows, columns] = takeBatchOptions(options);
    checkKeys('options', columns, columnOptionNames);
    const { openParquet } = await import('./parquet/file.js');
    const { plan, open } = await openParquet(file, columns);
    return new DataStream(await surveyRows(open, () => plan), rows);
  }

  /** How many samples there are. */
  get count(): number {
    return this.#source.count;
  }

  /** How many columns the inputs have, before any transform. */
  get width(): number {
    return this.#source.schema.width;
  }

  /** The names of the columns of the inputs, if they have any. */
  get columns(): readonly string[] | undefined {
    return this.#source.schema.columns;
  }

  /** The names of the columns of the targets, if they have any. */
  get targetColumns(): readonly string[] | undefined {
    return this.#source.schema.targetColumns;
  }

  /** What each label stands for: the classes in the order of the network's outputs. */
  get classes(): Categories | undefined {
    return this.#source.schema.classes;
  }

  /** The categories of each column that has them, by its name. */
  get categories(): Readonly<Record<string, Categories>> {
    return categoriesByName(this.#source.schema);
  }

  /** How many samples a batch has; the last may have fewer. */
  get rowsPerBatch(): number {
    return this.#rowsPerBatch;
  }

  /**
   * Fits transforms to these samples, to the same bits as `Dataset.fitTransforms` for the same rows. To fit 'standardize' or
   * 'minMax' the file is read once or twice more, the first time that it is asked for.
   * @throws TypeError, RangeError naming the option
   */
  async fitTransforms(options: FitOptions = {}): Promise<Transforms> {
    const { schema, statistics } = this.#source;
    const chosen = chooseTransforms(schema, options);
    const kinds = [...chosen.inputs.filter((_, k) => !schema.categories?.[k]), ...(chosen.targets ?? [])];
    const isFitted = kinds.some((kind) => kind !== 'identity');
    if (!isFitted) return buildTransforms(schema, chosen, statistics ?? createStatistics(schema));
    this.#statistics ??= this.#readStatistics();
    return buildTransforms(schema, chosen, await this.#statistics);
  }

  async #readStatistics(): Promise<ColumnStatistics> {
    const { schema, inputScale, statistics: known } = this.#source;
    try {
      const statistics = known ?? createStatistics(schema, inputScale);
      if (!known) {
        for await (const { inputs, targets } of this.#source.batches(this.#rowsPerBatch)) {
          statistics.inputs.add(inputs);
          if (targets) statistics.targets.add(targets);
        }
      }
      const again = { inputs: statistics.inputs.copy(), targets: statistics.targets.copy() };
      for await (const { inputs, targets } of this.#source.batches(this.#rowsPerBatch)) {
        again.inputs.addAgain(inputs);
        if (targets) again.targets.addAgain(targets);
      }
      return again;
    } catch (error) {
      this.#statistics = undefined; // the next call may find the file readable
      throw error;
    }
  }
}

/** The rows of a batch, and the other options. */
function takeBatchOptions<Options extends StreamOptions>(
  options: Options,
): [number | undefined, Omit<Options, 'rowsPerBatch'>] {
  const { rowsPerBatch, ...others } = options;
  if (rowsPerBatch !== undefined) checkInteger('rowsPerBatch', rowsPerBatch);
  return [rowsPerBatch, others];
}
