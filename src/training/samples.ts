import { checkKeys, checkNumber, checkPositive, show } from '../base/check.js';
import type { Model } from '../model/model.js';
import type { CheckedSpec, LossName } from '../model/spec.js';
import { holdsBytes, isNumericArray, NUMBERS_AT_A_TIME, type NumericArray } from '../base/numeric-arrays.js';
import { checkValues, labelsOf, matrixOf, type Matrix, type RawRows, type Rows } from './matrix.js';
import type { Work } from '../base/work.js';

/** Samples without their answers. */
export interface Inputs {
  /** [n][inputs] */
  readonly inputs: RawRows;
  /** By which each input is multiplied as it is gathered, or before it is transformed: 1/255 for bytes, say. Default 1. */
  readonly inputScale?: number;
}

/** Samples with their answers: either `targets` or `labels`. */
export interface Data extends Inputs {
  /** [n][outputs] */
  readonly targets?: Rows;
  /** [n] class indices, in place of one-hot targets; with a single output, the targets 0 and 1; for hinge −1 and 1. */
  readonly labels?: NumericArray | readonly number[];
  /** [n], none below 0: by these the costs of the samples are multiplied. The mean stays one over n. Default all 1. */
  readonly sampleWeights?: NumericArray | readonly number[];
}

/** What each class weighs: by label, in order, or by label and 1 for those that are not named. */
export type ClassWeights = readonly number[] | Readonly<Record<number, number>>;

/**
 * Targets that some losses need. The cross-entropies are costs of probabilities, none below 0: a target of 255 would
 * have no least cost.
 */
const targetRules: Partial<Record<LossName, readonly [isValid: (y: number) => boolean, expected: string]>> = {
  binaryCrossEntropy: [(y) => y >= 0 && y <= 1, 'a number from 0 to 1'],
  crossEntropy: [(y) => y >= 0, 'a number of at least 0'],
  hinge: [(y) => y === -1 || y === 1, '-1 or 1'],
};

/** Why a training fails whose data was taken away from it. */
export const BUFFER_IS_GONE =
  'data: the buffer of a typed array was transferred or made shorter; leave it until the call has ended';

/** So many samples, or fewer where they are long, tell whether most inputs are zero. */
const PROBED_SAMPLES = 256;

/** The user's data, checked, and left where it is. */
export class Samples {
  readonly count: number;
  readonly #content: Content;
  /** Which of the user's samples they are, where not all. */
  readonly #chosen: Uint32Array | undefined;

  private constructor(content: Content, chosen?: Uint32Array) {
    this.count = chosen?.length ?? content.inputs.count;
    this.#content = content;
    this.#chosen = chosen;
  }

  /**
   * Checks inputs alone, for `predict`.
   * @throws TypeError, RangeError naming the row and column
   */
  static *ofInputs(data: Inputs, model: Model): Work<Samples> {
    const [inputs, scale] = yield* inputsOf('', data, model);
    return new Samples({ inputs, scale });
  }

  /**
   * Checks inputs with their targets or labels.
   * @param place put before the names in error messages: '' or 'validation.'
   * @param classWeights by which the samples of each label are weighted besides
   * @throws TypeError, RangeError naming the row and column
   */
  static *of(data: Data, model: Model, place = '', classWeights?: ClassWeights): Work<Samples> {
    const names = ['inputs', 'targets', 'labels', 'sampleWeights', 'inputScale'];
    checkKeys(place ? place.slice(0, -1) : 'data', data, names);
    if ((data.targets === undefined) === (data.labels === undefined)) {
      const got = data.targets === undefined ? 'neither' : 'both';
      throw new TypeError(`${place}targets: expected either targets or labels beside the inputs, got ${got}`);
    }
    const [inputs, scale] = yield* inputsOf(place, data, model);
    const { count } = inputs;
    const { targets: columns } = model.spec.transforms;
    if (data.labels !== undefined) {
      if (columns) {
        throw new TypeError(`${place}labels: the network has transforms for targets; give targets instead`);
      }
      const labels = yield* labelsOf(`${place}labels`, data.labels, count, model.outputs);
      const weights = weightsOf(place, data.sampleWeights, count, labels, classWeights);
      return new Samples({ inputs, scale, labels, weights });
    }
    if (classWeights) throw new TypeError('classWeights: for labels only; use sampleWeights');
    const targets = yield* matrixOf(`${place}targets`, data.targets, model.outputs, 1, columns);
    if (targets.count !== count) {
      throw new RangeError(
        `${place}targets: expected ${count} rows, as many as inputs, got ${targets.count}`,
      );
    }
    const { loss } = model.spec;
    const [isValid, expected] = targetRules[loss] ?? [];
    if (isValid) yield* checkValues(`${place}targets`, targets, isValid, `${expected} for ${loss}`);
    return new Samples({ inputs, scale, targets, weights: weightsOf(place, data.sampleWeights, count) });
  }

