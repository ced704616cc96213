import type { Data } from '../training/samples.js';
import { abandonBatches, openBatches, type Stream } from '../training/stream.js';

// Functions cannot be sent to a worker: a number goes in the place of each, and there becomes a function that asks for the
// call of that number. What `train` is given may all answer with a promise, so that the difference does not show.

export type AnyFunction = (...args: unknown[]) => unknown;

/** In the place of a function. */
interface Numbered {
  readonly functionNumber: number;
}

/** In the place of a stream; each a function. */
export interface RemoteStream {
  readonly begin: AnyFunction;
  readonly next: AnyFunction;
  readonly giveUp: AnyFunction;
}

/**
 * Replaces the functions in an object and in the plain objects within.
 * @param functions out: takes them, each at its number
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

/** The reverse. @param call calls the function of a number on the other side */
export function giveFunctions(
  value: unknown,
  call: (number: number, args: readonly unknown[]) => Promise<unknown>,
): unknown {
  if (!isPlain(value)) return value;
  const { functionNumber } = value;
  if (typeof functionNumber === 'number') return (...args: unknown[]) => call(functionNumber, args);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, giveFunctions(inner, call)]));
}

/** An object of names and values, of whatever class (a Dataset): a message takes its class away. */
export const isPlain = (value: unknown): value is Record<string, unknown> =>
  Object.prototype.toString.call(value) === '[object Object]';

/**
 * What is sent in the place of the data: of a class, a message would take only the fields. What else they have is named,
 * without its value, for the worker to complain of.
 */
export function sendable(data: unknown): unknown {
  if (typeof data !== 'object' || data === null || Array.isArray(data) || ArrayBuffer.isView(data))
    return data;
  const names = Object.keys(data);
  const named = Object.fromEntries(names.map((name) => [name, undefined]));
  if ('batches' in data) {
    const { batches } = data as Stream;
    const isStream = typeof batches === 'function' && names.every((name) => name === 'batches');
    return isStream ? describeStream(batches) : { ...named, batches };
  }
  const { inputs, targets, labels, sampleWeights, inputScale } = data as Data;
  return { ...named, inputs, targets, labels, sampleWeights, inputScale };
}

/** A stream as functions, for the side that has it. */
function describeStream(batches: Stream['batches']): RemoteStream {
  let iterator: AsyncIterator<Data> | Iterator<Data>;
  return {
    begin: () => {
      iterator = openBatches(batches());
    },
    next: async () => {
      const result: IteratorResult<Data, unknown> = await iterator.next();
      return result.done ? { done: true, value: undefined } : { done: false, value: sendable(result.value) };
    },
    giveUp: () => abandonBatches(iterator),
  };
}

/** The stream again, on the other side. */
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
