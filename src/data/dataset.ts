import { RangeFault, TypeFault } from '../errors.js';
import { checkBytes, type Bytes } from '../base/bytes.js';
import { loaded } from '../base/loaded.js';
import { checkInteger, checkKeys, checkOptional, show } from '../base/check.js';
import { Random } from '../base/random.js';
import type { Transforms } from '../model/transforms.js';
import { isNumericArray, type NumericArray } from '../base/numeric-arrays.js';
import { readArrays, type Arrays } from './arrays.js';
import { readArrow, type ArrowTable } from './arrow.js';
import { columnOptionNames, type Categories, type ColumnOptions } from './columns.js';
import { readCSV, type CSVOptions } from './csv.js';
import { fitTransforms, type FitOptions } from './fit-transforms.js';
import { readIDX, type IDXFiles } from './idx.js';
import { readJSON, readJSONLines, type JSONOptions } from './json.js';
import {
  readNPYSamples,
  readNPZSamples,
  type ArrayOptions,
  type NPYFiles,
  type NPYOptions,
  type NPZNames,
} from './npy.js';
import { readObjects } from './objects.js';
import type { ColumnFormat } from './number-formats.js';
import type { AsyncBuffer, ParquetFile } from './parquet/file.js';
import { assignFolds, drawTestSet, gatherRows } from './partition.js';
import type { Table } from './table.js';
import { NamedData } from './align.js';
import { recognizingBlocks } from './recognize.js';
import { buildBatches } from './samples.js';
import { decodeSamples, encodeSamples } from './saved.js';
import { categoriesByName, type SampleArrays } from './schema.js';

export interface PartitionOptions {
  /** The seed of the order of the samples, a safe integer. Default 0. */
  readonly seed?: number;
  /** Whether every part keeps the class proportions. Default: true if the dataset has labels. */
  readonly stratify?: boolean;
}

export interface SplitOptions extends PartitionOptions {
  /** The fraction of samples held out for testing, between 0 and 1. Default 0.2. */
  readonly test?: number;
}

/** Samples for training and samples for testing. */
export interface Split {
  readonly train: Dataset;
  readonly test: Dataset;
}

/**
 * Samples in memory, in the form that `train` and `evaluate` accept: `inputs`, and `labels` or `targets`, with the names
 * and categories of their columns. A network matches columns, categories and classes by these names, so their order may
 * differ from its own. A Dataset is immutable: methods that select samples return a new Dataset.
 */
export class Dataset extends NamedData {
  readonly #samples: SampleArrays;

  private constructor(samples: SampleArrays) {
    super(samples);
    this.#samples = samples;
  }

  /** @internal */
  static of(samples: SampleArrays): Dataset {
    return new Dataset(samples);
  }

  /**
   * Builds a dataset from arrays. Typed arrays are not copied.
   * @throws TypeError or RangeError naming the row and column
   */
  static fromArrays(arrays: Arrays): Dataset {
    return new Dataset(readArrays(arrays));
  }

  /**
   * Builds a dataset from objects with named values: numbers, or strings for categories and classes. null, undefined,
   * NaN and absent properties count as missing; true is 1 and false is 0; a Date counts the days since 1970-01-01 UTC. A
   * bigint must be a safe integer.
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  static fromObjects(rows: readonly object[], options: ColumnOptions = {}): Dataset {
    return new Dataset(readObjects(rows, options));
  }

  /**
   * Reads a table of Apache Arrow: of apache-arrow, Arquero's `toArrow()`, DuckDB-Wasm or Flechette. Only the selected
   * columns are read. null and NaN count as missing; true is 1 and false is 0; dates and timestamps count
   * days since 1970-01-01 UTC; times are fractions of a day. 64-bit integers must be safe integers.
   * @throws TypeError or RangeError naming the option, a column that holds neither numbers nor text, or the row and
   * column
   */
  static fromArrow(table: ArrowTable, options: ColumnOptions = {}): Dataset {
    return new Dataset(readArrow(table, options));
  }

