import {
  DivergenceError,
  EngineError,
  FaultError,
  FormatError,
  isFault,
  RangeFault,
  StateError,
  ThreadError,
  TypeFault,
  type Fault,
} from '../errors.js';

// Structured cloning drops the class and the fields of an error, so errors cross as records.

type DivergencePoint = ConstructorParameters<typeof DivergenceError>[1];

export interface ErrorRecord {
  /** The name of its class. */
  readonly name: string;
  /** The fault of an error of bp4; undefined for other errors. */
  readonly fault: Fault | undefined;
  readonly message: string;
  /** The stack in the worker. */
  readonly stack: string | undefined;
  /** The point of divergence of a DivergenceError. */
  readonly divergence: DivergencePoint | undefined;
}

const faultClasses: Partial<Record<string, new (fault: Fault) => Error>> = {
  TypeError: TypeFault,
  RangeError: RangeFault,
  EngineError,
  FormatError,
  StateError,
  ThreadError,
};

const engineClasses: Partial<Record<string, new (message: string) => Error>> = { TypeError, RangeError };

/** Packs a thrown value into a record, which `unpackError` unpacks. */
export function packError(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) {
    return {
      name: 'Error',
      fault: undefined,
      message: String(error),
      stack: undefined,
      divergence: undefined,
    };
  }
  const { name, message, stack } = error;
  return {
    name,
    fault: isFault(error) ? packFault(error) : undefined,
    message,
    stack,
    divergence: error instanceof DivergenceError ? packDivergence(error) : undefined,
  };
}

const packFault = ({ place, problem, cure, option }: Fault): Fault => ({ place, problem, cure, option });

const packDivergence = ({ epoch, step, layer, largestGradient }: DivergencePoint): DivergencePoint => ({
  epoch,
  step,
  layer,
  largestGradient,
});

/** An error of the same class with the same fields and the worker's stack. */
export function unpackError({ name, fault, message, stack, divergence }: ErrorRecord): Error {
  const error = fault
    ? divergence
      ? new DivergenceError(fault, divergence)
      : new (faultClasses[name] ?? FaultError)(fault)
    : new (engineClasses[name] ?? Error)(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
