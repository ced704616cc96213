import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './child.js';

/** Someone who trains networks. */
export interface Contender {
  /** By which `--peer` and the goals call it. */
  readonly name: string;
  readonly label: string;
  readonly kind: 'bp4' | 'JavaScript' | 'native';
  readonly command: Command;
  /** Part of the names of the cases in which it runs; all without it. */
  readonly only?: RegExp;
}

/** A peer that this machine does not have. */
export interface Missing {
  readonly label: string;
  readonly why: string;
  readonly cure: string;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * One thread each, and OpenBLAS chooses its kernels by the processor: what a machine has preset would slow it down.
 * @param coreType the processor that OpenBLAS is to take this one for
 */
function environment(coreType?: string): NodeJS.ProcessEnv {
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    OPENBLAS_NUM_THREADS: '1',
    OMP_NUM_THREADS: '1',
    MKL_NUM_THREADS: '1',
  };
  delete env.OPENBLAS_CORETYPE;
  delete env.OPENBLAS_L2_SIZE;
  return coreType === undefined ? env : { ...env, OPENBLAS_CORETYPE: coreType };
}

const node = (...args: string[]): Command => ({ file: process.execPath, args, env: environment() });

const MNIST = /784/;

export const javaScript: readonly Contender[] = [
  { name: 'bp4', label: 'bp4', kind: 'bp4', command: node(here('js/bp4.mjs')) },
  {
    name: 'plain',
    label: 'plain JavaScript',
    kind: 'JavaScript',
    command: node('--import', 'tsx', here('js/plain.ts')),
  },
  { name: 'tfjs', label: 'TensorFlow.js wasm', kind: 'JavaScript', command: node(here('js/tfjs.mjs')) },
  {
    name: 'tfjs-fit',
    label: 'TensorFlow.js wasm, fit',
    kind: 'JavaScript',
    command: node(here('js/tfjs-fit.mjs')),
  },
  { name: 'jax-js', label: 'jax-js wasm', kind: 'JavaScript', command: node(here('js/jax-js.mjs')) },
  { name: 'convnetjs', label: 'convnetjs', kind: 'JavaScript', command: node(here('js/convnetjs.mjs')) },
  {
    name: 'brain.js-1',
    label: 'brain.js 1.6.1',
    kind: 'JavaScript',
    command: node(here('js/brain.mjs'), 'brain.js-1'),
  },
  {
    name: 'brain.js-2',
    label: 'brain.js 2.0.0-beta.24',
    kind: 'JavaScript',
    command: node(here('js/brain.mjs'), 'brain.js-2'),
  },
  {
    name: 'synaptic',
    label: 'synaptic',
    kind: 'JavaScript',
    command: node(here('js/synaptic.mjs')),
    // The function that it writes has a statement for each weight: 60,000 images would take it an hour.
    only: /2, 3, 1/,
  },
];

/** @param directory in which the C program is built */
export function nativeContenders(directory: string): (Contender | Missing)[] {
  return [
    pythonContender('numpy', 'NumPy + OpenBLAS', 'numpy', 'python3-numpy libopenblas0'),
    pythonContender('torch', 'PyTorch', 'torch', 'python3-torch'),
    pythonContender('torch-nn', 'PyTorch, nn and SGD', 'torch', 'python3-torch'),
    pythonContender('sklearn', 'scikit-learn', 'sklearn', 'python3-sklearn'),
    ...cContenders(directory),
  ];
}

/** Debian's Python before another, because the packages that `cure` installs are for that one. */
const pythons = ['/usr/bin/python3', 'python3'];

function pythonContender(name: string, label: string, module: string, packages: string): Contender | Missing {
  const imports = (file: string): boolean =>
    spawnSync(file, ['-c', `import ${module}`], { env: environment() }).status === 0;
  const file = pythons.find(imports);
  if (file === undefined) {
    return { label, why: `no Python with ${module}`, cure: `apt-get install ${packages}` };
  }
  const command = { file, args: [here(`native/${name.replace('-', '_')}_peer.py`)], env: environment() };
  return { name, label, kind: 'native', command };
}

function cContenders(directory: string): (Contender | Missing)[] {
  const file = join(directory, 'cblas');
  const flags = ['-O3', '-march=native', '-o', file, here('native/cblas.c'), '-lopenblas', '-lm'];
  const { status, stderr, error } = spawnSync('gcc', flags, { encoding: 'utf8' });
  if (status !== 0) {
    const why =
      error?.message ?? stderr.split('\n').find((line) => /error|cannot find/.test(line)) ?? 'gcc failed';
    return [{ label: 'C + OpenBLAS', why, cure: 'apt-get install gcc libc6-dev libopenblas-dev' }];
  }
  const command = (coreType?: string): Command => ({ file, args: [], env: environment(coreType) });
  return [
    { name: 'c', label: 'C + OpenBLAS', kind: 'native', command: command() },
    {
      name: 'c-haswell',
      label: 'C + OpenBLAS, AVX2',
      kind: 'native',
      command: command('Haswell'),
      only: MNIST,
    },
    {
      name: 'c-nehalem',
      label: 'C + OpenBLAS, SSE',
      kind: 'native',
      command: command('Nehalem'),
      only: MNIST,
    },
  ];
}
