import { DivergenceError, EngineError, FormatError, StateError, ThreadError } from '../errors.js';

// A clone of an error loses its class, and what it holds besides its message: it is sent as a record.

type Place = ConstructorParameters<typeof DivergenceError>[1];

export interface ErrorRecord {
  readonly name: string;
  readonly message: string;
  /** Where it was thrown, in the worker. */
  readonly stack: string | undefined;
  /** Where a training diverged. */
  readonly place: Place | undefined;
}

const classes: Partial<Record<string, new (message: string) => Error>> = {
  TypeError,
  RangeError,
  EngineError,
  FormatError,
  StateError,
  ThreadError,
};

export function recordOf(error: unknown): ErrorRecord {
  if (!(error instanceof Error)) {
    return { name: 'Error', message: String(error), stack: undefined, place: undefined };
  }
  const { name, message, stack } = error;
  return { name, message, stack, place: error instanceof DivergenceError ? placeOf(error) : undefined };
}

const placeOf = ({ epoch, step, layer, largestGradient }: Place): Place => ({
  epoch,
  step,
  layer,
  largestGradient,
});

export function errorOf({ name, message, stack, place }: ErrorRecord): Error {
  const error = place ? new DivergenceError(message, place) : new (classes[name] ?? Error)(message);
  if (stack !== undefined) error.stack = stack;
  return error;
}
