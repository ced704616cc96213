import type { Model } from '../model/model.js';

// One mini-batch in the five steps of backpropagation: input, forward, output error, error back, gradients. The input has been gathered;
// all sums over the mini-batch are left in the gradients.

/** Forward: z = W·a + b, a = σ(z), layer by layer. */
export function forward({ kernels, layers }: Model, rows: number): void {
  for (const l of layers) {
    kernels.forward(
      l.input,
      l.inputStride,
      l.weights,
      l.biases,
      l.preActivations,
      l.stride,
      rows,
      l.fanIn,
      l.units,
    );
    kernels.activate(l.activation, l.preActivations, l.activations, l.stride, rows, l.units);
  }
}

/** The cost C after `forward`, summed over `rows` samples of the mini-batch, from the `first` on. */
export function cost({ kernels, layers, loss, layout }: Model, rows: number, first = 0): number {
  const l = layers.at(-1)!;
  const skipped = first * l.stride * kernels.bytesPerFloat;
  return kernels.cost(
    loss,
    l.preActivations + skipped,
    l.activations + skipped,
    layout.targets + skipped,
    l.stride,
    rows,
    l.units,
  );
}

/** BP1 to BP4, after `forward`. */
export function backward({ kernels, layers, loss, layout }: Model, rows: number): void {
  const last = layers.at(-1)!;
  kernels.outputDelta(
    loss,
    last.activation,
    last.preActivations,
    last.activations,
    layout.targets,
    last.delta,
    last.stride,
    rows,
    last.units,
  );
  for (let i = layers.length - 2; i >= 0; i--) {
    const l = layers[i]!;
    const next = layers[i + 1]!;
    kernels.hiddenDelta(
      l.activation,
      next.weights,
      next.delta,
      next.stride,
      next.units,
      l.preActivations,
      l.activations,
      l.delta,
      l.stride,
      rows,
      l.units,
      layout.scratch,
    );
  }
  for (const l of layers) {
    kernels.biasGradient(l.delta, l.biasGradients, l.stride, rows, l.units);
    kernels.weightGradient(
      l.input,
      l.inputStride,
      l.delta,
      l.weightGradients,
      l.stride,
      rows,
      l.fanIn,
      l.units,
    );
  }
}

/** W −= η/m Σ ∂C/∂W, and b likewise. */
export function update({ kernels, layout }: Model, rows: number, learningRate: number): void {
  kernels.update(layout.parameters, layout.gradients, learningRate / rows, layout.parameterCount);
}
