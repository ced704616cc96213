import { Batch, Layer, Net } from './structs';

/** The l-th layer. */
export function layerAt(net: Net, l: i32): Layer {
  return changetype<Layer>(net.layers + <usize>l * offsetof<Layer>());
}

export function lastLayer(net: Net): Layer {
  return layerAt(net, net.layerCount - 1);
}

/** Batches are one cache line apart, so that no thread writes to the line of another. */
export function batchAt(net: Net, thread: i32): Batch {
  return changetype<Batch>(net.batches + ((<usize>thread) << 6));
}

/** The address of a row of a matrix f32[rows][stride]. */
export function rowAt(matrix: usize, row: i32, stride: i32): usize {
  return matrix + ((<usize>row * <usize>stride) << 2);
}
