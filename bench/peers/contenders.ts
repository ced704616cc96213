import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Command } from './child.js';

/** A library that trains networks. */
export interface Contender {
  /** The name for `--peer` and the goals. */
  readonly name: string;
  readonly label: string;
  readonly kind: 'bp4' | 'JavaScript' | 'native';
  readonly command: Command;
  /** It can't take the same steps as bp4; its note describes the differences. */
  readonly hasItsOwnWay?: true;
  /** Part of the names of the cases in which it runs; undefined for all. */
  readonly only?: RegExp;
}

export interface Program {
  readonly file: string;
}

/** A peer that this machine does not have. */
export interface Missing {
  readonly label: string;
  readonly why: string;
  readonly cure: string;
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * One thread each.
 * @param coreType the processor for which OpenBLAS takes its kernels; undefined lets it choose
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

const js = (
  name: string,
  label: string,
  args: readonly string[],
  rest: Pick<Contender, 'hasItsOwnWay' | 'only'> = {},
): Contender => {
  const command = { file: process.execPath, args, env: environment() };
  return { name, label, kind: name === 'bp4' ? 'bp4' : 'JavaScript', command, ...rest };
};

const OWN_WAY = { hasItsOwnWay: true } as const;

/** bp4 comes first, because the results of the others are checked against it. */
export const javaScript: readonly Contender[] = [
  js('bp4', 'bp4', [here('js/bp4.mjs')]),
  js('plain', 'plain JavaScript', ['--import', 'tsx', here('js/plain.ts')]),
  js('tfjs', 'TensorFlow.js wasm', [here('js/tfjs.mjs')]),
  js('tfjs-fit', 'TensorFlow.js wasm, fit', [here('js/tfjs-fit.mjs')], OWN_WAY),
  js('jax-js', 'jax-js wasm', [here('js/jax-js.mjs')]),
  js('convnetjs', 'convnetjs', [here('js/convnetjs.mjs')]),
  js('brain.js-1', 'brain.js 1.6.1', [here('js/brain.mjs'), 'brain.js-1'], OWN_WAY),
  js('brain.js-2', 'brain.js 2.0.0-beta.24', [here('js/brain.mjs'), 'brain.js-2'], OWN_WAY),
  // It writes a function with a statement for each weight. At 250 images of MNIST a second, the wait would be too long.
  js('synaptic', 'synaptic', [here('js/synaptic.mjs')], { hasItsOwnWay: true, only: /2, 3, 1/ }),
];

/**
 * @param c the C program
 * @param coreType the OpenBLAS kernels of all; undefined lets it choose
 */
export function nativeContenders(
  c: Program | Missing,
  coreType: string | undefined,
): (Contender | Missing)[] {
  const python = (name: string, label: string, module: string, packages: string): Contender | Missing =>
    pythonContender(name, label, module, packages, environment(coreType));
  return [
    python('numpy', 'NumPy + OpenBLAS', 'numpy', 'python3-numpy libopenblas0'),
    python('torch', 'PyTorch', 'torch', 'python3-torch'),
    python('torch-nn', 'PyTorch, nn and SGD', 'torch', 'python3-torch'),
    { ...python('sklearn', 'scikit-learn', 'sklearn', 'python3-sklearn'), ...OWN_WAY },
    ...('file' in c
      ? [
          cContender(c.file, 'c', 'C + OpenBLAS', coreType),
          // XOR measures only the cost of calls, with any kernels.
          { ...cContender(c.file, 'c-haswell', 'C + OpenBLAS, AVX2', 'Haswell'), only: /784/ },
          { ...cContender(c.file, 'c-nehalem', 'C + OpenBLAS, SSE', 'Nehalem'), only: /784/ },
        ]
      : [c]),
  ];
}

/** Debian's Python first, because the packages of `cure` are for that one. */
const pythons = ['/usr/bin/python3', 'python3'];

function pythonContender(
  name: string,
  label: string,
  module: string,
  packages: string,
  env: NodeJS.ProcessEnv,
): Contender | Missing {
  const imports = (file: string): boolean =>
    spawnSync(file, ['-c', `import ${module}`], { env }).status === 0;
  const file = pythons.find(imports);
  if (file === undefined) {
    return { label, why: `no Python with ${module}`, cure: `apt-get install ${packages}` };
  }
  const command = { file, args: [here(`native/${name.replace('-', '_')}_peer.py`)], env };
  return { name, label, kind: 'native', command };
}

/** Compiles the C program into a directory. */
export function buildC(directory: string): Program | Missing {
  const file = join(directory, 'cblas');
  const flags = ['-O3', '-march=native', '-o', file, here('native/cblas.c'), '-lopenblas', '-lm'];
  const { status, stderr, error } = spawnSync('gcc', flags, { encoding: 'utf8' });
  if (status === 0) return { file };
  const why =
    error?.message ?? stderr.split('\n').find((line) => /error|cannot find/.test(line)) ?? 'gcc failed';
  return { label: 'C + OpenBLAS', why, cure: 'apt-get install gcc libc6-dev libopenblas-dev' };
}

export const cContender = (file: string, name: string, label: string, coreType?: string): Contender => ({
  name,
  label,
  kind: 'native',
  command: { file, args: [], env: environment(coreType) },
});
