import type { Data } from '../training/samples.js';
import { abandonBatches, openBatches, type Stream } from '../training/stream.js';

// Functions can't be sent to a worker. A number replaces each, and becomes a function in the worker that requests the call of
// that number. Every function among the arguments of `train` may return a promise, so the worker's functions can be async.

export type AnyFunction = (...args: unknown[]) => unknown;

/** Replaces a function. */
interface Numbered {
  readonly functionNumber: number;
}

/** Replaces a stream. */
export interface RemoteStream {
  readonly begin: AnyFunction;
  readonly next: AnyFunction;
  readonly giveUp: AnyFunction;
}

/**
 * Replaces the functions in an object and in nested plain objects by their numbers.
 * @param functions out: takes each function at its number
 */
export function takeFunctions(value: unknown, functions: AnyFunction[]): unknown {
  if (typeof value === 'function') {
    return { functionNumber: functions.push(value as AnyFunction) - 1 } satisfies Numbered;
  }
  if (!isPlain(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, takeFunctions(inner, functions)]),
  );
}

/** The reverse of `takeFunctions`. @param call calls a function of the other side by its number */
export function giveFunctions(
  value: unknown,
  call: (number: number, args: readonly unknown[]) => Promise<unknown>,
): unknown {
  if (!isPlain(value)) return value;
  const { functionNumber } = value;
  if (typeof functionNumber === 'number') return (...args: unknown[]) => call(functionNumber, args);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, giveFunctions(inner, call)]));
}

/** Whether a value is an object of fields. Instances of classes (a Dataset) count, because a message drops the class. */
export const isPlain = (value: unknown): value is Record<string, unknown> =>
  Object.prototype.toString.call(value) === '[object Object]';

/**
 * The part of the data to send. The fields are read by name, because a message drops getters of a class. Other fields are
 * sent as undefined, so that the worker's check reports them.
 * @param align puts data in the order of the network, because a message drops the names that a Dataset knows
 */
export function sendable(data: unknown, align: (data: unknown) => unknown): unknown {
  data = align(data);
  if (typeof data !== 'object' || data === null || Array.isArray(data) || ArrayBuffer.isView(data))
    return data;
  const names = Object.keys(data);
  const named = Object.fromEntries(names.map((name) => [name, undefined]));
  if ('batches' in data) {
    const { batches } = data as Stream;
    const isStream = typeof batches === 'function' && names.every((name) => name === 'batches');
    return isStream ? describeStream(batches, align) : { ...named, batches };
  }
  const { inputs, targets, labels, sampleWeights, inputScale } = data as Data;
  return { ...named, inputs, targets, labels, sampleWeights, inputScale };
}

/** A stream as functions, on the side that has it. */
function describeStream(batches: Stream['batches'], align: (data: unknown) => unknown): RemoteStream {
  let iterator: AsyncIterator<Data> | Iterator<Data>;
  return {
    begin: () => {
      iterator = openBatches(batches());
    },
    next: async () => {
      const result: IteratorResult<Data, unknown> = await iterator.next();
      return result.done
        ? { done: true, value: undefined }
        : { done: false, value: sendable(result.value, align) };
    },
    giveUp: () => abandonBatches(iterator),
  };
}

/** The stream on the other side. */
export function connectStream({ begin, next, giveUp }: RemoteStream): Stream {
  return {
    batches: () => {
      let begun: unknown;
      return {
        [Symbol.asyncIterator]: () => ({
          next: async () => {
            await (begun ??= begin());
            return (await next()) as IteratorResult<Data>;
          },
          return: async () => {
            await giveUp();
            return { done: true, value: undefined };
          },
        }),
      };
    },
  };
}

export const isRemote = (data: unknown): data is RemoteStream =>
  typeof data === 'object' && data !== null && typeof (data as Partial<RemoteStream>).giveUp === 'function';
