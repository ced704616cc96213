import { canonicalJSON } from './canonical-json.js';
import type { Dataset } from '../data/dataset.js';
import { StateError } from '../errors.js';
import { decide, type CheckedSpace, type Space, type Values } from './domains.js';
import { runInOrder, type Executor } from './executor.js';
import type { EndState, Recorder, RungScore, TrialOutcome } from './journal.js';
import { LossCurves, type Bracket, type Pruner } from './pruners.js';
import { average, compare, insert } from './statistics.js';
import type { Observation, Sampler } from './samplers/sampler.js';
import { toLoss, type MetricName, type Objective } from './scores.js';
import { divide, scoreNetwork } from './task.js';
import type { Division, Part, Task, TaskResult, TrialSpec } from './task.js';

/** The width of the network that a trial describes. */
export interface NetworkShape {
  /** The inputs of the first layer, after transforms. */
  readonly inputs: number;
  /** The number of classes, or of target columns. */
  readonly outputs: number;
}

export interface StudyTrial<S extends Space = Space> {
  /** From 0, in the order of the proposals. */
  readonly number: number;
  readonly values: Values<S>;
  /** The return value of the option `trial`. */
  readonly spec: TrialSpec;
  /**
   * 'complete'; 'pruned' by the pruner; 'diverged', if the loss or a weight became NaN or infinite; 'failed', if the spec
   * can't be trained.
   */
  readonly state: EndState;
  /**
   * The mean of the metric over folds and repetitions; for a pruned trial, at the epoch where it stopped; undefined if
   * there is none.
   */
  readonly score: number | undefined;
  /** Epochs trained, the most of any fold. */
  readonly epochs: number;
  /** The message of the error of a trial that diverged or failed. */
  readonly error?: string;
  /** Seconds of computing, over all folds; undefined for a trial from the journal. */
  readonly seconds?: number;
}

/** Checked options. */
export interface Plan {
  readonly space: CheckedSpace;
  readonly describe: (values: Values<Space>, shape: NetworkShape) => TrialSpec;
  readonly data: Dataset;
  readonly shape: NetworkShape;
  readonly division: Division;
  readonly objective: Objective;
  /** What tasks are measured by. */
  readonly metric: MetricName;
  /** The objective is a function of the user, which no task can hold: networks are measured here. */
  readonly isMeasuredHere: boolean;
  readonly sampler: Sampler;
  readonly trials: number;
  readonly window: number;
  readonly brackets: readonly Bracket[];
  readonly pruner: Required<Pruner> | undefined;
  readonly rounds: number;
  readonly parts: readonly Part[];
  readonly onTrial: ((trial: StudyTrial) => unknown) | undefined;
  readonly signal: AbortSignal | undefined;
}

/** A trial in progress. */
interface Live {
  readonly number: number;
  readonly values: Values<Space>;
  readonly spec: TrialSpec;
  /** By epoch: the loss above which it is pruned. */
  readonly thresholds: readonly (number | null)[] | undefined;
  /** What the journal says of it. */
  readonly recorded: TrialOutcome | undefined;
  /** The tasks of the present rung. */
  running?: Promise<Rung>;
  /** What the task of each part has come to. */
  results: readonly TaskResult[];
  readonly rungs: RungScore[];
  seconds: number;
  outcome?: TrialOutcome;
}

/** A trial that has ended. */
export type Ended = Live & { readonly outcome: TrialOutcome };

/** What the tasks of a trial come to in a rung. */
interface Rung {
  readonly state: TaskResult['state'] | 'failed';
  readonly results: readonly TaskResult[];
  readonly error?: string;
}

/** The number of trials that an ensemble is chosen from. */
const MOST_CANDIDATES = 20;

/** Proposes trials, runs their tasks, and decides which go on. */
export class Coordinator {
  readonly trials: Live[] = [];
  readonly #plan: Plan;
  readonly #recorder: Recorder | undefined;
  readonly #executor: Executor;
  /** What the sampler may know of each trial. */
  readonly #history: Observation[] = [];
  readonly #curves = new LossCurves();
  /** The trials that the ensemble is chosen from, best first. */
  readonly candidates: Ended[] = [];
  /** Their results, with their networks, where these are here. */
  readonly #kept = new Map<Live, readonly TaskResult[]>();

  constructor(plan: Plan, recorder: Recorder | undefined, executor: Executor) {
    this.#plan = plan;
    this.#recorder = recorder;
    this.#executor = executor;
  }

  async runTrials(): Promise<void> {
    for (const bracket of this.#plan.brackets) {
      let rivals = await this.#enter(bracket);
      for (let rung = 1; rung < bracket.divisors.length; rung++) {
        rivals = await this.#promote(rivals, bracket.factor);
        const going = rivals.filter(({ outcome }) => !outcome);
        for (const live of going) this.#start(live, bracket, rung);
        for (const live of going) await this.#settle(live, bracket);
      }
    }
  }

