import { fusesFirst } from './pairs';
import { layerAt } from './network';
import { Batch, Net } from './structs';
import { shareFrom, shareTo } from './team';

/**
 * Update: W −= η/m Σ ∂C/∂W, over all weights and biases of the network at once.
 * Rounds: the product η/m·g, then the difference.
 * @param parameters f32[count], updated in place
 * @param gradients  f32[count], sums over the mini-batch
 * @param rate       η/m
 * @param count      a multiple of four
 */
export function update(parameters: usize, gradients: usize, rate: f32, count: i32): void {
  const scale = f32x4.splat(rate);
  for (let end: usize = parameters + (count << 2); parameters < end; parameters += 16) {
    v128.store(parameters, f32x4.sub(v128.load(parameters), f32x4.mul(scale, v128.load(gradients))));
    gradients += 16;
  }
}

/**
 * The plain update, W −= η/m Σ ∂C/∂W, of a thread's share of the parameters. The weights of the first layer come first among
 * them; it skips them if `descendFirst` has updated them.
 */
export function updateShare(net: Net, batch: Batch, rate: f32): void {
  const skipped: usize = fusesFirst(net, batch) ? layerAt(net, 0).biases - net.parameters : 0;
  const count = net.parameterCount - i32(skipped >> 2);
  const from = shareFrom(batch, count, 16);
  const offset: usize = skipped + (from << 2);
  update(net.parameters + offset, net.gradients + offset, rate, shareTo(batch, count, 16) - from);
}
