// What a page loads, minified and packed by gzip. The core is one static graph; every other line says what comes beside it.

const core = [
  'errors.js',
  'network.js',
  'base/*',
  'diagnosis/*',
  'kernels/*',
  'memory/*',
  'model/*',
  'training/*',
];

/** As bundlers write it. Without it, the scope and the exports of a script would count too. */
const asModule = { modifyEsbuildConfig: (config) => ({ ...config, format: 'esm' }) };

const besideCore = (name, path, limit, more = []) => ({
  name,
  path: `dist/${path}`,
  limit,
  gzip: true,
  ...asModule,
  ignore: [...core.flatMap((file) => [`../${file}`, `../../${file}`]), ...more],
});

/** Of the core, beside the parts in src/training/. */
const besideTraining = ['evaluate', 'hooks/divergence', 'options', 'order', 'pace', 'samples'].map(
  (name) => `./${name}.js`,
);

/** Of the core, beside the parts in src/model/. */
const besideModel = ['check-transforms', 'initializers', 'spec', 'transforms'].map((name) => `./${name}.js`);

/** Loaded by `import()` where it is needed. */
const onDemand = {
  threads: './threads.js',
  tiny: './tiny.js',
  explanation: './explain-divergence.js',
  ownLoss: './training/own-loss.js',
  grow: './model/grow.js',
  average: './training/average.js',
  plateau: './training/hooks/plateau.js',
  rateSearch: './training/find-learning-rate.js',
  reference: './reference/reference.js',
  gradientCheck: './diagnosis/check-gradients.js',
  diagnose: './diagnosis/diagnose.js',
  diagnosis: './diagnosis/report-diagnosis.js',
  formulas: './formulas.js',
};

/** Of bp4/search, loaded by `import()`. */
const searchParts = ['combine-best', 'journal', 'rounds', 'run-shard', 'tpe'].map((name) => `./${name}.js`);

export default [
  {
    name: 'bp4',
    path: 'dist/index.js',
    limit: '44.6 kB',
    gzip: true,
    ...asModule,
    ignore: Object.values(onDemand),
  },
  besideCore('several threads', 'kernels/threads.js', '15.9 kB', ['./wasm.js']),
  {
    name: 'the reference, bp4/reference',
    path: 'dist/kernels/reference/reference.js',
    limit: '8.8 kB',
    gzip: true,
  },
  besideCore('rare transforms', 'model/formulas.js', '1.8 kB'),
  besideCore('tiny networks', 'training/tiny.js', '4.4 kB'),
  besideCore('explaining a divergence', 'training/explain-divergence.js', '1 kB', besideTraining),
  besideCore('withInputs and withClasses', 'model/grow.js', '1.7 kB', besideModel),
  besideCore('ema and swa', 'training/average.js', '0.5 kB'),
  besideCore('findLearningRate', 'training/find-learning-rate.js', '2 kB', besideTraining),
  besideCore('a loss of your own', 'training/own-loss.js', '1.6 kB'),
  besideCore('checkGradients', 'diagnosis/check-gradients.js', '2.5 kB'),
  besideCore('diagnose', 'diagnosis/report-diagnosis.js', '12.9 kB'),
  besideCore('bp4/metrics', 'metrics/index.js', '5.7 kB'),
  besideCore('bp4/ensemble', 'ensemble/index.js', '4 kB'),
  besideCore('bp4/explain', 'explain/index.js', '3.7 kB'),
  besideCore('bp4/data', 'data/index.js', '55.6 kB', ['./parquet/*']),
  besideCore('reading Parquet', 'data/parquet/file.js', '21.6 kB', ['./zstd.js']),
  besideCore('reading Zstandard', 'data/parquet/zstd.js', '5 kB'),
  besideCore('bp4/search', 'search/index.js', '11.9 kB', ['../metrics/*', ...searchParts]),
  besideCore('running a study', 'search/combine-best.js', '2.2 kB', ['../ensemble/*', '../metrics/*']),
  besideCore('the sampler tpe', 'search/samplers/tpe.js', '3.9 kB'),
  besideCore('a journal', 'search/journal.js', '2.1 kB'),
  besideCore('training in shards', 'search/rounds.js', '2.3 kB', ['./run-shard.js']),
  besideCore('bp4/worker', 'worker/index.js', '3 kB'),
  besideCore('bp4/node', 'node/index.js', '5.4 kB', ['node:*', '../chunks/*']),
  besideCore('bp4/onnx', 'formats/onnx/index.js', '5.6 kB', ['./read.js']),
  besideCore('reading ONNX', 'formats/onnx/read.js', '15.5 kB', ['./write.js']),
  besideCore('bp4/tfjs', 'formats/tfjs/index.js', '11.3 kB'),
  besideCore('bp4/safetensors', 'formats/safetensors/index.js', '6.8 kB'),
  besideCore('bp4/numpy', 'formats/numpy/index.js', '8 kB'),
  besideCore('bp4/code', 'formats/code/index.js', '12.1 kB'),
  { name: 'bp4/brain, without the core', path: 'dist/brain/index.js', limit: '32.5 kB', gzip: true },
  // As it is loaded, not minified again
  {
    name: 'the script of bp4/brain',
    path: 'dist/brain.min.js',
    limit: '31.1 kB',
    gzip: true,
    disablePlugins: ['@size-limit/esbuild'],
  },
];
