import { checkKeys, checkNumber, checkPositive } from '../base/check.js';
import type { Model } from '../model/model.js';
import { crossEntropies, type ActivationName, type CheckedSpec } from '../model/spec.js';
import {
  asArray,
  copyRows,
  holdsBytes,
  holdsIntegers,
  NUMBERS_AT_A_TIME,
  type NumericArray,
} from '../base/numeric-arrays.js';
import { RangeFault, TypeFault, type Fault } from '../errors.js';
import type { Layout } from '../memory/layout.js';
import {
  checkCount,
  checkValues,
  readLabels,
  checkFinite,
  readMatrix,
  readRows,
  type Matrix,
  type RawRows,
  type Rows,
} from './matrix.js';
import { finish, type Work } from '../base/work.js';

/** Samples without targets. */
export interface Inputs {
  /** [n][inputs] */
  readonly inputs: RawRows;
  /** Factor for every input, applied before the transforms: 1/255 for bytes, for example. Default 1. */
  readonly inputScale?: number;
  /** @internal The same samples with columns and classes in the order of a network: a Dataset knows their names. */
  readonly forNetwork?: (spec: CheckedSpec, isTraining?: boolean) => Data;
}

/** Samples with the names of their columns and classes, such as a Dataset. */
export type NamedInputs = Inputs & Required<Pick<Inputs, 'forNetwork'>>;

/** Samples with either `targets` or `labels`. */
export interface Data extends Inputs {
  /** [n][outputs] */
  readonly targets?: Rows;
  /** [n] class indices, instead of one-hot targets. For a single output, 0 or 1; hinge uses them as −1 and 1. */
  readonly labels?: NumericArray | readonly number[];
  /** [n] factors of the costs of the samples, at least 0. The mean still divides by n. Default all 1. */
  readonly sampleWeights?: NumericArray | readonly number[];
}

/** The weight of each class: an array in the order of the labels, or an object by label, 1 for labels not named. */
export type ClassWeights = readonly number[] | Readonly<Record<number, number>>;

/** n / (k · the count of the class), as in scikit-learn: all k classes have the same total weight. 1 for a class that doesn't occur. */
export function balanceClasses(classes: number, labels: ArrayLike<number>): number[] {
  const counts = new Array<number>(classes).fill(0);
  for (let n = 0; n < labels.length; n++) counts[labels[n]!]!++;
  return counts.map((count) => (count === 0 ? 1 : labels.length / (classes * count)));
}

/**
 * Targets that some losses require. The cross-entropies are costs of probabilities, which are never below 0: with a target of
 * 255 the cost would have no minimum.
 */
const targetRules: Partial<
  Record<CheckedSpec['loss'], readonly [isValid: (y: number) => boolean, expected: string]>
> = {
  binaryCrossEntropy: [(y) => y >= 0 && y <= 1, 'a number from 0 to 1'],
  crossEntropy: [(y) => y >= 0, 'a number of at least 0'],
  focal: [(y) => y >= 0, 'a number of at least 0'],
  binaryFocal: [(y) => y >= 0 && y <= 1, 'a number from 0 to 1'],
  hinge: [(y) => y === -1 || y === 1, '-1 or 1'],
  poisson: [(y) => y >= 0, 'a number of at least 0'],
};

/** Losses whose targets are always classes. */
const classLosses: readonly CheckedSpec['loss'][] = [...crossEntropies, 'hinge'];

/** The range of outputs of an activation, [from, to], if it isn't all numbers. */
export const outputRanges: Partial<Record<ActivationName, readonly [from: number, to: number]>> = {
  sigmoid: [0, 1],
  softmax: [0, 1],
  tanh: [-1, 1],
  softsign: [-1, 1],
  relu: [0, Infinity],
  softplus: [0, Infinity],
};

/** The activation whose outputs must be able to become the targets: any, if the loss is the user's own. */
const reachOf = ({ layers, own }: CheckedSpec): ActivationName =>
  own ? 'linear' : layers.at(-1)!.activation;

