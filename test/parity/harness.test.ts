import { expect, it } from 'vitest';
import { Arena, type Call } from '../../bench/arena.js';
import { ordinary } from '../../bench/numbers.js';
import { operations, type Size } from '../../bench/operations.js';
import type { AllKernels } from '../../src/kernels/kernels.js';
import { single } from '../../src/kernels/reference/numerics.js';
import { referenceKernels } from '../../src/kernels/reference/reference.js';
import { Layer, Net } from '../../src/memory/structs.js';
import { Views } from '../../src/memory/views.js';

// The parity check can fail: each of these engines is wrong in one way, which the check detects.

const size: Size = { rows: 11, fanIn: 5, units: 7, stride: 8, inputStride: 5 };

/** How the reference and an engine that computes some kernels differently disagree over a kernel. */
function disagreementOver(
  name: string,
  wrong: (right: AllKernels, floats: () => Float32Array) => Partial<AllKernels>,
) {
  const arena = new Arena();
  const call = operations.find((operation) => operation.name === name)!.place(arena, size, ordinary(1));
  const right = referenceKernels(single);
  const other = referenceKernels(single);
  const floats = (): Float32Array => new Float32Array(other.memory.buffer);
  return arena.disagreement(arena.run(right, call), arena.run({ ...other, ...wrong(other, floats) }, call));
}

const layerAt = (kernels: AllKernels, pointer: number): Layer => new Layer(new Views(kernels), pointer);

it('finds no disagreement with an engine that computes the same', () => {
  for (const { name } of operations) expect(disagreementOver(name, () => ({}))).toBeUndefined();
});

it('detects a sum in another order', () => {
  const found = disagreementOver('biasGradient', (right, floats) => ({
    biasGradient(layer, rows) {
      const f = floats();
      const { delta, biasGradients, stride, units } = layerAt(right, layer);
      f.fill(0, biasGradients / 4, biasGradients / 4 + units);
      for (let n = rows - 1; n >= 0; n--) {
        for (let j = 0; j < units; j++) f[biasGradients / 4 + j]! += f[delta / 4 + n * stride + j]!;
      }
    },
  }));
  expect(found).toMatch(/^biasGradients\[\d\]: .+ and .+/);
});

it('detects a product that is not rounded', () => {
  const found = disagreementOver('update', (_, floats) => ({
    update(parameters, gradients, rate, count) {
      const f = floats();
      const factor = Math.fround(rate);
      for (let i = 0; i < count; i++) f[parameters / 4 + i]! -= factor * f[gradients / 4 + i]!;
    },
  }));
  expect(found).toMatch(/^parameters\[\d+\]: .+ and .+/);
});

it('detects a result that is not stored', () => {
  const found = disagreementOver('forward', (right) => ({
    forward(layer, ...rest) {
      const l = layerAt(right, layer);
      l.units--;
      right.forward(layer, ...rest);
      l.units++;
    },
  }));
  expect(found).toMatch(/^z\[6\]: /);
});

it('detects padding that is not cleared', () => {
  const found = disagreementOver('activate relu', (right, floats) => ({
    activate(layer, ...rest) {
      right.activate(layer, ...rest);
      const { undropped, units } = layerAt(right, layer);
      floats()[undropped / 4 + units] = -0;
    },
  }));
  expect(found).toBe('a[7]: 0 (0x00000000) and -0 (0x80000000)');
});

it('detects a cost in single precision', () => {
  const found = disagreementOver('cost quadratic', (right) => ({
    cost: (...args) => Math.fround(right.cost(...args)),
  }));
  expect(found).toMatch(/^returned .+ and .+/);
});

it.each([
  ['just past', 1, 'the canary at delta[88], past its end'],
  ['a row past', 8, 'the canary at delta[95], past its end'],
])('detects a kernel that writes %s its buffer', (_, excess, where) => {
  const found = disagreementOver('outputDelta quadratic linear', (right, floats) => ({
    outputDelta(net, from, to) {
      right.outputDelta(net, from, to);
      const { delta, stride } = layerAt(right, new Net(new Views(right), net).layers);
      floats()[delta / 4 + to * stride + excess - 1] = 0;
    },
  }));
  expect(found).toBe(`reference overwrote ${where}`);
});

it('detects a kernel that updates a buffer in place past its end', () => {
  const found = disagreementOver('update', (right) => ({
    update: (parameters, gradients, rate, count) => right.update(parameters, gradients, rate, count + 1),
  }));
  expect(found).toBe('reference overwrote the canary at parameters[40], past its end');
});

it('detects a kernel that writes before its first buffer', () => {
  const found = disagreementOver('widenBytes', (right, floats) => ({
    widenBytes(bytes, target, count, scale) {
      right.widenBytes(bytes, target, count, scale);
      floats()[bytes / 4 - 1] = 0;
    },
  }));
  expect(found).toBe('reference overwrote the canary 15 floats from the beginning');
});

it('detects a kernel that changes a buffer that it should only read', () => {
  const found = disagreementOver('hiddenDelta tanh', (right, floats) => ({
    hiddenDelta(layer, next, ...rest) {
      right.hiddenDelta(layer, next, ...rest);
      floats()[layerAt(right, next).weights / 4 + 3] = 1;
    },
  }));
  expect(found).toBe('reference overwrote nextWeights[3]');
});

it('treats every NaN as the same, but 0 and −0 as different', () => {
  const arena = new Arena();
  const result = arena.output('result', 1, 1);
  const storing =
    (bits: number): Call =>
    ({ memory }) => {
      new Uint32Array(memory.buffer)[result / 4] = bits;
      return [];
    };
  const compared = (one: number, other: number) => {
    const outcomes = [one, other].map((bits) => arena.run(referenceKernels(single), storing(bits)));
    return arena.disagreement(outcomes[0]!, outcomes[1]!);
  };
  expect(compared(0x7fc00000, 0xffc01234)).toBeUndefined();
  expect(compared(0x7f800000, 0x7fc00000)).toBe('result[0]: Infinity (0x7f800000) and NaN (0x7fc00000)');
  expect(compared(0, 0x80000000)).toBe('result[0]: 0 (0x00000000) and -0 (0x80000000)');
});
