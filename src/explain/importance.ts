import { checkInteger, checkKeys, checkName, checkType } from '../base/check.js';
import { isNumericArray, type NumericArray } from '../base/numeric-arrays.js';
import { Random } from '../base/random.js';
import { inSlices, type Work } from '../base/work.js';
import { RangeFault } from '../errors.js';
import type { Ensemble } from '../ensemble/ensemble.js';
import { chooseThreshold } from '../metrics/predictions.js';
import { checkSpec, type CheckedSpec } from '../model/spec.js';
import type { Network } from '../network.js';
import type { Metric } from '../training/hooks/metrics.js';
import type { RawRows } from '../training/matrix.js';
import { isNamed, pickInInterval, type Data, type NamedInputs } from '../training/samples.js';
import { nameColumns } from './columns.js';

export interface ImportanceOptions {
  /** How many times to permute each column. Default 5. */
  readonly repeats?: number;
  /** The seed of the permutations, a safe integer. Default 0. */
  readonly seed?: number;
  /** The largest number of samples to use. If there are more, it takes one from each of equal intervals. Default 5000. */
  readonly samples?: number;
  /** A metric of the outputs, of bp4/metrics or your own. Default: the loss of `evaluate`. */
  readonly metric?: Metric;
  /** Which values of the metric are better. Required with `metric`. */
  readonly direction?: 'minimize' | 'maximize';
}

/** How much a network depends on a column. */
export interface ColumnImportance {
  readonly column: string;
  /** How much worse the score becomes if the values of the column are permuted: the mean over the repeats. */
  readonly importance: number;
  /** The standard deviation over the repeats, with the number of repeats in the denominator. */
  readonly deviation: number;
}

export interface Importance {
  /** The loss or metric of the data as it is. */
  readonly score: number;
  /** The number of samples used. */
  readonly samples: number;
  /** In the order of the network's columns. */
  readonly columns: readonly ColumnImportance[];
}

/**
 * Measures how much a network or an ensemble depends on each column of the data, by permutation (Breiman 2001;
 * `permutation_importance` in scikit-learn): it permutes the values of a column among the samples, which takes away the
 * information of the column, and measures how much worse the predictions become. Columns are those of your data, before the
 * transforms: a column of categories counts as one. Use samples that the network wasn't trained on. If two columns carry the same
 * information, each may seem unimportant.
 * @throws TypeError, RangeError naming the option, or the invalid row and column; RangeError for fewer than two samples
 * @throws StateError if the network is disposed, before or during the call
 */
export async function importance(
  net: Network | Ensemble,
  data: Data,
  options: ImportanceOptions = {},
): Promise<Importance> {
  checkKeys('options', options, ['repeats', 'seed', 'samples', 'metric', 'direction']);
  const { metric, direction, seed = 0 } = options;
  const repeats = checkInteger('repeats', options.repeats ?? 5);
  const most = checkInteger('samples', options.samples ?? 5000, 2);
  const random = Random.fromSeed(seed);
  if (metric !== undefined) checkType('metric', metric, 'function');
  const best = checkName(
    'direction',
    direction ?? (metric ? undefined : 'minimize'),
    metric ? ['minimize', 'maximize'] : ['minimize'],
  );
  const sign = best === 'minimize' ? 1 : -1;
  net.evaluate(data); // names invalid rows by their numbers in the data
  const { spec } = 'members' in net ? net.members[0]!.state : net.state;
  const table = new SampleTable(net, checkSpec(spec), data, most);
  return await inSlices(permuteAll(table, { repeats, random, metric, sign }), () => undefined);
}

interface Plan {
  readonly repeats: number;
  readonly random: Random;
  readonly metric: Metric | undefined;
  /** 1 if a lower score is better, else −1. */
  readonly sign: number;
}

function* permuteAll(table: SampleTable, { repeats, random, metric, sign }: Plan): Work<Importance> {
  const score = table.score(metric);
  const samples = table.count;
  const columns: ColumnImportance[] = [];
  for (const [k, column] of table.names.entries()) {
    const losses: number[] = [];
    for (let i = 0; i < repeats; i++) {
      yield;
      const permuted = table.score(metric, { column: k, order: random.permutation(samples) });
      losses.push(sign * (permuted - score));
    }
    const mean = losses.reduce((sum, loss) => sum + loss, 0) / repeats;
    const spread = losses.reduce((sum, loss) => sum + (loss - mean) * (loss - mean), 0) / repeats;
    columns.push({ column, importance: mean, deviation: Math.sqrt(spread) });
  }
  return { score, samples, columns };
}

