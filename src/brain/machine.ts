import { brainKernels } from './load.js';
import { checkInteger, checkName, checkPositive } from '../base/check.js';
import { areFinite } from '../base/numeric-arrays.js';
import { readParameters, writeParameters } from '../model/parameters.js';
import { IdlePool } from '../kernels/idle-pool.js';
import { Model } from '../model/model.js';
import { MOST_UNITS, type CheckedSpec } from '../model/spec.js';
import type { Parameters } from '../model/state.js';
import type { BrainEngine, BrainKernels } from './kernels.js';
import { activations, type BrainActivation } from './options.js';

/** The part of a network that training changes. A state is immutable: each training creates another. */
export interface State {
  /** Weights [units][fanIn] and biases [units], layer by layer. */
  readonly parameters: readonly Parameters[];
  /** The last change of each weight, for momentum; undefined before the first change. */
  readonly changes?: readonly Parameters[] | undefined;
  /** Adam's moments, and the number of steps it has taken. */
  readonly adam?: AdamMemory | undefined;
  /** Called before the memory of the machine that holds the state is overwritten or let go. */
  readonly release?: () => void;
}

interface AdamMemory {
  readonly first: readonly Parameters[];
  readonly second: readonly Parameters[];
  readonly step: number;
}

/** What training has left in the memory of a machine. It is read only when it's asked for: often the next training asks for nothing. */
export class HeldState implements State {
  #machine: Machine | undefined;
  #copy: State | undefined;

  /** @param rest the memory of the optimizer that did not train */
  constructor(
    machine: Machine,
    readonly isAdam: boolean,
    readonly rest: Pick<State, 'changes' | 'adam'>,
  ) {
    this.#machine = machine;
  }

  get parameters(): readonly Parameters[] {
    return this.#state.parameters;
  }

  get changes(): readonly Parameters[] | undefined {
    return this.isAdam ? this.rest.changes : this.#state.changes;
  }

  get adam(): AdamMemory | undefined {
    return this.isAdam ? this.#state.adam : this.rest.adam;
  }

  get #state(): State {
    return (this.#copy ??= this.#machine!.read(this.isAdam, this.rest));
  }

  isHeldBy(machine: Machine): boolean {
    return this.#machine === machine;
  }

  release(): void {
    this.#copy = this.#state;
    this.#machine = undefined;
  }
}

/** The shape for which a machine is built. */
export interface Shape {
  /** The number of inputs, then the units of each layer. */
  readonly sizes: readonly number[];
  readonly activation: BrainActivation;
  /** α of leaky-relu. */
  readonly alpha: number;
}

const activationNames = {
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  relu: 'relu',
  'leaky-relu': 'leakyRelu',
} as const;

/** A network in the memory of kernels. */
export class Machine {
  readonly kernels: BrainKernels;
  readonly model: Model<BrainKernels>;
  readonly shape: Shape;
  /** The state whose parameters the memory holds. */
  state: State | undefined;

  constructor(shape: Shape, kernels: BrainKernels) {
    this.shape = shape;
    this.kernels = kernels;
    this.model = new Model(toSpec(shape), kernels);
  }

  load(state: State): void {
    if (this.state === state) return;
    this.state?.release?.();
    writeParameters(this.model, state.parameters);
    this.state = state;
  }

  /** Copies the state in the memory. @param rest the memory of the optimizer that did not train */
  read(isAdam: boolean, rest: Pick<State, 'changes' | 'adam'>): State {
    const { model } = this;
    const parameters = readParameters(model);
    const first = readParameters(model, model.slot(0));
    if (!isAdam) return { parameters, changes: first, adam: rest.adam };
    const second = readParameters(model, model.slot(1));
    return { parameters, changes: rest.changes, adam: { first, second, step: model.step } };
  }

