import { checkFloat, checkKeys, checkPositive, show } from '../model/check.js';
import type { Model } from '../model/model.js';
import type { Work } from './work.js';

/** Typed arrays of numbers: read where they are, never copied whole. */
export type NumericArray =
  | Float32Array
  | Float64Array
  | Uint8Array
  | Uint8ClampedArray
  | Int8Array
  | Uint16Array
  | Int16Array
  | Uint32Array
  | Int32Array;

/** Rows of numbers: one after the other in a typed or plain array, or an array of rows. Plain arrays are copied. */
export type Rows = NumericArray | readonly number[] | readonly (readonly number[] | NumericArray)[];

/** Samples without their answers. */
export interface Inputs {
  /** [n][inputs] */
  readonly inputs: Rows;
  /** By which each input is multiplied as it is gathered; for Uint8Array only. Default 1. */
  readonly inputScale?: number;
}

/** Samples with their answers: either `targets` or `labels`. */
export interface Data extends Inputs {
  /** [n][outputs] */
  readonly targets?: Rows;
  /** [n] class indices, in place of one-hot targets; with a single output, the targets 0 and 1. */
  readonly labels?: NumericArray | readonly number[];
}

interface Matrix {
  readonly values: NumericArray;
  readonly width: number;
}

/** How many numbers are looked at before the event loop may have its turn. */
const NUMBERS_AT_A_TIME = 1 << 18;

/** The user's data, checked, and left where it is. */
export class Samples {
  readonly count: number;
  readonly #inputs: Matrix;
  readonly #scale: number;
  readonly #targets: Matrix | undefined;
  readonly #labels: NumericArray | undefined;

  private constructor(inputs: Matrix, scale: number, targets?: Matrix, labels?: NumericArray) {
    this.count = inputs.values.length / inputs.width;
    this.#inputs = inputs;
    this.#scale = scale;
    this.#targets = targets;
    this.#labels = labels;
  }

  /**
   * Checks inputs alone, for `predict`.
   * @throws TypeError, RangeError naming the row and column
   */
  static *ofInputs(data: Inputs, model: Model): Work<Samples> {
    const inputs = yield* matrixOf('inputs', data.inputs, model.spec.inputs);
    return new Samples(inputs, checkScale(data));
  }

  /**
   * Checks inputs with their targets or labels.
   * @param place put before the names in error messages: '' or 'validation.'
   * @throws TypeError, RangeError naming the row and column
   */
  static *of(data: Data, model: Model, place = ''): Work<Samples> {
    checkKeys(place ? place.slice(0, -1) : 'data', data, ['inputs', 'targets', 'labels', 'inputScale']);
    if ((data.targets === undefined) === (data.labels === undefined)) {
      throw new TypeError(`${place}targets: expected either targets or labels beside the inputs`);
    }
    const inputs = yield* matrixOf(`${place}inputs`, data.inputs, model.spec.inputs);
    const scale = checkScale(data, place);
    const count = inputs.values.length / inputs.width;
    if (data.labels !== undefined) {
      const labels = yield* labelsOf(`${place}labels`, data.labels, count, model.outputs);
      return new Samples(inputs, scale, undefined, labels);
    }
    const targets = yield* matrixOf(`${place}targets`, data.targets, model.outputs);
    const targetCount = targets.values.length / targets.width;
    if (targetCount !== count) {
      throw new RangeError(`${place}targets: expected ${count} rows, as many as inputs, got ${targetCount}`);
    }
    return new Samples(inputs, scale, targets);
  }

