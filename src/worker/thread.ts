import { builtin } from '../kernels/processors.js';
import { Network } from '../network.js';
import type { TrainOptions } from '../training/options.js';
import type { Data } from '../training/samples.js';
import { packError } from './error-record.js';
import { giveFunctions, isRemote, connectStream, type RemoteStream } from './functions.js';
import { listBuffers, type FromWorker, type Task, type ToWorker } from './messages.js';

// The worker runs one training and then ends. It ends by itself, because not every runtime can end a worker from outside.

/** The worker's end of the port to its starter. */
interface NodePort {
  on(event: 'message', listener: (message: ToWorker) => void): void;
  postMessage(message: FromWorker, transfer: ArrayBuffer[]): void;
  /** Deno has none: there a worker ends by its scope. */
  close?(): void;
}

/** The global scope of a worker in a page. The DOM types of TypeScript describe only windows. */
interface WorkerScope {
  onmessage: (event: { readonly data: ToWorker }) => void;
  postMessage(message: FromWorker, transfer: ArrayBuffer[]): void;
  close(): void;
}

const nodePort = builtin('worker_threads')?.['parentPort'] as NodePort | null | undefined;
const scope = globalThis as unknown as WorkerScope;
const port = nodePort ?? scope;

const end = (): void => (nodePort?.close ? nodePort.close() : scope.close());

const post = (message: FromWorker): void =>
  port.postMessage(message, message.state ? listBuffers(message.state) : []);

/** The reason with which a stopped training rejects. */
const INTERRUPTED = new DOMException('interrupted', 'AbortError');
const stop = new AbortController();

/** Calls that wait for an answer, first in, first out. */
const waiting: { readonly resolve: (value: unknown) => void; readonly reject: (reason: Error) => void }[] =
  [];

function onMessage(message: ToWorker): void {
  switch (message.type) {
    case 'train':
      void run(message.task);
      break;
    case 'stop':
      stop.abort(INTERRUPTED);
      break;
    case 'close':
      stop.abort(INTERRUPTED);
      end();
      break;
    case 'answer':
      waiting.shift()?.resolve(message.value);
      break;
    case 'failed':
      waiting.shift()?.reject(INTERRUPTED);
  }
}

async function run({ state, engine, threads, given }: Task): Promise<void> {
  let net: Network | undefined;
  const call = (number: number, args: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      waiting.push({ resolve, reject });
      post({ type: 'call', number, args, state: net!.state });
    });
  let outcome: Pick<FromWorker & { type: 'end' }, 'history' | 'error'> = {};
  try {
    // If this worker can't compile WebAssembly, the reference computes the same bits.
    net = await Network.fromState(state, { engine: engine === 'wasm' ? 'auto' : engine, threads });
    const { data, options } = giveFunctions(given, call) as {
      data: Data | RemoteStream;
      options: TrainOptions;
    };
    const history = await net.train(isRemote(data) ? connectStream(data) : data, {
      ...options,
      signal: stop.signal,
    });
    outcome = { history };
  } catch (error) {
    if (error !== INTERRUPTED) outcome = { error: packError(error) };
  }
  post({ type: 'end', ...outcome, ...(net && { state: net.state }) });
  net?.dispose();
  end();
}

if (nodePort) nodePort.on('message', onMessage);
else scope.onmessage = ({ data }) => onMessage(data);
