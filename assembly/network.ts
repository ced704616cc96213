// What the kernels that go through all layers find in memory. The classes have no instances of their own: each is a
// view of words that TypeScript has written, in the order of src/kernels/plan.ts.

/** A network, with the mini-batch that is under way. */
export class Net {
  loss: i32;
  /** huber's delta. */
  lossParameter: f32;
  layerCount: i32;
  /** The first of `layerCount` layers, one after the other. */
  layers: usize;
  parameters: usize;
  gradients: usize;
  parameterCount: i32;
  inputCount: i32;
  /** f32[rows][inputCount] */
  inputs: usize;
  /** f32[rows][stride of the last layer] */
  targets: usize;
  /** Of each thread: so many bytes, one after the other. */
  scratch: usize;
  scratchBytes: i32;
  /** usize[rows][2]: where the values of each sample begin, and their places (pairs.ts). */
  pairs: usize;
  /** Of training. */
  tally: usize;
  /** How training updates. */
  rule: usize;
  /** f32[rows], where the rule says that samples are weighted. */
  sampleWeights: usize;
  /** The first layer that is not frozen: those before it need no δ. */
  firstTrained: i32;
  /** f32[MOST_THREADS]: the largest δ of the first layer that each thread has found. */
  largestDeltas: usize;
  /** 1 while all gradients of the first layer's weights are zero. */
  hasZeroGradients: i32;
  /** Of no meaning: what is stored here has been read. */
  touched: i32;
}

/** A layer; the shapes of its buffers are those of src/kernels/kernels.ts. */
export class Layer {
  activation: i32;
  /** α of leakyRelu and elu. */
  alpha: f32;
  fanIn: i32;
  units: i32;
  stride: i32;
  input: usize;
  inputStride: i32;
  weights: usize;
  biases: usize;
  weightGradients: usize;
  biasGradients: usize;
  preActivations: usize;
  activations: usize;
  delta: usize;
  /** Where training keeps the activations as they were before dropout; without dropout, the activations. */
  undropped: usize;
  /** A unit is dropped where 32 random bits are below this; 0 for never. */
  dropBelow: u32;
  /** 1/(1 − p): by this the others are multiplied. */
  keptScale: f32;
  /** 1 where training leaves the layer as it is. */
  isFrozen: i32;
}

/**
 * Samples held in memory. What is called a place is counted in bytes from the window itself, so that it can be moved;
 * 0 for none.
 */
export class Window {
  /** Place of u32[n]: which sample comes n-th; none where they come as they lie. */
  order: usize;
  /** Place of f32[n][stride of the last layer]. */
  targets: usize;
  /** Place of f32[n]; none where all weigh 1. */
  sampleWeights: usize;
  /** Place of f32[n][inputCount]; or else */
  rows: usize;
  /** place of usize[n + 1], the places where the pairs of each sample begin, and where the last ends. */
  starts: usize;
  /** No input is larger, but for its sign. */
  largestInput: f32;
}

/** What is summed up over mini-batches. */
export class Tally {
  /** The cost of all samples since it was cleared. */
  loss: f64;
  /** The cost of the last mini-batch. */
  batchLoss: f64;
  /** No weight of the first layer is larger, but for its sign; Infinity where that is not known. */
  largestWeight: f64;
  /** How many samples were classified correctly. */
  right: i32;
}

/** How an update comes from the gradients: optimizers.ts and penalties.ts say what each number does. */
export class Rule {
  beta1: f64;
  beta2: f64;
  optimizer: i32;
  /** 1 where an update is W −= η/m Σ ∂C/∂W and nothing else. */
  isPlain: i32;
  isWeighted: i32;
  penalizesBiases: i32;
  l1: f32;
  l2: f32;
  /** 0 for none, as the next two. */
  clipValue: f32;
  clipNorm: f32;
  maxNorm: f32;
  /** μ, ρ or β₁, and 1 − that, each rounded from double precision. */
  momentum: f32;
  momentumRest: f32;
  /** β₂, likewise. */
  square: f32;
  squareRest: f32;
  epsilon: f32;
  weightDecay: f32;
  /** What the optimizer remembers of each parameter: two buffers like the parameters, where it needs them. */
  first: usize;
  second: usize;
  /** How many steps there have been. */
  step: u32;
  /** Of dropout. */
  key0: u32;
  key1: u32;
  /** Of the present step: η, of Adam η/(1 − β₁ᵗ); */
  rate: f32;
  /** of Adam 1/√(1 − β₂ᵗ); */
  rootScale: f32;
  /** η·λ of weight decay; */
  decay: f32;
  /** and by what the sums in the gradients are multiplied. */
  gradientScale: f32;
}

export function layerOf(net: Net, l: i32): Layer {
  return changetype<Layer>(net.layers + <usize>l * offsetof<Layer>());
}