  /** Compares by the last score. */
  readonly #compare = (a: Live, b: Live): number => {
    const loss = ({ rungs }: Live): number => toLoss(this.#plan.objective, rungs.at(-1)!.score);
    return compare(loss(a), loss(b)) || a.number - b.number;
  };

  /** Proposes the trials of a bracket, `window` of them in progress, and takes their first outcomes in order. */
  async #enter(bracket: Bracket): Promise<Live[]> {
    const { window, signal } = this.#plan;
    const group: Live[] = [];
    for (let i = 0; i < bracket.trials + window; i++) {
      signal?.throwIfAborted();
      const ready = group[i - window];
      if (ready) await this.#settle(ready, bracket);
      if (i < bracket.trials) group.push(await this.#propose(bracket));
    }
    return group;
  }

  async #propose(bracket: Bracket): Promise<Live> {
    const { sampler, describe, shape, pruner, space } = this.#plan;
    const number = this.trials.length;
    const proposed = sampler.propose(number, this.#history);
    const values = decide(space, ({ name, toCoordinate }) => {
      toCoordinate(proposed[name], `trial ${number}: ${name}`);
      return proposed[name];
    }) as Values<Space>;
    const spec = canonicalJSON(`trial ${number}`, describe(values, shape));
    await this.#recorder?.create(number, values, space, spec);
    const live: Live = {
      number,
      values,
      spec: JSON.parse(spec) as TrialSpec,
      thresholds: pruner?.kind === 'median' ? this.#curves.medians(pruner) : undefined,
      recorded: this.#recorder?.outcomeOf(number),
      results: [],
      rungs: [],
      seconds: 0,
    };
    this.trials.push(live);
    this.#observe(live);
    this.#start(live, bracket, 0);
    return live;
  }

