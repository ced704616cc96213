import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { python } from './python.mjs';

// `bp4 search` and scikit-learn's RandomizedSearchCV learn from the same rows, and are measured on the same others.
// node test/clients/compare-search.mjs [--trials 40] [--seeds 5] [name…] makes the table of docs/guide/search.md.

export const names = ['iris', 'wine', 'breast_cancer', 'digits', 'diabetes'];

const cli = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url));

/** The events that a command prints. */
const bp4 = (...args) =>
  execFileSync(process.execPath, [cli, ...args, '--json'], { encoding: 'utf8', maxBuffer: 2 ** 28 })
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

const scikitLearn = (...args) => python('scikit_learn.py', args.map(String), ['python3-sklearn']);

/**
 * What each of the two scores on the rows held out: accuracy and log loss of classes, R² and root mean squared error of
 * numbers; and the seconds that it took on two processors.
 */
export function compare(name, { trials, seed }) {
  const folder = mkdtempSync(join(tmpdir(), 'bp4-compare-'));
  const [train, test, model] = ['train.csv', 'test.csv', 'model.bp4'].map((file) => join(folder, file));
  const task = name === 'diabetes' ? 'regression' : 'classification';
  try {
    scikitLearn('write', name, seed, train, test);
    const theirs = timed(() => JSON.parse(scikitLearn('search', task, trials, seed, train, test)));
    const ours = timed(() => {
      const flags = { 'test-split': 0, trials, seed, workers: 2, out: model };
      bp4('search', train, ...Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, `${value}`]));
      const [{ accuracy, loss, rSquared, rootMeanSquaredError }] = bp4('evaluate', model, test);
      return task === 'regression' ? { rSquared, rootMeanSquaredError } : { accuracy, logLoss: loss };
    });
    return { scikitLearn: theirs, bp4: ours };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function timed(run) {
  const start = performance.now();
  return { ...run(), seconds: (performance.now() - start) / 1000 };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { values, positionals } = parseArgs({
    options: { trials: { type: 'string', default: '40' }, seeds: { type: 'string', default: '5' } },
    allowPositionals: true,
  });
  for (const name of positionals.length > 0 ? positionals : names) {
    const runs = Array.from({ length: Number(values.seeds) }, (_, seed) =>
      compare(name, { trials: Number(values.trials), seed }),
    );
    for (const program of ['scikitLearn', 'bp4']) {
      const cells = Object.keys(runs[0][program]).map((figure) => {
        const mean = runs.reduce((sum, run) => sum + run[program][figure], 0) / runs.length;
        return `${figure} ${mean.toFixed(4)}`;
      });
      console.log(`${name}  ${program}  ${cells.join('  ')}`);
    }
  }
}