/** Whether a target is one that `Samples.read` and `checkReach` accept; undefined if they must see the whole row. */
export function targetTest(spec: CheckedSpec): ((y: number) => boolean) | undefined {
  const activation = reachOf(spec);
  if (activation === 'softmax') return undefined;
  const [isValid = () => true] = targetRules[spec.loss] ?? [];
  const [from, to] = outputRanges[activation] ?? [-Infinity, Infinity];
  return (y) => y >= from && y <= to && Number.isFinite(y) && isValid(y);
}

/** The error if the caller has transferred the data during training. */
export const BUFFER_IS_GONE: Fault = {
  place: 'data',
  problem: 'the buffer of a typed array was transferred or made shorter',
  cure: 'keep it until the call ends',
};

/** The number of samples to probe for zeros, fewer if they are long. */
const PROBED_SAMPLES = 256;

/** Pointers to rows of inputs, to rows of targets, and to weights, where samples are written. */
export type Destination = Pick<Layout, 'inputs' | 'targets' | 'sampleWeights'>;

interface Parts {
  readonly inputs: Matrix;
  /** The remaining factor of the inputs. */
  readonly scale: number;
  readonly targets?: Matrix | undefined;
  readonly labels?: NumericArray | undefined;
  readonly weights?: Float32Array | undefined;
  /** With which `weights` were computed. */
  readonly classWeights?: ClassWeights | undefined;
}

/** What samples are checked against. */
type Shape = Pick<Model, 'spec' | 'outputs'>;

/** The number of a sample in interval i of `step` samples: somewhere else in each, since the classes may take turns. */
export const pickInInterval = (i: number, step: number, count: number): number =>
  Math.min(i * step + ((i * 7919) % step), count - 1);

/** The user's data, checked and left in place. */
export class Samples {
  readonly count: number;
  readonly #parts: Parts;
  /** The numbers of the chosen samples; undefined if all are. */
  readonly #chosen: Uint32Array | undefined;

  private constructor(parts: Parts, chosen?: Uint32Array) {
    this.count = chosen?.length ?? parts.inputs.count;
    this.#parts = parts;
    this.#chosen = chosen;
  }

  /**
   * Reads inputs alone, for `predict`.
   * @throws TypeError, RangeError that name the row and column
   */
  static *readInputs(data: Inputs, model: Shape): Work<Samples> {
    return new Samples(yield* readInputs('', align(data, model), model));
  }

  /**
   * Reads inputs, and checks their targets or labels. Inputs in a typed array are checked where they are gathered.
   * @param place put before the names in error messages: '' or 'validation.'
   * @param given additional factors for the samples of each label; 'balanced' by the counts of these labels
   * @throws TypeError, RangeError that name the row and column
   */
  static *read(data: Data, model: Shape, place = '', given?: ClassWeights | 'balanced'): Work<Samples> {
    data = align(data, model);
    const names = ['inputs', 'targets', 'labels', 'sampleWeights', 'inputScale'];
    checkKeys(place ? place.slice(0, -1) : 'data', data, names);
    if ((data.targets === undefined) === (data.labels === undefined)) {
      const got = data.targets === undefined ? 'neither' : 'both';
      throw new TypeFault({
        place: `${place}targets`,
        problem: `expected either targets or labels beside the inputs, got ${got}`,
      });
    }
    const { inputs, scale } = yield* readInputs(place, data, model);
    const { count } = inputs;
    const { targets: columns } = model.spec.transforms;
    if (data.labels !== undefined) {
      if (columns) {
        throw new TypeFault({
          place: `${place}labels`,
          problem: 'the network has transforms for targets',
          cure: 'pass targets instead',
        });
      }
      const labels = yield* readLabels(`${place}labels`, data.labels, count, model.outputs);
      const classWeights = given === 'balanced' ? balanceClasses(Math.max(model.outputs, 2), labels) : given;
      const weights = readWeights(place, data.sampleWeights, count, labels, classWeights);
      return new Samples({ inputs, scale, labels, weights, classWeights });
    }
    if (given) {
      throw new TypeFault({ place: 'classWeights', problem: 'for labels only', cure: 'use sampleWeights' });
    }
    const { loss, ignoresMissing } = model.spec;
    const targets = yield* readMatrix(
      `${place}targets`,
      data.targets,
      model.outputs,
      columns,
      ignoresMissing,
    );
    checkCount(`${place}targets`, targets.count, count);
    if (ignoresMissing) yield* checkRows(targets, findNoneKnown);
    const [isValid, expected] = targetRules[loss] ?? [];
    if (isValid) yield* checkValues(targets, (y) => y !== y || isValid(y), `${expected} for ${loss}`);
    return new Samples({ inputs, scale, targets, weights: readWeights(place, data.sampleWeights, count) });
  }

