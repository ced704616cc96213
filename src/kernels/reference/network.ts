import { Layer, type Net } from '../../memory/structs.js';
import type { ReferenceMemory } from './reference-memory.js';

/** The l-th layer. */
export const layerAt = (m: ReferenceMemory, net: Net, l: number): Layer =>
  new Layer(m, net.layers + l * Layer.bytes);

export const lastLayer = (m: ReferenceMemory, net: Net): Layer => layerAt(m, net, net.layerCount - 1);
