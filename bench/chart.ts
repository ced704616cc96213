// tsx bench/chart.ts RESULTS.json CHART.svg: draws the speed of training from what `npm run bench -- --json` wrote.

import { readFileSync, writeFileSync } from 'node:fs';
import { describe, type Machine } from './machine.js';
import { trainingCases, type TrainingCase } from './shapes.js';
import type { Result } from './table.js';

const WIDTH = 760;
const MARGIN = 28;
/** Bars begin here, and the longest leaves room for its figures. */
const BAR_X = 184;
const LONGEST_BAR = 400;
const BAR_STEP = 26;
const PANEL_Y = 104;
const PANEL_STEP = 124;
const HEIGHT = PANEL_Y + PANEL_STEP * trainingCases.length + 22;

const contenders: Record<string, string> = {
  wasm: 'bp4, WebAssembly',
  reference: 'bp4, reference',
  plain: 'plain JavaScript',
};

const style = `
  text { font: 14px system-ui, -apple-system, 'Segoe UI', Helvetica, Arial, sans-serif; fill: #1f2328 }
  .title { font-size: 19px; font-weight: 600 }
  .case { font-weight: 600 }
  .muted { font-size: 12.5px; fill: #59636e }
  .strong { font-weight: 600 }
  .card { fill: #ffffff; stroke: #d1d9e0 }
  .wasm { fill: #654ff0 } .reference { fill: #b4a8fa } .plain { fill: #c4ccd4 }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .muted { fill: #9198a1 } .card { fill: #0d1117; stroke: #3d444d }
    .wasm { fill: #8f7dff } .reference { fill: #5145a3 } .plain { fill: #59636e }
  }`;

const text = (x: number, y: number, className: string, content: string): string =>
  `<text x="${x}" y="${y}" class="${className}">${content}</text>`;

function chartOf(machine: Machine, results: readonly Result[]): string {
  const panels = trainingCases.map((job, i) => {
    const ofCase = results.filter((result) => result.unit === 'samples/s' && result.case === job.name);
    return panelOf(job, ofCase, PANEL_Y + i * PANEL_STEP);
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" width="${WIDTH}" height="${HEIGHT}" role="img" aria-label="Training speed of bp4 and of plain JavaScript">
<style>${style}
</style>
<rect class="card" x="0.5" y="0.5" width="${WIDTH - 1}" height="${HEIGHT - 1}" rx="12"/>
${text(MARGIN, 40, 'title', 'Training, samples per second')}
${text(MARGIN, 62, 'muted', 'One thread; × says how many times as fast as plain typed-array JavaScript that learns the same')}
${panels.join('\n')}
${text(MARGIN, HEIGHT - 18, 'muted', describe(machine))}
</svg>
`;
}

function panelOf({ name, layers, loss }: TrainingCase, results: readonly Result[], y: number): string {
  const fastest = Math.max(...results.map(({ rate }) => rate));
  const kinds = [...new Set(layers.map(({ activation }) => activation)), loss].join(', ');
  const bars = results.map(({ contender, rate, ratio }, i) => {
    const top = y + 14 + i * BAR_STEP;
    const length = Math.max(2, Math.round((rate / fastest) * LONGEST_BAR));
    const times = contender === 'plain' ? '' : `${ratio.toPrecision(2)}×`;
    const emphasis = contender === 'wasm' ? 'strong' : 'muted';
    return [
      text(MARGIN, top + 15, contender === 'wasm' ? 'strong' : '', contenders[contender]!),
      `<rect class="${contender}" x="${BAR_X}" y="${top}" width="${length}" height="20" rx="3"/>`,
      `<text x="${BAR_X + length + 8}" y="${top + 15}">${figure(rate)}<tspan class="${emphasis}" dx="10">${times}</tspan></text>`,
    ].join('\n');
  });
  const [sizes, batch] = name.split(' b');
  const title = `<text x="${MARGIN}" y="${y}"><tspan class="case">${sizes}</tspan><tspan class="muted" dx="10">mini-batches of ${batch}, ${kinds}</tspan></text>`;
  return [title, ...bars].join('\n');
}

/** Three significant digits. */
const figure = (rate: number): string => Number(rate.toPrecision(3)).toLocaleString('en');

const [from, to] = process.argv.slice(2);
if (from === undefined || to === undefined) {
  throw new TypeError('usage: tsx bench/chart.ts RESULTS.json CHART.svg');
}
const { machine, results } = JSON.parse(readFileSync(from, 'utf8')) as {
  machine: Machine;
  results: Result[];
};
writeFileSync(to, chartOf(machine, results));
