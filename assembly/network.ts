import { Layer, Net } from './structs';

export function layerOf(net: Net, l: i32): Layer {
  return changetype<Layer>(net.layers + <usize>l * offsetof<Layer>());
}
