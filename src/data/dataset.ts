import { RangeFault, TypeFault } from '../errors.js';
import type { Bytes } from '../base/bytes.js';
import { checkInteger, checkKeys, checkOptional, show } from '../base/check.js';
import { Random } from '../base/random.js';
import type { Transforms } from '../model/transforms.js';
import { isNumericArray, type NumericArray } from '../base/numeric-arrays.js';
import type { Data } from '../training/samples.js';
import { readArrays, type Arrays } from './arrays.js';
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
import type { AsyncBuffer, ParquetFile } from './parquet/file.js';
import { assignFolds, drawTestSet, gatherRows } from './partition.js';
import type { Row, RowSource } from './rows.js';
import type { Table } from './table.js';
import { buildBatches, buildSamples, categoriesByName, type SampleArrays } from './samples.js';

export interface PartitionOptions {
  /** From which the order of the samples is drawn; a safe integer. Default 0. */
  readonly seed?: number;
  /** Whether each part has its share of every class. Default: whether there are labels. */
  readonly stratify?: boolean;
}

export interface SplitOptions extends PartitionOptions {
  /** The share of the samples that are kept for the test, between 0 and 1. Default 0.2. */
  readonly test?: number;
}

/** Samples to learn from, and others to see what was learned. */
export interface Split {
  readonly train: Dataset;
  readonly test: Dataset;
}

/**
 * Samples in memory, as `train` and `evaluate` take them: `inputs`, and `labels` or `targets`, and what is known of their
 * columns. It is never changed: each method that gives other samples gives another Dataset.
 */
export class Dataset implements Data {
  /** [count][width], before any transform; a category is its index, or itself where categories are numbers. */
  readonly inputs: NumericArray;
  /** [count][outputs] */
  declare readonly targets?: NumericArray;
  /** [count] indices of classes. */
  declare readonly labels?: NumericArray;
  declare readonly inputScale?: number;
  readonly #samples: SampleArrays;

  private constructor(samples: SampleArrays) {
    const { inputs, targets, labels, inputScale } = samples;
    this.inputs = inputs;
    if (targets) this.targets = targets;
    if (labels) this.labels = labels;
    if (inputScale !== undefined) this.inputScale = inputScale;
    this.#samples = samples;
  }

  /**
   * Takes what is in arrays. Typed arrays are not copied.
   * @throws TypeError, RangeError naming the row and column
   */
  static fromArrays(arrays: Arrays): Dataset {
    return new Dataset(readArrays(arrays));
  }

  /**
   * Takes objects with named values: numbers, or strings for categories and classes.
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  static fromObjects(rows: readonly object[], options: ColumnOptions = {}): Dataset {
    if (!Array.isArray(rows))
      throw new TypeFault({ place: 'rows', problem: `expected an array of objects, got ${show(rows)}` });
    if (rows.length === 0)
      throw new RangeFault({ place: 'rows', problem: 'expected at least one, got none' });
    checkKeys('options', options, columnOptionNames);
    const names = collectNames(rows);
    const source: RowSource = {
      place: 'rows',
      origin: 'values',
      names,
      describeCell: (n, name) => `rows[${n}][${show(name)}]`,
    };
    function* cells(): Generator<Row> {
      for (const [number, row] of rows.entries()) {
        const values = row as Readonly<Record<string, unknown>>;
        yield {
          cells: names.map((name) => (Object.hasOwn(values, name) ? values[name] : undefined)),
          number,
        };
      }
    }
    return new Dataset(buildSamples(source, cells(), options));
  }

  /**
   * Reads a CSV text with a row for each sample.
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  static fromCSV(text: string, options: CSVOptions = {}): Dataset {
    return new Dataset(readCSV(text, options));
  }

  /**
   * Reads a JSON text: an array of objects with named values, or of arrays; or an object of columns
   * `{ name: [value, …] }`; or `{ columns: [name, …], data: [[value, …], …] }`, which pandas calls 'split'. null, and what an
   * object has not, is missing; true is 1 and false 0.
   * @throws FormatError where it is no JSON, naming line and column
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  static fromJSON(text: string, options: JSONOptions = {}): Dataset {
    return new Dataset(readJSON(text, options));
  }

  /**
   * Reads JSON Lines: in each line an object with named values, or an array. null, and what an object has not, is missing;
   * true is 1 and false 0.
   * @throws FormatError where a line is no JSON, naming line and column
   * @throws TypeError, RangeError naming the option, or the line and column
   */
  static fromJSONLines(text: string, options: JSONOptions = {}): Dataset {
    return new Dataset(readJSONLines(text, options));
  }

