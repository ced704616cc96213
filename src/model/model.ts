import { RangeFault } from '../errors.js';
import type { Engine, Kernels } from '../kernels/kernels.js';
import { SGD } from '../kernels/codes.js';
import { layoutOf, LINE, type Layout } from '../memory/layout.js';
import { writeStruct, type Fields } from '../memory/struct.js';
import { Batch, Layer, Net, Rule, Tally } from '../memory/structs.js';
import { Views } from '../memory/views.js';
import { initializers } from './initializers.js';
import type { Random } from '../base/random.js';
import { activationCodes, lossCodes, type CheckedSpec } from './spec.js';
import type { Parameters } from './state.js';

/** The pointers of WebAssembly have 32 bits. */
const MOST_BYTES = 2 ** 32 - 65536;

const FEWER = 'use fewer units or smaller mini-batches';

/** Larger chunks are no faster on either engine. */
const MOST_CHUNK_ROWS = 128;

/** An exponential takes about as long as so many multiplications. */
const MULTIPLICATIONS_AN_ACTIVATION = 50;

/** Multiplications that take an engine some milliseconds. */
const MULTIPLICATIONS_AT_A_TIME = { wasm: 5e7, reference: 2e6 };

/** How a training updates: a rule without its pointers and without what kernels write into it. */
export type RuleOptions = Omit<
  Fields<Rule>,
  'isWeighted' | 'first' | 'second' | 'rate' | 'rootScale' | 'decay' | 'gradientScale'
>;

/** W −= η/m Σ ∂C/∂W, and nothing else. */
export const plainRule: RuleOptions = {
  optimizer: SGD,
  isPlain: 1,
  penalizesBiases: 0,
  l1: 0,
  l2: 0,
  clipValue: 0,
  clipNorm: 0,
  maxNorm: 0,
  beta1: 0,
  beta2: 0,
  momentum: 0,
  momentumRest: 0,
  square: 0,
  squareRest: 0,
  epsilon: 0,
  weightDecay: 0,
  step: 0,
  key0: 0,
  key1: 0,
};

/** A network as training sees it: kernels, and where in their memory everything lies. */
export class Model<K extends Engine = Kernels> {
  readonly spec: CheckedSpec;
  readonly kernels: K;
  readonly views: Views;
  readonly loss: number;
  /** The structs that the kernels read; none of them ever moves. */
  readonly layers: readonly Layer[];
  readonly rule: Rule;
  /** What training sums up, and what `evaluate` does. */
  readonly tally: Tally;
  readonly evaluationTally: Tally;
  /** How many samples to take at a time where no mini-batch size is given: enough to be fast, few enough to be brief. */
  readonly chunkRows: number;
  #layout: Layout;
  #windowBytes = 0;
  #slots = 0;
  #frozen: readonly number[] = [];
  #rule = plainRule;

