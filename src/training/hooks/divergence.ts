import type { Random, RandomState } from '../../base/random.js';
import type { Model } from '../../model/model.js';
import { writeTally } from '../evaluate.js';
import type { Hook } from '../hook.js';
import { WORK_PER_STEP } from '../pace.js';
import { copyRun, type Run } from '../../model/state.js';

// A training diverges if its loss, a weight or a number of its optimizer becomes NaN or infinite. Checking each weight after
// each step would take longer than a small step. Instead the training checks now and then, and keeps a snapshot. If it finds
// a weight that is not finite, it returns to the snapshot and repeats the steps one by one, up to the first that fails
// (find-divergence.ts).

/** Samples learned between two snapshots. Copying a parameter costs less than a hundredth of learning a sample with it. */
const SAMPLES_PER_SNAPSHOT = 1000;

/** Thrown if a loss or weight is not finite, or the loss has grown too far; never leaves `train`. */
export class Diverged extends Error {
  constructor(
    readonly learningRate: number,
    /** Whether the loss has grown too far, and is still finite. */
    readonly hasGrown = false,
  ) {
    super();
  }
}

/** Whether all parameters, and the numbers of the optimizer, are finite. */
export function isSound(model: Model): boolean {
  const { kernels, layout, slots } = model;
  const { parameters, parameterCount } = layout;
  return (
    kernels.areFinite(parameters, parameterCount) !== 0 &&
    kernels.areFinite(model.slot(0), slots * parameterCount) !== 0
  );
}

/** @throws Diverged unless all parameters, and the numbers of the optimizer, are finite */
export function assertFinite(model: Model, run: Run): void {
  if (!isSound(model)) throw new Diverged(run.learningRate);
}

const slotsOf = (model: Model): Float32Array | Float64Array => model.parametersAt(model.slot(0), model.slots);

interface Kept {
  readonly run: Run;
  readonly generator: RandomState;
  readonly parameters: Float32Array | Float64Array;
  readonly slots: Float32Array | Float64Array;
}

/** The arrays of a snapshot that has ended, for the next, because short training runs follow one another. Large ones are freed. */
const spares = new WeakMap<Model, Pick<Kept, 'parameters' | 'slots'>>();
const MOST_SPARE = 2 ** 18;

/** A training at the last point where everything was known to be finite, and at its start. */
export class Snapshot {
  readonly #model: Model;
  readonly #random: Random;
  readonly #run: Run;
  #first: Kept | undefined;
  #last: Kept | undefined;

  /** @throws Diverged if a parameter is not finite */
  constructor(model: Model, random: Random, run: Run) {
    this.#model = model;
    this.#random = random;
    this.#run = run;
    this.keep();
  }

  /** @throws Diverged if a parameter is not finite */
  keep(): void {
    const model = this.#model;
    assertFinite(model, this.#run);
    const spare = this.#first ? (this.#last === this.#first ? undefined : this.#last) : spares.get(model);
    this.#last = {
      run: copyRun(this.#run),
      generator: this.#random.state,
      parameters: copyInto(spare?.parameters, model.parametersAt(model.layout.parameters)),
      slots: copyInto(spare?.slots, slotsOf(model)),
    };
    if (this.#first) return;
    this.#first = this.#last;
    spares.delete(model);
  }

  /** Ends the snapshot. */
  release(): void {
    const { parameters, slots } = this.#first!;
    if (parameters.length + slots.length <= MOST_SPARE) spares.set(this.#model, { parameters, slots });
  }

  /** Calls a function with the parameters of the start. */
  atStart<Result>(call: () => Result): Result {
    const parameters = this.#model.parametersAt(this.#model.layout.parameters);
    const present = parameters.slice();
    parameters.set(this.#first!.parameters);
    try {
      return call();
    } finally {
      parameters.set(present);
    }
  }

  /** @param toStart whether to return to the start of the training */
  restore(toStart = false): void {
    const { run, generator, parameters, slots } = (toStart ? this.#first : this.#last)!;
    const model = this.#model;
    model.parametersAt(model.layout.parameters).set(parameters);
    slotsOf(model).set(slots);
    Object.assign(this.#run, copyRun(run));
    this.#random.restore(generator);
    model.step = run.stepsBefore + run.step;
    writeTally(model.tally, run);
  }
}

/** @returns `copy`, or a new array if there is none of the same length */
function copyInto<Floats extends Float32Array | Float64Array>(
  copy: Floats | undefined,
  floats: Floats,
): Floats {
  if (copy?.length !== floats.length) return floats.slice() as Floats;
  copy.set(floats);
  return copy;
}

/**
 * Keeps a snapshot now and then.
 * @param afterEpochs whether to keep one after each epoch too, because something depends on its report
 */
export function keepSnapshots(snapshot: Snapshot, { layout }: Model, afterEpochs: boolean): Hook {
  const most = SAMPLES_PER_SNAPSHOT * (layout.parameterCount + WORK_PER_STEP);
  let done = 0;
  return {
    afterStep(_, work) {
      done += work;
      if (done < most) return;
      done = 0;
      snapshot.keep();
    },
    afterEpoch: afterEpochs
      ? () => {
          snapshot.keep();
        }
      : undefined,
  };
}

/** Keeps a snapshot after each step. */
export function keepEachStep(snapshot: Snapshot): Hook {
  return {
    isStepwise: true,
    afterStep() {
      snapshot.keep();
    },
  };
}
