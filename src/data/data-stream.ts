import { TypeFault } from '../errors.js';
import { checkInteger, checkKeys, checkOptional, show } from '../base/check.js';
import type { NumericArray } from '../base/numeric-arrays.js';
import { loaded } from '../base/loaded.js';
import type { CheckedSpec } from '../model/spec.js';
import type { Transforms } from '../model/transforms.js';
import type { Stream } from '../training/stream.js';
import type { Data } from '../training/samples.js';
import { learnNames } from './align.js';
import { openArrays, openMatrix, type NPYSources } from './array-stream.js';
import { checkSource, type ByteSource, type TextSource } from './chunks.js';
import { columnOptionNames, type Categories, type ColumnOptions } from './columns.js';
import { CSVRows, type CSVOptions } from './csv.js';
import {
  buildTransforms,
  chooseTransforms,
  createStatistics,
  needsValues,
  type ColumnStatistics,
  type FitOptions,
} from './fit-transforms.js';
import { openIDX, type IDXSources } from './idx.js';
import { openJSONLines, type JSONOptions } from './json.js';
import type { ArrayOptions, NPYOptions } from './npy.js';
import type { ColumnFormat } from './number-formats.js';
import { openObjects, type ObjectSource } from './objects.js';
import type { AsyncBuffer, ParquetFile } from './parquet/file.js';
import { recognizingBlocks, surveyColumns } from './recognize.js';
import { openText } from './rows.js';
import { surveyRows, type SampleSource } from './sample-source.js';
import { NamedData } from './align.js';
import { categoriesByName } from './schema.js';

/** The batch size of a stream. */
export interface StreamOptions {
  /**
   * Rows per batch; the last batch may have fewer. Training shuffles rows only within a batch. Default: as many rows as
   * hold 1,048,576 numbers (8 MiB).
   */
  readonly rowsPerBatch?: number;
  /**
   * Called with a message if the first epoch shows that the file is sorted by class: a batch lacks a class of which it
   * should hold twenty samples. The second argument is that class. Default: `console.warn` prints the message.
   */
  readonly onWarning?: (message: string, name: string | number) => void;
}

const NUMBERS_PER_BATCH = 2 ** 20;

/**
 * Samples in a file larger than memory. `train` accepts it instead of data. Opening it reads the file once, to find the
 * classes, the categories, the replacements for missing values and the number of samples, exactly as `Dataset` does. Each
 * epoch then reads the file again, one batch at a time.
 */
export class DataStream implements Stream {
  /** Opens the file from the beginning; iterating throws TypeError, RangeError or FormatError naming the place. */
  readonly batches: () => AsyncGenerator<Data, void, undefined>;
  readonly #source: SampleSource;
  readonly #rowsPerBatch: number;
  #statistics: Promise<ColumnStatistics> | undefined;

  private constructor(
    source: SampleSource,
    { rowsPerBatch, onWarning = (said) => console.warn(said) }: StreamOptions,
  ) {
    const { width, targetWidth, classes } = source.schema;
    let isChecked = false;
    const rows = rowsPerBatch ?? Math.max(1, Math.floor(NUMBERS_PER_BATCH / (width + targetWidth)));
    this.#source = source;
    this.#rowsPerBatch = rows;
    this.batches = async function* () {
      const order = new ClassOrder();
      for await (const batch of source.batches(rows)) {
        if (batch.labels && !isChecked) order.add(batch.labels);
        yield new NamedData(batch);
      }
      const lacking = isChecked ? undefined : order.findLacking();
      isChecked = true;
      if (lacking === undefined) return;
      const name = classes?.[lacking] ?? lacking;
      onWarning(
        `The file seems to be sorted: a batch of ${rows} rows holds no row of class ${show(name)}. ` +
          'Training shuffles within a batch only: shuffle the file, or raise rowsPerBatch',
        name,
      );
    };
  }

  /** @internal */
  static of(source: SampleSource, options: StreamOptions): DataStream {
    return new DataStream(source, options);
  }

