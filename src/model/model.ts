import type { Engine, Kernels } from '../kernels/kernels.js';
import { SGD } from '../kernels/codes.js';
import { countParameters, NetworkMemory, type NetworkShape } from '../memory/network-memory.js';
import { LINE } from '../memory/layout.js';
import { writeStruct, type Fields } from '../memory/struct-fields.js';
import { Batch, Layer, Net, Rule, Tally } from '../memory/structs.js';
import { activationCodes, lossCodes, type CheckedSpec } from './spec.js';

/** Larger chunks are no faster on one thread; of several threads, each needs a share that's worth waking it. */
const MOST_CHUNK_ROWS = { alone: 128, team: 512 };

/** Multiplications that take about as long as one exponential. */
const MULTIPLICATIONS_AN_ACTIVATION = 50;

/** Multiplications that take an engine some milliseconds. */
const MULTIPLICATIONS_AT_A_TIME = { wasm: 5e7, reference: 2e6 };

/** The update of a training run: a rule without its pointers and without the fields that kernels write. */
export type RuleOptions = Omit<
  Fields<Rule>,
  'isWeighted' | 'first' | 'second' | 'rate' | 'rootScale' | 'decay' | 'gradientScale'
>;

/** Plain SGD: W −= η/m Σ ∂C/∂W. */
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

/** A network in training: its memory, the kernels, and the structs that the kernels read. */
export class Model<K extends Engine = Kernels> extends NetworkMemory {
  readonly spec: CheckedSpec;
  readonly kernels: K;
  readonly loss: number;
  /** The structs that the kernels read. They never move. */
  readonly layers: readonly Layer[];
  readonly rule: Rule;
  /** The sums of training, and those of `evaluate`. */
  readonly tally: Tally;
  readonly evaluationTally: Tally;
  /** The number of samples per chunk if there is no mini-batch size: enough to be fast, few enough to be brief. */
  readonly chunkRows: number;
  #frozen: readonly number[] = [];
  #rule = plainRule;

  /**
   * Takes over the kernels' memory; all weights and biases are zero.
   * @param chunkRows for example that of `createModel`
   * @throws RangeError if the network doesn't fit; the caller can then give the kernels back
   */
  constructor(spec: CheckedSpec, kernels: K, chunkRows: number) {
    super(kernels.memory, shapeOf(spec, kernels), chunkRows);
    this.spec = spec;
    this.kernels = kernels;
    this.chunkRows = chunkRows;
    this.loss = lossCodes[spec.loss];
    const { netLayers, rule, tally, evaluationTally } = this.layout;
    this.layers = spec.layers.map((_, l) => new Layer(this.views, netLayers + l * Layer.bytes));
    this.rule = new Rule(this.views, rule);
    this.tally = new Tally(this.views, tally);
    this.evaluationTally = new Tally(this.views, evaluationTally);
    this.#writeStructs();
  }

  get outputs(): number {
    return this.layers.at(-1)!.units;
  }

  override reserve(rows: number, slots = this.slots): boolean {
    const hasMoved = super.reserve(rows, slots);
    if (hasMoved) this.#writeStructs();
    return hasMoved;
  }

  /**
   * Sets the update of training.
   * @param frozen layers that keep their weights
   */
  useRule(rule: RuleOptions, frozen: readonly number[]): void {
    if (rule === this.#rule && frozen === this.#frozen) return;
    // Most calls change only the step: a short training would take longer to write all structs than to learn.
    const isSame = frozen.join() === this.#frozen.join();
    for (const name in rule) {
      const field = name as keyof RuleOptions;
      if (rule[field] !== this.#rule[field]) this.rule[field] = rule[field];
    }
    this.#rule = rule;
    this.#frozen = frozen;
    this.step = rule.step;
    if (!isSame) this.#writeStructs();
  }

  /** The number of steps since `useRule`. */
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

  /** Copies the outputs of the mini-batch into `outputs`, from `at` on. */
  readOutputs(rows: number, outputs: Float32Array, at: number): void {
    const { activations, stride, units } = this.layers.at(-1)!;
    this.matrix(activations, stride, rows, units, outputs, at);
  }

  /** Points the kernels at the inputs of the mini-batch in the layout. */
  useInputs(): void {
    this.layers[0]!.input = this.layout.inputs;
  }

  /** Writes the structs that the kernels read. */
  #writeStructs(): void {
    const layout = this.layout;
    const { parameters, gradients, parameterCount, inputs, targets, sampleWeights, pairs } = layout;
    const { batches, tally, rule } = layout;
    writeStruct(
      this.rule,
      {
        // the kernels compute these
        rate: 0,
        rootScale: 0,
        decay: 0,
        gradientScale: 0,
        step: this.rule.step,
        key0: this.rule.key0,
        key1: this.rule.key1,
        isWeighted: this.rule.isWeighted,
        first: this.slot(0),
        second: this.slot(1),
      },
      this.#rule,
    );
    for (const [l, place] of layout.layers.entries()) {
      const { activation, alpha, dropout } = this.spec.layers[l]!;
      writeStruct(
        this.layers[l]!,
        {
          activation: activationCodes[activation],
          alpha,
          dropBelow: Math.floor(dropout * 2 ** 32),
          keptScale: 1 / (1 - dropout),
          isFrozen: Number(this.#frozen.includes(l)),
          number: l,
        },
        place,
      );
    }
    for (let thread = 0; thread < (this.kernels.team?.size ?? 1); thread++) {
      writeStruct(new Batch(this.views, batches + thread * LINE), {
        thread,
        threads: 1,
        scratch: layout.scratch + thread * layout.scratchBytes,
        rows: 0,
        from: 0,
        to: 0,
        isTraining: 0,
        isSparse: 0,
        largestDelta: 0,
      });
    }
    const { lossParameters } = this.spec;
    const at = this.views.at(layout.lossParameters);
    this.views.floats.fill(lossParameters[0]!, at, at + this.outputs).set(lossParameters, at);
    writeStruct(new Net(this.views, layout.net), {
      loss: this.loss,
      lossParameters: layout.lossParameters,
      ignoresMissing: Number(this.spec.ignoresMissing),
      layerCount: this.layers.length,
      layers: layout.netLayers,
      parameters,
      gradients,
      parameterCount,
      inputCount: this.spec.inputs,
      inputs,
      targets,
      sampleWeights,
      pairs,
      batches,
      tally,
      rule,
      firstTrained: this.layers.findIndex(({ isFrozen }) => !isFrozen),
      hasZeroGradients: 0,
      touched: 0,
    });
  }
}

const shapeOf = ({ inputs, layers }: CheckedSpec, { bytesPerFloat, team }: Engine): NetworkShape => ({
  sizes: [inputs, ...layers.map(({ units }) => units)],
  drops: layers.map(({ dropout }) => dropout > 0),
  bytesPerFloat,
  threads: team?.size,
});

/** Creates a model with chunks that each thread processes in some milliseconds. @throws as its constructor does */
export function createModel<K extends Engine>(spec: CheckedSpec, kernels: K): Model<K> {
  const shape = shapeOf(spec, kernels);
  const { threads = 1 } = shape;
  const units = spec.layers.reduce((sum, layer) => sum + layer.units, 0);
  const multiplications = countParameters(shape) + MULTIPLICATIONS_AN_ACTIVATION * units;
  const rows = Math.floor((threads * MULTIPLICATIONS_AT_A_TIME[kernels.engine]) / multiplications);
  const most = MOST_CHUNK_ROWS[threads > 1 ? 'team' : 'alone'];
  return new Model(spec, kernels, Math.min(most, Math.max(1, rows)));
}
