import type { ThreadChoice } from '../kernels/kernels.js';
import type { NetworkState } from '../model/state.js';
import type { EpochReport } from '../training/reports.js';
import type { ErrorRecord } from './error-record.js';

// What the two sides say to each other. The worker says one thing at a time: it calls a function of the user, and waits for
// the answer, as `train` waits for a promise.

/** A training. */
export interface Task {
  readonly state: NetworkState;
  readonly engine: 'wasm' | 'reference';
  readonly threads: ThreadChoice;
  /** `{ data, options }` of `train`; their functions are numbered (functions.ts). */
  readonly given: unknown;
}

export type ToWorker =
  | { readonly type: 'train'; readonly task: Task }
  /** After a whole step. */
  | { readonly type: 'stop' }
  /** Nobody listens to it any more. */
  | { readonly type: 'close' }
  | { readonly type: 'answer'; readonly value: unknown }
  /** The user's function threw. */
  | { readonly type: 'failed' };

export type FromWorker =
  | {
      readonly type: 'call';
      readonly number: number;
      readonly args: readonly unknown[];
      /** The network as it now is: the user's function may look at it. */
      readonly state: NetworkState;
    }
  | {
      readonly type: 'end';
      /** Neither where it was stopped, or the user's function threw. */
      readonly history?: EpochReport[];
      readonly error?: ErrorRecord;
      /** The network as the training left it, where there was one. */
      readonly state?: NetworkState;
    };

/** The buffers of a state that was copied for a message: they are handed over with it. */
export function listBuffers({ parameters, run }: NetworkState): ArrayBuffer[] {
  const all = [parameters, ...(run?.slots ?? [])].flat();
  return all.flatMap(({ weights, biases }) => [weights.buffer, biases.buffer] as ArrayBuffer[]);
}
