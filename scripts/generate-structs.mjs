// Writes assembly/structs.ts, src/memory/structs.ts and src/memory/team.ts: the structs that TypeScript and the kernels share in
// linear memory, from the one table below. AssemblyScript gets classes whose fields it loads and stores. TypeScript gets classes of the same
// names, with accessors (by src/memory/struct-fields.ts) that read and write the same bytes. `npm run build` runs this.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

/**
 * Each struct: its comment, and its fields in order: name, type, comment. A pointer is `usize`. If Atomics accesses the words
 * of a struct (`isAtomic`), TypeScript gets the offsets too.
 */
const structs = {
  Net: {
    comment: 'A network and its current mini-batch.',
    fields: [
      ['loss', 'i32', 'A number of codes.ts.'],
      [
        'lossParameters',
        'usize',
        'f32[stride of the last layer]: δ of huber or q of quantile, for each output; γ and α of the focal losses.',
      ],
      ['ignoresMissing', 'i32', '1 if a target may be NaN: its output then has no cost and no δ.'],
      ['layerCount', 'i32', ''],
      ['layers', 'usize', 'Layer[layerCount].'],
      ['parameters', 'usize', 'f32[parameterCount]: the weights and biases of all layers.'],
      ['gradients', 'usize', 'f32[parameterCount], in the same order.'],
      ['parameterCount', 'i32', 'Padding included; a multiple of four.'],
      ['inputCount', 'i32', ''],
      ['inputs', 'usize', 'f32[rows][inputCount].'],
      ['targets', 'usize', 'f32[rows][stride of the last layer].'],
      ['batches', 'usize', 'One Batch per thread, 64 bytes apart.'],
      [
        'pairs',
        'usize',
        'usize[rows][2]: where the values of each sample begin, and their places (pairs.ts).',
      ],
      ['tally', 'usize', 'Tally of training.'],
      ['rule', 'usize', 'The Rule of training.'],
      ['sampleWeights', 'usize', 'f32[rows], if the rule weights samples.'],
      ['firstTrained', 'i32', 'The first layer that is not frozen. The layers before it need no δ.'],
      ['hasZeroGradients', 'i32', "1 while all gradients of the first layer's weights are zero."],
      ['touched', 'i32', 'A sink without meaning. Its store keeps the loads that warm the cache.'],
    ],
  },

  Batch: {
    comment: 'The current mini-batch, from the view of one thread.',
    fields: [
      ['thread', 'i32', 'The number of the thread; 0 is the calling thread.'],
      ['threads', 'i32', 'The number of threads that share the mini-batch.'],
      ['scratch', 'usize', 'Room of this thread for packing; scratchFloats of layout.ts states its size.'],
      ['rows', 'i32', 'Samples in the mini-batch.'],
      ['from', 'i32', 'This thread computes activations and δ of the samples from here on,'],
      ['to', 'i32', 'and up to here.'],
      ['isTraining', 'i32', '1 if dropout, weights of samples and frozen layers apply.'],
      ['isSparse', 'i32', "1 if the first layer reads the net's pairs, 0 if it reads its `input`."],
      ['largestDelta', 'f32', 'The largest |δ| of the first layer among the samples of this thread.'],
    ],
  },

  Layer: {
    comment: 'A layer. Each matrix [rows][stride] is row-major, with padding from `units` to `stride`.',
    fields: [
      ['activation', 'i32', 'A number of codes.ts.'],
      ['alpha', 'f32', 'α of leakyRelu and elu; the other activations ignore it.'],
      ['fanIn', 'i32', 'The units of the previous layer, or the inputs.'],
      ['units', 'i32', ''],
      ['stride', 'i32', 'Floats from row to row; a multiple of four.'],
      ['input', 'usize', 'f32[rows][inputStride]: the activations of the previous layer, or the inputs.'],
      ['inputStride', 'i32', ''],
      ['weights', 'usize', 'f32[fanIn][stride]: column j holds w_jk for all k.'],
      ['biases', 'usize', 'f32[stride].'],
      ['weightGradients', 'usize', 'f32[fanIn][stride]: ∂C/∂W, summed over the mini-batch.'],
      ['biasGradients', 'usize', 'f32[stride]: ∂C/∂b, summed over the mini-batch.'],
      ['preActivations', 'usize', 'f32[rows][stride]: z.'],
      ['activations', 'usize', 'f32[rows][stride]: a, which the next layer reads.'],
      ['delta', 'usize', 'f32[rows][stride]: δ = ∂C/∂z.'],
      [
        'undropped',
        'usize',
        'f32[rows][stride]: a before dropout; `activations` if the layer has no dropout.',
      ],
      ['dropBelow', 'u32', 'Dropout drops a unit if 32 random bits are below this; 0 for no dropout.'],
      ['keptScale', 'f32', '1/(1 − p): dropout multiplies the kept activations by this.'],
      ['isFrozen', 'i32', '1 if training leaves the layer unchanged.'],
      ['number', 'i32', 'Its index among the layers, from 0. The random bits of dropout depend on it.'],
    ],
  },

  Window: {
    comment:
      'Samples held in memory. Places are bytes from the start of the window, so that the window can move; 0 for none.',
    fields: [
      ['order', 'usize', 'Place of u32[n], the n-th sample to draw; none for the original order.'],
      ['targets', 'usize', 'Place of f32[n][stride of the last layer].'],
      ['sampleWeights', 'usize', 'Place of f32[n]; none if all samples weigh 1.'],
      ['rows', 'usize', 'Place of f32[n][inputCount]; none if the window holds pairs.'],
      [
        'starts',
        'usize',
        'Place of usize[n + 1]: the places where the pairs of each sample begin; none for rows.',
      ],
      ['largestInput', 'f32', 'An upper bound of |input|.'],
    ],
  },

  Tally: {
    comment: 'Sums over mini-batches.',
    fields: [
      ['loss', 'f64', 'The cost of all samples since the tally was cleared.'],
      ['batchLoss', 'f64', 'The cost of the last mini-batch.'],
      ['largestWeight', 'f64', 'An upper bound of |w| in the first layer; Infinity if unknown.'],
      ['right', 'i32', 'The number of samples classified correctly.'],
    ],
  },

  Rule: {
    comment: 'How gradients become an update; optimizers.ts and regularize.ts explain each number.',
    fields: [
      ['beta1', 'f64', ''],
      ['beta2', 'f64', ''],
      ['optimizer', 'i32', 'A number of codes.ts.'],
      ['isPlain', 'i32', '1 if an update is plain W −= η/m Σ ∂C/∂W.'],
      ['isWeighted', 'i32', '1 if each sample has a weight.'],
      ['penalizesBiases', 'i32', '1 if l1, l2 and weight decay apply to biases too.'],
      ['l1', 'f32', ''],
      ['l2', 'f32', ''],
      ['clipValue', 'f32', '0 for no clipping by value.'],
      ['clipNorm', 'f32', '0 for no clipping by norm.'],
      ['maxNorm', 'f32', '0 for no max-norm.'],
      ['momentum', 'f32', 'μ, ρ or β₁.'],
      ['momentumRest', 'f32', '1 − that, rounded from double precision.'],
      ['square', 'f32', 'β₂.'],
      ['squareRest', 'f32', '1 − that, rounded from double precision.'],
      ['epsilon', 'f32', ''],
      ['weightDecay', 'f32', ''],
      ['first', 'usize', 'f32[parameterCount]: the number that the optimizer keeps for each parameter.'],
      ['second', 'usize', 'f32[parameterCount]: its second number for each parameter, if it has two.'],
      ['step', 'u32', 'The number of steps taken.'],
      ['key0', 'u32', 'The key of dropout.'],
      ['key1', 'u32', ''],
      ['rate', 'f32', 'Of this step: η, or η/(1 − β₁ᵗ) of Adam.'],
      ['rootScale', 'f32', 'Of this step: 1/√(1 − β₂ᵗ) of Adam.'],
      ['decay', 'f32', 'Of this step: η·λ of weight decay.'],
      ['gradientScale', 'f32', 'Of this step: the factor of the sums in the gradients.'],
    ],
  },

  Team: {
    comment: 'The state that the threads of a team share.',
    isAtomic: true,
    fields: [
      ['calls', 'i32', 'The number of jobs and passes so far; a thread waits here for the next one.'],
      ['jobs', 'i32', 'The number of jobs so far: calls in which every thread takes part.'],
      ['ended', 'i32', 'The number of times that a thread other than the first ended a job.'],
      ['arrived', 'i32', 'The number of threads that have arrived at the barrier.'],
      [
        'meetings',
        'i32',
        'The number of times that all threads have met in this job; ~n, below 0, if the first gave up at the n-th.',
      ],
      ['joined', 'i32', 'The number of threads that have joined.'],
      [
        'left',
        'i32',
        '32 times the number of passes so far, plus the shares of this pass that no thread has taken.',
      ],
      ['finished', 'i32', 'The shares of the pass that are done.'],
      ['pass', 'i32', 'The number of the pass in threads.ts.'],
      ['weights', 'usize', 'Of the pass: f32[rows], factors of the costs; 0 for none.'],
      ['net', 'usize', 'Of the job or the pass.'],
      ['threads', 'i32', 'Of the job, like all fields below.'],
      ['window', 'usize', ''],
      ['first', 'i32', ''],
      ['count', 'i32', ''],
      ['size', 'i32', ''],
      ['learningRate', 'f32', ''],
    ],
  },
};

