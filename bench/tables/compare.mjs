// `bp4 train` without options against scikit-learn, on tables of R packages. By hand, on a machine with Debian's R packages:
//
//   Rscript bench/tables/export.R /tmp/tables        writes the tables of tables.tsv, each divided five times (export.R lists the packages)
//   python3 bench/tables/peers.py /tmp/tables 3      scores scikit-learn on three of the divisions
//   npm run build && node bench/tables/compare.mjs /tmp/tables 3 [options of bp4 train, such as --ensemble 5]
//
// Only --label or --target, --test and the paths are given. Prints the mean score of each table, which is the accuracy or R², and
// how far bp4 is ahead of the MLP of scikit-learn, with the standard deviation of this difference over the divisions; then the
// means and medians. Scores are in percent. Results are kept in FOLDER/bp4.json, by the options and tables.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createProgram } from '../../dist/cli/program.js';

const [folder, count = '5', ...options] = process.argv.slice(2);
const [, ...lines] = readFileSync(new URL('tables.tsv', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const tables = lines.map((line) => {
  const [, name, task, answer] = line.split('\t');
  return { name, task, answer };
});
const peers = JSON.parse(readFileSync(join(folder, 'peers.json'), 'utf8'));
const path = join(folder, 'bp4.json');
const known = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : {};
const own = (known[options.join(' ')] ??= {});

const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const median = (values) => {
  const sorted = values.toSorted((a, b) => a - b);
  return mean([sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]);
};
const deviation = (values) =>
  Math.sqrt(mean(values.map((value) => (value - mean(values)) ** 2)) * (values.length / (values.length - 1)));

/** The events of a command, which runs in this process: starting Node takes longer than most trainings. */
async function run(args) {
  const lines = [];
  const { write } = process.stdout;
  process.stdout.write = (text) => lines.push(...String(text).trim().split('\n')) > 0;
  try {
    await createProgram('', args).parseAsync(args, { from: 'user' });
  } finally {
    process.stdout.write = write;
  }
  return lines.filter((line) => line.startsWith('{')).map((line) => JSON.parse(line));
}

async function score({ name, task, answer }, split) {
  const file = (part) => join(folder, `${name}.${split}.${part}.csv`);
  const begin = performance.now();
  const choice = [task === 'classification' ? '--label' : '--target', answer];
  const out = ['--out', join(folder, 'compared.bp4')];
  const args = ['train', file('train'), '--test', file('test'), ...choice, ...out, '--json', ...options];
  const events = await run(args);
  const test = events.find(({ event }) => event === 'test');
  return { score: test.accuracy ?? test.rSquared, seconds: (performance.now() - begin) / 1000 };
}

const shown = (value) => value.toFixed(1).padStart(6);
const signed = (value) => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`.padStart(6);
const ahead = { classification: [], regression: [] };
console.log(`${'table'.padEnd(20)}    bp4    MLP  boosting   ahead of MLP  (± spread)  seconds`);
for (const table of tables) {
  const { name, task } = table;
  if (!peers[name]) continue;
  const runs = (own[name] ??= []);
  while (runs.length < Number(count)) runs.push(await score(table, runs.length + 1));
  writeFileSync(path, JSON.stringify(known));
  const [scores, mlp, boosting] = [runs.map((run) => run.score), peers[name].mlp, peers[name].boosting].map(
    (list) => list.slice(0, Number(count)).map((value) => 100 * value),
  );
  const differences = scores.map((value, i) => value - mlp[i]);
  ahead[task].push({
    mlp: mean(differences),
    boosting: mean(scores) - mean(boosting),
    spread: deviation(differences),
    name,
  });
  const seconds = mean(runs.map((run) => run.seconds));
  console.log(
    `${name.padEnd(20)} ${shown(mean(scores))} ${shown(mean(mlp))} ${shown(mean(boosting))}     ${signed(mean(differences))}` +
      `       ±${shown(deviation(differences))}   ${shown(seconds)}`,
  );
}
for (const [task, list] of Object.entries(ahead)) {
  for (const peer of ['mlp', 'boosting']) {
    const values = list.map((one) => one[peer]);
    console.log(
      `${task}, ${values.length} tables, ahead of ${peer}: mean ${signed(mean(values))}, median ${signed(median(values))}`,
    );
  }
  const behind = list.filter(({ mlp, spread }) => mlp < -1 && mlp + spread < 0).map(({ name }) => name);
  console.log(`${task}, more than 1 behind the MLP, and beyond the spread: ${behind.join(', ') || 'none'}`);
}
