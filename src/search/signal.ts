import { show } from '../model/check.js';
import { isSignal } from '../training/options.js';

/**
 * @throws TypeError unless `signal` is undefined or a signal
 */
export function checkSignal(signal: AbortSignal | undefined): void {
  if (signal !== undefined && !isSignal(signal)) {
    throw new TypeError(`signal: expected an AbortSignal, got ${show(signal)}`);
  }
}
