import { createHash } from 'node:crypto';
import type { Network } from '../../src/index.js';

/** All that training depends on, to the bit: SHA-256 of the weights, the biases, and where the generator stands. */
export function fingerprint(net: Network): string {
  const hash = createHash('sha256');
  for (const { weights, biases } of net.layers) hash.update(weights).update(biases);
  return hash.update(String(net.toJSON().generator)).digest('hex');
}
