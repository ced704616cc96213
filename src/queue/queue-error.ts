import { FaultError } from '../errors.js';

/** A queue, a worker or a message of theirs that can't do what was asked for. */
export class QueueError extends FaultError {
  override readonly name = 'QueueError';
}
