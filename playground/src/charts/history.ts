import type { Report } from '../protocol.js';

/** The most points of a curve: more than a screen shows. */
const MOST_POINTS = 2000;

/** The reports of a run so far, thinned out as the run gets longer. The curves and the heat map draw them. */
export interface History {
  /** The number of epochs that a point represents: 1, 2, 4, … */
  readonly every: number;
  /** The last report of each group of epochs from k·every + 1 to (k + 1)·every. Groups without a report have no point. */
  readonly points: readonly Report[];
}

export const noHistory: History = { every: 1, points: [] };

/** Appends the reports of a progress message. */
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

/** Replaces the last report if both belong to one point; a report without a diagnosis inherits the last one. */
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

/** The end of the epoch axis in the curves and the heat map. Short runs don't fill the width. */
export const lastEpochShown = (epochs: number): number => Math.max(10, epochs);
