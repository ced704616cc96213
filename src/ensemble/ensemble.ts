import { checkBytes, type Bytes } from '../base/bytes.js';
import { checkKeys, show } from '../base/check.js';
import { shortest } from '../base/shortest.js';
import { StateError, TypeFault } from '../errors.js';
import { withFormulas } from '../model/check-transforms.js';
import { checkSpec, type LossName, type NetworkSpec } from '../model/spec.js';
import { Network, type EngineOptions } from '../network.js';
import type { Metrics } from '../training/evaluate.js';
import type { RawRows } from '../training/matrix.js';
import { isNamed, type Data, type Inputs, type NamedInputs } from '../training/samples.js';
import { evaluate, type Measurement } from './evaluate.js';
import { checkMembers, decodeEnsemble, encodeEnsemble } from './file.js';
import { checkAgreement, checkWeight, defaultLosses, findAnswers, type Member } from './members.js';

/** A network to put into an ensemble. */
export interface GivenMember {
  /** It's copied: afterward you can train it further, or dispose of it. */
  readonly network: Network;
  /** Its factor in the mean, a 32-bit float above 0. Default 1. */
  readonly weight?: number;
}

/** A member at work. */
interface Part {
  readonly network: Network;
  readonly weight: number;
}

/**
 * Several networks combined into one: its outputs are the weighted mean of theirs. They are bit-for-bit identical on
 * every engine.
 */
export class Ensemble {
  /** The engine that computes: 'wasm', or 'reference', which does the same in plain TypeScript. */
  readonly engine: 'wasm' | 'reference';
  /** The number of outputs, the same for each member. */
  readonly outputs: number;
  /**
   * The loss that `evaluate` measures: the loss of the members, if all have the same loss, parameter and transforms of
   * targets. Otherwise, and for losses of your own, 'crossEntropy' for softmax, 'binaryCrossEntropy' for sigmoid, and
   * 'meanSquaredError' for numbers.
   */
  readonly loss: LossName;

  readonly #measurement: Measurement;
  #parts: readonly Part[] | undefined;

  private constructor(parts: readonly Part[], measurement: Measurement) {
    // In JavaScript, nothing else prevents a call to the constructor.
    if (!Array.isArray(parts)) {
      throw new TypeFault({ place: 'new Ensemble', problem: 'use `await Ensemble.fromNetworks(members)`' });
    }
    const [{ network }] = parts as unknown as [Part];
    this.engine = network.engine;
    this.outputs = network.outputs;
    this.loss = measurement.spec.loss as LossName; // not one's own
    this.#measurement = measurement;
    this.#parts = parts;
  }

  /**
   * Combines copies of networks. Their inputs must match: the same number of columns, with the same names and, for
   * strings, the same categories. Their outputs must match: the same number, with the same names, and of one kind:
   * numbers, logarithms of poisson, probabilities of softmax, probabilities of sigmoid, or margins of hinge. Layers, losses
   * and the numbers in transforms may differ.
   * @param members at least one
   * @throws TypeError, RangeError naming the member, and how it differs from the first
   * @throws StateError if a network is disposed
   * @throws EngineError if the engine is 'wasm' and the host refuses WebAssembly with SIMD
   */
  static async fromNetworks(
    members: readonly GivenMember[],
    options: Pick<EngineOptions, 'engine'> = {},
  ): Promise<Ensemble> {
    const copies = checkMembers(members).map((member, i): Member => {
      checkKeys(`members[${i}]`, member, ['network', 'weight']);
      const { network, weight = 1 } = member as GivenMember;
      if (!(network instanceof Network)) {
        throw new TypeFault({
          place: `members[${i}].network`,
          problem: `expected a Network, got ${show(network)}`,
        });
      }
      const { spec: given, parameters, generator } = network.state;
      const spec = withoutOwnLoss(given);
      return { state: { spec, parameters, generator }, weight: checkWeight(i, weight) };
    });
    checkAgreement(copies.map(({ state }) => state.spec));
    return await Ensemble.#of(copies, options);
  }

  /**
   * Restores an ensemble from the bytes of `save`. Nothing in the bytes is executed, and everything is checked before it is
   * used.
   * @throws FormatError if the bytes aren't a file of `save`, or are damaged
   * @throws EngineError if the engine is 'wasm' and the host refuses WebAssembly with SIMD
   */
  static async load(bytes: Bytes, options: Pick<EngineOptions, 'engine'> = {}): Promise<Ensemble> {
    const given = checkBytes('bytes', bytes, 'an ensemble');
    const { members } = await withFormulas(() => decodeEnsemble(given));
    return await Ensemble.#of(members, options);
  }

  /** @internal Restores an ensemble from members that `decodeEnsemble` has checked. */
  static async fromMembers(
    members: readonly Member[],
    options: Pick<EngineOptions, 'engine'> = {},
  ): Promise<Ensemble> {
    return await Ensemble.#of(members, options);
  }

