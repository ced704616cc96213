// tsx bench/chart.ts RESULTS.json CHART.svg: draws the results of `npm run bench:peers -- --json`.

import { readFileSync, writeFileSync } from 'node:fs';
import { describe, type Machine } from './machine.js';
import type { Row } from './peers/race.js';
import { figure, times } from './peers/report.js';
import { trainingCases, type TrainingCase } from './shapes.js';

const MARGIN = 28;
/** Panels are in two columns. Five panels leave a place for the legend. */
const COLUMNS = 2;
const PANEL_WIDTH = 460;
const WIDTH = MARGIN * 2 + PANEL_WIDTH * COLUMNS;
const FIRST_PANEL_Y = 104;
const BAR_STEP = 23;
const BAR_HEIGHT = 16;
/** Within a panel: the start of bars, and the longest bar, which leaves room for its figures. */
const BAR_X = 142;
const LONGEST_BAR = 174;

/** The drawn peers, by their names in the results. Only the table has their other forms. */
const names: Record<string, string> = {
  bp4: 'bp4',
  c: 'C + OpenBLAS',
  'c-haswell': 'C, AVX2',
  'c-nehalem': 'C, 128-bit SSE',
  numpy: 'NumPy + OpenBLAS',
  torch: 'PyTorch',
  sklearn: 'scikit-learn',
  tfjs: 'TensorFlow.js wasm',
  'jax-js': 'jax-js wasm',
  plain: 'plain JavaScript',
  convnetjs: 'convnetjs',
  'brain.js-2': 'brain.js 2',
  synaptic: 'synaptic',
};

const kinds: Record<Row['kind'], { className: string; legend: string }> = {
  bp4: { className: 'bp4', legend: 'bp4: WebAssembly, from JavaScript' },
  JavaScript: { className: 'js', legend: 'other JavaScript and WebAssembly' },
  native: { className: 'native', legend: 'native code: C, Python' },
};

const style = `
  text { font: 13px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328 }
  .title { font-size: 19px; font-weight: 600 }
  .case { font-size: 14px; font-weight: 600 }
  .muted { font-size: 12px; fill: #59636e }
  .strong { font-weight: 600 }
  .card { fill: #ffffff; stroke: #d1d9e0 }
  .bp4 { fill: #654ff0 } .js { fill: #b4a8fa } .native { fill: #c4ccd4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .muted { fill: #9198a1 } .card { fill: #0d1117; stroke: #3d444d }
    .bp4 { fill: #8f7dff } .js { fill: #5145a3 } .native { fill: #59636e }
  }`;

const text = (x: number, y: number, className: string, content: string): string =>
  `<text x="${x}" y="${y}"${className && ` class="${className}"`}>${content}</text>`;

const bar = (x: number, y: number, className: string, length: number): string =>
  `<rect class="${className}" x="${x}" y="${y}" width="${length}" height="${BAR_HEIGHT}" rx="3"/>`;

function drawChart(machine: Machine, rows: readonly Row[]): string {
  const panels = [...trainingCases]
    .sort((a, b) => b.inputs - a.inputs) // MNIST first
    .map((job) => ({ job, drawn: rows.filter((row) => row.case === job.name && row.contender in names) }))
    .filter(({ drawn }) => drawn.length > 0)
    .map(
      ({ job, drawn }) =>
        [drawn.length, (x: number, y: number): string => drawPanel(job, drawn, x, y)] as const,
    );
  const [content, end] = laidOut([...panels, [Object.keys(kinds).length + exceptions.length + 1, legend]]);
  const height = end + 12;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" role="img" aria-label="Training speed of bp4 and of its peers">
<style>${style}
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${height - 1}" rx="12"/>
${text(MARGIN, 40, 'title', 'Training speed on one thread')}
${text(MARGIN, 62, 'muted', 'The same data, initial weights and mini-batches, each peer at its best; × says how many times as fast bp4 is')}
${content}
${text(MARGIN, height - 18, 'muted', describe(machine))}
</svg>
`;
}

/**
 * Arranges panels side by side, row by row.
 * @param panels the number of bars of each, and a function that draws it at a position
 * @returns the drawing, and its end
 */
function laidOut(
  panels: readonly (readonly [bars: number, draw: (x: number, y: number) => string])[],
): [content: string, end: number] {
  const drawn: string[] = [];
  let y = FIRST_PANEL_Y;
  for (let i = 0; i < panels.length; i += COLUMNS) {
    const line = panels.slice(i, i + COLUMNS);
    for (const [column, [, draw]] of line.entries()) drawn.push(draw(MARGIN + column * PANEL_WIDTH, y));
    y += 52 + BAR_STEP * Math.max(...line.map(([bars]) => bars));
  }
  return [drawn.join('\n'), y];
}

function drawPanel(job: TrainingCase, rows: readonly Row[], x: number, y: number): string {
  const sorted = [...rows].sort((a, b) => b.rate - a.rate);
  const fastest = sorted[0]!.rate;
  const bars = sorted.map((row, i) => {
    const top = y + 14 + i * BAR_STEP;
    const base = top + 13;
    const isBp4 = row.kind === 'bp4';
    const length = Math.max(2, Math.round((row.rate / fastest) * LONGEST_BAR));
    const ratio = isBp4 || row.ratio === undefined ? '' : `${times(row.ratio)}×`;
    return [
      text(x, base, isBp4 ? 'strong' : '', names[row.contender]!),
      bar(x + BAR_X, top, kinds[row.kind].className, length),
      text(
        x + BAR_X + length + 8,
        base,
        isBp4 ? 'strong' : '',
        `${figure(row.rate)}<tspan class="muted" dx="8">${ratio}</tspan>`,
      ),
    ].join('\n');
  });
  const [sizes, batch] = job.name.split(' b');
  const task = job.inputs === 2 ? 'XOR' : 'MNIST';
  const activations = [...new Set(job.layers.map(({ activation }) => activation))].join(', ');
  const title = `<text x="${x}" y="${y}"><tspan class="case">${sizes}</tspan><tspan class="muted" dx="10">${task} by ${batch}, ${activations}: ${rows[0]!.unit}</tspan></text>`;
  return [title, ...bars].join('\n');
}

/** Peers that train differently from the others. */
const exceptions = [
  'brain.js and synaptic: updated after each sample, sigmoid throughout',
  'scikit-learn: sigmoid outputs have the cross-entropy',
];

function legend(x: number, y: number): string {
  const entries = Object.values(kinds).map(({ className, legend }, i) => {
    const top = y + 14 + i * BAR_STEP;
    return bar(x, top, className, 24) + text(x + 34, top + 13, '', legend);
  });
  const notes = exceptions.map((note, i) =>
    text(x, y + 27 + (entries.length + 1 + i) * BAR_STEP, 'muted', note),
  );
  return [...entries, ...notes].join('\n');
}

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) {
  throw new TypeError('usage: tsx bench/chart.ts RESULTS.json CHART.svg');
}
const { machine, results } = JSON.parse(readFileSync(from, 'utf8')) as {
  machine: Machine;
  results: Row[];
};
writeFileSync(to, drawChart(machine, results));
