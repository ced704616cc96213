import { checkKeys, checkType, show } from '../base/check.js';
import { RangeFault, TypeFault } from '../errors.js';
import { SOFTMAX } from '../kernels/codes.js';
import type { Kernels, ThreadChoice } from '../kernels/kernels.js';
import { Layer, Net, Rule, Tally } from '../memory/structs.js';
import { Views } from '../memory/views.js';
import { lossNames, type CheckedSpec, type LossName, type OwnLoss } from '../model/spec.js';

// Loaded only for a network with a loss of the user's own.

/**
 * Checks the loss of a spec, before the network is created.
 * @param spec its loss has no functions if it comes from a file
 * @param given the loss that the caller passes to load the file
 * @returns the spec with the functions of its loss
 * @throws TypeError if there are none, or the loss isn't the user's own; RangeError for another name, or for threads
 */
export function withFunctions(
  spec: CheckedSpec,
  given: OwnLoss | undefined,
  threads: ThreadChoice,
): CheckedSpec {
  const { own } = spec;
  if (!own) {
    throw new TypeFault({
      place: 'loss',
      problem: `the network has the loss ${show(spec.loss)}`,
      cure: 'leave it out',
    });
  }
  const { name } = own;
  if (lossNames.includes(checkType('loss.name', name, 'string') as LossName)) {
    throw new RangeFault({
      place: 'loss.name',
      problem: `${show(name)} is a loss of bp4`,
      cure: 'choose another',
    });
  }
  const loss = given ?? own;
  if ('own' in loss) {
    throw new TypeFault({
      place: 'loss',
      problem: `${show(name)} has functions of your own, which are neither stored in files nor sent to workers`,
      cure: `to load a file, pass { loss: { name: ${show(name)}, cost, slope } }; to train, use net.train`,
    });
  }
  checkKeys('loss', loss, ['name', 'cost', 'slope']);
  checkType('loss.cost', loss.cost, 'function');
  checkType('loss.slope', loss.slope, 'function');
  if (loss.name !== name) {
    throw new RangeFault({
      place: 'loss.name',
      problem: `expected ${show(name)}, with which the network was saved, got ${show(loss.name)}`,
    });
  }
  if (threads !== 'auto' && threads > 1) {
    throw new RangeFault({
      place: 'threads',
      problem: `the functions of the loss ${show(name)} run on one thread, got ${threads}`,
      cure: 'leave it out',
    });
  }
  return { ...spec, own: loss };
}

/**
 * Kernels whose BP1 and cost are the user's functions; the rest is that of `base`. One mini-batch at a time, gathered before.
 *
 *     BP1: δ = slope(a, y) ⊙ σ′(z), and for softmax δ_j = a_j (s_j − Σ_k s_k a_k) with s = slope(a, y)
 *
 * Rounds: s to the precision of the kernels, then the product. For softmax in double precision as written, k ascending from +0, then
 * once. Costs and their sums are in double precision, sample by sample.
 */
