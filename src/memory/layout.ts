import { BLOCK_DEPTH, BLOCK_FLOATS } from './blocks.js';
import { Batch, Layer, Net, Rule, Tally } from './structs.js';

/**
 * Every address in the linear memory of a network, computed in one place:
 *
 *   base ┌ structs     net │ rule │ layers │ batches │ tallies │ …  the addresses, for the kernels to read
 *        ├ parameters  W, b of layer 1 │ W, b of layer 2 │ …   never move while the network lives
 *        ├ gradients   same order: ∂C/∂W, ∂C/∂b                a constant distance from their parameters
 *        ├ slots       same order, one per array of numbers    memory of the optimizer, and the best parameters
 *        ├ mini-batch  raw bytes │ inputs │ targets │ …        ┐
 *        ├ layers      z, a, δ of layer 1 │ of layer 2 │ …     │ room for `rows` samples
 *        ├ scratch     of the matrix products                  ┘
 *        └ window      samples of a training run (window.ts)
 *
 * Buffers begin at multiples of 64 bytes (a cache line). A layer of `units` has rows of `stride` floats.
 */
export interface Layout {
  /** The number of samples that fit in the mini-batch; a multiple of four. */
  readonly rows: number;
  /** The structs: the network, its rule, its layers, the tally of training and that of `evaluate`. */
  readonly net: number;
  readonly rule: number;
  readonly netLayers: number;
  /** One struct per thread, LINE bytes apart. */
  readonly batches: number;
  readonly tally: number;
  readonly evaluationTally: number;
  /** The loss's parameter for each output, [stride of the last layer]. */
  readonly lossParameters: number;
  /** Pointer to the parameters, and to the gradients; each has `parameterCount` floats, padding included. */
  readonly parameters: number;
  readonly gradients: number;
  readonly parameterCount: number;
  /** The bytes from a parameter to its gradient, from there to its number in the first slot, and so on. */
  readonly distance: number;
  /** The start of the mini-batch. Everything before it stays in place when `rows` changes. */
  readonly workspace: number;
  readonly rawBytes: number;
  /** [rows][inputs], without padding. */
  readonly inputs: number;
  /** [rows][stride of the last layer] */
  readonly targets: number;
  /** [rows] */
  readonly sampleWeights: number;
  /** u32[rows][2] */
  readonly pairs: number;
  readonly layers: readonly LayerPlace[];
  readonly scratch: number;
  /** Bytes for each thread, one after the other. */
  readonly scratchBytes: number;
  /** The end of the layout, where a window may begin. */
  readonly bytes: number;
}

/** Pointers to the buffers of one layer; kernels.ts states their shapes. */
interface LayerPlace {
  readonly fanIn: number;
  readonly units: number;
  readonly stride: number;
  /** The activations of the layer before, or the inputs. */
  readonly input: number;
  readonly inputStride: number;
  readonly weights: number;
  readonly biases: number;
  readonly weightGradients: number;
  readonly biasGradients: number;
  readonly preActivations: number;
  readonly activations: number;
  readonly delta: number;
  readonly undropped: number;
}

/** The most threads that may share a step. */
export const MOST_THREADS = 16;

/** Bytes of a cache line. */
export const LINE = 64;

export const roundUp = (x: number, multiple: number): number => Math.ceil(x / multiple) * multiple;

/**
 * Floats from row to row of a layer. If rows begin a large power of two apart, a column falls into a few sets of the
 * first-level cache, so such rows get one more line. Narrow rows don't, because it gained nothing.
 */
export function chooseStride(units: number): number {
  const stride = roundUp(units, 4);
  return units > 128 && stride % 128 === 0 ? stride + LINE / 4 : stride;
}

/**
 * Floats of scratch for the matrix products of a layer, the maximum over three: forward packs a panel of W, BP4 a panel of
 * δ and a block of a, and BP2 transposes δ₊ and δ in panels of eight samples (four units at a time).
 */
