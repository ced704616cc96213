import { Layer, Net } from '../../memory/structs.js';
import type { Views } from '../../memory/views.js';

/** The linear memory as numbers of every kind. */
export type MemoryViews = Views['arrays'];

/** A network as its kernels find it described in memory. */
export interface Description {
  readonly net: Net;
  readonly layers: readonly Layer[];
}

/** @param pointer to the network */
export function readDescription(views: MemoryViews, pointer: number): Description {
  const net = new Net(views, pointer);
  const layers = Array.from(
    { length: net.layerCount },
    (_, l) => new Layer(views, net.layers + l * Layer.bytes),
  );
  return { net, layers };
}
