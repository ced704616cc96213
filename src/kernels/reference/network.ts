import type { Fields } from '../../memory/struct-fields.js';
import { Layer as LayerStruct, Net as NetStruct } from '../../memory/structs.js';
import type { ReferenceMemory } from './reference-memory.js';

// The structs of a network, read once for a call, because reading a field takes longer than a product. Where a struct has a
// pointer to floats, the object has the index in `floats`.

export type Layer = Fields<LayerStruct>;

export interface Net extends Pick<
  Fields<NetStruct>,
  | 'loss'
  | 'lossParameters'
  | 'parameters'
  | 'gradients'
  | 'parameterCount'
  | 'inputCount'
  | 'inputs'
  | 'targets'
  | 'sampleWeights'
  | 'firstTrained'
> {
  readonly ignoresMissing: boolean;
  readonly layers: readonly Layer[];
  readonly last: Layer;
  /** Pointer to the Rule of training. */
  readonly rule: number;
  /** Pointer to the Tally of training. */
  readonly tally: number;
}

export function readNet(m: ReferenceMemory, pointer: number): Net {
  const n = new NetStruct(m, pointer);
  const layers = Array.from({ length: n.layerCount }, (_, l) =>
    readLayer(m, n.layers + l * LayerStruct.bytes),
  );
  return {
    loss: n.loss,
    ignoresMissing: n.ignoresMissing !== 0,
    lossParameters: m.at(n.lossParameters),
    layers,
    last: layers.at(-1)!,
    parameters: m.at(n.parameters),
    gradients: m.at(n.gradients),
    parameterCount: n.parameterCount,
    inputCount: n.inputCount,
    inputs: m.at(n.inputs),
    targets: m.at(n.targets),
    sampleWeights: m.at(n.sampleWeights),
    firstTrained: n.firstTrained,
    rule: n.rule,
    tally: n.tally,
  };
}

export function readLayer(m: ReferenceMemory, pointer: number): Layer {
  const l = new LayerStruct(m, pointer);
  return {
    activation: l.activation,
    alpha: l.alpha,
    fanIn: l.fanIn,
    units: l.units,
    stride: l.stride,
    input: m.at(l.input),
    inputStride: l.inputStride,
    weights: m.at(l.weights),
    biases: m.at(l.biases),
    weightGradients: m.at(l.weightGradients),
    biasGradients: m.at(l.biasGradients),
    preActivations: m.at(l.preActivations),
    activations: m.at(l.activations),
    delta: m.at(l.delta),
    undropped: m.at(l.undropped),
    dropBelow: l.dropBelow,
    keptScale: l.keptScale,
    isFrozen: l.isFrozen,
    number: l.number,
  };
}
