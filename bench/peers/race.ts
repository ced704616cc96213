import type { PeerCase } from './cases.js';
import type { Contender } from './contenders.js';
import type { Marks } from './marks.js';
import { Runner } from './runner.js';

/** The result of a contender in a case. */
export interface Row extends Marks {
  readonly case: string;
  readonly contender: string;
  readonly label: string;
  readonly kind: Contender['kind'];
  /** Of the median round. */
  readonly rate: number;
  readonly unit: PeerCase['unit'];
  /** Rates of the rounds, slowest first. */
  readonly rates: readonly number[];
  /** How many times as fast bp4 is; undefined if bp4 failed. */
  readonly ratio: number | undefined;
  /** Bytes, after the epochs of the case. */
  readonly peakMemory: number | undefined;
  /** The differences from the other contenders. */
  readonly note: string;
}

export interface Outcome {
  readonly rows: readonly Row[];
  readonly errors: readonly string[];
}

const ROUNDS = 7;

/** The relative difference of losses allowed after the same steps, because peers round differently, some in doubles. */
const TOLERANCE = 0.01;

/** Races all contenders in one case. Each first learns the same, checked against the first contender; then they are timed in turns, so that noise affects all. */
export async function race(
  job: PeerCase,
  contenders: readonly Contender[],
  directory: string,
  progress: (phase: string, who: string) => void,
): Promise<Outcome> {
  const errors: string[] = [];
  const runsIn = ({ only }: Contender): boolean => only?.test(job.name) ?? true;
  const rates = new Map(
    contenders.filter(runsIn).map((contender) => [new Runner(contender, job), [] as number[]]),
  );
  /** Runs contenders in turns; one that fails drops out. */
  const each = async (phase: string, turn: (runner: Runner) => Promise<unknown>): Promise<void> => {
    for (const runner of rates.keys()) {
      progress(`${job.name}: ${phase}`, runner.contender.label);
      try {
        await turn(runner);
      } catch (error) {
        errors.push(`${job.name}: ${error instanceof Error ? error.message : String(error)}`);
        runner.stop();
        rates.delete(runner);
      }
    }
  };
  let first: Runner | undefined;
  await each('learns', async (runner) => {
    await runner.learn(directory);
    first ??= runner;
    checkSameWork(runner, first);
  });
  await each('warms up', (runner) => runner.round());
  for (let round = 1; round <= ROUNDS; round++) {
    await each(`round ${round} of ${ROUNDS}`, async (runner) =>
      rates.get(runner)!.push(await runner.round()),
    );
  }
  for (const runner of rates.keys()) runner.stop();
  return { rows: toRows(job, rates), errors };
}

/** Rejects a contender that does other work, unless it says so. */
function checkSameWork({ contender, marks }: Runner, first: Runner): void {
  const { loss } = first.marks;
  if (contender.hasItsOwnWay === true || Math.abs(marks.loss - loss) <= TOLERANCE * loss) return;
  throw new Error(
    `${contender.label}: has learned something else (loss ${marks.loss}; ${first.contender.label} ${loss})`,
  );
}

function toRows(job: PeerCase, rates: ReadonlyMap<Runner, readonly number[]>): Row[] {
  const scale = job.unit === 'epochs/s' ? 1 / job.data.labels.length : 1;
  const rows = [...rates].map(([{ contender, marks, peakMemory, note }, rates]) => {
    const { name, label, kind } = contender;
    const sorted = rates.map((rate) => rate * scale).sort((a, b) => a - b);
    const rate = sorted[Math.floor(sorted.length / 2)]!;
    const { name: of, unit } = job;
    return { case: of, contender: name, label, kind, rate, unit, rates: sorted, ...marks, peakMemory, note };
  });
  const ours = rows.find(({ kind }) => kind === 'bp4');
  return rows.map((row) => ({ ...row, ratio: ours && ours.rate / row.rate })).sort((a, b) => b.rate - a.rate);
}
