import { currentPhase, readLayer, type View } from '../view.js';

// What flows along the edges in a phase: w·a forward, w·δ backward.

/** What travels along the edge between unit `source` of the column that it starts in and unit `target`. */
interface Packet {
  readonly source: number;
  readonly target: number;
  readonly value: number;
}

export interface Flow {
  /** The columns where the packets start and end. Column 0 holds the inputs. */
  readonly from: number;
  readonly to: number;
  readonly packets: readonly Packet[];
  /** For each target: the sum that arrives, with the bias in the forward phase. */
  readonly sums: Float32Array | readonly number[];
  /** For each target: a = σ(sum), or δ = sum · σ′(z). */
  readonly results: Float32Array;
}

/** @returns undefined in phases in which nothing flows */
export function planFlow(view: View): Flow | undefined {
  const { name, layer } = currentPhase(view);
  if (layer === undefined || (name !== 'forward' && name !== 'BP2')) return undefined;
  const { before, inputs, z, a, delta } = readLayer(view, layer);
  if (name === 'forward') {
    const packets = Array.from(before.weights, (w, i) => {
      const source = i % inputs.length;
      return { source, target: Math.floor(i / inputs.length), value: w * inputs[source]! };
    });
    return { from: layer, to: layer + 1, packets, sums: z, results: a };
  }
  const next = readLayer(view, layer + 1);
  const packets = Array.from(next.before.weights, (w, i) => {
    const source = Math.floor(i / delta.length);
    return { source, target: i % delta.length, value: w * next.delta[source]! };
  });
  const sums = Array.from(delta, (_, target) =>
    packets.reduce((sum, packet) => (packet.target === target ? sum + packet.value : sum), 0),
  );
  return { from: layer + 2, to: layer + 1, packets, sums, results: delta };
}
