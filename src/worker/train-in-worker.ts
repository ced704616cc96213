import { ThreadError, TypeFault } from '../errors.js';
import { checkKeys, checkOptional, show } from '../base/check.js';
import type { NetworkState } from '../model/state.js';
import { Network } from '../network.js';
import { checkTrainOptions, optionNames, type TrainOptions } from '../training/options.js';
import type { EpochReport } from '../training/reports.js';
import { isNamed, type Data } from '../training/samples.js';
import type { Stream } from '../training/stream.js';
import { inSlices } from '../base/work.js';
import { copyLarge } from './copy.js';
import { unpackError } from './error-record.js';
import { sendable, takeFunctions, type AnyFunction } from './functions.js';
import { listBuffers, type Task } from './messages.js';
import { openPort, type Port } from './port.js';

/** Milliseconds after which a worker that was told to stop counts as lost. A step takes far less. */
const STOPPING_TIME = 5000;

/** How to start the worker, and which buffers to transfer to it. */
export interface WorkerOptions {
  /**
   * Starts the worker, for bundlers that can't find its file. Create a file whose only line is
   * `import 'bp4/worker/thread'`, and return a module worker that runs it.
   */
  readonly worker?: () => Worker;
  /** Buffers of the data to transfer instead of copying. The caller's arrays on them are empty after the transfer. */
  readonly transfer?: readonly ArrayBuffer[];
}

/**
 * Trains like `net.train`, but in a worker: with the same options and identical results, while this thread stays free.
 *
 * The data is copied to the worker, unless it's in a SharedArrayBuffer. Large typed arrays are copied in slices, so this
 * thread stays responsive. Functions among the options run on this thread, and training waits for them. Whenever one is
 * called, and at the end, `net` is up to date. During training, `net` can predict, but it can't be trained.
 * @returns one report per epoch, with loss and accuracy
 * @throws the errors of `net.train`, with the same messages
 * @throws TypeError if the data can't be sent to a worker
 * @throws ThreadError if the host has no workers, or the worker dies; the network keeps the last state it reported
 * @throws the reason of `options.signal` if it aborts; the network keeps its last whole step
 */
export async function trainInWorker(
  net: Network,
  data: Data | Stream,
  options: TrainOptions = {},
  where: WorkerOptions = {},
): Promise<EpochReport[]> {
  if (!(net instanceof Network))
    throw new TypeFault({ place: 'net', problem: `expected a Network, got ${show(net)}` });
  checkKeys('where', where, ['worker', 'transfer']);
  checkOptional('worker', where.worker, 'function');
  let stop = (): void => undefined;
  const train: Parameters<Network['trainElsewhere']>[0] = async (threads, restore, spec) => {
    checkTrainOptions(options, net.layers.length);
    const { signal } = options;
    const mayGoOn = (): void => signal?.throwIfAborted();
    mayGoOn();
    const functions: AnyFunction[] = [];
    const transfer = [...(where.transfer ?? [])];
    const align = (data: unknown): unknown => (isNamed(data) ? data.forNetwork(spec, true) : data);
    const whole = { data: sendable(data, align), options: sendableOptions(options, align) };
    const given = await inSlices(copyLarge(takeFunctions(whole, functions), transfer), mayGoOn);
    const { state } = net;
    transfer.push(...listBuffers(state));
    const task: Task = { state, engine: net.engine, threads, given };
    const port = openPort(where.worker);
    let timer: ReturnType<typeof setTimeout> | undefined;
    stop = () => {
      port.post({ type: 'stop' });
      timer ??= setTimeout(() => port.terminate(), STOPPING_TIME);
    };
    try {
      mayGoOn(); // the user's function that starts the worker may have aborted
      signal?.addEventListener('abort', stop);
      send(port, task, transfer);
      return await converse(port, functions, restore, signal);
    } catch (error) {
      // The worker may not have started, may wait for an answer, or may be lost.
      port.post({ type: 'close' });
      if (error instanceof ThreadError) {
        port.terminate();
        signal?.throwIfAborted();
      }
      throw error;
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    }
  };
  return await net.trainElsewhere(train, () => stop());
}

/** Reads the options by name, because a message drops getters of a class. */
function sendableOptions(options: TrainOptions, align: (data: unknown) => unknown): object {
  const { validation, checkpoint, onEpoch, onBatch } = options;
  return {
    ...Object.fromEntries(optionNames.map((name) => [name, options[name]])),
    signal: undefined,
    validation: sendable(validation, align),
    checkpoint: checkpoint && {
      everyEpochs: checkpoint.everyEpochs,
      everySteps: checkpoint.everySteps,
      write: unanswered(checkpoint.write),
    },
    onEpoch: onEpoch && unanswered(onEpoch),
    onBatch: onBatch && unanswered(onBatch),
  };
}

/** Waits for a callback, but drops its result, which can't always be sent. */
const unanswered =
  <Argument>(callback: (argument: Argument) => unknown) =>
  async (argument: Argument): Promise<void> => {
    await callback(argument);
  };

/** @throws TypeError if a part of the task can't be sent */
function send(port: Port, task: Task, transfer: ArrayBuffer[]): void {
  try {
    port.post({ type: 'train', task }, transfer);
  } catch (cause) {
    throw new TypeFault(
      { place: 'data', problem: `cannot be sent to a worker: ${(cause as Error).message}` },
      { cause },
    );
  }
}

/** Calls the user's functions on the worker's request, until the training ends. */
async function converse(
  port: Port,
  functions: readonly AnyFunction[],
  restore: (state: NetworkState) => void,
  signal: AbortSignal | undefined,
): Promise<EpochReport[]> {
  let failure: { readonly reason: unknown } | undefined;
  const answer = async (number: number, args: readonly unknown[]): Promise<void> => {
    try {
      const result = await functions[number]!(...args);
      const transfer: ArrayBuffer[] = [];
      const value = await inSlices(copyLarge(result, transfer), () => undefined);
      port.post({ type: 'answer', value }, transfer);
    } catch (reason) {
      failure = { reason };
      port.post({ type: 'failed' });
    }
  };
  let next = port.next();
  for (;;) {
    const message = await next;
    if (message.state) restore(message.state);
    if (message.type === 'end') {
      if (failure) throw failure.reason;
      if (message.error) throw unpackError(message.error);
      signal?.throwIfAborted();
      return message.history!;
    }
    next = port.next();
    // A stopped training ends without waiting for the function.
    await Promise.race([answer(message.number, message.args), next.catch(() => undefined)]);
  }
}
