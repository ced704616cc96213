import { decode } from '../../model/read-safetensors.js';
import type { Network } from '../../network.js';
import type { Run } from '../../model/state.js';

/** How far the last training of a network has come; undefined where there was none, or its file does not tell. */
export function trainingOf(net: Network): Run | undefined {
  const saved = JSON.parse(decode(net.save()).metadata.get('bp4')!) as { readonly training?: Run };
  return saved.training;
}