  /** `read`, and a check of all inputs before the training, by gathering them once. */
  static *readToTrain(
    data: Data,
    model: Model,
    place: string,
    classWeights?: ClassWeights | 'balanced',
  ): Work<Samples> {
    const samples = yield* Samples.read(data, model, place, classWeights);
    if (!holdsIntegers(samples.#parts.inputs.values)) yield* samples.gatherAll(model);
    return samples;
  }

  /** The weights of the classes with which the samples were read. */
  get classWeights(): ClassWeights | undefined {
    return this.#parts.classWeights;
  }

  get areWeighted(): boolean {
    return this.#parts.weights !== undefined;
  }

  /** The pointer to the weights of the gathered samples; 0 if they have none. */
  weightsIn({ layout }: Model): number {
    return this.areWeighted ? layout.sampleWeights : 0;
  }

  /**
   * The expected outputs: labels or targets of all the user's samples, and their weights. `chosen` selects among them;
   * undefined means all.
   */
  get answers() {
    const { labels, targets, weights } = this.#parts;
    return { labels, targets: targets?.values, weights, chosen: this.#chosen };
  }

  /** Whether all weights are 0. */
  get weighNothing(): boolean {
    const { weights } = this.#parts;
    if (!weights) return false;
    return this.#chosen ? this.#chosen.every((n) => weights[n] === 0) : weights.every((w) => w === 0);
  }

  /**
   * Whether accuracy has a meaning: for labels, and for targets that are classes. With several outputs, exactly one target
   * of each sample is at least ½ unless the last layer is softmax. With one, the loss is one of classes, or there
   * are only two values, one of which is at least ½.
   */
  isClassified({ spec }: Model): boolean {
    const { targets } = this.#parts;
    if (!targets || spec.loss === 'crossEntropy' || spec.loss === 'focal') return true;
    const { values, width } = targets;
    const isRight = (y: number): boolean => y >= 0.5;
    if (width > 1) {
      for (let at = 0; at < values.length; at += width)
        if (values.subarray(at, at + width).filter(isRight).length !== 1) return false;
    }
    if (classLosses.includes(spec.loss)) return true;
    const found = new Set<number>();
    for (const y of values) if (y === y && found.add(y).size > 2) return false;
    return found.size < 2 || [...found].filter(isRight).length === 1;
  }

  /**
   * Checks that the outputs can become the targets.
   * @throws RangeError that names the first target they can't
   */
  *checkReach({ spec }: Model): Work<void> {
    const { targets } = this.#parts;
    const activation = reachOf(spec);
    if (!targets) return;
    const [from, to] = outputRanges[activation] ?? [];
    if (from !== undefined) {
      yield* checkValues(
        targets,
        (y) => !(y < from || y > to!),
        `a number ${to === Infinity ? `of at least ${from}` : `from ${from} to ${to}`} for ${activation} outputs`,
        "use 'linear', or transform the targets",
      );
    }
    if (activation === 'softmax') yield* checkRows(targets, findNotOneRight);
  }

  /** The largest size of a target; 1 for labels. */
  *largestTarget(): Work<number> {
    const { targets } = this.#parts;
    if (!targets) return 1;
    let largest = 0;
    for (let i = 0; i < targets.values.length; i++) {
      const size = Math.abs(targets.values[i]!);
      if (size > largest) largest = size; // not NaN
      if ((i + 1) % NUMBERS_AT_A_TIME === 0) yield;
    }
    return largest;
  }

  /** At most `most` of the samples, one of each interval, copied: the user's arrays may be gone later. */
  copySome(most: number): Samples {
    const step = Math.ceil(this.count / most);
    const count = Math.ceil(this.count / step);
    const { inputs, targets, labels, weights } = this.#parts;
    const isWhole = step === 1 && !this.#chosen;
    const numbers = Uint32Array.from({ length: isWhole ? 0 : count }, (_, i) => {
      const n = pickInInterval(i, step, this.count);
      return this.#chosen?.[n] ?? n;
    });
    const pick = <Given extends NumericArray | undefined>(values: Given, width = 1): Given => {
      if (!values || isWhole) return values?.slice() as Given;
      const copy = new (values.constructor as Float64ArrayConstructor)(count * width);
      copyRows(values, 0, width, width, 0, count, numbers, copy, 0, width);
      return copy as Given;
    };
    return new Samples({
      ...this.#parts,
      inputs: { ...inputs, values: pick(inputs.values, inputs.width), count },
      targets: targets && { ...targets, values: pick(targets.values, targets.width), count },
      labels: pick(labels),
      weights: pick(weights),
    });
  }

  /** A subset of the samples, by ascending numbers. */
  choose(chosen: Uint32Array): Samples {
    const before = this.#chosen;
    return new Samples(this.#parts, before ? chosen.map((n) => before[n]!) : chosen);
  }

  /** The share of the inputs that differ from zero, in samples at regular intervals. */
  density(): number {
    const { values, width } = this.#parts.inputs;
    const probes = Math.min(PROBED_SAMPLES, Math.ceil(NUMBERS_AT_A_TIME / width));
    const step = Math.ceil(this.count / probes);
    let probed = 0;
    let others = 0;
    for (let i = 0; i < this.count; i += step) {
      const n = this.#chosen?.[i] ?? i;
      for (let k = n * width; k < (n + 1) * width; k++) if (values[k] !== 0) others++;
      probed += width;
    }
    return others / probed;
  }

  /** Gathers a mini-batch: rows `first` to `first + rows` of the samples, or of their `order`. */
  gather(model: Model, first: number, rows: number, order?: Uint32Array): void {
    this.write(model, model.layout, first, rows, order);
    model.useInputs();
  }

  /** Gathers all samples, a chunk at a time; yields between chunks. */
  *gatherAll(model: Model, use?: (rows: number, first: number) => void): Work<void> {
    for (let first = 0; first < this.count; first += model.chunkRows) {
      if (first > 0) yield;
      const rows = Math.min(model.chunkRows, this.count - first);
      this.gather(model, first, rows);
      use?.(rows, first);
    }
  }

  /** Writes rows `first` to `first + rows` of the samples, or of their `order`, as the kernels read them. */
  write(model: Model, to: Destination, first: number, rows: number, order?: Uint32Array): void {
    const { layout, kernels } = model;
    const { inputs, scale } = this.#parts;
    const [from, numbers] = this.#locate(first, rows, order);
    if (holdsBytes(inputs.values)) {
      copyMatrix(inputs, from, rows, numbers, model.views.bytes, layout.rawBytes, inputs.width);
      kernels.widenBytes(layout.rawBytes, to.inputs, rows * inputs.width, scale);
    } else this.#copyFloats(model, to.inputs, from, rows, numbers);
    this.#writeAnswers(model, to, from, rows, numbers);
  }

  /** Like `write`, but adds the inputs as pairs to the model's window, after those that it holds. */
  writePairs(model: Model, to: Omit<Destination, 'inputs'>, first: number, rows: number): void {
    const { layout, kernels, window } = model;
    const { inputs, scale } = this.#parts;
    const [from, numbers] = this.#locate(first, rows);
    if (holdsBytes(inputs.values)) {
      copyMatrix(inputs, from, rows, numbers, model.views.bytes, layout.rawBytes, inputs.width);
      kernels.addBytes(layout.net, window, layout.rawBytes, scale, first, rows);
    } else {
      this.#copyFloats(model, layout.inputs, from, rows, numbers);
      kernels.addFloats(layout.net, window, layout.inputs, first, rows);
    }
    this.#writeAnswers(model, to, from, rows, numbers);
  }

  /** The same rows among all the user's samples: the first, and the order unless they are consecutive. */
  #locate(
    first: number,
    rows: number,
    order?: Uint32Array,
  ): [from: number, numbers: Uint32Array | undefined] {
    const chosen = this.#chosen;
    if (!chosen) return [first, order];
    if (!order) return [0, chosen.subarray(first, first + rows)];
    return [0, Uint32Array.from({ length: rows }, (_, i) => chosen[order[first + i]!]!)];
  }

  #copyFloats(
    { views, kernels }: Model,
    to: number,
    first: number,
    rows: number,
    order: Uint32Array | undefined,
  ): void {
    const { inputs, scale } = this.#parts;
    const count = rows * inputs.width;
    copyMatrix(inputs, first, rows, order, views.floats, views.at(to), inputs.width);
    if (scale !== 1) kernels.scaleFloats(to, count, scale);
    if (!kernels.areFinite(to, count)) finish(checkFinite(inputs, scale));
  }

  #writeAnswers(
    { layers, views, spec }: Model,
    to: Omit<Destination, 'inputs'>,
    first: number,
    rows: number,
    order: Uint32Array | undefined,
  ): void {
    const { stride, units } = layers.at(-1)!;
    const { floats } = views;
    const at = views.at(to.targets);
    const coding = encodeClasses(spec, units);
    const { targets, labels, weights } = this.#parts;
    if (stride > units) floats.fill(0, at, at + rows * stride); // the padding is zero
    if (targets) {
      copyMatrix(targets, first, rows, order, floats, at, stride);
      if (spec.labelSmoothing) smooth(floats, at, rows, stride, units, coding);
    }
    if (labels) writeLabels(labels, first, rows, order, floats, at, stride, units, coding);
    if (!weights) return;
    const start = views.at(to.sampleWeights) - first;
    for (let n = first; n < first + rows; n++) floats[start + n] = weights[order ? order[n]! : n]!;
  }
}

/** @throws RangeError for the first row in which `find` finds a fault */
function* checkRows(
  { place, values, width, count }: Matrix,
  find: (row: NumericArray) => Omit<Fault, 'place'> | undefined,
): Work<void> {
  for (let n = 0; n < count; n++) {
    const fault = find(values.subarray(n * width, (n + 1) * width));
    if (fault) throw new RangeFault({ place: `${place}[${n}]`, ...fault });
    if (n % NUMBERS_AT_A_TIME === 0) yield;
  }
}

/** The fault of a row of targets that are all NaN. */
const findNoneKnown = (row: NumericArray): Omit<Fault, 'place'> | undefined =>
  row.every((y: number) => y !== y)
    ? { problem: 'no target is known', cure: 'leave the sample out' }
    : undefined;

/** The fault of a row of targets with several right answers, or none, where softmax has one. */
function findNotOneRight(row: NumericArray): Omit<Fault, 'place'> | undefined {
  let ones = 0;
  for (const y of row) ones += y === 0 || y === 1 ? y : NaN;
  return Math.abs(ones - 1) > 0
    ? {
        problem: `expected one right answer for softmax, got ${ones}`,
        cure: "for several use 'sigmoid' with 'binaryCrossEntropy'",
      }
    : undefined;
}

/** The weights of the samples: each sample's weight times the weight of its class; undefined if all are 1. */
function readWeights(
  place: string,
  sampleWeights: Data['sampleWeights'],
  count: number,
  labels?: NumericArray,
  classWeights?: ClassWeights,
): Float32Array | undefined {
  if (sampleWeights === undefined && !classWeights) return undefined;
  const weights = new Float32Array(count).fill(1);
  if (sampleWeights !== undefined) {
    const at = `${place}sampleWeights`;
    const factors = asArray(at, 'an array of numbers', sampleWeights);
    checkCount(at, factors.length, count);
    for (let n = 0; n < count; n++) weights[n] = checkNumber(`${at}[${n}]`, factors[n], 0);
  }
  if (classWeights) {
    const ofClass: Readonly<Record<number, number>> = classWeights;
    for (let n = 0; n < count; n++) weights[n]! *= ofClass[labels![n]!] ?? 1;
  }
  return weights;
}

function copyMatrix(
  { values, width, count }: Matrix,
  first: number,
  rows: number,
  order: Uint32Array | undefined,
  target: NumericArray,
  at: number,
  stride: number,
): void {
  // A typed array belongs to the user, and training pauses, so its buffer may be gone.
  if (values.length < count * width) {
    throw new TypeFault(BUFFER_IS_GONE);
  }
  copyRows(values, 0, width, width, first, rows, order, target, at, stride);
}

/** The values that stand for targets of 0 and 1. */
export interface Coding {
  readonly off: number;
  readonly on: number;
}

export function encodeClasses(
  { loss, labelSmoothing }: Pick<CheckedSpec, 'loss' | 'labelSmoothing'>,
  units: number,
): Coding {
  if (loss === 'hinge') return { off: -1, on: 1 };
  const off = labelSmoothing / (loss === 'crossEntropy' ? units : 2);
  return { off, on: 1 - labelSmoothing + off };
}

/** Smooths labels in place. Computed in double precision as written, then rounded once when stored. */
function smooth(
  targets: Float32Array | Float64Array,
  at: number,
  rows: number,
  stride: number,
  units: number,
  { off, on }: Coding,
): void {
  for (let row = at; row < at + rows * stride; row += stride) {
    for (let j = row; j < row + units; j++) targets[j] = (on - off) * targets[j]! + off;
  }
}

/** Writes labels as one-hot rows. */
export function writeLabels(
  labels: NumericArray | readonly number[],
  first: number,
  rows: number,
  order: Uint32Array | undefined,
  target: Float32Array | Float64Array,
  at: number,
  stride: number,
  units: number,
  { off, on }: Coding,
): void {
  const most = Math.max(units - 1, 1);
  for (let n = first; n < first + rows; n++) {
    const label = labels[order ? order[n]! : n]!;
    // The label was checked, but the array belongs to the user. A changed label must not write elsewhere.
    if (!(Number.isInteger(label) && label >= 0 && label <= most)) {
      throw new RangeFault({
        place: 'labels',
        problem: 'changed since they were checked',
        cure: 'keep them until the call ends',
      });
    }
    target.fill(off, at, at + units);
    if (units === 1) target[at] = label ? on : off;
    else target[at + label] = on;
    at += stride;
  }
}

export const isNamed = (data: unknown): data is NamedInputs =>
  Boolean((data as Inputs | null | undefined)?.forNetwork);

/**
 * Puts samples with names into the order of the network.
 * @throws RangeError if the names don't fit the network
 */
export const align = <Given>(data: Given, { spec }: Pick<Model, 'spec'>, isTraining?: boolean): Given =>
  isNamed(data) ? (data.forNetwork(spec, isTraining) as Given) : data;

/** Reads inputs, and their remaining factor. */
function* readInputs(
  place: string,
  data: Inputs,
  { spec }: Pick<Model, 'spec'>,
): Work<{ readonly inputs: Matrix; readonly scale: number }> {
  const scale = checkScale(`${place}inputScale`, data);
  const columns = spec.transforms.inputs;
  const inputs = yield* readRows(`${place}inputs`, data.inputs, spec.inputs, scale, columns);
  return { inputs, scale: columns ? 1 : scale };
}

/** Times this factor, a 32-bit integer is still finite in single precision. */
const LARGEST_SCALE = 2 ** 95;

function checkScale(place: string, { inputScale = 1 }: Inputs): number {
  const scale = checkPositive(place, inputScale);
  if (scale > LARGEST_SCALE) {
    throw new RangeFault({ place, problem: `expected at most 2^95, got ${inputScale}` });
  }
  return scale;
}