export function kernelsWithLoss(base: Kernels, { own }: CheckedSpec): Kernels {
  const loss = own as OwnLoss;
  const views = new Views(base);
  const newRow = (units: number): Float32Array =>
    base.bytesPerFloat === 4 ? new Float32Array(units) : (new Float64Array(units) as unknown as Float32Array); // checkGradients
  let [a, y]: Float32Array[] = [];

  function outputsOf(pointer: number): { net: Net; last: Layer } {
    views.refresh();
    const net = new Net(views, pointer);
    const last = new Layer(views, net.layers + (net.layerCount - 1) * Layer.bytes);
    if (a?.length !== last.units) [a, y] = [newRow(last.units), newRow(last.units)];
    return { net, last };
  }

  /** Copies the outputs and targets of a sample into a and y. */
  function readRow({ net, last }: ReturnType<typeof outputsOf>, n: number): [Float32Array, Float32Array] {
    const { activations, stride, units } = last;
    for (const [row, pointer] of [
      [a!, activations],
      [y!, net.targets],
    ] as const) {
      const from = views.at(pointer) + n * stride;
      for (let j = 0; j < units; j++) row[j] = views.floats[from + j]!;
    }
    return [a!, y!];
  }

  function tally(net: number, pointer: number, rows: number, weights: number): void {
    base.tally(net, pointer, rows, 0);
    const outputs = outputsOf(net);
    const sums = new Tally(views, pointer);
    let { loss: total, batchLoss } = sums;
    for (let n = 0; n < rows; n++) {
      let cost = checkType('loss.cost: the result', loss.cost(...readRow(outputs, n)), 'number');
      if (weights) cost *= views.floats[views.at(weights) + n]!;
      total += cost;
      batchLoss += cost;
    }
    sums.loss = total;
    sums.batchLoss = batchLoss;
  }

  /** BP1. @param areFinite whether the outputs and costs are, so that the slopes must be */
  function outputDelta(net: number, rows: number, areFinite: boolean): void {
    const outputs = outputsOf(net);
    const { delta, stride, units, activation, pointer } = outputs.last;
    for (let n = 0; n < rows; n++) {
      const [a, y] = readRow(outputs, n);
      const slopes = checkSlopes(loss.slope(a, y), units);
      const row = views.at(delta) + n * stride;
      let total = 0;
      if (activation === SOFTMAX) for (let k = 0; k < units; k++) total += slopes[k]! * a[k]!;
      for (let j = 0; j < units; j++) {
        const slope = y[j] === y[j] ? slopes[j]! : 0;
        if (areFinite && !Number.isFinite(slope)) {
          throw new RangeFault({
            place: 'loss.slope',
            problem: `the slope of output ${j} is ${show(slope)}`,
          });
        }
        views.floats[row + j] = activation === SOFTMAX ? a[j]! * (slope - total) : slope;
      }
      views.floats.fill(0, row + units, row + stride); // the padding
    }
    base.multiplySlope(pointer, 0, rows);
  }

  return {
    ...base,
    base,
    tally,
    backpropagate(net, rows, weights) {
      outputDelta(net, rows, false);
      base.backpropagate(net, rows, weights);
    },
    descend(net, _window, _first, rows, _size, learningRate) {
      base.feedForward(net, rows, 1);
      const { net: n, last } = outputsOf(net);
      const weights = new Rule(views, n.rule).isWeighted ? n.sampleWeights : 0;
      tally(net, n.tally, rows, weights);
      if (!Number.isFinite(new Tally(views, n.tally).batchLoss)) return 0;
      outputDelta(net, rows, true);
      if (weights) weightDelta(last, weights, rows);
      base.descendFromDelta(net, rows, learningRate, 1);
      return rows;
    },
  };

  /** Multiplies δ of each sample by its weight. Rounds: the product, once. */
  function weightDelta({ delta, stride }: Layer, weights: number, rows: number): void {
    for (let i = 0; i < rows * stride; i++) {
      views.floats[views.at(delta) + i]! *= views.floats[views.at(weights) + Math.floor(i / stride)]!;
    }
  }
}

/** @throws TypeError, RangeError unless the user's function has returned a number for each output */
function checkSlopes(slopes: unknown, units: number): ArrayLike<number> {
  const { length } = Object(slopes) as { length?: unknown };
  if (typeof slopes !== 'object' || typeof length !== 'number') {
    throw new TypeFault({
      place: 'loss.slope',
      problem: `expected it to return an array of ${units}, got ${show(slopes)}`,
      cure: 'return ∂C/∂a of each output',
    });
  }
  if (length !== units) {
    throw new RangeFault({
      place: 'loss.slope',
      problem: `expected it to return ${units} numbers, one for each output, got ${length}`,
    });
  }
  return slopes as ArrayLike<number>;
}