  /**
   * Reads CSV text.
   * @param source opens the text from the beginning: `() => createReadStream('a.csv')`, or
   * `async () => (await fetch(url)).body`
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  static async fromCSV(source: TextSource, options: CSVOptions & StreamOptions = {}): Promise<DataStream> {
    checkSource('source', source);
    const [rows, csv] = takeBatchOptions(options);
    new CSVRows(csv); // checks the options before opening the text
    const open = () => openText(source, new CSVRows(csv));
    return new DataStream(await surveyColumns(open, csv), rows);
  }

  /**
   * Reads JSON Lines. With `missing: 'drop'`, `'mean'` or `'category'`, an additional pass finds the names of all columns.
   * @param source opens the text from the beginning
   * @throws FormatError if a line is not JSON, naming line and column
   * @throws TypeError or RangeError naming the option, or the line and column
   */
  static async fromJSONLines(
    source: TextSource,
    options: JSONOptions & StreamOptions = {},
  ): Promise<DataStream> {
    checkSource('source', source);
    const [rows, json] = takeBatchOptions(options);
    const open = await openJSONLines(source, json);
    return new DataStream(await surveyColumns(open, json), rows);
  }

  /**
   * Reads uncompressed IDX files, the format of MNIST.
   * @param files each function opens its file from the beginning
   * @param options inputScale: the network multiplies each byte by it; default 1/255
   * @throws TypeError or RangeError naming the file and the problem
   */
  static async fromIDX(
    files: IDXSources,
    options: { readonly inputScale?: number } & StreamOptions = {},
  ): Promise<DataStream> {
    const [rows, others] = takeBatchOptions(options);
    return new DataStream(await openIDX(files, others), rows);
  }

  /**
   * Reads NumPy arrays in row-major order, as `Dataset.fromNPY` does: one array with one row per sample, or separate
   * files for inputs and for labels or targets.
   * @param files each function opens its file from the beginning
   * @throws FormatError if a file cannot be read
   * @throws TypeError or RangeError naming the option, or the row and column
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
   * Reads a Parquet file as `Dataset.fromParquet` does, one row group at a time.
   * @param file `{ byteLength, slice(from, to) }`, where `slice` returns bytes or a promise of them; or the bytes of
   * the whole file
   * @throws FormatError if the file cannot be read, naming the column
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  // With a union type, TypeScript wouldn't infer the parameters of a caller's `slice: (from, to) => …`.
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
    const { openParquet } = await loaded('Parquet', import('./parquet/file.js'));
    const parquet = await openParquet(file);
    const survey = (options: ColumnOptions): Promise<SampleSource> => {
      const { plan, open } = parquet.select(options);
      return surveyRows(open, () => plan);
    };
    return new DataStream(await recognizingBlocks(columns, survey, parquet.select(columns).open), rows);
  }

  /**
   * Reads objects with named values as `Dataset.fromObjects` does, for example the rows of a database. The first row
   * names the columns.
   * @param source opens the rows from the beginning: `() => statement.iterate()`; may return a promise or an async
   * iterable
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  static async fromObjects(
    source: ObjectSource,
    options: ColumnOptions & StreamOptions = {},
  ): Promise<DataStream> {
    checkSource('source', source);
    const [rows, columns] = takeBatchOptions(options);
    checkKeys('options', columns, columnOptionNames);
    return new DataStream(await surveyColumns(() => openObjects(source), columns), rows);
  }

  /** @internal */
  get source(): SampleSource {
    return this.#source;
  }

