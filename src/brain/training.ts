import { writeParameters } from '../model/parameters.js';
import { RangeFault } from '../errors.js';
import { ADAM } from '../kernels/codes.js';
import { chooseStride, LINE, roundUp } from '../memory/layout.js';
import { writeStruct } from '../memory/struct-fields.js';
import { Window } from '../memory/structs.js';
import { plainRule } from '../model/model.js';
import { giveBackMachine, HeldState, type Machine, type State } from './machine.js';
import type { TrainOptions } from './options.js';

/** Packed samples: rows of inputs, and rows of targets. */
export interface EncodedSamples {
  readonly count: number;
  readonly inputs: Float32Array;
  readonly targets: Float32Array;
}

/** Inputs are kept as pairs if at most half of them are not zero. A pair stores its index in two bytes. */
const PAIRS_AT_MOST = 65536;
const PAIRS_FROM = 16;
const PAIR = 6;

/** A training in progress: a machine with samples in its memory. */
export class BrainTraining {
  readonly #machine: Machine;
  readonly #options: TrainOptions;
  readonly #before: State;
  /** The state before, if the memory still held it, so that the machine can restore it. */
  readonly #kept: HeldState | undefined;
  readonly #isAdam: boolean;
  readonly #count: number;
  #live = 0;
  /** The error of the last epoch. */
  error = 1;
  /** The number of the sample, from 1, at which the last epoch met an error that is not finite; 0 if it met none. */
  failed = 0;

  /**
   * @param plan of the window
   * @throws RangeError if the samples don't fit in memory; the machine is then given back
   */
  constructor(
    machine: Machine,
    state: State,
    options: TrainOptions,
    samples: EncodedSamples,
    plan: WindowPlan,
  ) {
    this.#machine = machine;
    this.#options = options;
    this.#before = state;
    this.#isAdam = options.praxis === 'adam';
    this.#count = samples.count;
    this.#kept =
      state instanceof HeldState && !state.isReleased && state.isAdam === this.#isAdam ? state : undefined;
    if (this.#kept) machine.keep();
    else machine.hold(undefined);
    this.#remember();
    try {
      this.#place(samples, plan);
    } catch (error) {
      giveBackMachine(machine);
      throw error;
    }
    machine.forget();
  }

  /** A copy of the state learned so far. */
  get state(): State {
    return this.#machine.read(this.#isAdam, this.#rest);
  }

  get #rest(): Pick<State, 'changes' | 'adam'> {
    const { changes, adam } = this.#kept?.rest ?? this.#before;
    return this.#isAdam ? { changes } : { adam };
  }

