import type { Layer } from '../../memory/structs.js';
import { multiplyFour } from './micro/multiply.js';
import type { ReferenceMemory } from './reference-memory.js';

/** Forward: z = W·a + b, for the samples in [from, to). */
export function forward(m: ReferenceMemory, l: Layer, from: number, to: number): void {
  const f = m.floats;
  const { units, stride, fanIn, inputStride } = l;
  const [input, weights, biases, preActivations] = [
    m.at(l.input),
    m.at(l.weights),
    m.at(l.biases),
    m.at(l.preActivations),
  ];
  for (let n = from; n < to; n++) {
    const a = input + n * inputStride;
    const z = preActivations + n * stride;
    for (let j = 0; j < units; j += 4) multiplyFour(m, a, 1, weights + j, stride, 1, z + j, fanIn);
    for (let j = 0; j < units; j++) f[z + j] = f[z + j]! + f[biases + j]!;
  }
}
