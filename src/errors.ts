// Every error of bp4 carries what is wrong as data. Its message is derived from that data, so that nobody has to read it back.

/** What an error says. */
export interface Fault {
  /** A path into what the caller gave: `layers[1].units`, `validation.inputs[3][17]`; in a file `row 12, column "width"`. */
  readonly place: string;
  /** What is wrong there: `expected a whole number, got 'three'`, or `is NaN; expected a finite number`. */
  readonly problem: string;
  /** What to do about it, in the terms of the JavaScript API. */
  readonly cure?: string | undefined;
  /** The option that the cure names, for callers that spell options another way: the command line has flags. */
  readonly option?: FaultOption | undefined;
}

/** An option that mends a fault, and the values to choose from where they are known. */
export interface FaultOption {
  readonly name: string;
  readonly values?: readonly (string | number)[];
}

/** `place: problem; cure`, where a problem that begins with 'is' continues the sentence: `inputs[1][1] is NaN; …`. */
export function describeFault({ place, problem, cure }: Fault): string {
  const joint = place === '' ? '' : problem.startsWith('is ') ? ' ' : ': ';
  return `${place}${joint}${problem}${cure === undefined ? '' : `; ${cure}`}`;
}

const pickFault = ({ place, problem, cure, option }: Fault): Fault => ({ place, problem, cure, option });

/** Places nest from the outside in: `net.npz: array 'x'`. */
export function joinPlaces(outer: string, inner: string): string {
  return outer === '' || inner === '' ? outer + inner : `${outer}: ${inner}`;
}

/**
 * What an error says, at a place inside another: of a fault its fields, of any other error (one of JSON.parse, say) its
 * message as the problem.
 */
export function within(place: string, error: unknown): Fault {
  if (isFault(error)) {
    const { problem, cure, option } = error;
    return { place: joinPlaces(place, error.place), problem, cure, option };
  }
  return { place, problem: error instanceof Error ? error.message : String(error) };
}

/** A value of the wrong type. It is a TypeError, in name too. */
export class TypeFault extends TypeError implements Fault {
  declare readonly place: string;
  declare readonly problem: string;
  declare readonly cure: string | undefined;
  declare readonly option: FaultOption | undefined;

  constructor(fault: Fault, options?: ErrorOptions) {
    super(describeFault(fault), options);
    Object.assign(this, pickFault(fault));
  }
}

/** A value of the right type that is not allowed. It is a RangeError, in name too. */
export class RangeFault extends RangeError implements Fault {
  declare readonly place: string;
  declare readonly problem: string;
  declare readonly cure: string | undefined;
  declare readonly option: FaultOption | undefined;

  constructor(fault: Fault, options?: ErrorOptions) {
    super(describeFault(fault), options);
    Object.assign(this, pickFault(fault));
  }
}

/** What is neither of the wrong type nor out of range: the classes below say what it is. */
export class FaultError extends Error implements Fault {
  declare readonly place: string;
  declare readonly problem: string;
  declare readonly cure: string | undefined;
  declare readonly option: FaultOption | undefined;

  constructor(fault: Fault, options?: ErrorOptions) {
    super(describeFault(fault), options);
    Object.assign(this, pickFault(fault));
  }
}

/** Whether bp4 threw it, with its place, problem and cure as fields. */
export function isFault(error: unknown): error is Error & Fault {
  return error instanceof TypeFault || error instanceof RangeFault || error instanceof FaultError;
}

/** A call that the network cannot take in its present state: after `dispose()`, or while it is being trained. */
export class StateError extends FaultError {
  override readonly name = 'StateError';
}

/** `engine: 'wasm'` was asked for where WebAssembly with SIMD is refused; `cause` holds the engine's own error. */
export class EngineError extends FaultError {
  override readonly name = 'EngineError';
}

/** A thread that shared the training of a network, or did it (bp4/worker), ended by itself, or could not be started. */
export class ThreadError extends FaultError {
  override readonly name = 'ThreadError';
}

/** A training whose loss or weights became NaN or infinite; the network is left after its last whole finite step. */
export class DivergenceError extends FaultError {
  override readonly name = 'DivergenceError';
  /** From 1, and the step within it, from 1, that was not taken. */
  readonly epoch: number;
  readonly step: number;
  /** The layer, from 0, with the largest gradient of that step, and its size; NaN where it is none. */
  readonly layer: number;
  readonly largestGradient: number;

  constructor(fault: Fault, at: Pick<DivergenceError, 'epoch' | 'step' | 'layer' | 'largestGradient'>) {
    super(fault);
    this.epoch = at.epoch;
    this.step = at.step;
    this.layer = at.layer;
    this.largestGradient = at.largestGradient;
  }
}

/** Bytes, or a model in plain data, that are not of the format that is read, or no longer whole; the message names the place. */
export class FormatError extends FaultError {
  override readonly name = 'FormatError';
}
