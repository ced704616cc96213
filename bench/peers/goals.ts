import type { Row } from './race.js';

/** How many times as fast as a peer bp4 should be. */
interface Goal {
  readonly case: string;
  readonly against: string;
  readonly factor: number;
  /** Selects peers; the fastest of them counts. */
  readonly isMeant: (row: Row) => boolean;
  /** Whether the goal requires all peers in the race. */
  readonly ofAll: boolean;
}

export interface Judged {
  readonly goal: Goal;
  /** The fastest selected peer; undefined if none was in the race. */
  readonly measured: { readonly ratio: number; readonly label: string } | undefined;
  readonly isMet: boolean;
}

const goal = (of: string, against: string, factor: number, ...names: string[]): Goal => ({
  case: of,
  against,
  factor,
  isMeant: ({ contender }) => names.includes(contender),
  ofAll: false,
});

const goalAmongJavaScript = (of: string, factor: number): Goal => ({
  case: of,
  against: 'the fastest JavaScript peer',
  factor,
  isMeant: ({ kind }) => kind === 'JavaScript',
  ofAll: true,
});

const goals: readonly Goal[] = [
  goalAmongJavaScript('[784, 30, 10] b10', 10),
  goal('[784, 30, 10] b10', 'NumPy + OpenBLAS', 1.5, 'numpy'),
  goal('[784, 30, 10] b10', 'PyTorch', 4, 'torch', 'torch-nn'),
  goal('[784, 30, 10] b10', 'C + OpenBLAS, AVX2', 1, 'c-haswell'),
  goalAmongJavaScript('[784, 128, 10] b32', 4),
  goal('[784, 128, 10] b32', 'PyTorch', 1.2, 'torch', 'torch-nn'),
  goalAmongJavaScript('[784, 512, 512, 10] b128', 2.5),
  goal('[784, 512, 512, 10] b128', 'C + OpenBLAS, SSE', 1.5, 'c-nehalem'),
  goal('[2, 3, 1] b1', 'brain.js 2', 1.5, 'brain.js-2'),
  goal('[2, 3, 1] b4', 'brain.js 2', 3, 'brain.js-2'),
  goal('[2, 3, 1] b4', 'PyTorch', 200, 'torch', 'torch-nn'),
];

/**
 * Judges the goals of the cases that ran.
 * @param areAll whether all peers were in the race
 */
export function judge(rows: readonly Row[], areAll: boolean): Judged[] {
  const cases = new Set(rows.map((row) => row.case));
  return goals
    .filter(({ case: of, ofAll }) => cases.has(of) && (areAll || !ofAll))
    .map((goal) => {
      const meant = rows.filter(
        (row) => row.case === goal.case && goal.isMeant(row) && row.ratio !== undefined,
      );
      const [closest] = meant.sort((a, b) => a.ratio! - b.ratio!);
      const measured = closest && { ratio: closest.ratio!, label: closest.label };
      return { goal, measured, isMet: measured !== undefined && measured.ratio >= goal.factor };
    });
}
