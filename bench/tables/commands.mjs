// Every command on whole tables, as people have them: with gaps, row names and identifiers, and without options. By hand:
//
//   Rscript bench/tables/export.R /tmp/tables             writes the tables of tables.tsv (export.R lists the packages)
//   python3 bench/tables/sklearn_tables.py /tmp/tables    writes those of scikit-learn
//   npm run build && node bench/tables/commands.mjs /tmp/tables [names of tables]
//
// Trains on each table. If the guess isn't the answer of tables.tsv, trains again with --label or --target. Then runs the other
// commands on the model. Prints the guess (right; asked: in doubt, so a terminal asks; wrong), the score, and each command
// that failed with its first error. The exit code is 1 if any did.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const [folder, ...wanted] = process.argv.slice(2);
const program = fileURLToPath(new URL('../../dist/cli/index.js', import.meta.url));
const list = readFileSync(new URL('tables.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .slice(1);
const known = new Map(
  list.map((line) => line.split('\t')).map(([, name, task, answer]) => [name, { task, answer }]),
);
const formats = ['onnx', 'tfjs', 'safetensors', 'npz', 'json', 'code', 'bp4'];
const work = mkdtempSync(join(tmpdir(), 'bp4-commands-'));

/** Runs a command as a user would. @returns its events, and its error if it failed */
function run(...args) {
  const { status, signal, stdout, stderr } = spawnSync(process.execPath, [program, ...args], {
    cwd: work,
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
  });
  const lines = stdout.split('\n').filter((line) => line !== '');
  const events = args.includes('--json') ? lines.map((line) => JSON.parse(line)) : [];
  if (status === 0) return { events, lines };
  const error = events.find(({ event }) => event === 'error')?.message ?? stderr.trim().split('\n')[0];
  return { events, lines, error: `${args.join(' ')}: ${signal ?? status} ${error}` };
}

function tryTable(name) {
  const path = join(resolve(folder), `${name}.csv`);
  const { task, answer } = known.get(name) ?? { answer: 'target' };
  const first = run('train', path, '--out', 'model.bp4', '--json');
  const data = first.events.find(({ event }) => event === 'data');
  const guess = data?.label ?? data?.targets?.join();
  const isRight = guess === answer && (task === undefined || data.task === task);
  const option = task === 'regression' ? '--target' : '--label';
  const trained = isRight ? first : run('train', path, option, answer, '--out', 'model.bp4', '--json');
  const test = trained.events.find(({ event }) => event === 'test');
  const predicted = run('predict', 'model.bp4', path);
  const results = [
    first,
    ...(isRight ? [] : [trained]),
    predicted,
    run('evaluate', 'model.bp4', path, '--json'),
    run('diagnose', 'model.bp4', path, '--json'),
    run('explain', 'model.bp4', path, '--json'),
    run('inspect', 'model.bp4', '--json'),
    ...formats.map((format) => run('export', 'model.bp4', `model-${format}`, '--to', format, '--json')),
  ];
  const doubt = data?.nextBest === undefined ? 'wrong' : 'asked';
  return {
    guess: isRight ? 'right' : doubt,
    shown: isRight ? answer : `${answer}, not ${guess}${data?.nextBest === answer ? ', the next best' : ''}`,
    rows: predicted.lines.length - 1,
    score: test?.accuracy ?? test?.rSquared,
    errors: results.flatMap(({ error }) => error ?? []),
  };
}

const names = readdirSync(folder)
  .filter((name) => /^[^.]+\.csv$/.test(name))
  .map((name) => name.slice(0, -4));
const counts = { right: 0, asked: 0, wrong: 0, failed: 0 };
for (const name of wanted.length > 0 ? wanted : names) {
  const { guess, shown, rows, score, errors } = tryTable(name);
  counts[guess]++;
  if (errors.length > 0) counts.failed++;
  const percent = score === undefined ? '' : (100 * score).toFixed(1);
  console.log(
    `${name.padEnd(20)} ${guess} ${String(rows).padStart(5)} rows ${percent.padStart(6)}  ${shown}`,
  );
  for (const error of errors) console.log(`    ${error}`);
}
rmSync(work, { recursive: true });
console.log(counts);
process.exitCode = counts.failed > 0 ? 1 : 0;
