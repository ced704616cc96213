import { brainKernels, PAGE } from './load.js';
import { checkInteger, checkName, checkPositive } from '../base/check.js';
import { areFinite } from '../base/numeric-arrays.js';
import { readParameters, writeParameters } from '../model/parameters.js';
import { planLayout } from '../memory/layout.js';
import { Model } from '../model/model.js';
import { MOST_UNITS, type CheckedSpec } from '../model/spec.js';
import type { Parameters } from '../model/state.js';
import type { BrainEngine, BrainKernels } from './kernels.js';
import { activations, type BrainActivation } from './options.js';

/** The part of a network that training changes: each training creates another. */
export interface State {
  /** Weights [units][fanIn] and biases [units], layer by layer. */
  readonly parameters: readonly Parameters[];
  /** The last change of each weight, for momentum; undefined before the first change. */
  readonly changes?: readonly Parameters[] | undefined;
  /** Adam's moments, and the number of steps it has taken. */
  readonly adam?: AdamMemory | undefined;
  /** The machine whose memory holds the state, if one does. Only a machine sets it. */
  machine?: Machine | undefined;
  /** Called before that memory is overwritten or let go. */
  readonly release?: () => void;
}

interface AdamMemory {
  readonly first: readonly Parameters[];
  readonly second: readonly Parameters[];
  readonly step: number;
}

/** What training has left in the memory of a machine. It is read only when it's asked for: often the next training asks for nothing. */
export class HeldState implements State {
  machine: Machine | undefined;
  /** Whether the optimizer's memory has left the machine too. */
  isReleased = false;
  #copy: State | undefined;

  /** @param rest the memory of the optimizer that did not train */
  constructor(
    readonly isAdam: boolean,
    readonly rest: Pick<State, 'changes' | 'adam'>,
  ) {}

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
    return (this.#copy ??= this.machine!.read(this.isAdam, this.rest));
  }

