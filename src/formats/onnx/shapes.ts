import type { Budget } from './tensor.js';
import { twoClasses } from './layers.js';
import { isConstant, QUANTIZED, type GraphNode, type Value, type Flow } from './node.js';
import { BFLOAT16, DOUBLE, FLOAT, FLOAT16 } from './proto.js';
import { readTensor, showShape, type Constant } from './tensor.js';

// The operators that don't change values: rows stay rows, one per sample. The number of samples is -1.

export function cast(node: GraphNode): Value {
  const to = node.number('to', 'i', 0);
  if (to !== FLOAT && to !== DOUBLE && to !== FLOAT16 && to !== BFLOAT16) {
    const types = `${FLOAT}, ${DOUBLE}, ${FLOAT16} or ${BFLOAT16}`;
    throw node.wrong(`to: expected a type of floats (${types}), got ${to}`);
  }
  const value = node.input(0);
  return isConstant(value) ? node.constant(0) : value;
}

export function flatten(node: GraphNode): Flow {
  const axis = node.number('axis', 'i', 1);
  if (axis !== 1) throw node.wrong(`axis: expected 1, one row per sample, got ${axis}`);
  return node.flow(0);
}

/** Supports the shapes [batch][-1], and [-1] for a single unit. */
export function reshape(node: GraphNode): Flow {
  const flow = node.flow(0);
  const { values: shape } = node.constant(1);
  if (isSingle(flow) && shape.length === 1) return flow;
  const [batch, width] = shape;
  const isBatch = batch === -1 || batch === 0 || batch === 1;
  // For the inputs, `width` is compared with the weights later.
  const isWidth = width === -1 || (flow.layer ? width === flow.layer.biases.length : width! > 0);
  if (shape.length !== 2 || !isBatch || !isWidth) {
    throw node.wrong(`expected the shape [-1, all numbers of a sample], got ${showShape(shape)}`);
  }
  return flow;
}

export function constant(node: GraphNode): Constant {
  const tensor = node.attribute('value', 't');
  if (tensor) return readTensor(node.place, tensor);
  const one = node.attribute('value_float', 'f') ?? node.attribute('value_int', 'i');
  const values = node.attribute('value_floats', 'floats') ?? node.attribute('value_ints', 'ints');
  if (values) return { dims: [values.length], values: Float64Array.from(values) };
  if (one !== undefined) return { dims: [], values: Float64Array.of(one) };
  throw node.wrong('expected one of value, value_float, value_floats, value_int, value_ints');
}

export function transpose(node: GraphNode, budget: Budget): Constant {
  const { dims, values } = node.constant(0);
  const [rows = 0, columns = 0] = dims;
  const order = node.attribute('perm', 'ints') ?? [1, 0];
  if (dims.length !== 2 || order.join() !== '1,0') throw node.wrong('expected a matrix, and perm [1, 0]');
  const transposed = budget.floats(values.length);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) transposed[j * rows + i] = values[i * columns + j]!;
  }
  return { dims: [columns, rows], values: transposed };
}

/** Supports what PyTorch's `x.view(x.size(0), -1)` needs: the number of samples, and a layer's units. */
export function shape(node: GraphNode): Constant {
  return { dims: [2], values: Float64Array.of(-1, node.flow(0).layer?.biases.length ?? NaN) };
}

/** Picks one number from a row of constants, or the single unit of a layer. */
export function gather(node: GraphNode): Value {
  const given = node.input(0);
  const { dims, values: indices } = node.constant(1);
  if (indices.length !== 1) throw node.wrong(`expected one index, got ${indices.length}`);
  if (!isConstant(given)) {
    if (isSingle(given) && node.number('axis', 'i', 0) !== 0) return given;
    throw node.wrong(
      'it picks some of the samples, or of the units',
      'set options.output to the value before it',
      { name: 'output' },
    );
  }
  const { values } = node.constant(0);
  return { dims, values: Float64Array.of(values[indices[0]!] ?? NaN) };
}

/** Converts a number to a row of one number. */
export function unsqueeze(node: GraphNode): Value {
  const given = node.input(0);
  if (!isConstant(given) && isSingle(given)) return given;
  const { values } = node.constant(0);
  if (values.length !== 1) throw node.wrong(`expected a constant of one number, got ${values.length}`);
  return { dims: [1], values };
}

/** Whether a flow has one number per sample, so that [samples] and [samples][1] hold the same. */
const isSingle = ({ layer }: Flow): boolean => layer?.biases.length === 1;

/** Removes dimensions of size 1, but never that of the samples. */
export function squeeze(node: GraphNode): Value {
  const value = node.input(0);
  const axes = node.has(1) ? [...node.constant(1).values] : (node.attribute('axes', 'ints') ?? []);
  if (isConstant(value)) {
    const { dims } = value;
    const removed = axes.map((axis) => (axis < 0 ? axis + dims.length : axis));
    return {
      ...value,
      dims: dims.filter((size, i) => size !== 1 || (axes.length > 0 && !removed.includes(i))),
    };
  }
  // The axis -1 of [samples][1] is that of the units.
  const isOfUnits = axes.every((axis) => axis === -1 || (value.layer ? axis === 1 : axis > 0));
  if (!isOfUnits || (axes.length > 0 && value.layer && value.layer.biases.length !== 1)) {
    throw node.wrong(`axes: expected the dimension of a single unit, got ${showShape(axes)}`);
  }
  return value;
}

/** (x − zero point)·scale of constant weights, for the tensor or for each row or column. */
export function dequantize(node: GraphNode, budget: Budget): Constant {
  const given = node.input(0);
  if (!isConstant(given)) throw node.wrong(QUANTIZED.problem, QUANTIZED.cure);
  if (node.number('block_size', 'i', 0) !== 0)
    throw node.wrong('block_size: expected 0, one scale per tensor or axis');
  const { dims, values } = given;
  const scales = node.constant(1).values;
  const zeros = node.has(2) ? (node.input(2) as Constant).values : [];
  const axis = node.number('axis', 'i', 1);
  const at = axis < 0 ? axis + dims.length : axis;
  const isPerTensor = scales.length === 1;
  if (!isPerTensor && dims[at] !== scales.length)
    throw node.wrong(`expected 1 or ${dims[at] ?? 0} scales, got ${scales.length}`);
  if (zeros.length !== 0 && zeros.length !== scales.length)
    throw node.wrong(`expected ${scales.length} zero points, got ${zeros.length}`);
  const inner = dims.slice(at + 1).reduce((product, size) => product * size, 1);
  const floats = budget.floats(values.length);
  for (let i = 0; i < floats.length; i++) {
    const k = isPerTensor ? 0 : Math.floor(i / inner) % scales.length;
    floats[i] = (values[i]! - (zeros[k] ?? 0)) * scales[k]!;
  }
  return { dims, values: floats };
}

/** Concatenates rows of constants to a shape, or the probabilities of two classes. */
export function concat(node: GraphNode, budget: Budget): Value {
  if (!isConstant(node.input(0))) return twoClasses(node, budget);
  const values: number[] = [];
  for (let i = 0; node.has(i); i++) {
    const { values: more } = node.constant(i);
    if (values.length + more.length > MOST_DIMENSIONS) throw node.wrong('expected a shape');
    values.push(...more);
  }
  return { dims: [values.length], values: Float64Array.from(values) };
}
const MOST_DIMENSIONS = 8;