export function scratchFloats({ rows, fanIn, units }: Shape, isFirst = false): number {
  const panel = (depth: number): number => 8 * Math.min(depth, BLOCK_DEPTH);
  const block = Math.min(roundUp(fanIn, 4) * Math.min(rows, BLOCK_DEPTH), BLOCK_FLOATS);
  // BP2 goes from a layer to the one before it, never to the inputs.
  const turned = isFirst ? 0 : roundUp(rows, 8) * (units + fanIn) + 8 * 3;
  return Math.max(panel(fanIn), panel(rows) + block, turned);
}

/** A layer of `units` after one of `fanIn`, for a mini-batch of `rows` samples. */
interface Shape {
  readonly rows: number;
  readonly fanIn: number;
  readonly units: number;
}

/** The parameters of a layout. */
interface Needs {
  /** The number of inputs, then the units of each layer. */
  readonly sizes: readonly number[];
  /** The number of samples in a mini-batch. */
  readonly rows: number;
  readonly bytesPerFloat: number;
  /** The first free byte. */
  readonly base: number;
  /** Threads that use scratch at the same time. Default 1. */
  readonly threads?: number | undefined;
  /** The number of slots. Default 0. */
  readonly slots?: number;
  /** Whether each layer has dropout. Default none. */
  readonly drops?: readonly boolean[];
}

export function planLayout({
  sizes,
  rows: samples,
  bytesPerFloat,
  base,
  threads = 1,
  slots = 0,
  drops = [],
}: Needs): Layout {
  const rows = roundUp(samples, 4);
  let end = base;
  const place = (bytes: number): number => {
    const start = roundUp(end, LINE);
    end = start + bytes;
    return start;
  };
  const floats = (count: number): number => place(count * bytesPerFloat);

  const inputs = sizes[0]!;
  const shapes = sizes.slice(1).map((units, l) => ({ fanIn: sizes[l]!, units, stride: chooseStride(units) }));

  const net = place(Net.bytes);
  const rule = place(Rule.bytes);
  const netLayers = place(shapes.length * Layer.bytes);
  const batches = place((MOST_THREADS - 1) * LINE + Batch.bytes);
  const tally = place(Tally.bytes);
  const evaluationTally = place(Tally.bytes);
  const lossParameters = floats(shapes.at(-1)!.stride);

  const parameters = place(0);
  const places = shapes.map(({ fanIn, stride }) => ({
    weights: floats(fanIn * stride),
    biases: floats(stride),
  }));
  const gradients = place(0);
  const distance = gradients - parameters;
  end = gradients + (1 + slots) * distance;

  const workspace = place(0);
  const rawBytes = place(rows * inputs);
  const input = floats(rows * inputs);
  const targets = floats(rows * shapes.at(-1)!.stride);
  const sampleWeights = floats(rows);
  const pairs = place(rows * 8);
  const layers: LayerPlace[] = [];
  for (const [l, { fanIn, units, stride }] of shapes.entries()) {
    const before = layers.at(-1);
    const { weights, biases } = places[l]!;
    const activations = floats(rows * stride);
    // `...shape` would take V8 20 µs for so many more fields.
    layers.push({
      fanIn,
      units,
      stride,
      input: before ? before.activations : input,
      inputStride: before ? before.stride : inputs,
      weights,
      biases,
      weightGradients: weights + distance,
      biasGradients: biases + distance,
      preActivations: floats(rows * stride),
      activations,
      delta: floats(rows * stride),
      undropped: drops[l] ? floats(rows * stride) : activations,
    });
  }
  const most = Math.max(
    ...shapes.map(({ fanIn, units }, l) => scratchFloats({ rows, fanIn, units }, l === 0)),
  );
  const scratchBytes = roundUp(most * bytesPerFloat, LINE);
  const scratch = place(threads * scratchBytes);

  return {
    rows,
    net,
    rule,
    netLayers,
    batches,
    tally,
    evaluationTally,
    lossParameters,
    parameters,
    gradients,
    parameterCount: distance / bytesPerFloat,
    distance,
    workspace,
    rawBytes,
    inputs: input,
    targets,
    sampleWeights,
    pairs,
    layers,
    scratch,
    scratchBytes,
    bytes: place(0),
  };
}