  release(): void {
    this.#copy = this.#state;
    this.isReleased = true;
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

/** Samples that become pairs at a time. All else is sample by sample. */
const ROWS = 4;

/** From this length on, `set` is faster than a loop. */
const SET_FROM = 32;

/** All parameters, and all that the optimizer keeps of them. */
type Learned = readonly [parameters: Float32Array, slots: Float32Array];

/** A network in the memory of kernels. */
export class Machine {
  readonly kernels: BrainKernels;
  readonly model: Model<BrainKernels>;
  readonly shape: Shape;
  /** The engine that was asked for. */
  readonly engine: BrainEngine;
  /** The bytes of a window that its page has room for, whatever the optimizer; Infinity if it has a memory to itself, which grows. */
  readonly windowBytes: number;
  /** Whether a call uses the machine. */
  isTaken = false;
  /** The rows of samples that the last training left: their window, and their number. Undefined if it left pairs. */
  window: { readonly at: number; readonly count: number } | undefined;
  /** When it was last taken, counted in calls. */
  used = 0;
  #state: State | undefined;

  constructor(engine: BrainEngine, shape: Shape, windowBytes: number, kernels: BrainKernels) {
    this.engine = engine;
    this.shape = shape;
    this.windowBytes = windowBytes;
    this.kernels = kernels;
    this.model = new Model(toSpec(shape), kernels, ROWS);
  }

  /** The state whose parameters the memory holds. */
  get state(): State | undefined {
    return this.#state;
  }

  /** Notes that the memory holds a state, or none. If only the memory has the state before, that is copied first. */
  hold(state: State | undefined): void {
    this.#state?.release?.();
    this.forget();
    state?.machine?.hold(undefined);
    if (state) state.machine = this;
    this.#state = state;
  }

  /** Notes that the memory holds no state any more, because a training of the state changes it. */
  forget(): void {
    if (this.#state) this.#state.machine = undefined;
    this.#state = undefined;
  }

  load(state: State): void {
    if (this.#state === state) return;
    this.hold(state);
    writeParameters(this.model, state.parameters);
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

  /** Keeps the parameters and the optimizer's memory, so that `restore` can undo a training run. */
  keep(): void {
    this.#step = this.model.step;
    const [parameters, slots] = this.#learned;
    if (this.#kept[0].length !== parameters.length || this.#kept[1].length !== slots.length) {
      this.#kept = [parameters.slice(), slots.slice()];
    } else {
      this.#kept[0].set(parameters);
      this.#kept[1].set(slots);
    }
  }
  #kept: Learned = [new Float32Array(0), new Float32Array(0)];
  #step = 0;

  restore(): void {
    const [parameters, slots] = this.#learned;
    parameters.set(this.#kept[0]);
    slots.set(this.#kept[1]);
    this.model.step = this.#step;
  }

  /** Whether all weights and biases are finite. */
  get isFinite(): boolean {
    return areFinite(this.#learned[0]);
  }

  /** Views of the parameters and the optimizer's memory. They take longer to create than a small network to learn. */
  get #learned(): Learned {
    const { model } = this;
    if (this.#views[0].buffer !== model.views.floats.buffer || this.#viewed !== model.layout) {
      this.#viewed = model.layout;
      this.#views = [
        model.parametersAt(model.layout.parameters) as Float32Array,
        model.parametersAt(model.slot(0), model.slots) as Float32Array,
      ];
    }
    return this.#views;
  }
  #views: Learned = [new Float32Array(0), new Float32Array(0)];
  #viewed: unknown;

  /** The activations of each layer that the last `run` left. */
  get activations(): Float32Array[] {
    const { model } = this;
    return model.layers.map(({ activations, stride, units }) => model.matrix(activations, stride, 1, units));
  }

  /** Computes the outputs for the inputs of one sample. @returns a copy */
  run(inputs: Float32Array): Float32Array<ArrayBuffer> {
    const { model, kernels } = this;
    const { layout, views } = model;
    const { floats } = views;
    const first = layout.inputs / 4;
    if (inputs.length > SET_FROM) floats.set(inputs, first);
    else for (let k = 0; k < inputs.length; k++) floats[first + k] = inputs[k]!;
    kernels.run(layout.net);
    const { activations, units } = layout.layers.at(-1)!;
    const outputs = new Float32Array(units);
    const at = activations / 4;
    for (let j = 0; j < units; j++) outputs[j] = floats[at + j]!;
    return outputs;
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
    lossParameters: [0],
    labelSmoothing: 0,
    own: undefined,
    ignoresMissing: false,
    seed: 0,
    transforms: {},
  };
}

/**
 * All machines. brain.js has no `dispose`, so a network leaves its state in the machine that it used last, and a machine serves another
 * network when there are enough of them. Engines collect a WebAssembly memory late, and allow a limited number: many machines
 * have one page of a memory that they share, few have a memory to themselves.
 */
const machines: Machine[] = [];
const MOST_PAGES = 256;
const MOST_MEMORIES = 16;

/** Memories can't shrink. Few that are larger than SMALL_BYTES stay, and none that is larger than MOST_BYTES. */
const SMALL_BYTES = 2 ** 20;
const MOST_BYTES = 2 ** 26;
const MOST_LARGE = 4;

let calls = 0;

/**
 * Takes a machine that holds the network; the caller gives it back.
 * @param windowBytes of the samples to train on; 0 to run the network
 */
export function takeMachine(
  engine: BrainEngine,
  sizes: readonly number[],
  activation: BrainActivation,
  alpha: number,
  state: State,
  windowBytes: number,
): Machine {
  const held = state.machine;
  const isReady =
    held !== undefined &&
    !held.isTaken &&
    held.engine === engine &&
    held.windowBytes >= windowBytes &&
    held.shape.activation === activation &&
    held.shape.alpha === alpha;
  const machine = isReady ? held : findMachine(engine, { sizes, activation, alpha }, windowBytes);
  machine.isTaken = true;
  machine.used = ++calls;
  machine.load(state);
  return machine;
}

/** A machine that holds nothing; a new one, while there are few; or the one that has been idle longest, or at least its kernels. */
function findMachine(engine: BrainEngine, shape: Shape, windowBytes: number): Machine {
  const { bytes } = planLayout({ sizes: shape.sizes, rows: ROWS, bytesPerFloat: 4, base: 0, slots: 2 });
  const isSmall = bytes + windowBytes <= PAGE;
  let empty: Machine | undefined;
  let oldest: Machine | undefined;
  let room = isSmall ? MOST_PAGES : MOST_MEMORIES;
  for (const machine of machines) {
    if (hasPage(machine) !== isSmall) continue;
    room--;
    if (machine.isTaken || machine.engine !== engine) continue;
    if (!machine.state) empty = machine;
    if (!oldest || machine.used < oldest.used) oldest = machine;
  }
  const other = empty ?? (room > 0 ? undefined : oldest);
  if (other && isSame(other.shape, shape)) return other;
  if (other) drop(other);
  const kernels = other?.kernels ?? brainKernels(engine, isSmall);
  const machine = new Machine(engine, shape, isSmall ? PAGE - bytes : Infinity, kernels);
  machines.push(machine);
  return machine;
}

export function giveBackMachine(machine: Machine): void {
  machine.isTaken = false;
  const size = measure(machine);
  if (size <= SMALL_BYTES) return;
  const large = machines.filter((one) => !one.isTaken && measure(one) > SMALL_BYTES);
  if (size > MOST_BYTES) drop(machine);
  else if (large.length > MOST_LARGE) drop(findOldest(large));
}

/** Whether its memory is one page, which never grows. */
const hasPage = (machine: Machine): boolean => machine.windowBytes < Infinity;

/** Bytes of a memory that has grown. */
const measure = (machine: Machine): number =>
  hasPage(machine) ? 0 : machine.kernels.memory.buffer.byteLength;

const findOldest = (some: readonly Machine[]): Machine =>
  some.reduce((oldest, machine) => (machine.used < oldest.used ? machine : oldest));

function drop(machine: Machine): void {
  machine.hold(undefined);
  machines.splice(machines.indexOf(machine), 1);
}

const isSame = (a: Shape, b: Shape): boolean =>
  a.activation === b.activation && a.alpha === b.alpha && a.sizes.join() === b.sizes.join();
