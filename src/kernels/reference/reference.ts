import { Rule, Tally } from '../../memory/structs.js';
import type { AllKernels } from '../kernels.js';
import { activate, multiplySlope } from './activation.js';
import { outputDelta } from './bp1-output-delta.js';
import { hiddenDelta } from './bp2-hidden-delta.js';
import { biasGradient } from './bp3-bias-gradient.js';
import { weightGradient } from './bp4-weight-gradient.js';
import { cost } from './cost.js';
import { dropOut } from './dropout.js';
import { forward } from './forward.js';
import { addBytes, addFloats, scaleFloats, widenBytes } from './gather.js';
import { areFinite } from './finite.js';
import { activationsIn } from './micro/activations.js';
import { readLayer, readNet, type Layer, type Net } from './network.js';
import { single, type Precision } from './numerics.js';
import { beginUpdate, optimize } from './optimizers.js';
import { readWindow, type Window } from './pairs.js';
import { ReferenceMemory } from './reference-memory.js';
import { decay, limitNorms, regularize } from './regularize.js';
import { backpropagate, descend, descendFromDelta, feedForward } from './step.js';
import { tally } from './tally.js';
import { update } from './update.js';

/**
 * The kernels in plain TypeScript. They compute like the WebAssembly kernels, in the same order and with the same roundings.
 * Files and functions have the same names as in assembly/, so that the two trees can be read side by side. A function takes
 * the same parameters after the memory `m`, except space for packing (`scratch`) and threads (`team`). If a kernel in
 * assembly/ takes pointers to floats, the function here takes indices in `m.floats`.
 *
 * Three things exist only in assembly/. Pairs stay pairs (pairs.ts, and the bound in finite.ts); the reference expands them to
 * rows. Threads share a step (team.ts, threads.ts, the functions named …Share). Vectors and tiles fill most of micro/.
 * @param precision `single`, for the engine of a network, or `double`, the truth
 */
export function referenceKernels(precision: Precision = single): AllKernels {
  const m = new ReferenceMemory(precision, activationsIn(precision));
  const layer = (pointer: number): Layer => readLayer(m, pointer);
  const net = (pointer: number): Net => readNet(m, pointer);
  const rule = (pointer: number): Rule => new Rule(m, pointer);
  const window = (pointer: number): Window => readWindow(m, pointer);
  return {
    engine: 'reference',
    bytesPerFloat: m.bytesPerFloat,
    memory: m,
    widenBytes: (bytes, floats, ...rest) => widenBytes(m, bytes, m.at(floats), ...rest),
    scaleFloats: (floats, ...rest) => scaleFloats(m, m.at(floats), ...rest),
    addBytes: (n, w, ...rest) => addBytes(m, net(n), window(w), ...rest),
    addFloats: (n, w, floats, ...rest) => addFloats(m, net(n), window(w), m.at(floats), ...rest),
    forward: (l, from, to) => forward(m, layer(l), from, to),
    activate: (l, from, to) => activate(m, layer(l), from, to),
    multiplySlope: (l, from, to) => multiplySlope(m, layer(l), from, to),
    cost: (n, from, to) => cost(m, net(n), from, to),
    outputDelta: (n, from, to) => outputDelta(m, net(n), from, to),
    hiddenDelta: (l, next, from, to) => hiddenDelta(m, layer(l), layer(next), from, to),
    biasGradient: (l, rows) => biasGradient(m, layer(l), rows),
    weightGradient: (l, rows, from, to) => weightGradient(m, layer(l), rows, from, to),
    update: (p, g, ...rest) => update(m, m.at(p), m.at(g), ...rest),
    beginUpdate: (r, learningRate) => beginUpdate(m, rule(r), learningRate),
    optimize: (r, p, g, first, second, count) =>
      optimize(m, rule(r), m.at(p), m.at(g), m.at(first), m.at(second), count),
    regularize: (r, p, g, ...rest) => regularize(m, rule(r), m.at(p), m.at(g), ...rest),
    decay: (weights, ...rest) => decay(m, m.at(weights), ...rest),
    limitNorms: (l, ...rest) => limitNorms(m, layer(l), ...rest),
    dropOut: (r, l, from, to, ...rest) => dropOut(m, rule(r), layer(l), m.at(from), m.at(to), ...rest),
    areFinite: (floats, count) => Number(areFinite(m, m.at(floats), count)),
    tally: (n, sums, rows, weights) => tally(m, net(n), new Tally(m, sums), rows, m.at(weights)),
    feedForward: (n, ...rest) => feedForward(m, net(n), ...rest),
    backpropagate: (n, rows, weights) => backpropagate(m, net(n), rows, m.at(weights)),
    descendFromDelta: (n, ...rest) => descendFromDelta(m, net(n), ...rest),
    descend: (n, w, ...rest) => descend(m, net(n), w ? window(w) : undefined, ...rest),
  };
}
