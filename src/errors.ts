// Every error of bp4 carries its details as data. The message is derived from them, so that no code parses a message.

/** The details of an error. */
export interface Fault {
  /** A path into the caller's data: `layers[1].units`, `validation.inputs[3][17]`; in a file, `row 12, column "width"`. */
  readonly place: string;
  /** The problem there: `expected a whole number, got 'three'`, or `is NaN; expected a finite number`. */
  readonly problem: string;
  /** How to fix it, in the terms of the JavaScript API. */
  readonly cure?: string | undefined;
  /** The option that the cure names, for callers that spell options differently, such as the command line. */
  readonly option?: FaultOption | undefined;
}

/** An option that fixes a problem, with the values to choose from if they are known. */
export interface FaultOption {
  readonly name: string;
  readonly values?: readonly (string | number)[];
}

/**
 * `place: problem; cure`, in one line, whatever line breaks the data hold. A problem that begins with 'is' or 'has' continues the
 * sentence: `inputs[1][1] is NaN; …`.
 */
export function describeFault({ place, problem, cure }: Fault): string {
  const joint = place === '' ? '' : /^(is|has) /.test(problem) ? ' ' : ': ';
  const text = `${place}${joint}${problem}${cure === undefined ? '' : `; ${cure}`}`;
  return text.replace(/[\n\r\u2028\u2029]/g, ' ');
}

const pickFault = ({ place, problem, cure, option }: Fault): Fault => ({ place, problem, cure, option });

/** Places nest from the outside in: `net.npz: array 'x'`. */
export function joinPlaces(outer: string, inner: string): string {
  return outer === '' || inner === '' ? outer + inner : `${outer}: ${inner}`;
}

/**
 * The details of an error at a place inside another: the fields of a fault, or the message of any other error (of JSON.parse,
 * for example) as the problem.
 */
export function within(place: string, error: unknown): Fault {
  if (isFault(error)) {
    const { problem, cure, option } = error;
    return { place: joinPlaces(place, error.place), problem, cure, option };
  }
  return { place, problem: error instanceof Error ? error.message : String(error) };
}

/** A value of the wrong type. Its name is TypeError. */
export class TypeFault extends TypeError implements Fault {
  declare readonly place: string;
  declare readonly problem: string;
  declare readonly cure: string | undefined;
  declare readonly option: FaultOption | undefined;

  constructor(fault: Fault, options?: { readonly cause?: unknown }) {
    super(describeFault(fault), options);
    Object.assign(this, pickFault(fault));
  }
}

/** A value of the right type that is out of range. Its name is RangeError. */
export class RangeFault extends RangeError implements Fault {
  declare readonly place: string;
  declare readonly problem: string;
  declare readonly cure: string | undefined;
  declare readonly option: FaultOption | undefined;

  constructor(fault: Fault, options?: { readonly cause?: unknown }) {
    super(describeFault(fault), options);
    Object.assign(this, pickFault(fault));
  }
}

/** The base of the errors below, which are neither type nor range errors. */
export class FaultError extends Error implements Fault {
  declare readonly place: string;
  declare readonly problem: string;
  declare readonly cure: string | undefined;
  declare readonly option: FaultOption | undefined;

  constructor(fault: Fault, options?: { readonly cause?: unknown }) {
    super(describeFault(fault), options);
    Object.assign(this, pickFault(fault));
  }
}

/** Whether this is an error of bp4, with place, problem and cure as fields. */
export function isFault(error: unknown): error is Error & Fault {
  return error instanceof TypeFault || error instanceof RangeFault || error instanceof FaultError;
}

/** A call that the network can't accept in its current state: after `dispose()`, or during training. */
export class StateError extends FaultError {
  override readonly name = 'StateError';
}

/** The host doesn't support what was asked for: WebAssembly with SIMD, or import(). `cause` holds the error of the host. */
export class EngineError extends FaultError {
  override readonly name = 'EngineError';
}

/** A training thread, or the worker of bp4/worker, died or couldn't be started. */
export class ThreadError extends FaultError {
  override readonly name = 'ThreadError';
}

/** Training whose loss or weights became NaN or infinite. The network keeps the weights of its last finite step. */
export class DivergenceError extends FaultError {
  override readonly name = 'DivergenceError';
  /** The epoch in which training diverged, and the step within it, both counted from 1. */
  declare readonly epoch: number;
  declare readonly step: number;
  /** The layer, from 0, with the largest gradient of that step, and the size of that gradient, which may be NaN. */
  declare readonly layer: number;
  declare readonly largestGradient: number;

  constructor(fault: Fault, at: Pick<DivergenceError, 'epoch' | 'step' | 'layer' | 'largestGradient'>) {
    super(fault);
    Object.assign(this, at);
  }
}

/** Bytes, or a model as plain data, that don't have the expected format or are damaged. The message names the place. */
export class FormatError extends FaultError {
  override readonly name = 'FormatError';
}
