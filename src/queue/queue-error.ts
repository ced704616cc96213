import { FaultError } from '../errors.js';

/** A queue can't be used, a message is invalid, or a worker can't run a task. */
export class QueueError extends FaultError {
  override readonly name = 'QueueError';
}
