import { floatOfBits, LAYER_BYTES, layerFields, netFields, readFields } from '../plan.js';

/** The linear memory as numbers of every kind. */
export interface MemoryViews {
  readonly words: Uint32Array;
  readonly doubles: Float64Array;
  readonly floats: Float32Array | Float64Array;
}

/** A network as its kernels find it described in memory: assembly/network.ts says what the fields mean. */
export interface Description {
  readonly net: Readonly<Record<(typeof netFields)[number], number>>;
  readonly layers: readonly Readonly<Record<(typeof layerFields)[number], number>>[];
}

/** @param pointer to the network */
export function readDescription({ words }: MemoryViews, pointer: number): Description {
  const net = readFields(words, pointer / 4, netFields);
  net.lossParameter = floatOfBits(net.lossParameter);
  const layers = Array.from({ length: net.layerCount }, (_, l) => {
    const layer = readFields(words, (net.layers + l * LAYER_BYTES) / 4, layerFields);
    layer.alpha = floatOfBits(layer.alpha);
    return layer;
  });
  return { net, layers };
}