  /** Ends the training, and leaves its state in the memory of the machine. @returns the state */
  end(): State {
    const state = new HeldState(this.#isAdam, this.#rest);
    this.#machine.hold(state);
    return state;
  }

  /** Continues from other parameters. */
  overwrite(parameters: State['parameters']): void {
    writeParameters(this.#machine.model, parameters);
  }

  /** Undoes the training. @returns the state before it */
  undo(): State {
    if (this.#kept) {
      this.#machine.restore();
      this.#machine.hold(this.#before);
    }
    return this.#before;
  }

  /** Trains until the error is at most `errorThresh`, for at most `epochs`. @returns the number of epochs run */
  run(epochs: number): number {
    const { model, kernels } = this.#machine;
    const { learningRate, momentum, errorThresh } = this.#options;
    const { net } = model.layout;
    const done = kernels.learn(
      net,
      model.window,
      this.#count,
      epochs,
      this.#isAdam,
      learningRate,
      momentum,
      this.#live,
      errorThresh,
    );
    this.failed = model.tally.right;
    if (done > 0) this.error = model.tally.loss;
    return done;
  }

  /** Replaces the only sample, which is a row. */
  replace({ inputs, targets }: EncodedSamples): void {
    const { views } = this.#machine.model;
    views.floats.set(inputs, views.at(this.#rows));
    views.floats.set(targets, views.at(this.#targets));
  }
  #rows = 0;
  #targets = 0;

  /** Restores the memory of momentum or Adam from earlier training runs. */
  #remember(): void {
    const { model } = this.#machine;
    const { beta1, beta2, epsilon } = this.#options;
    model.reserve(1, this.#isAdam ? 2 : 1);
    if (this.#kept && !this.#isAdam) return; // the rule of momentum is the same in each training
    const adam = this.#kept ? model : this.#before.adam;
    model.useRule(
      this.#isAdam
        ? {
            ...plainRule,
            ...{ optimizer: ADAM, isPlain: 0, beta1, beta2, epsilon, step: adam?.step ?? 0 },
            ...{ momentum: beta1, momentumRest: 1 - beta1, square: beta2, squareRest: 1 - beta2 },
          }
        : plainRule,
      [],
    );
    if (this.#kept) return;
    const { adam: moments, changes } = this.#before;
    const remembered = this.#isAdam
      ? moments
        ? [moments.first, moments.second]
        : []
      : changes
        ? [changes]
        : [];
    model.clearSlots();
    for (const [n, slot] of remembered.entries()) writeParameters(model, slot, model.slot(n));
  }

  /** Writes header, live inputs, targets, and rows or pairs, in the format of the struct Window. */
  #place({ count, inputs, targets }: EncodedSamples, plan: WindowPlan): void {
    const machine = this.#machine;
    const { model } = machine;
    const { units, stride } = model.layers.at(-1)!;
    const width = machine.shape.sizes[0]!;
    // Often only the samples of the window differ from those of the last training.
    const isSame = machine.window?.at === model.window && machine.window.count === count && !plan.isSparse;
    if (!isSame) this.#writeHeader(count, plan);
    machine.window = plan.isSparse ? undefined : { at: model.window, count };
    const { views, window } = model;
    this.#live = window + plan.live;
    this.#targets = window + plan.targets;
    this.#rows = window + plan.rows;
    if (!plan.isSparse) views.floats.set(inputs, this.#rows / 4);
    else this.#addPairs(count, width, inputs, window + plan.starts, plan.begin);
    let from = 0;
    for (let at = this.#targets / 4, end = at + count * stride; at < end; at += stride) {
      for (let j = 0; j < units; j++) views.floats[at + j] = targets[from++]!;
    }
  }

  #writeHeader(count: number, { isSparse, live, targets, rows, starts, bytes }: WindowPlan): void {
    const { model } = this.#machine;
    if (!model.resizeWindow(bytes)) {
      throw new RangeFault({
        place: 'data',
        problem: `${count} samples need ${Math.ceil(bytes / 2 ** 20)} MiB, and the engine refuses that much memory`,
        cure: 'train on fewer at a time',
      });
    }
    const { views, window } = model;
    views.bytes.fill(0, window, window + starts);
    writeStruct(new Window(views, window), {
      ...{ order: 0, targets, sampleWeights: 0, largestInput: 0 },
      ...{ rows: isSparse ? 0 : rows, starts: isSparse ? starts : 0 },
    });
    if (!isSparse) return;
    // Any change of an earlier training may still act, so all inputs count as live.
    const width = this.#machine.shape.sizes[0]!;
    const whole = Math.floor(width / 8);
    views.bytes.fill(255, window + live, window + live + whole);
    views.bytes[window + live + whole] = (1 << (width % 8)) - 1;
  }

  #addPairs(count: number, width: number, inputs: Float32Array, starts: number, begin: number): void {
    const { model, kernels } = this.#machine;
    const { layout, views, window } = model;
    views.words[starts / 4] = begin;
    for (let i = 0; i < count; i += layout.rows) {
      const some = Math.min(layout.rows, count - i);
      views.floats.set(inputs.subarray(i * width, (i + some) * width), views.at(layout.inputs));
      kernels.addFloats(layout.net, window, layout.inputs, i, some);
    }
  }
}

/** Places in a window, in bytes from its start. */
interface WindowPlan {
  /** Whether the samples are kept as pairs. */
  readonly isSparse: boolean;
  /** The bits of live inputs. */
  readonly live: number;
  readonly targets: number;
  readonly rows: number;
  /** Where the pairs of each sample begin. */
  readonly starts: number;
  /** Where the pairs of the first begin. */
  readonly begin: number;
  readonly bytes: number;
}

/**
 * @param sizes         of the network
 * @param isReplaceable whether `replace` is called: then the sample is a row, never pairs
 */
export function planWindow(
  { count, inputs }: EncodedSamples,
  sizes: readonly number[],
  isReplaceable = false,
): WindowPlan {
  const width = sizes[0]!;
  const stride = chooseStride(sizes.at(-1)!);
  const others = isReplaceable ? undefined : isWorthPairs(width, count, inputs);
  const bitBytes = 8 * Math.ceil(width / 64);
  const live = roundUp(Window.bytes, LINE);
  const targets = roundUp(live + bitBytes, LINE);
  const starts = roundUp(targets + 4 * count * stride, LINE);
  const begin = roundUp(starts + 4 * (count + 1), LINE);
  const isSparse = others !== undefined;
  const end = isSparse
    ? begin + count * (bitBytes + 4) + PAIR * others + PAIR * width + 64
    : starts + 4 * count * width;
  return { isSparse, live, targets, rows: starts, starts, begin, bytes: roundUp(end, LINE) };
}

/** Counts the inputs that are not zero; undefined if pairs don't pay. */
function isWorthPairs(width: number, count: number, inputs: Float32Array): number | undefined {
  if (width < PAIRS_FROM || width > PAIRS_AT_MOST) return undefined;
  let others = 0;
  for (const x of inputs) if (x !== 0) others++;
  return others <= (count * width) / 2 ? others : undefined;
}
