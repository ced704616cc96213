import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

// Service workers and background scripts of extensions forbid import(): what most programs need is one static graph.

const source = fileURLToPath(new URL('../../src', import.meta.url));

it('only what few programs need is loaded by import(): threads, readers of files, explanations, losses of users, parts of a search', () => {
  const found = readdirSync(source, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/')) // as Windows has them
    .filter((path) => path.endsWith('.ts') && !/^(cli|queue)\//.test(path))
    .flatMap((path) => {
      const text = readFileSync(join(source, path), 'utf8');
      return Array.from(
        text.matchAll(/(?<!typeof )\bimport\(\s*'([^']*)'/g),
        ([, module]) => `${path}: ${module!}`,
      );
    });
  expect(found.sort()).toEqual([
    'data/data-stream.ts: ./parquet/file.js',
    'data/dataset.ts: ./parquet/file.js',
    'data/parquet/codecs.ts: ./zstd.js',
    'data/table.ts: ./parquet/file.js',
    'diagnosis/check-gradients.ts: ../training/own-loss.js',
    'formats/onnx/index.ts: ./read.js',
    'kernels/load.ts: ./reference/reference.js',
    'kernels/load.ts: ./threads.js',
    'model/check-transforms.ts: ./formulas.js',
    'network.ts: ./diagnosis/check-gradients.js',
    'network.ts: ./diagnosis/diagnose.js',
    'network.ts: ./diagnosis/report-diagnosis.js',
    'network.ts: ./model/grow.js',
    'network.ts: ./model/grow.js',
    'network.ts: ./training/average.js',
    'network.ts: ./training/find-learning-rate.js',
    'network.ts: ./training/hooks/plateau.js',
    'network.ts: ./training/own-loss.js',
    'search/executor.ts: ./run-shard.js',
    'search/samplers/create-sampler.ts: ./tpe.js',
    'search/study.ts: ./combine-best.js',
    'search/study.ts: ./journal.js',
    'search/train-in-shards.ts: ./rounds.js',
    'training/find-divergence.ts: ./explain-divergence.js',
    'training/train.ts: ./tiny.js',
  ]);
});