  /** Keeps the parameters and the optimizer's memory, so that `restore` can undo a training. */
  keep(): void {
    this.#step = this.model.step;
    this.#kept = this.#floats.map((floats, i) => {
      const kept = this.#kept[i];
      if (kept?.length !== floats.length) return floats.slice();
      kept.set(floats);
      return kept;
    });
  }
  #kept: readonly Float32Array[] = [];
  #step = 0;

  restore(): void {
    for (const [i, floats] of this.#floats.entries()) floats.set(this.#kept[i]!);
    this.model.step = this.#step;
  }

  /** Whether all weights and biases are finite. */
  get isFinite(): boolean {
    return areFinite(this.#floats[0]);
  }

  get #floats(): [parameters: Float32Array, slots: Float32Array] {
    const { model } = this;
    return [
      model.parametersAt(model.layout.parameters) as Float32Array,
      model.parametersAt(model.slot(0), model.slots) as Float32Array,
    ];
  }

  /** The activations of each layer that the last `run` left. */
  get activations(): Float32Array[] {
    const { model } = this;
    return model.layers.map(({ activations, stride, units }) => model.matrix(activations, stride, 1, units));
  }

  /** Computes the outputs for the inputs of one sample. */
  run(inputs: Float32Array): Float32Array<ArrayBuffer> {
    const { model, kernels } = this;
    const { layout, views } = model;
    views.floats.set(inputs, views.at(layout.inputs));
    model.useInputs();
    kernels.feedForward(layout.net, 1);
    const { activations, stride, units } = model.layers.at(-1)!;
    return model.matrix(activations, stride, 1, units);
  }
}

/**
 * The spec of bp4 for a network of brain.js, whose few options are already checked: `checkSpec` and the transforms stay out of
 * what a page loads.
 * @throws RangeError if a size isn't a whole number above 0
 */
export function toSpec({ sizes, activation, alpha }: Shape): CheckedSpec {
  const name = activationNames[checkName('activation', activation, activations)];
  const [inputs, ...units] = sizes.map((size, i) =>
    checkInteger(i === 0 ? 'inputs' : `layers[${i - 1}].units`, size, 1, MOST_UNITS),
  );
  return {
    inputs: inputs!,
    layers: units.map((units) => ({
      units,
      activation: name,
      alpha: name === 'leakyRelu' ? checkPositive('leakyReluAlpha', alpha) : 0,
      initializer: 'glorotUniform', // never drawn from: brain.js has weights of its own
      dropout: 0,
    })),
    loss: 'quadratic',
    delta: 0,
    labelSmoothing: 0,
    seed: 0,
    transforms: {},
  };
}

/** Idle machines. brain.js has no `dispose`, so they stay here for reuse. */
const pool = new IdlePool<Machine>(
  ({ kernels }) => kernels.memory,
  ({ state }) => state?.release?.(),
);

/** Takes a machine that holds the network; the caller gives it back. A new machine takes the oldest kernels of a full pool. */
export function takeMachine(engine: BrainEngine, shape: Shape, state: State): Machine {
  const runsOn = (machine: Machine): boolean => engine === 'auto' || machine.kernels.engine === engine;
  const fits = (machine: Machine): boolean => runsOn(machine) && isSame(machine.shape, shape);
  const machine =
    pool.take((machine) => machine.state === state && fits(machine)) ??
    // Another network's machine only if nothing would have to be read from it first, or there are enough of them.
    pool.take((machine) => fits(machine) && (pool.isFull || !machine.state?.release)) ??
    new Machine(shape, (pool.isFull && takeOldestKernels(runsOn)) || brainKernels(engine));
  machine.load(state);
  return machine;
}

function takeOldestKernels(fits: (machine: Machine) => boolean): BrainKernels | undefined {
  const machine = pool.takeOldest(fits);
  machine?.state?.release?.();
  return machine?.kernels;
}

export const giveBackMachine = (machine: Machine): void => pool.giveBack(machine);

const isSame = (a: Shape, b: Shape): boolean =>
  a.activation === b.activation && a.alpha === b.alpha && a.sizes.join() === b.sizes.join();