  static async #of(members: readonly Member[], options: Pick<EngineOptions, 'engine'>): Promise<Ensemble> {
    checkKeys('options', options, ['engine']);
    const parts: Part[] = [];
    try {
      for (const { state, weight } of members)
        parts.push({ network: await Network.fromState(state, options), weight });
    } catch (error) {
      for (const { network } of parts) network.dispose();
      throw error;
    }
    return new Ensemble(parts, chooseMeasurement(members));
  }

  /** The members, in order, copied at every access: keep the result in a variable. */
  get members(): readonly Member[] {
    return this.#use().map(({ network, weight }) => ({ state: network.state, weight: shortest(weight) }));
  }

  /**
   * Computes the outputs for samples: y = Σ w_i·y_i / Σ w_i, where y_i are the outputs of member i in the targets' own units,
   * and w_i is its weight.
   *
   * Rounding: the sums are in double precision, i ascending, from −0; the quotient is in double precision, then rounded
   * to single. The products are exact. So an ensemble of one network returns exactly its outputs.
   * @param inputs [n][inputs]: in any form that `Network.predict` takes; each member applies its own transforms
   * @param options inputScale: factor for every input; default 1, or that of the Dataset
   * @returns [n][outputs], row-major, in the units that the targets have before their transforms
   * @throws TypeError, RangeError naming the invalid row and column
   * @throws StateError after `dispose`
   */
  predict(inputs: RawRows | NamedInputs, options: Omit<Inputs, 'inputs'> = {}): Float32Array {
    let sums: Float64Array | undefined;
    let total = 0;
    for (const { network, weight } of this.#use()) {
      const outputs = network.predict(inputs, options);
      sums ??= new Float64Array(outputs.length).fill(-0);
      for (let i = 0; i < outputs.length; i++) sums[i]! += weight * outputs[i]!;
      total += weight;
    }
    return Float32Array.from(sums!, (sum) => sum / total);
  }

  /**
   * Computes the mean loss and the accuracy of `predict` over the data.
   *
   * If all members have the same loss and the same transforms of targets, the loss is what `Network.evaluate` would measure for
   * these outputs: label smoothing counts, and outputs and targets are transformed. Otherwise it is the one that `loss` names, in
   * the targets' own units. The cross-entropies clip probabilities as `logLoss` of bp4/metrics does, because a mean has no
   * pre-activations. Accuracy is as in `Network.evaluate`.
   * @throws TypeError, RangeError naming the invalid row and column, or an output that isn't finite
   * @throws StateError after `dispose`
   */
  evaluate(data: Data): Metrics {
    this.#use();
    return evaluate(data, this.outputs, this.#measurement, () =>
      isNamed(data) ? this.predict(data) : this.predict(data.inputs, pickScale(data)),
    );
  }

  /**
   * Returns the ensemble as one safetensors file: the specs of the networks, their exact weights, and the factor of each
   * network in the mean. The same ensemble produces the same bytes.
   * @throws StateError after `dispose`
   */
  save(): Uint8Array<ArrayBuffer> {
    return encodeEnsemble(this.members);
  }

  /** Releases the memory of the networks. Every later call except `dispose` throws StateError. */
  dispose(): void {
    for (const { network } of this.#parts ?? []) network.dispose();
    this.#parts = undefined;
  }

  /** How bp4 recognizes ensembles, even those of another copy of this module. */
  get [Symbol.toStringTag](): string {
    return 'Ensemble';
  }

  #use(): readonly Part[] {
    if (this.#parts) return this.#parts;
    throw new StateError({
      place: '',
      problem: 'the ensemble was disposed',
      cure: 'create another, or dispose of it later',
    });
  }
}

const pickScale = ({ inputScale }: Inputs): Omit<Inputs, 'inputs'> =>
  inputScale === undefined ? {} : { inputScale };

/** A spec with a default loss instead of the user's own, whose functions a file doesn't hold: an ensemble isn't trained. */
const withoutOwnLoss = (spec: NetworkSpec): NetworkSpec =>
  typeof spec.loss === 'object' && 'own' in spec.loss
    ? { ...spec, loss: defaultLosses[findAnswers(spec)] }
    : spec;

/** What the members share of their losses, or what takes its place. */
function chooseMeasurement(members: readonly Member[]): Measurement {
  const specs = members.map(({ state }) => state.spec);
  const areAlike = (pick: (spec: (typeof specs)[number]) => unknown): boolean =>
    new Set(specs.map((spec) => JSON.stringify(pick(spec)))).size === 1;
  const spec = checkSpec(specs[0]!);
  const isTransformed = areAlike(({ transforms }) => transforms?.targets);
  if (isTransformed && areAlike(({ loss }) => loss)) return { spec, isTransformed };
  const loss = defaultLosses[findAnswers(specs[0]!)];
  return { spec: { ...spec, loss, lossParameters: [0], labelSmoothing: 0 }, isTransformed: false };
}
