// The four equations and the other kernels, in the order in which a mini-batch passes them.
export { addBytes, addFloats, scaleFloats, widenBytes } from './gather';
export { forward } from './forward';
export { activate, multiplySlope } from './activation';
export { cost } from './cost';
export { outputDelta } from './bp1-output-delta';
export { hiddenDelta } from './bp2-hidden-delta';
export { biasGradient } from './bp3-bias-gradient';
export { weightGradient } from './bp4-weight-gradient';
export { update } from './update';
export { beginUpdate, optimize } from './optimizers';
export { decay, limitNorms, regularize } from './regularize';
export { dropOut } from './dropout';
export { areFinite } from './finite';
export { tally } from './tally';
export { backpropagate, descend, descendFromDelta, feedForward } from './step';

/** The first byte after the constants of the module, where the buffers of TypeScript begin. */
export const heapBase: usize = __heap_base;