/** By type: bytes, and the letter of the typed array in src/memory/struct-fields.ts. */
const types = { i32: [4, 'i'], u32: [4, 'u'], usize: [4, 'u'], f32: [4, 's'], f64: [8, 'd'] };

const header = '// Generated by scripts/generate-structs.mjs (npm run build); not for editing.\n';
const docComment = (text, indent) => (text ? `${indent}/** ${text} */\n` : '');

function assemblyClass([name, { comment, fields }]) {
  const lines = fields.map(([field, type, text]) => `${docComment(text, '  ')}  ${field}: ${type};\n`);
  return `\n${docComment(comment, '')}export class ${name} {\n${lines.join('')}}\n`;
}

function typescriptClass([name, { comment, fields, isAtomic }]) {
  let end = 0;
  const offsets = fields.map(([field, type]) => {
    const [size] = types[type];
    const offset = Math.ceil(end / size) * size; // aligned as AssemblyScript aligns it
    end = offset + size;
    return `${field}: ${offset}`;
  });
  const declarations = fields.map(
    ([field, , text]) => `${docComment(text, '  ')}  declare ${field}: number;\n`,
  );
  return `
${docComment(comment, '')}export class ${name} extends Struct {
  static readonly bytes = ${end};
${isAtomic ? `  /** The byte where each field begins. */\n  static readonly offsets = { ${offsets.join(', ')} };\n` : ''}${declarations.join('')}}
defineFields(${name}, '${fields.map(([field, type]) => `${field}:${types[type][1]}`).join(' ')}');
`;
}

const entries = Object.entries(structs);
write('assembly/structs.ts', header + entries.map(assemblyClass).join(''));
// What only threads share is in a module of its own, which loads with them.
writeClasses('src/memory/structs.ts', ([, { isAtomic }]) => !isAtomic);
writeClasses('src/memory/team.ts', ([, { isAtomic }]) => isAtomic);

function writeClasses(path, isIn) {
  const classes = entries.filter(isIn).map(typescriptClass);
  write(path, `${header}import { defineFields, Struct } from './struct-fields.js';\n${classes.join('')}`);
}

/** Leaves an unchanged file untouched, so that watchers stay quiet. */
function write(path, text) {
  if (!existsSync(path) || readFileSync(path, 'utf8') !== text) writeFileSync(path, text);
}