  /**
   * Gathers a mini-batch into the model's memory: rows `first` to `first + rows` of the samples, or of their `order`.
   */
  gather(model: Model, first: number, rows: number, order?: Uint32Array): void {
    const { layout, views, kernels } = model;
    const { values, width } = this.#inputs;
    if (values instanceof Uint8Array || values instanceof Uint8ClampedArray) {
      copyRows(this.#inputs, first, rows, order, views.bytes, layout.rawBytes, width);
      kernels.widenBytes(layout.rawBytes, layout.inputs, rows * width, this.#scale);
    } else {
      copyRows(this.#inputs, first, rows, order, views.floats, views.at(layout.inputs), width);
    }

    const { stride, units } = model.layers.at(-1)!;
    const at = views.at(layout.targets);
    if (this.#targets) copyRows(this.#targets, first, rows, order, views.floats, at, stride);
    if (this.#labels) placeLabels(this.#labels, first, rows, order, views.floats, at, stride, units);
  }
}

function copyRows(
  { values, width }: Matrix,
  first: number,
  rows: number,
  order: Uint32Array | undefined,
  target: NumericArray,
  at: number,
  stride: number,
): void {
  for (let n = first; n < first + rows; n++) {
    const from = (order ? order[n]! : n) * width;
    // For a short row the loop is faster than the making of a subarray.
    if (width < 32) for (let k = 0; k < width; k++) target[at + k] = values[from + k]!;
    else target.set(values.subarray(from, from + width), at);
    at += stride;
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
): void {
  target.fill(0, at, at + rows * stride);
  for (let n = first; n < first + rows; n++) {
    const label = labels[order ? order[n]! : n]!;
    if (units === 1) target[at] = label;
    else target[at + label] = 1;
    at += stride;
  }
}

function checkScale({ inputs, inputScale }: Inputs, place = ''): number {
  if (inputScale === undefined) return 1;
  if (!(inputs instanceof Uint8Array || inputs instanceof Uint8ClampedArray)) {
    throw new TypeError(
      `${place}inputScale: goes with inputs in a Uint8Array; scale other inputs beforehand`,
    );
  }
  return checkFloat(`${place}inputScale`, checkPositive(`${place}inputScale`, inputScale));
}

/** @returns the rows as one typed array: the user's own, or a copy of plain arrays */
function* matrixOf(place: string, rows: unknown, width: number): Work<Matrix> {
  if (!isNumericArray(rows) && !Array.isArray(rows)) {
    throw new TypeError(
      `${place}: expected a typed array, or an array of rows of ${width} numbers, got ${show(rows)}`,
    );
  }
  if (rows.length === 0) throw new RangeError(`${place}: expected at least one row of ${width}, got none`);
  const isFlat = isNumericArray(rows) || typeof rows[0] === 'number';
  if (!isFlat) return { values: yield* flatten(place, rows, width), width };
  if (rows.length % width !== 0) {
    throw new RangeError(`${place}: expected a multiple of ${width} values, got ${rows.length}`);
  }
  yield* checkFloats(rows, (i) => `${place}[${Math.floor(i / width)}][${i % width}]`);
  return { values: isNumericArray(rows) ? rows : Float32Array.from(rows as readonly number[]), width };
}

function* flatten(place: string, rows: readonly unknown[], width: number): Work<Float32Array> {
  const values = new Float32Array(rows.length * width);
  let at = 0;
  for (let n = 0; n < rows.length; n++) {
    const row = rows[n];
    if (!isNumericArray(row) && !Array.isArray(row)) {
      throw new TypeError(`${place}[${n}]: expected an array of ${width} numbers, got ${show(row)}`);
    }
    if (row.length !== width) {
      throw new RangeError(`${place}[${n}]: expected ${width} values, got ${row.length}`);
    }
    for (let k = 0; k < width; k++) {
      const value: unknown = row[k];
      const float = typeof value === 'number' ? Math.fround(value) : NaN;
      values[at++] = float - float === 0 ? float : checkFloat(`${place}[${n}][${k}]`, value);
    }
    if (at % NUMBERS_AT_A_TIME < width) yield;
  }
  return values;
}

function* labelsOf(place: string, labels: unknown, count: number, outputs: number): Work<NumericArray> {
  if (!isNumericArray(labels) && !Array.isArray(labels)) {
    throw new TypeError(`${place}: expected an array of class indices, got ${show(labels)}`);
  }
  if (labels.length !== count) {
    throw new RangeError(
      `${place}: expected ${count} labels, as many as rows of inputs, got ${labels.length}`,
    );
  }
  const most = Math.max(outputs - 1, 1);
  for (let n = 0; n < count; n++) {
    const label: unknown = labels[n];
    if (typeof label !== 'number') {
      throw new TypeError(`${place}[${n}]: expected a class index, got ${show(label)}`);
    }
    if (!Number.isInteger(label) || label < 0 || label > most) {
      throw new RangeError(
        `${place}[${n}] is ${label}; expected a whole number from 0 to ${most}, for ${outputs} outputs`,
      );
    }
    if (n % NUMBERS_AT_A_TIME === NUMBERS_AT_A_TIME - 1) yield;
  }
  return isNumericArray(labels) ? labels : Uint32Array.from(labels as readonly number[]);
}

/** Checks that all values are finite in single precision; integers are. */
function* checkFloats(values: NumericArray | readonly unknown[], place: (i: number) => string): Work<void> {
  if (isNumericArray(values) && !(values instanceof Float32Array || values instanceof Float64Array)) return;
  for (let start = 0; start < values.length; start += NUMBERS_AT_A_TIME) {
    const end = Math.min(start + NUMBERS_AT_A_TIME, values.length);
    for (let i = start; i < end; i++) {
      const value = values[i];
      const float = typeof value === 'number' ? Math.fround(value) : NaN;
      if (float - float !== 0) checkFloat(place(i), value); // throws: the difference is NaN but for finite numbers
    }
    yield;
  }
}

function isNumericArray(value: unknown): value is NumericArray {
  return (
    ArrayBuffer.isView(value) &&
    !(value instanceof DataView || value instanceof BigInt64Array || value instanceof BigUint64Array)
  );
}
