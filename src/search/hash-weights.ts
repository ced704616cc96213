import { sha256 } from '../base/sha256.js';
import type { NetworkState } from '../model/state.js';

/** Hashes all weights and biases, layer by layer: 16 digits of SHA-256, the same wherever the same was trained. */
export function hashWeights({ parameters }: Pick<NetworkState, 'parameters'>): string {
  const floats = parameters.flatMap(({ weights, biases }) => [weights, biases]);
  const bytes = new Uint8Array(floats.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let at = 0;
  for (const { buffer, byteOffset, byteLength } of floats) {
    bytes.set(new Uint8Array(buffer, byteOffset, byteLength), at);
    at += byteLength;
  }
  return sha256(bytes).slice(0, 16);
}
