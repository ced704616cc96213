import type { ThreadChoice } from '../kernels/kernels.js';
import type { NetworkState } from '../model/state.js';
import type { EpochReport } from '../training/reports.js';
import type { ErrorRecord } from './error-record.js';

// The messages between the two sides. The worker makes one request at a time: it requests the call of a function of the user
// and waits for the answer, as `train` waits for a promise.

/** A training. */
export interface Task {
  readonly state: NetworkState;
  readonly engine: 'wasm' | 'reference';
  readonly threads: ThreadChoice;
  /** `{ data, options }` of `train`, with numbers in place of functions (functions.ts). */
  readonly given: unknown;
}

export type ToWorker =
  | { readonly type: 'train'; readonly task: Task }
  /** Stops the training after the current step. */
  | { readonly type: 'stop' }
  /** Ends the worker; its messages are no longer read. */
  | { readonly type: 'close' }
  | { readonly type: 'answer'; readonly value: unknown }
  /** The user's function threw. */
  | { readonly type: 'failed' };

export type FromWorker =
  | {
      readonly type: 'call';
      readonly number: number;
      readonly args: readonly unknown[];
      /** The current state of the network, which the user's function may read. */
      readonly state: NetworkState;
    }
  | {
      readonly type: 'end';
      /** Neither field is set if the training was stopped or the user's function threw. */
      readonly history?: EpochReport[];
      readonly error?: ErrorRecord;
      /** The final state of the network, if it was created. */
      readonly state?: NetworkState;
    };

/** The buffers of a state that was copied for a message, to transfer with it. */
export function listBuffers({ parameters, run }: NetworkState): ArrayBuffer[] {
  const all = [parameters, ...(run?.slots ?? [])].flat();
  return all.flatMap(({ weights, biases }) => [weights.buffer, biases.buffer] as ArrayBuffer[]);
}
