import { LINEAR } from '../../src/kernels/codes.js';
import type { Layer, Net } from '../../src/kernels/reference/network.js';
import type { ReferenceMemory } from '../../src/kernels/reference/reference-memory.js';

// Puts faults into the equations of the reference. A test file mocks the modules of the equations:
//   vi.mock('…/bp2-hidden-delta.js', async (original) => faultyEquations(await original()))

/** Makes a faulty equation from the correct one. */
export interface Faults {
  outputDelta?: Fault<[net: Net, from: number, to: number]>;
  hiddenDelta?: Fault<[l: Layer, next: Layer, from: number, to: number]>;
  biasGradient?: Fault<[l: Layer, rows: number]>;
  weightGradient?: Fault<[l: Layer, rows: number, from: number, to: number]>;
}

type Equation<Args extends unknown[]> = (m: ReferenceMemory, ...args: Args) => void;
type Fault<Args extends unknown[]> = (right: Equation<Args>, m: ReferenceMemory, ...args: Args) => void;

let faults: Faults = {};
let precision: 4 | 8 = 4;

/** Breaks equations from now on, in one precision only. */
export function breakEquations(wrong: Faults, bytesPerFloat: 4 | 8): void {
  faults = wrong;
  precision = bytesPerFloat;
}

export function mendEquations(): void {
  faults = {};
}

/** Wraps a module of the reference so that each call applies the current fault. */
export function faultyEquations<Module extends object>(module: Module): Module {
  const names = Object.keys(module) as (keyof Module & keyof Faults)[];
  const functions = names.map((name) => {
    const right = module[name] as Equation<unknown[]>;
    const equation: Equation<unknown[]> = (m, ...args) => {
      const fault =
        m.bytesPerFloat === precision ? (faults[name] as Fault<unknown[]> | undefined) : undefined;
      if (fault) fault(right, m, ...args);
      else right(m, ...args);
    };
    return [name, equation];
  });
  return Object.fromEntries(functions) as Module;
}

/** The layer as if it were linear, without σ′. */
function withoutSlope(l: Layer, compute: () => void): void {
  const { activation } = l;
  l.activation = LINEAR;
  compute();
  l.activation = activation;
}

/** Faults that a gradient check must detect. */
export const wrongEquations: readonly [name: string, faults: Faults][] = [
  [
    'BP1 without σ′',
    {
      outputDelta: (right, m, net, ...rest) => withoutSlope(net.last, () => right(m, net, ...rest)),
    },
  ],
  ['BP2 without σ′', { hiddenDelta: (right, m, l, ...rest) => withoutSlope(l, () => right(m, l, ...rest)) }],
  ['BP3 without the last sample', { biasGradient: (right, m, l, rows) => right(m, l, rows - 1) }],
  [
    'BP4 without the last unit of the layer before',
    { weightGradient: (right, m, l, rows, from, to) => right(m, l, rows, from, to - 1) },
  ],
];
