import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { PeerCase } from './cases.js';
import { Child } from './child.js';
import type { Contender } from './contenders.js';

/** How a contender did in a case. */
export interface Row {
  readonly case: string;
  readonly contender: string;
  readonly label: string;
  readonly kind: Contender['kind'];
  /** Of the median round. */
  readonly rate: number;
  readonly unit: PeerCase['unit'];
  /** Rates of the rounds, slowest first. */
  readonly rates: readonly number[];
  /** How many times as fast bp4 is; undefined where bp4 failed. */
  readonly ratio: number | undefined;
  /** Over the questions, after the epochs of the case. */
  readonly accuracy: number;
  /** The mean cost of the questions, in the loss of the case. */
  readonly loss: number;
  /** Bytes, after those epochs. */
  readonly peakMemory: number | undefined;
  /** What it does otherwise. */
  readonly note: string;
}

export interface Outcome {
  readonly rows: readonly Row[];
  readonly errors: readonly string[];
}

const ROUNDS = 7;
/** For one contender in one round. */
const ROUND_SECONDS = 0.35;

/** A contender on its way through a case. */
interface Runner {
  readonly contender: Contender;
  readonly child: Child;
  note: string;
  accuracy: number;
  loss: number;
  peakMemory: number | undefined;
  /** In samples per second. */
  rate: number;
  readonly rates: number[];
}

/** All contenders in one case: each first learns the same, then they are timed in turns, so that noise meets all of them. */
export async function race(
  job: PeerCase,
  contenders: readonly Contender[],
  directory: string,
  progress: (phase: string, who: string) => void,
): Promise<Outcome> {
  const errors: string[] = [];
  let runners: Runner[] = contenders
    .filter(({ only }) => only?.test(job.name) ?? true)
    .map((contender) => ({
      contender,
      child: new Child(contender.label, contender.command),
      note: '',
      accuracy: NaN,
      loss: NaN,
      peakMemory: undefined,
      rate: 0,
      rates: [],
    }));
  /** In turns; who fails is out. */
  const each = async (what: string, turn: (runner: Runner) => Promise<void>): Promise<void> => {
    for (const runner of runners) {
      progress(`${job.name}: ${what}`, runner.contender.label);
      try {
        await turn(runner);
      } catch (error) {
        errors.push(`${job.name}: ${error instanceof Error ? error.message : String(error)}`);
        runner.child.stop();
        runners = runners.filter((other) => other !== runner);
      }
    }
  };
  await each('learns', (runner) => learn(runner, job, directory));
  await each('warms up', async (runner) => {
    await timedRound(runner, job);
  });
  for (let round = 1; round <= ROUNDS; round++) {
    await each(`round ${round} of ${ROUNDS}`, async (runner) => {
      runner.rates.push(await timedRound(runner, job));
    });
  }
  for (const { child } of runners) child.stop();
  return { rows: rowsOf(job, runners), errors };
}

/** The epochs of the case, and what the contender then answers. */
async function learn(runner: Runner, job: PeerCase, directory: string): Promise<void> {
  const { child } = runner;
  runner.note = await child.ask(`prepare ${directory}`);
  const samples = job.data.labels.length;
  const seconds = secondsIn(await child.ask(`train ${samples} ${job.epochs}`));
  runner.rate = (samples * job.epochs) / seconds;
  runner.peakMemory = child.peakMemory;
  const file = join(directory, 'outputs.f32');
  await child.ask(`predict ${file}`);
  const bytes = new Uint8Array(readFileSync(file));
  Object.assign(runner, marksOf(job, new Float32Array(bytes.buffer)));
}

/** @returns samples per second */
async function timedRound(runner: Runner, job: PeerCase): Promise<number> {
  const { miniBatchSize, data } = job;
  const affordable = runner.rate * ROUND_SECONDS;
  const batches = Math.min(data.labels.length, affordable) / miniBatchSize;
  const samples = miniBatchSize * Math.max(1, Math.floor(batches));
  const epochs = Math.max(1, Math.round(affordable / samples));
  const seconds = secondsIn(await runner.child.ask(`train ${samples} ${epochs}`));
  runner.rate = (samples * epochs) / seconds;
  return runner.rate;
}

function secondsIn(answer: string): number {
  const seconds = Number(answer);
  if (!(seconds > 0)) throw new Error(`took '${answer}' seconds`);
  return seconds;
}

/** @param outputs f32[n][outputs] */
function marksOf(
  { layers, loss, questions }: PeerCase,
  outputs: Float32Array,
): { accuracy: number; loss: number } {
  const { labels } = questions;
  const { units } = layers.at(-1)!;
  if (outputs.length !== labels.length * units) throw new Error(`${outputs.length} outputs`);
  let right = 0;
  let cost = 0;
  for (const [n, label] of labels.entries()) {
    const row = outputs.subarray(n * units, (n + 1) * units);
    const answer = units === 1 ? Number(row[0]! >= 0.5) : row.indexOf(Math.max(...row));
    if (answer === label) right++;
    if (loss === 'crossEntropy') cost -= Math.log(row[label]!);
    else
      for (const [j, a] of row.entries()) cost += (a - (units === 1 ? label : Number(j === label))) ** 2 / 2;
  }
  return { accuracy: right / labels.length, loss: cost / labels.length };
}

function rowsOf(job: PeerCase, runners: readonly Runner[]): Row[] {
  const scale = job.unit === 'epochs/s' ? 1 / job.data.labels.length : 1;
  const rows = runners.map(({ contender, note, accuracy, loss, peakMemory, rates }) => {
    const { name, label, kind } = contender;
    const sorted = rates.map((rate) => rate * scale).sort((a, b) => a - b);
    const rate = sorted[Math.floor(sorted.length / 2)]!;
    const { name: of, unit } = job;
    return {
      case: of,
      contender: name,
      label,
      kind,
      rate,
      unit,
      rates: sorted,
      accuracy,
      loss,
      peakMemory,
      note,
    };
  });
  const ours = rows.find(({ kind }) => kind === 'bp4');
  return rows.map((row) => ({ ...row, ratio: ours && ours.rate / row.rate })).sort((a, b) => b.rate - a.rate);
}
