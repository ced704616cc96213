import { ThreadError, TypeFault } from '../errors.js';
import { checkKeys, checkOptional, show } from '../base/check.js';
import type { NetworkState } from '../model/state.js';
import { Network } from '../network.js';
import { checkTrainOptions, optionNames, type TrainOptions } from '../training/options.js';
import type { EpochReport } from '../training/reports.js';
import type { Data } from '../training/samples.js';
import type { Stream } from '../training/stream.js';
import { inSlices } from '../base/work.js';
import { copyLarge } from './copy.js';
import { unpackError } from './error-record.js';
import { sendable, takeFunctions, type AnyFunction } from './functions.js';
import { listBuffers, type Task } from './messages.js';
import { openPort, type Port } from './port.js';

/** A worker that was told to stop and says nothing is lost after so many milliseconds: a step takes far less. */
const STOPPING_TIME = 5000;

/** How the worker is started, and what it is handed. */
export interface WorkerOptions {
  /**
   * Starts the worker, for bundlers that do not find its file by themselves: make a file whose only line is
   * `import 'bp4/worker/thread'`, and start that as a module worker.
   */
  readonly worker?: () => Worker;
  /** Buffers of the data that are handed over, not copied: they are empty for the caller afterwards. */
  readonly transfer?: readonly ArrayBuffer[];
}

/**
 * Does what `net.train` does, in a worker: the same options, the same result, the same bits, and this thread is free.
 *
 * The data are copied for the worker, typed arrays in slices of time, but what lies in a SharedArrayBuffer is shared. The
 * functions among the options are called here, and each is waited for; whenever one is called, and at the end, `net` is as
 * the training has made it so far. Meanwhile it can predict, and cannot be trained.
 * @returns loss and accuracy of each epoch
 * @throws what `train` throws, with the same messages
 * @throws TypeError where the data cannot be sent to a worker
 * @throws ThreadError where there is no worker, or it ends by itself; the network is left as when it last reported
 * @throws the reason of `options.signal` once it is aborted; the network is left after its last whole step
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
  const train: Parameters<Network['trainElsewhere']>[0] = async (threads, restore) => {
    checkTrainOptions(options, net.layers.length);
    const { signal } = options;
    const mayGoOn = (): void => signal?.throwIfAborted();
    mayGoOn();
    const functions: AnyFunction[] = [];
    const transfer = [...(where.transfer ?? [])];
    const whole = { data: sendable(data), options: sendableOptions(options) };
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
      mayGoOn(); // whoever started the worker may have done anything
      signal?.addEventListener('abort', stop);
      send(port, task, transfer);
      return await converse(port, functions, restore, signal);
    } catch (error) {
      // It may not have begun, or wait for an answer; or be lost.
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

/** By their names, for a message would take only the fields of a class. */
function sendableOptions(options: TrainOptions): object {
  const { validation, checkpoint, onEpoch, onBatch } = options;
  return {
    ...Object.fromEntries(optionNames.map((name) => [name, options[name]])),
    signal: undefined,
    validation: sendable(validation),
    checkpoint: checkpoint && {
      everyEpochs: checkpoint.everyEpochs,
      everySteps: checkpoint.everySteps,
      write: unanswered(checkpoint.write),
    },
    onEpoch: onEpoch && unanswered(onEpoch),
    onBatch: onBatch && unanswered(onBatch),
  };
}

/** What a callback returns is waited for, and need not be anything that can be sent. */
const unanswered =
  <Argument>(callback: (argument: Argument) => unknown) =>
  async (argument: Argument): Promise<void> => {
    await callback(argument);
  };

/** @throws TypeError where a part of it cannot be sent */
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

/** Calls the user's functions as the worker asks for it, to the end. */
async function converse(
  port: Port,
  functions: readonly AnyFunction[],
  restore: (state: NetworkState) => void,
  signal: AbortSignal | undefined,
): Promise<EpochReport[]> {
  let failure: { readonly reason: unknown } | undefined;
  for (;;) {
    const message = await port.next();
    if (message.state) restore(message.state);
    if (message.type === 'end') {
      if (failure) throw failure.reason;
      if (message.error) throw unpackError(message.error);
      signal?.throwIfAborted();
      return message.history!;
    }
    try {
      const answer = await functions[message.number]!(...message.args);
      const transfer: ArrayBuffer[] = [];
      const value = await inSlices(copyLarge(answer, transfer), () => undefined);
      port.post({ type: 'answer', value }, transfer);
    } catch (reason) {
      failure = { reason };
      port.post({ type: 'failed' });
    }
  }
}
