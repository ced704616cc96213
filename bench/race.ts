import type { Kernels } from '../src/kernels/kernels.js';
import { Model } from '../src/model/model.js';
import { Random } from '../src/base/random.js';
import { checkSpec } from '../src/model/spec.js';
import { measure, warmedUp } from './measure.js';
import type { Shape } from './shapes.js';
import type { Table } from './table.js';

/** One way to compute what the others of its race compute too. */
export interface Runner {
  readonly name: string;
  readonly call: () => void;
  readonly result: () => Float32Array;
}

/** Floating-point operations that take the reference some 50 ms: it is not asked for more, and nobody as often. */
export const REFERENCE_LIMIT = 2e7;

/**
 * Measures the runners beside each other into a table; the last is the baseline.
 * @param work of one call, in what the table counts
 */
export async function race(
  table: Table,
  name: string,
  work: number,
  runners: readonly Runner[],
): Promise<void> {
  const contenders = runners.map((runner) => warmedUp(runner.name, runner.call));
  const timings = await measure(contenders, work > REFERENCE_LIMIT ? 5 : 25);
  const checksums = runners.map(({ result }) => magnitude(result()));
  const expected = checksums.at(-1)!;
  table.add(
    name,
    work,
    contenders.map((contender, i) => {
      const checksum = checksums[i]!;
      if (!(Math.abs(checksum - expected) <= 1e-4 * expected)) {
        throw new Error(`${name}: ${contender.name} computes something else (${checksum}, not ${expected})`);
      }
      return { contender, timing: timings[i]!, checksum };
    }),
  );
}

const magnitude = (numbers: Float32Array): number => numbers.reduce((sum, x) => sum + Math.abs(x), 0);

/** A network 1 → fanIn → units in an engine's memory, every number of it drawn from the same seed. */
export function modelOf(kernels: Kernels, { rows, fanIn, units }: Shape): Model {
  const spec = [fanIn, units].map((units) => ({ units, activation: 'linear' as const }));
  const model = new Model(checkSpec({ inputs: 1, layers: spec }), kernels);
  model.reserve(rows);
  const { layout, layers, views } = model;
  const random = Random.fromSeed(1);
  const fill = (pointer: number, count: number): void => {
    const start = views.at(pointer);
    for (let i = start; i < start + count; i++) views.floats[i] = random.uniform(-2, 2);
  };
  // Buffer by buffer: how many samples there is room for, and so what lies where, depends on the engine.
  fill(layout.parameters, layout.parameterCount);
  for (const { preActivations, activations, delta, stride } of layers) {
    for (const pointer of [preActivations, activations, delta]) fill(pointer, rows * stride);
  }
  return model;
}
