import type { AllKernels } from '../src/kernels/kernels.js';
import { chooseStride } from '../src/memory/layout.js';
import { Arena } from './arena.js';
import * as naive from './naive.js';
import { ordinary } from './numbers.js';
import { operations, type Operation, type Size } from './operations.js';
import { race, REFERENCE_LIMIT, type Runner } from './race.js';
import type { Roof } from './roof.js';
import type { Shape } from './shapes.js';
import { Table, type Result } from './table.js';

/** The seed of all numbers. */
const SEED = 1;

/** The tables of operations by unit of measurement: products, activations, updates. */
const tables = [
  {
    matches: /^(forward|hiddenDelta|weightGradient)/,
    dimensions: '(rows × units before × units)',
    nameShape: ({ rows, fanIn, units }: Shape) => `${rows} × ${fanIn} × ${units}`,
    unit: 'GFLOP/s',
    unitsPerFlop: 1,
    scale: 1e9,
    isNearRoof: true,
  },
  {
    matches: /^activate/,
    dimensions: '(rows × units)',
    nameShape: ({ rows, units }: Shape) => `${rows} × ${units}`,
    unit: 'M/s',
    unitsPerFlop: 1,
    scale: 1e6,
  },
  // A product and a difference read two numbers of four bytes, and write one.
  {
    matches: /^update/,
    dimensions: '(units before × units)',
    nameShape: ({ fanIn, units }: Shape) => `${fanIn} × ${units}`,
    unit: 'GB/s',
    unitsPerFlop: 6,
    scale: 1e9,
  },
];

/** Times the operations that have shapes for it, on each engine and as a naive loop. */
export async function benchOperations(engines: readonly AllKernels[], roof: Roof): Promise<Result[]> {
  const results: Result[] = [];
  for (const operation of operations.filter(({ shapes }) => shapes.length > 0)) {
    const kind = tables.find(({ matches }) => matches.test(operation.name))!;
    const title = `${operation.name}: ${operation.equation}   ${kind.dimensions}`;
    const table = new Table(
      title,
      kind.unit,
      kind.scale,
      'naive',
      kind.isNearRoof ? roof.operations : undefined,
    );
    for (const shape of operation.shapes) {
      const flops = operation.flops(shape);
      await race(
        table,
        kind.nameShape(shape),
        flops * kind.unitsPerFlop,
        flops,
        placeRunners(operation, shape, engines),
      );
    }
    results.push(...table.results);
  }
  return results;
}

function placeRunners(operation: Operation, shape: Shape, engines: readonly AllKernels[]): Runner[] {
  const arena = new Arena();
  const size = { ...shape, stride: chooseStride(shape.units), inputStride: chooseStride(shape.fanIn) };
  const call = operation.place(arena, size, ordinary(SEED));
  const runners = engines
    .filter(({ engine }) => engine === 'wasm' || operation.flops(shape) <= REFERENCE_LIMIT)
    .map((kernels): Runner => {
      arena.load(kernels);
      return {
        name: kernels.engine,
        call: () => call(kernels),
        result: () => arena.results(arena.run(kernels, call))[0]!.values,
      };
    });
  return [...runners, placeNaive(operation.name, arena, size)];
}

/** The same operation by naive loops, over copies of the buffers without their padding. */
function placeNaive(name: string, arena: Arena, size: Size): Runner {
  const { rows, fanIn, units, stride, inputStride } = size;
  const read = (buffer: string, count: number, rowStride: number, columns: number): Float32Array =>
    unpad(arena.content(buffer), count, rowStride, columns);
  const layer = {
    ...{ rows, fanIn, units },
    z: new Float32Array(rows * units),
    deltaBefore: new Float32Array(rows * fanIn),
    weightGradients: new Float32Array(units * fanIn),
  };
  switch (name) {
    case 'forward': {
      const input = read('input', rows, inputStride, fanIn);
      const weights = transpose(read('weights', fanIn, stride, units), units);
      const biases = read('biases', 1, stride, units);
      const run = (): void => naive.forward({ ...layer, input, weights, biases });
      return { name: 'naive', call: run, result: () => layer.z };
    }
    case 'hiddenDelta linear': {
      const weights = transpose(read('nextWeights', fanIn, stride, units), units);
      const delta = read('nextDelta', rows, stride, units);
      const run = (): void => naive.hiddenDelta({ ...layer, weights, delta });
      return { name: 'naive', call: run, result: () => layer.deltaBefore };
    }
    case 'weightGradient': {
      const input = read('input', rows, inputStride, fanIn);
      const delta = read('delta', rows, stride, units);
      const run = (): void => naive.weightGradient({ ...layer, input, delta });
      return { name: 'naive', call: run, result: () => layer.weightGradients };
    }
    case 'update': {
      const rate = ordinary(SEED).number(); // the first number that `place` draws
      const gradients = arena.content('gradients');
      const parameters = arena.content('parameters');
      return {
        name: 'naive',
        call: () => naive.update(parameters, gradients, rate),
        result() {
          const fresh = arena.content('parameters');
          naive.update(fresh, gradients, rate);
          return fresh;
        },
      };
    }
    default: {
      const activation = naive.activations[name.replace('activate ', '')]!;
      const z = read('z', rows, stride, units);
      return { name: 'naive', call: () => activation(z, layer.z, units), result: () => layer.z };
    }
  }
}

/** The first `columns` of each row. */
function unpad(matrix: Float32Array, rows: number, stride: number, columns: number): Float32Array {
  const copy = new Float32Array(rows * columns);
  for (let n = 0; n < rows; n++) copy.set(matrix.subarray(n * stride, n * stride + columns), n * columns);
  return copy;
}

function transpose(matrix: Float32Array, columns: number): Float32Array {
  const rows = matrix.length / columns;
  return matrix.map((_, i) => matrix[(i % rows) * columns + Math.floor(i / rows)]!);
}