  /** Tells the sampler what it may know of a trial. */
  #observe({ number, values, rungs, outcome }: Live): void {
    const last = rungs.at(-1);
    const hasScore = last && outcome?.state !== 'diverged' && outcome?.state !== 'failed';
    this.#history[number] = {
      values,
      score: hasScore ? toLoss(this.#plan.objective, last.score) : Infinity,
      ...(hasScore && outcome?.state !== 'complete' && { steps: last.epochs }),
      ...(!hasScore && !outcome && { isPending: true }),
    };
  }

  /** Starts the tasks of a rung, unless the journal has their outcome. */
  #start(live: Live, { divisors }: Bracket, rung: number): void {
    if (live.recorded) return;
    const isLast = rung === divisors.length - 1;
    const epochs = live.spec.train?.epochs ?? 10;
    live.running = this.#runParts(live, isLast ? undefined : Math.ceil(epochs / divisors[rung]!));
    // An error is thrown where the outcome is taken.
    live.running.catch(() => undefined);
  }

  /** Runs the parts of a trial side by side. Their results count in order, up to the first that ends the trial. */
  async #runParts(live: Live, until: number | undefined): Promise<Rung> {
    const { parts, signal } = this.#plan;
    const results: TaskResult[] = [];
    try {
      const tasks = parts.map((_, p) => (rest: AbortSignal) => this.#runPart(live, p, until, rest));
      for await (const result of runInOrder(tasks, signal)) {
        results.push(result);
        const { state, error } = result;
        if (state === 'pruned' || state === 'diverged')
          return { state, results, ...(error !== undefined && { error }) };
      }
    } catch (error) {
      if (signal?.aborted || !(error instanceof TypeError || error instanceof RangeError)) throw error;
      return { state: 'failed', results, error: error.message };
    }
    return { state: results.every(({ state }) => state === 'complete') ? 'complete' : 'stopped', results };
  }

  async #runPart(
    live: Live,
    part: number,
    until: number | undefined,
    signal: AbortSignal,
  ): Promise<TaskResult> {
    const before = live.results[part];
    if (before?.state === 'complete') return before;
    const progress = before?.network && { network: before.network, scores: before.scores };
    const { data, division, parts, objective, isMeasuredHere } = this.#plan;
    // The next rung goes on from the network.
    const needsNetwork = isMeasuredHere || until !== undefined;
    const options = { progress, signal, ...(needsNetwork && { needsNetwork }) };
    const result = await this.#executor.run(this.#describeTask(live, part, until), options);
    if (!isMeasuredHere || !result.network) return result;
    const { test } = divide(data, division, parts[part]!.fold);
    return { ...result, score: await scoreNetwork(result.network, objective, test) };
  }

  #describeTask({ number, spec, thresholds }: Live, part: number, until?: number): Task {
    const { division, metric, pruner, parts } = this.#plan;
    return {
      trial: number,
      ...parts[part]!,
      spec,
      division,
      metric,
      ...(until !== undefined && { until }),
      ...(thresholds && { thresholds }),
      ...(pruner?.kind === 'median' && { scoresEpochs: true }),
    };
  }

  /** Takes the outcome of a trial in its present rung. */
  async #settle(live: Live, { divisors }: Bracket): Promise<void> {
    if (live.recorded) {
      await this.#settleRecorded(live, live.recorded, divisors.length > 1);
      return;
    }
    const { state, results, error } = await live.running!;
    live.results = results;
    live.seconds += results.reduce((sum, { seconds }) => sum + seconds, 0);
    if (state !== 'failed' && state !== 'diverged') {
      live.rungs.push({ epochs: mostEpochs(results), score: average(results.map(({ score }) => score)) });
    }
    this.#observe(live);
    if (state !== 'stopped') await this.#finish(live, describeOutcome(live, state, error));
  }

  async #settleRecorded(live: Live, recorded: TrialOutcome, hasRungs: boolean): Promise<void> {
    const scored = recorded.rungs[live.rungs.length];
    if (scored) live.rungs.push(scored);
    this.#observe(live);
    const isAtEnd = live.rungs.length === recorded.rungs.length;
    // In a bracket with rungs a trial is pruned when others are promoted.
    const ends = { complete: isAtEnd, pruned: isAtEnd && !hasRungs, diverged: !scored, failed: !scored };
    if (ends[recorded.state]) await this.#finish(live, recorded);
  }

  async #finish(live: Live, outcome: TrialOutcome): Promise<void> {
    live.outcome = outcome;
    this.#observe(live);
    await this.#recorder?.finish(live.number, outcome);
    if (outcome.state === 'complete') this.#keep(live as Ended);
    delete live.running;
    live.results = [];
    await this.#plan.onTrial?.(publish(live));
  }

  #keep(live: Ended): void {
    const { objective, rounds } = this.#plan;
    this.#curves.add(live.outcome.scores.map((score) => toLoss(objective, score)));
    insert(this.candidates, live, this.#compare, rounds === 1 ? 1 : MOST_CANDIDATES);
    if (live.results[0]?.network) this.#kept.set(live, live.results);
    for (const one of this.#kept.keys()) if (!this.candidates.includes(one as Ended)) this.#kept.delete(one);
  }

  /** Prunes all but the best trials of a rung. @returns those that go on, in the order of their numbers */
  async #promote(rivals: readonly Live[], factor: number): Promise<Live[]> {
    const ranked = rivals
      .filter(({ outcome }) => !outcome || outcome.state === 'complete')
      .sort(this.#compare);
    const going = new Set(ranked.slice(0, Math.max(1, Math.floor(rivals.length / factor))));
    for (const live of rivals) {
      if (live.outcome || going.has(live)) continue;
      await this.#finish(live, live.recorded ?? describeOutcome(live, 'pruned'));
    }
    return rivals.filter((live) => going.has(live));
  }

  /**
   * The networks of a complete trial, part by part. Those that weren't kept are trained again.
   * @throws StateError if that leads to other weights
   */
  async retrain(live: Ended): Promise<readonly TaskResult[]> {
    const kept = this.#kept.get(live);
    if (kept) return kept;
    const { parts, signal } = this.#plan;
    const tasks = parts.map(
      (_, part) => (rest: AbortSignal) =>
        this.#executor.run(this.#describeTask(live, part), {
          needsNetwork: true,
          expectedHash: live.outcome.parts[part]!.hash,
          signal: rest,
        }),
    );
    const results: TaskResult[] = [];
    for await (const result of runInOrder(tasks, signal)) {
      const part = results.push(result) - 1;
      const before = live.outcome.parts[part]!.hash;
      if (result.hash === before) continue;
      throw new StateError({
        place: `trial ${live.number}, fold ${parts[part]!.fold}`,
        problem: `trained again, its weights have the hash ${result.hash}, not ${before}`,
        cure: 'check the memory of the machines, and that all have the same version of bp4',
      });
    }
    return results;
  }
}

const mostEpochs = (results: readonly TaskResult[]): number =>
  Math.max(0, ...results.map(({ epochs }) => epochs));

function describeOutcome({ results, rungs }: Live, state: EndState, error?: string): TrialOutcome {
  return {
    state,
    score: state === 'complete' || state === 'pruned' ? rungs.at(-1)!.score : null,
    epochs: mostEpochs(results),
    rungs,
    parts: results
      .filter(({ hash }) => hash !== '')
      .map(({ score, epochs, hash }) => ({ score, epochs, hash })),
    scores: averageCurves(results.map(({ scores }) => scores)),
    ...(error !== undefined && { error }),
  };
}

/** The mean of the curves, as far as all of them go. */
function averageCurves(curves: readonly (readonly number[])[]): number[] {
  const length = Math.min(...curves.map((curve) => curve.length));
  if (!Number.isFinite(length)) return [];
  return Array.from({ length }, (_, e) => average(curves.map((curve) => curve[e]!)));
}

/** A trial as the user sees it. */
export function publish({ number, values, spec, outcome, recorded, seconds }: Live): StudyTrial {
  const { state, score, epochs, error } = outcome!;
  return {
    number,
    values,
    spec,
    state,
    score: score ?? undefined,
    epochs,
    ...(error !== undefined && { error }),
    ...(!recorded && { seconds }),
  };
}