  /** Whether `gather` places weights. */
  get areWeighted(): boolean {
    return this.#content.weights !== undefined;
  }

  /** What is right: either labels or targets, of all that the user gave; `chosen` says which of them, where not all. */
  get answers() {
    const { labels, targets } = this.#content;
    return { labels, targets: targets?.values, chosen: this.#chosen };
  }

  /** Some of them, by their numbers in rising order. */
  choose(chosen: Uint32Array): Samples {
    const of = this.#chosen;
    return new Samples(this.#content, of ? chosen.map((n) => of[n]!) : chosen);
  }

  /** The share of the inputs that differ from zero, in some of the samples from all over. */
  density(): number {
    const { values, width } = this.#content.inputs;
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

  /**
   * Gathers a mini-batch into the model's memory: rows `first` to `first + rows` of the samples, or of their `order`.
   */
  gather(model: Model, first: number, rows: number, order?: Uint32Array): void {
    const { layout, kernels } = model;
    const { inputs, scale } = this.#content;
    const count = rows * inputs.width;
    const [from, numbers] = this.#among(first, rows, order);
    if (this.#copyInputs(model, from, rows, numbers) === 'bytes') {
      kernels.widenBytes(layout.rawBytes, layout.inputs, count, scale);
    } else if (scale !== 1) kernels.scaleFloats(layout.inputs, count, scale);
    model.useInputs();
    this.#placeTargets(model, from, rows, numbers);
  }

  /** Adds rows as pairs to the model's window, which holds those before them already; gathers their targets. */
  compress(model: Model, first: number, rows: number): void {
    const { layout, kernels, window } = model;
    const { inputs, scale } = this.#content;
    const [from, numbers] = this.#among(first, rows);
    if (this.#copyInputs(model, from, rows, numbers) === 'bytes') {
      kernels.addBytes(layout.net, window, layout.rawBytes, scale, first, rows);
    } else {
      if (scale !== 1) kernels.scaleFloats(layout.inputs, rows * inputs.width, scale);
      kernels.addFloats(layout.net, window, layout.inputs, first, rows);
    }
    this.#placeTargets(model, from, rows, numbers);
  }

  /** The same rows among all that the user gave: the first of them, and in which order, where not as they lie. */
  #among(first: number, rows: number, order?: Uint32Array): [from: number, numbers: Uint32Array | undefined] {
    const chosen = this.#chosen;
    if (!chosen) return [first, order];
    if (!order) return [0, chosen.subarray(first, first + rows)];
    return [0, Uint32Array.from({ length: rows }, (_, i) => chosen[order[first + i]!]!)];
  }

  /** Copies inputs, as they are, into the model's memory. */
  #copyInputs(
    { layout, views }: Model,
    first: number,
    rows: number,
    order?: Uint32Array,
  ): 'bytes' | 'floats' {
    const { inputs } = this.#content;
    const { values, width } = inputs;
    if (holdsBytes(values)) {
      copyRows(inputs, first, rows, order, views.bytes, layout.rawBytes, width);
      return 'bytes';
    }
    copyRows(inputs, first, rows, order, views.floats, views.at(layout.inputs), width);
    return 'floats';
  }

  #placeTargets(
    { layers, layout, views, spec }: Model,
    first: number,
    rows: number,
    order?: Uint32Array,
  ): void {
    const { stride, units } = layers.at(-1)!;
    const at = views.at(layout.targets);
    const coding = codingOf(spec, units);
    const { targets, labels, weights } = this.#content;
    if (targets) {
      copyRows(targets, first, rows, order, views.floats, at, stride);
      if (spec.labelSmoothing) smooth(views.floats, at, rows, stride, units, coding);
    }
    if (labels) placeLabels(labels, first, rows, order, views.floats, at, stride, units, coding);
    if (!weights) return;
    const to = views.at(layout.sampleWeights) - first;
    for (let n = first; n < first + rows; n++) views.floats[to + n] = weights[order ? order[n]! : n]!;
  }
}