  /** @internal */
  forNetwork(spec: CheckedSpec, isTraining = false): this {
    if (isTraining) learnNames(spec, this.#source.schema);
    return this;
  }

  /** The number of samples. */
  get count(): number {
    return this.#source.count;
  }

  /** The number of input columns, before any transform. */
  get width(): number {
    return this.#source.schema.width;
  }

  /** The names of the input columns, if known. */
  get columns(): readonly string[] | undefined {
    return this.#source.schema.columns;
  }

  /** The names of the target columns, if known. */
  get targetColumns(): readonly string[] | undefined {
    return this.#source.schema.targetColumns;
  }

  /** The class that each label index stands for, in the order of the network's outputs. */
  get classes(): Categories | undefined {
    return this.#source.schema.classes;
  }

  /** The categories of each categorical column, by column name. */
  get categories(): Readonly<Record<string, Categories>> {
    return categoriesByName(this.#source.schema);
  }

  /** How texts became numbers, by column name, as `Dataset` has it. */
  get formats(): Readonly<Record<string, ColumnFormat>> {
    return this.#source.schema.formats ?? {};
  }

  /** The mean of each numeric input, which replaced missing values, by column name, as `Dataset` has it. */
  get means(): Readonly<Record<string, number>> {
    return this.#source.schema.means ?? {};
  }

  /** The number of samples per batch; the last batch may have fewer. */
  get rowsPerBatch(): number {
    return this.#rowsPerBatch;
  }

  /**
   * Fits transforms to these samples, exactly as `Dataset.fitTransforms` does for the same rows. The first fit of
   * 'standardize' or 'minMax' reads the file once or twice more.
   * @throws TypeError or RangeError naming the option; TypeError for kinds that need all values of a column: 'log1p', 'quantile',
   * 'robust', 'piecewiseLinear', and bags of words
   */
  async fitTransforms(options: FitOptions = {}): Promise<Transforms> {
    const { schema, statistics } = this.#source;
    const chosen = chooseTransforms(schema, options);
    const kinds = [...chosen.inputs.filter((_, k) => !schema.categories?.[k]), ...(chosen.targets ?? [])];
    const hasBags = [...(schema.texts ?? [])].some((k) => !chosen.buckets.has(k));
    const kind = kinds.find(needsValues) ?? (hasBags ? 'bagOfWords' : undefined);
    if (kind !== undefined) {
      throw new TypeFault({
        place: 'fitTransforms',
        problem: `${show(kind)} needs all values of a column in memory, and this is a stream`,
        cure: 'fit it to a Dataset with a part of the rows, and create the network with those transforms',
      });
    }
    const isFitted = kinds.some((kind) => kind !== 'identity');
    if (!isFitted) return buildTransforms(schema, chosen, statistics ?? createStatistics(schema), notHeld);
    this.#statistics ??= this.#readStatistics();
    return buildTransforms(schema, chosen, await this.#statistics, notHeld);
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
      this.#statistics = undefined; // the next call retries
      throw error;
    }
  }
}

/** A stream doesn't hold the values of a column. */
const notHeld = { inputs: () => new Float64Array(0), targets: () => new Float64Array(0) };

/** Separates the options of a stream from the others. */
function takeBatchOptions<Options extends StreamOptions>(
  options: Options,
): [StreamOptions, Omit<Options, keyof StreamOptions>] {
  const { rowsPerBatch, onWarning, ...others } = options;
  if (rowsPerBatch !== undefined) checkInteger('rowsPerBatch', rowsPerBatch);
  checkOptional('onWarning', onWarning, 'function');
  return [{ rowsPerBatch, onWarning } as StreamOptions, others];
}

/** Rows of a class that a batch should hold, by its share of the file. By chance it holds none in 1 of 500 million batches. */
const MISSED_ROWS = 20;

/** Finds out whether some batch lacks a class. */
class ClassOrder {
  #total = 0;
  /** The rows of the largest batch. */
  #largest = 0;
  /** By class: its rows, and the rows of the largest batch without it. */
  readonly #rows: number[] = [];
  readonly #without: number[] = [];

  add(labels: NumericArray): void {
    const rows: number[] = [];
    for (const label of labels) rows[label] = (rows[label] ?? 0) + 1;
    for (let c = 0; c < Math.max(rows.length, this.#rows.length); c++) {
      // A class that is new here was in no batch before.
      if (this.#rows[c] === undefined) this.#without[c] = this.#largest;
      if (rows[c] === undefined) this.#without[c] = Math.max(this.#without[c]!, labels.length);
      this.#rows[c] = (this.#rows[c] ?? 0) + (rows[c] ?? 0);
    }
    this.#largest = Math.max(this.#largest, labels.length);
    this.#total += labels.length;
  }

  /** @returns the first class that some batch lacks */
  findLacking(): number | undefined {
    const c = this.#rows.findIndex((rows, c) => (this.#without[c]! * rows) / this.#total >= MISSED_ROWS);
    return c < 0 ? undefined : c;
  }
}
