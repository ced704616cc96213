import type { Report } from '../protocol.js';

/** How many points a curve has at most: more than a screen shows. */
const MOST_POINTS = 2000;

/** The reports of a run so far, thinned as it grows longer: what Curves and HeatMap draw. */
export interface History {
  /** How many epochs a point stands for: 1, 2, 4 … */
  readonly every: number;
  /** Point k is the last report of epochs k·every + 1 to (k + 1)·every. Those that were never reported have no point. */
  readonly points: readonly Report[];
}

export const noHistory: History = { every: 1, points: [] };

/** Appends the reports of a 'progress'. */
export function withReports(history: History, reports: readonly Report[]): History {
  if (reports.length === 0) return history;
  let { every } = history;
  let points = [...history.points];
  for (const report of reports) {
    append(points, report, every);
    if (points.length > MOST_POINTS) {
      every *= 2;
      const thinned: Report[] = [];
      for (const point of points) append(thinned, point, every);
      points = thinned;
    }
  }
  return { every, points };
}

/** The report takes the place of the one before where both belong to one point, and keeps its diagnosis if it has none. */
function append(points: Report[], report: Report, every: number): void {
  const last = points.at(-1);
  const isSamePoint = last && Math.ceil(last.epoch / every) === Math.ceil(report.epoch / every);
  if (!isSamePoint) {
    points.push(report);
    return;
  }
  const diagnosis = report.diagnosis ?? last.diagnosis;
  points[points.length - 1] = diagnosis ? { ...report, diagnosis } : report;
}

/** The end of the axis of epochs, of Curves and HeatMap alike: a run of few epochs does not fill the width yet. */
export const lastEpochShown = (epochs: number): number => Math.max(10, epochs);