/** What samples consist of. */
interface Content {
  readonly inputs: Matrix;
  readonly scale: number;
  readonly targets?: Matrix | undefined;
  readonly labels?: NumericArray | undefined;
  readonly weights?: Float32Array | undefined;
}

/** What each sample weighs: its own weight times that of its class; undefined where all weigh 1. */
function weightsOf(
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
    if (!isNumericArray(sampleWeights) && !Array.isArray(sampleWeights)) {
      throw new TypeError(`${at}: expected an array of numbers, got ${show(sampleWeights)}`);
    }
    if (sampleWeights.length !== count) {
      throw new RangeError(
        `${at}: expected ${count}, as many as rows of inputs, got ${sampleWeights.length}`,
      );
    }
    for (let n = 0; n < count; n++) weights[n] = checkNumber(`${at}[${n}]`, sampleWeights[n], 0);
  }
  if (classWeights) {
    const ofClass: Readonly<Record<number, number>> = classWeights;
    for (let n = 0; n < count; n++) weights[n]! *= ofClass[labels![n]!] ?? 1;
  }
  return weights;
}

function copyRows(
  { values, width, count }: Matrix,
  first: number,
  rows: number,
  order: Uint32Array | undefined,
  target: NumericArray,
  at: number,
  stride: number,
): void {
  // A typed array is the user's own, and long trainings pause: its buffer may be gone.
  if (values.length < count * width) {
    throw new TypeError(BUFFER_IS_GONE);
  }
  if (!order && stride === width) {
    target.set(values.subarray(first * width, (first + rows) * width), at);
    return;
  }
  for (let n = first; n < first + rows; n++) {
    const from = (order ? order[n]! : n) * width;
    // For a short row the loop is faster than the making of a subarray.
    if (width < 32) for (let k = 0; k < width; k++) target[at + k] = values[from + k]!;
    else target.set(values.subarray(from, from + width), at);
    at += stride;
  }
}

/** Targets of 0 and 1 as a network is to learn them. */
interface Coding {
  readonly off: number;
  readonly on: number;
}

function codingOf({ loss, labelSmoothing }: CheckedSpec, units: number): Coding {
  if (loss === 'hinge') return { off: -1, on: 1 };
  const off = labelSmoothing / (loss === 'crossEntropy' ? units : 2);
  return { off, on: 1 - labelSmoothing + off };
}

/** In place. Rounds: in double precision as written, then once as it is stored. */
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

/** Labels as one-hot rows. */
function placeLabels(
  labels: NumericArray,
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
  target.fill(0, at, at + rows * stride);
  for (let n = first; n < first + rows; n++) {
    const label = labels[order ? order[n]! : n]!;
    // Checked before, but the array is the user's own: a label changed since must not write elsewhere.
    if (!(Number.isInteger(label) && label >= 0 && label <= most)) {
      throw new RangeError('labels: changed since they were checked; leave them until the call has ended');
    }
    if (off !== 0) target.fill(off, at, at + units);
    if (units === 1) target[at] = label ? on : off;
    else target[at + label] = on;
    at += stride;
  }
}

/** Inputs, and what remains to multiply them by. */
function* inputsOf(place: string, data: Inputs, { spec }: Model): Work<[Matrix, number]> {
  const scale = checkScale(`${place}inputScale`, data);
  const columns = spec.transforms.inputs;
  const inputs = yield* matrixOf(`${place}inputs`, data.inputs, spec.inputs, scale, columns);
  return [inputs, columns ? 1 : scale];
}

/** Times this an integer of 32 bits is still finite in single precision. */
const LARGEST_SCALE = 2 ** 95;

function checkScale(place: string, { inputScale = 1 }: Inputs): number {
  const scale = checkPositive(place, inputScale);
  if (scale > LARGEST_SCALE) throw new RangeError(`${place}: expected at most 2^95, got ${inputScale}`);
  return scale;
}