  /**
   * Reads CSV text with one row per sample.
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  static fromCSV(text: string, options: CSVOptions = {}): Dataset {
    return new Dataset(readCSV(text, options));
  }

  /**
   * Reads JSON text: an array of objects with named values, or an array of arrays, or an object of columns
   * `{ name: [value, …] }`; or `{ columns: [name, …], data: [[value, …], …] }`, which pandas calls 'split'. null and
   * absent properties count as missing; true is 1 and false is 0.
   * @throws FormatError if the text is not JSON, naming line and column
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  static fromJSON(text: string, options: JSONOptions = {}): Dataset {
    return new Dataset(readJSON(text, options));
  }

  /**
   * Reads JSON Lines: each line holds an object with named values, or an array. null and absent properties count as
   * missing; true is 1 and false is 0.
   * @throws FormatError if a line is not JSON, naming line and column
   * @throws TypeError or RangeError naming the option, or the line and column
   */
  static fromJSONLines(text: string, options: JSONOptions = {}): Dataset {
    return new Dataset(readJSONLines(text, options));
  }

  /**
   * Reads NumPy arrays, as np.save writes them: either one array with one row per sample, whose label or target columns
   * the options name (columns are '0', '1', … by default; NaN counts as missing), or separate files for inputs and for
   * labels or targets. Separate files are copied only if their values need conversion.
   * @throws FormatError if a file cannot be read
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  static fromNPY(files: NPYFiles, options?: ArrayOptions): Dataset;
  static fromNPY(file: Bytes, options?: NPYOptions): Dataset;
  static fromNPY(files: Bytes | NPYFiles, options: NPYOptions | ArrayOptions = {}): Dataset {
    return new Dataset(readNPYSamples(files, options));
  }

  /**
   * Reads arrays from a file that np.savez or np.savez_compressed wrote.
   * @param names the names of the arrays that hold inputs and labels or targets:
   * `{ inputs: 'x_train', labels: 'y_train' }`
   * @throws FormatError if the file, or one of the arrays, cannot be read
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  static fromNPZ(bytes: Bytes, names: NPZNames): Dataset {
    return new Dataset(readNPZSamples(bytes, names));
  }

  /**
   * Reads IDX files, the format of MNIST, plain or gzipped. Plain files are not copied.
   * @param options inputScale: the network multiplies each byte by it; default 1/255
   * @throws TypeError or RangeError naming the file and the problem
   */
  static fromIDX(files: IDXFiles, options: { readonly inputScale?: number } = {}): Dataset {
    return new Dataset(readIDX(files, options));
  }

  /**
   * Reads a Parquet file whose columns hold numbers or text. Pages may be compressed with Zstandard, Snappy, gzip or
   * LZ4, and with Brotli in Node, Deno and Bun. null and NaN count as missing; true is 1 and false is 0; dates and
   * timestamps count days since 1970-01-01; times are fractions of a day. Only the selected columns are read.
   * @param file the bytes of the file; or `{ byteLength, slice(from, to) }`, where `slice` returns bytes or a promise
   * of them
   * @throws FormatError if the file cannot be read, naming the column
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  // With a union type, TypeScript wouldn't infer the parameters of a caller's `slice: (from, to) => …`.
  /* eslint-disable @typescript-eslint/unified-signatures */
  static fromParquet(file: AsyncBuffer, options?: ColumnOptions): Promise<Dataset>;
  static fromParquet(file: ParquetFile, options?: ColumnOptions): Promise<Dataset>;
  /* eslint-enable @typescript-eslint/unified-signatures */
  static async fromParquet(file: ParquetFile, options: ColumnOptions = {}): Promise<Dataset> {
    checkKeys('options', options, columnOptionNames);
    const { openParquet } = await loaded('Parquet', import('./parquet/file.js'));
    const parquet = await openParquet(file);
    const read = async (options: ColumnOptions): Promise<SampleArrays> => {
      const { plan, open } = parquet.select(options);
      const { value } = await buildBatches(open(), () => plan, Infinity).next();
      return value!;
    };
    return new Dataset(await recognizingBlocks(options, read, parquet.select(options).open));
  }

