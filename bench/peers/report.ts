import type { Judged } from './goals.js';
import type { Row } from './race.js';

const WIDTHS = [26, 11, 23, 9, 10, 9, 9];

const line = (cells: readonly string[], note: string): string =>
  cells.map((cell, i) => (i === 0 ? cell.padEnd(WIDTHS[i] ?? 0) : cell.padStart(WIDTHS[i] ?? 0))).join('') +
  (note && `  ${note}`);

/** A case, fastest first. */
export function formatTable(title: string, rows: readonly Row[]): string {
  const [first] = rows;
  if (!first) return `\n${title}: no results`;
  const head = ['', first.unit, 'slowest–fastest', 'bp4 is', 'accuracy', 'loss', 'peak MB'];
  const lines = rows.map(({ label, rate, rates, ratio, accuracy, loss, peakMemory, note }) => {
    const cells = [
      label,
      figure(rate),
      `${figure(rates[0]!)}–${figure(rates.at(-1)!)}`,
      ratio === undefined ? '' : `${times(ratio)} ×`,
      `${(100 * accuracy).toFixed(1)}%`,
      loss.toFixed(4),
      peakMemory === undefined ? '' : (peakMemory / 1e6).toFixed(0),
    ];
    return line(cells, note);
  });
  return ['', title, line(head, 'what is different'), ...lines].join('\n');
}

/** The goals of bp4, and the measured results. */
export function goalTable(judged: readonly Judged[]): string {
  const rows = judged.map(({ goal, measured, isMet }) => [
    `${goal.case}: ${goal.against} × ${goal.factor}`,
    measured === undefined ? 'not measured' : `${Number(measured.ratio.toPrecision(3))} (${measured.label})`,
    measured === undefined ? '' : isMet ? 'yes' : 'no',
  ]);
  const table = [['what bp4 aims at', 'measured', 'met?'], ...rows];
  const widths = [0, 1].map((column) => Math.max(...table.map((row) => row[column]!.length)) + 3);
  const lines = table.map((row) =>
    row
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join('')
      .trimEnd(),
  );
  return `\n${lines.join('\n')}`;
}

/** Three significant digits. */
export const figure = (x: number): string => Number(x.toPrecision(3)).toLocaleString('en');

export const times = (ratio: number): string => (ratio >= 99.5 ? ratio.toFixed(0) : ratio.toPrecision(2));