  /**
   * Reads arrays of NumPy, as np.save writes them: either one with a row for each sample, of which options name the label
   * or the targets (columns are '0', '1', … unless named; NaN is missing); or a file for each of inputs and labels or
   * targets. Of the latter, what needs no conversion is not copied.
   * @throws FormatError where a file cannot be read
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  static fromNPY(files: NPYFiles, options?: ArrayOptions): Dataset;
  static fromNPY(file: Bytes, options?: NPYOptions): Dataset;
  static fromNPY(files: Bytes | NPYFiles, options: NPYOptions | ArrayOptions = {}): Dataset {
    return new Dataset(readNPYSamples(files, options));
  }

  /**
   * Reads arrays of a file of np.savez or np.savez_compressed.
   * @param names which of its arrays are the inputs, and the labels or targets: { inputs: 'x_train', labels: 'y_train' }
   * @throws FormatError where the file, or one of the arrays, cannot be read
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  static fromNPZ(bytes: Bytes, names: NPZNames): Dataset {
    return new Dataset(readNPZSamples(bytes, names));
  }

  /**
   * Reads the bytes of IDX files, the format of MNIST, as they are or in gzip. What is not packed is not copied.
   * @param options inputScale: by which the network multiplies each byte; default 1/255
   * @throws TypeError, RangeError naming what is wrong in which file
   */
  static fromIDX(files: IDXFiles, options: { readonly inputScale?: number } = {}): Dataset {
    return new Dataset(readIDX(files, options));
  }

  /**
   * Reads a Parquet file whose columns hold numbers or text, packed by Snappy or gzip, or not. null, and NaN, is missing;
   * true is 1 and false 0. Only the columns that are wanted are read.
   * @param file its bytes; or `{ byteLength, slice(from, to) }`, which gives bytes of it, or a promise of them
   * @throws FormatError where it cannot be read, naming the column
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  // Of a union a caller's `slice: (from, to) => …` would have no types.
  /* eslint-disable @typescript-eslint/unified-signatures */
  static fromParquet(file: AsyncBuffer, options?: ColumnOptions): Promise<Dataset>;
  static fromParquet(file: ParquetFile, options?: ColumnOptions): Promise<Dataset>;
  /* eslint-enable @typescript-eslint/unified-signatures */
  static async fromParquet(file: ParquetFile, options: ColumnOptions = {}): Promise<Dataset> {
    checkKeys('options', options, columnOptionNames);
    const { openParquet } = await import('./parquet/file.js');
    const { plan, open } = await openParquet(file, options);
    const { value } = await buildBatches(open(), () => plan, Infinity).next();
    return new Dataset(value!);
  }

  /**
   * Makes samples of a table that has been parsed.
   * @throws TypeError, RangeError naming the option, or the row and column
   */
  static fromTable(table: Table, options: ColumnOptions = {}): Dataset {
    checkKeys('options', options, columnOptionNames);
    return new Dataset(table.toSamples(options));
  }

  /** How many samples there are. */
  get count(): number {
    return this.inputs.length / this.width;
  }

  /** How many columns the inputs have, before any transform. */
  get width(): number {
    return this.#samples.schema.width;
  }

  /** The names of the columns of the inputs, if they have any. */
  get columns(): readonly string[] | undefined {
    return this.#samples.schema.columns;
  }

  /** The names of the columns of the targets, if they have any. */
  get targetColumns(): readonly string[] | undefined {
    return this.#samples.schema.targetColumns;
  }

  /** What each label stands for: the classes in the order of the network's outputs. */
  get classes(): Categories | undefined {
    return this.#samples.schema.classes;
  }

  /** The categories of each column that has them, by its name. */
  get categories(): Readonly<Record<string, Categories>> {
    return categoriesByName(this.#samples.schema);
  }

  /**
   * Copies some of the samples.
   * @param indices which, in the order wanted
   * @throws TypeError, RangeError naming the index
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
    for (const [i, n] of indices.entries()) checkInteger(`indices[${i}]`, n, 0, this.count - 1);
    const { inputs, targets, labels, inputScale, schema } = this.#samples;
    return new Dataset({
      inputs: gatherRows(inputs, schema.width, indices),
      ...(targets && { targets: gatherRows(targets, schema.targetWidth, indices) }),
      ...(labels && { labels: gatherRows(labels, 1, indices) }),
      ...(inputScale !== undefined && { inputScale }),
      schema,
    });
  }

  /**
   * Draws samples for a test: each sample is in one of the two parts, in an order drawn at random.
   * @throws TypeError, RangeError naming the option
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
   * Deals the samples into k folds, for cross-validation: in turn each is the test, and all others are to learn from. They
   * are made one at a time.
   * @throws TypeError, RangeError naming the option
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

  /** A random order, and the labels if each part is to have its share of them. */
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
   * Fits transforms to these samples: to those that are learned from, not to all. The network that is created with them
   * takes the data as they are here.
   * @throws TypeError, RangeError naming the option
   */
  fitTransforms(options: FitOptions = {}): Transforms {
    return fitTransforms(this.#samples, options);
  }
}

/** The names of all their values, in the order in which they occur. */
function collectNames(rows: readonly unknown[]): string[] {
  const names = new Set<string>();
  for (const [n, row] of rows.entries()) {
    if (typeof row !== 'object' || row === null || Array.isArray(row) || ArrayBuffer.isView(row)) {
      throw new TypeFault({
        place: `rows[${n}]`,
        problem: `expected an object of named values, got ${show(row)}`,
      });
    }
    for (const name of Object.keys(row)) names.add(name);
  }
  return [...names];
}