  /**
   * Builds a dataset from a parsed table.
   * @throws TypeError or RangeError naming the option, or the row and column
   */
  static fromTable(table: Table, options: ColumnOptions = {}): Dataset {
    checkKeys('options', options, columnOptionNames);
    return new Dataset(table.toSamples(options));
  }

  /**
   * Restores a dataset from the bytes of `save`. The arrays are views of the bytes, which may be in shared memory.
   * @throws FormatError if the bytes aren't a file of `save`, or are damaged
   */
  static load(bytes: Bytes): Dataset {
    return new Dataset(decodeSamples(checkBytes('bytes', bytes, 'a dataset')));
  }

  /**
   * Returns the samples as bytes: the exact numbers, and the names and categories of the columns. The same samples
   * produce the same bytes on every host.
   */
  save(): Uint8Array<ArrayBuffer> {
    return encodeSamples(this.#samples);
  }

  /** The number of samples. */
  get count(): number {
    return this.inputs.length / this.width;
  }

  /** The number of input columns, before any transform. */
  get width(): number {
    return this.#samples.schema.width;
  }

  /** The names of the input columns, if known. */
  get columns(): readonly string[] | undefined {
    return this.#samples.schema.columns;
  }

  /** The names of the target columns, if known. */
  get targetColumns(): readonly string[] | undefined {
    return this.#samples.schema.targetColumns;
  }

  /** The class that each label index stands for, in the order of the network's outputs. */
  get classes(): Categories | undefined {
    return this.#samples.schema.classes;
  }

  /** The categories of each categorical column, by column name. */
  get categories(): Readonly<Record<string, Categories>> {
    return categoriesByName(this.#samples.schema);
  }

  /**
   * How texts became numbers, by column name, for columns that JavaScript's Number() doesn't read. Pass them as
   * `formats` to read another file in the same way.
   */
  get formats(): Readonly<Record<string, ColumnFormat>> {
    return this.#samples.schema.formats ?? {};
  }

  /**
   * The mean of each numeric input, which replaced missing values, by column name; empty unless `missing` was 'mean' or 'category'.
   * Pass them as `means` to fill in another file in the same way.
   */
  get means(): Readonly<Record<string, number>> {
    return this.#samples.schema.means ?? {};
  }

  /**
   * Copies a selection of the samples.
   * @param indices indices of samples, in the order of the result
   * @throws TypeError or RangeError naming the index
   */
  subset(indices: readonly number[] | Uint32Array): Dataset {
    if (!Array.isArray(indices) && !isNumericArray(indices)) {
      throw new TypeFault({
        place: 'indices',
        problem: `expected an array of whole numbers, got ${show(indices)}`,
      });
    }
    if (indices.length === 0)
      throw new RangeFault({ place: 'indices', problem: 'expected at least one, got none' });
    for (let i = 0; i < indices.length; i++) {
      const n = indices[i] as number;
      // A place is named only for a wrong index: there may be millions.
      if (!(Number.isInteger(n) && n >= 0 && n < this.count))
        checkInteger(`indices[${i}]`, n, 0, this.count - 1);
    }
    const { inputs, targets, labels, sampleWeights, inputScale, schema } = this.#samples;
    return new Dataset({
      inputs: gatherRows(inputs, schema.width, indices),
      ...(targets && { targets: gatherRows(targets, schema.targetWidth, indices) }),
      ...(labels && { labels: gatherRows(labels, 1, indices) }),
      ...(sampleWeights && { sampleWeights: gatherRows(sampleWeights, 1, indices) }),
      ...(inputScale !== undefined && { inputScale }),
      schema,
    });
  }

  /**
   * Drops the categories that no sample here has. Call it on the training part of a split before you fit transforms. A
   * category that only the test part has is then unknown, as it would be in a later file (see `unknown` of
   * `fitTransforms`).
   */
  withOwnCategories(): Dataset {
    const { inputs, schema } = this.#samples;
    const { width, categories } = schema;
    if (!categories) return this;
    const own = Float64Array.from(inputs);
    const kept = categories.map((list, k) => {
      if (!list) return undefined;
      const isText = typeof list[0] === 'string';
      const occurring = new Set<unknown>();
      for (let i = k; i < own.length; i += width) occurring.add(isText ? list[own[i]!] : own[i]);
      const left = (list as readonly unknown[]).filter((category) => occurring.has(category));
      const places = new Map(left.map((category, place) => [category, place]));
      if (isText) for (let i = k; i < own.length; i += width) own[i] = places.get(list[own[i]!])!;
      return left as unknown as Categories;
    });
    return new Dataset({ ...this.#samples, inputs: own, schema: { ...schema, categories: kept } });
  }

  /**
   * Splits the samples into a training and a test part, both in random order. Each sample is in exactly one part.
   * @throws TypeError or RangeError naming the option
   */
  split(options: SplitOptions = {}): Split {
    checkKeys('options', options, ['test', 'seed', 'stratify']);
    const { test = 0.2 } = options;
    if (typeof test !== 'number')
      throw new TypeFault({ place: 'test', problem: `expected a share between 0 and 1, got ${show(test)}` });
    if (!(test > 0 && test < 1))
      throw new RangeFault({ place: 'test', problem: `expected a share between 0 and 1, got ${test}` });
    if (this.count < 2)
      throw new RangeFault({ place: 'split', problem: 'a single sample cannot be in both parts' });
    const { order, labels } = this.#order(options);
    const chosen = drawTestSet(order, labels, test);
    return {
      train: this.subset(order.filter((n) => !chosen.has(n))),
      test: this.subset(order.filter((n) => chosen.has(n))),
    };
  }

  /**
   * Deals the samples into k folds for cross-validation. Each fold in turn is the test part, and the others are the
   * training part. Splits are created lazily, one at a time.
   * @throws TypeError or RangeError naming the option
   */
  folds(k: number, options: PartitionOptions = {}): Generator<Split, void, undefined> {
    checkInteger('k', k, 2, Math.max(this.count, 2));
    checkKeys('options', options, ['seed', 'stratify']);
    if (this.count < k)
      throw new RangeFault({
        place: 'k',
        problem: `there are ${this.count} samples, too few for ${k} folds`,
      });
    const { order, labels } = this.#order(options);
    return this.#dealt(order, assignFolds(order, labels, k), k);
  }

  *#dealt(order: Uint32Array, folds: Uint32Array, k: number): Generator<Split, void, undefined> {
    for (let fold = 0; fold < k; fold++) {
      yield {
        train: this.subset(order.filter((n) => folds[n] !== fold)),
        test: this.subset(order.filter((n) => folds[n] === fold)),
      };
    }
  }

  /** A random order, and the labels if the parts are to be stratified. */
  #order({ seed = 0, stratify = this.labels !== undefined }: PartitionOptions): {
    order: Uint32Array;
    labels: NumericArray | undefined;
  } {
    checkInteger('seed', seed, Number.MIN_SAFE_INTEGER);
    checkOptional('stratify', stratify, 'boolean');
    if (stratify && !this.labels)
      throw new TypeFault({ place: 'stratify', problem: 'the dataset has no labels', cure: 'leave it out' });
    const order = Random.fromSeed(seed).permutation(this.count);
    return { order, labels: stratify ? this.labels : undefined };
  }

  /**
   * Fits transforms to these samples. Fit them to the training part only, not to all samples. A network created with the
   * transforms takes untransformed data.
   * @throws TypeError or RangeError naming the option
   */
  fitTransforms(options: FitOptions = {}): Transforms {
    return fitTransforms(this.#samples, options);
  }
}