/** For each sample, the one whose value of the column it takes. */
interface Permutation {
  readonly column: number;
  readonly order: Uint32Array;
}

/** Some of the user's samples, in their own form. */
class SampleTable {
  readonly names: readonly string[];
  /** The number of samples, known after the first score. */
  count = 0;
  readonly #net: Network | Ensemble;
  readonly #spec: CheckedSpec;
  readonly #data: Data;
  readonly #most: number;

  constructor(net: Network | Ensemble, spec: CheckedSpec, data: Data, most: number) {
    this.names = nameColumns(spec, data);
    this.#net = net;
    this.#spec = spec;
    this.#data = data;
    this.#most = most;
  }

  /** @param permutation undefined for the samples as they are */
  score(metric: Metric | undefined, permutation?: Permutation): number {
    let own = this.#data;
    const change = (data: Data): Data => (own = this.#change(data, permutation));
    // A network puts samples with names into its order before it reads them.
    const data: Data = isNamed(own) ? { ...own, forNetwork: nameChange(own, change) } : change(own);
    const net = this.#net;
    if (!metric) return net.evaluate(data).loss;
    const scale = data.inputScale === undefined ? {} : { inputScale: data.inputScale };
    const outputs = isNamed(data) ? net.predict(data) : net.predict(data.inputs, scale);
    const { labels, targets } = own;
    return metric(outputs, {
      ...(labels ? { labels } : { targets }),
      outputs: net.outputs,
      threshold: chooseThreshold(net.loss),
      ...(this.#spec.ignoresMissing && { missingTargets: 'ignore' }),
    } as Parameters<Metric>[1]);
  }

  #change(data: Data, permutation: Permutation | undefined): Data {
    const { inputs, targets, labels, sampleWeights } = data;
    const width = this.names.length;
    const rows = isFlat(inputs) ? inputs.length / width : inputs.length;
    const step = Math.ceil(rows / this.#most);
    this.count = Math.ceil(rows / step);
    if (rows < 2) throw new RangeFault({ place: 'inputs', problem: 'a single row cannot be permuted' });
    const numbers = Uint32Array.from({ length: this.count }, (_, i) => pickInInterval(i, step, rows));
    const own = pickRows(inputs, width, numbers);
    return {
      ...data,
      inputs: permutation ? permuteColumn(own, this.names, permutation) : own,
      ...(targets && { targets: pickRows(targets, this.#net.outputs, numbers) }),
      ...(labels && { labels: pickRows(labels, 1, numbers) }),
      ...(sampleWeights && { sampleWeights: pickRows(sampleWeights, 1, numbers) }),
    };
  }
}

const nameChange =
  (named: NamedInputs, change: (data: Data) => Data): NamedInputs['forNetwork'] =>
  (...given) =>
    change(named.forNetwork(...given));

/** Whether rows lie one after the other in an array of numbers. */
const isFlat = (rows: RawRows): rows is NumericArray | readonly number[] =>
  isNumericArray(rows) || typeof rows[0] === 'number';

function pickRows<Given extends RawRows>(rows: Given, width: number, numbers: Uint32Array): Given {
  if (!isFlat(rows)) return Array.from(numbers, (n) => rows[n]) as RawRows as Given;
  const Values = (isNumericArray(rows) ? rows.constructor : Array) as Float64ArrayConstructor;
  const picked = new Values(numbers.length * width);
  for (const [i, n] of numbers.entries())
    for (let k = 0; k < width; k++) picked[i * width + k] = rows[n * width + k]!;
  return picked as NumericArray as Given;
}

function permuteColumn(rows: RawRows, names: readonly string[], { column, order }: Permutation): RawRows {
  if (isFlat(rows)) {
    const permuted = rows.slice() as number[];
    for (const [n, other] of order.entries())
      permuted[n * names.length + column] = rows[other * names.length + column]!;
    return permuted;
  }
  type Row = Record<string | number, number | string>;
  return (rows as readonly Row[]).map((row, n) => {
    const isRecord = !Array.isArray(row) && !ArrayBuffer.isView(row);
    const key = isRecord ? names[column]! : column;
    const copy: Row = isRecord ? { ...row } : (Array.from(row as unknown as number[]) as unknown as Row);
    copy[key] = (rows as readonly Row[])[order[n]!]![key]!;
    return copy;
  });
}