  /**
   * Takes over the kernels' memory; all weights and biases are zero.
   * @throws RangeError where the network does not fit; the kernels can then be given back
   */
  constructor(spec: CheckedSpec, kernels: K) {
    this.spec = spec;
    this.kernels = kernels;
    this.loss = lossCodes[spec.loss];
    const { parameterCount, layers } = this.#plan(1, 0);
    const ofSample = layers.reduce(
      (sum, { units }) => sum + MULTIPLICATIONS_AN_ACTIVATION * units,
      parameterCount,
    );
    const rows = Math.floor(MULTIPLICATIONS_AT_A_TIME[kernels.engine] / ofSample);
    this.chunkRows = Math.min(MOST_CHUNK_ROWS, Math.max(1, rows));
    this.#layout = this.#plan(this.chunkRows, 0);
    this.views = new Views(kernels);
    this.#allocate(this.#layout);
    const { net, netLayers, rule, tally, evaluationTally } = this.#layout;
    this.layers = layers.map((_, l) => new Layer(this.views, netLayers + l * Layer.bytes));
    this.rule = new Rule(this.views, rule);
    this.tally = new Tally(this.views, tally);
    this.evaluationTally = new Tally(this.views, evaluationTally);
    this.views.bytes.fill(0, net, this.#layout.bytes);
    this.#writeStructs();
  }

  get layout(): Layout {
    return this.#layout;
  }

  get outputs(): number {
    return this.layers.at(-1)!.units;
  }

  /**
   * Makes room for mini-batches of so many samples, and for as many slots as are given. Weights and biases stay, and
   * slots that there are already; all that belongs to a mini-batch is cleared.
   * @throws RangeError where memory does not suffice; nothing has changed then
   */
  reserve(rows: number, slots = this.#slots): void {
    if (rows <= this.#layout.rows && slots === this.#slots) return;
    const before = this.#layout;
    const layout = this.#plan(Math.max(rows, before.rows), slots);
    this.#allocate(layout);
    const { window } = this;
    this.#layout = layout;
    this.#slots = slots;
    this.views.bytes.copyWithin(this.window, window, window + this.#windowBytes);
    this.views.bytes.fill(0, Math.min(before.workspace, layout.workspace), layout.bytes);
    this.#writeStructs();
  }

  /** Where a slot lies: floats like the parameters, and as far apart. */
  slot(n: number): number {
    return this.#layout.parameters + (2 + n) * this.#layout.distance;
  }

  get slots(): number {
    return this.#slots;
  }

  /** Copies of all slots: what each holds in the place of the parameters. */
  copySlots(): Parameters[][] {
    return Array.from({ length: this.#slots }, (_, s) => this.parameters(this.slot(s)));
  }

  /** Makes room for so many slots, and takes over what they hold. */
  setSlots(slots: readonly (readonly Parameters[])[]): void {
    this.reserve(1, slots.length);
    for (const [s, slot] of slots.entries()) this.setParameters(slot, this.slot(s));
  }

  clearSlots(): void {
    this.parametersAt(this.slot(0), this.#slots).fill(0);
  }

  /**
   * Says how training updates.
   * @param frozen the layers that it leaves as they are
   */
  useRule(rule: RuleOptions, frozen: readonly number[]): void {
    this.#rule = rule;
    this.#frozen = frozen;
    this.step = rule.step;
    this.#writeStructs();
  }

  /** How many steps there have been since `useRule` said so. */
  get step(): number {
    return this.rule.step;
  }

  set step(step: number) {
    this.rule.step = step;
  }

  /** Whether training multiplies the costs of samples by their weights. */
  set isWeighted(isWeighted: boolean) {
    this.rule.isWeighted = Number(isWeighted);
  }

  /** The parameters, or a slot or more of them one after the other, as floats: a view until the memory grows. */
  parametersAt(pointer: number, copies = 1): Float32Array | Float64Array {
    const at = this.views.at(pointer);
    return this.views.floats.subarray(at, at + copies * this.#layout.parameterCount);
  }

  /** Where the window of a training begins; it moves when room is made for larger mini-batches. */
  get window(): number {
    return this.#layout.bytes;
  }

  /**
   * Makes room for a window of so many bytes, 0 for none; what it held stays.
   * @returns whether there is memory for it; where not, nothing has changed
   */
  resizeWindow(bytes: number): boolean {
    if (this.window + bytes > MOST_BYTES) return false;
    try {
      this.kernels.memory.ensure(this.window + bytes);
      this.views.refresh();
    } catch {
      return false;
    }
    this.#windowBytes = bytes;
    return true;
  }

  /** Tells the kernels that the inputs of the mini-batch have been placed where the layout says. */
  useInputs(): void {
    this.layers[0]!.input = this.#layout.inputs;
  }

  /** A copy of a matrix [rows][stride] without its padding: [rows][columns]. */
  matrix(pointer: number, stride: number, rows: number, columns: number): Float32Array<ArrayBuffer> {
    const { floats } = this.views;
    const copy = new Float32Array(rows * columns);
    for (let n = 0; n < rows; n++) {
      const from = this.views.at(pointer) + n * stride;
      copy.set(floats.subarray(from, from + columns), n * columns);
    }
    return copy;
  }

  /** A copy of a layer's weights or their gradients, [fanIn][stride], turned to [units][fanIn]. */
  unitMajor({ fanIn, units, stride }: Layer, pointer: number): Float32Array<ArrayBuffer> {
    const { floats } = this.views;
    const copy = new Float32Array(units * fanIn);
    for (let k = 0; k < fanIn; k++) {
      const from = this.views.at(pointer) + k * stride;
      for (let j = 0; j < units; j++) copy[j * fanIn + k] = floats[from + j]!;
    }
    return copy;
  }

  /** Copies of all weights and biases, layer by layer; or of what a slot holds in their place. */
  parameters(pointer = this.#layout.parameters): Parameters[] {
    const distance = pointer - this.#layout.parameters;
    return this.layers.map((layer) => ({
      weights: this.unitMajor(layer, layer.weights + distance),
      biases: this.matrix(layer.biases + distance, layer.stride, 1, layer.units),
    }));
  }

  /** Takes over weights and biases, layer by layer, of the lengths that the spec asks for; or what a slot holds. */
  setParameters(parameters: readonly Parameters[], pointer = this.#layout.parameters): void {
    const { floats } = this.views;
    const distance = pointer - this.#layout.parameters;
    for (const [l, { weights, biases, fanIn, units, stride }] of this.layers.entries()) {
      const given = parameters[l]!;
      for (let k = 0; k < fanIn; k++) {
        const to = this.views.at(weights + distance) + k * stride;
        for (let j = 0; j < units; j++) floats[to + j] = given.weights[j * fanIn + k]!;
      }
      floats.set(given.biases, this.views.at(biases + distance));
    }
  }

  /** Draws all weights and biases, layer by layer, unit by unit: its weights, then its bias. */
  initialize(random: Random): void {
    const { floats } = this.views;
    for (const [l, { weights, biases, fanIn, units, stride }] of this.layers.entries()) {
      const { weight, bias } = initializers[this.spec.layers[l]!.initializer];
      for (let j = 0; j < units; j++) {
        const column = this.views.at(weights) + j;
        for (let k = 0; k < fanIn; k++) floats[column + k * stride] = weight(random, fanIn, units);
        floats[this.views.at(biases) + j] = bias(random);
      }
    }
  }

  #plan(rows: number, slots: number): Layout {
    const { spec, kernels } = this;
    const sizes = [spec.inputs, ...spec.layers.map(({ units }) => units)];
    const { bytesPerFloat, memory, team } = kernels;
    const drops = spec.layers.map(({ dropout }) => dropout > 0);
    const threads = team?.size;
    const layout = layoutOf({ sizes, rows, bytesPerFloat, base: memory.base, threads, slots, drops });
    if (layout.bytes > MOST_BYTES) {
      throw new RangeFault({
        place: 'layers',
        problem: `[${sizes.join(', ')}] with mini-batches of ${rows} needs ${(layout.bytes / 2 ** 30).toFixed(1)} GiB, and 4 GiB is the most that WebAssembly can address`,
        cure: FEWER,
      });
    }
    return layout;
  }

  /** Writes the structs, in which the kernels find everything. */
  #writeStructs(): void {
    const layout = this.#layout;
    const { parameters, gradients, parameterCount, inputs, targets, sampleWeights, pairs } = layout;
    const { batches, tally, rule } = layout;
    writeStruct(this.rule, {
      ...this.#rule,
      ...{ rate: 0, rootScale: 0, decay: 0, gradientScale: 0 }, // the kernels compute these
      step: this.rule.step,
      isWeighted: this.rule.isWeighted,
      first: this.slot(0),
      second: this.slot(1),
    });
    for (const [l, place] of layout.layers.entries()) {
      const { activation, alpha, dropout } = this.spec.layers[l]!;
      writeStruct(this.layers[l]!, {
        ...place,
        activation: activationCodes[activation],
        alpha,
        dropBelow: Math.floor(dropout * 2 ** 32),
        keptScale: 1 / (1 - dropout),
        isFrozen: Number(this.#frozen.includes(l)),
        number: l,
      });
    }
    for (let thread = 0; thread < (this.kernels.team?.size ?? 1); thread++) {
      writeStruct(new Batch(this.views, batches + thread * LINE), {
        thread,
        threads: 1,
        scratch: layout.scratch + thread * layout.scratchBytes,
        ...{ rows: 0, from: 0, to: 0, isTraining: 0, isSparse: 0, largestDelta: 0 },
      });
    }
    writeStruct(new Net(this.views, layout.net), {
      loss: this.loss,
      lossParameter: this.spec.delta,
      layerCount: this.layers.length,
      layers: layout.netLayers,
      ...{ parameters, gradients, parameterCount },
      ...{ inputCount: this.spec.inputs, inputs, targets, sampleWeights, pairs },
      ...{ batches, tally, rule },
      firstTrained: this.layers.findIndex(({ isFrozen }) => !isFrozen),
      hasZeroGradients: 0,
      touched: 0,
    });
  }

  #allocate({ bytes }: Layout): void {
    try {
      this.kernels.memory.ensure(bytes + this.#windowBytes);
      this.views.refresh();
    } catch (cause) {
      throw new RangeFault(
        {
          place: 'layers',
          problem: `the network needs ${Math.ceil(bytes / 2 ** 20)} MiB, and the engine refuses so much memory`,
          cure: FEWER,
        },
        { cause },
      );
    }
  }
}
