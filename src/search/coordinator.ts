import { canonicalJSON } from './canonical-json.js';
import { sha256 } from '../base/sha256.js';
import type { Dataset } from '../data/dataset.js';
import { StateError } from '../errors.js';
import type { CheckedSpace, Space, Values } from './domains.js';
import type { Executor } from './executor.js';
import { average, compare } from './importances.js';
import type { EndState, Recorder, RungScore, TrialOutcome } from './journal.js';
import { medianThresholds, type Bracket, type Pruner } from './pruners.js';
import type { Observation, Sampler } from './samplers/sampler.js';
import { toLoss, type MetricName } from './scores.js';
import type { Division, Task, TaskResult, TrialSpec } from './task.js';

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
  readonly name: string;
  readonly space: CheckedSpace;
  readonly describe: (values: Values<Space>, shape: NetworkShape) => TrialSpec;
  readonly data: Dataset;
  readonly shape: NetworkShape;
  readonly division: Division;
  readonly metric: MetricName;
  readonly sampler: Sampler;
  readonly window: number;
  readonly brackets: readonly Bracket[];
  readonly pruner: Required<Pruner> | undefined;
  readonly rounds: number;
  /** The seed of the network of each part: fold by fold, then by repetition. */
  readonly seeds: readonly { readonly fold: number; readonly repeat: number; readonly seed: number }[];
  /** What the journal must agree with. */
  readonly identity: object;
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
  readonly #recorder: Recorder;
  readonly #executor: Executor;
  /** The results of the best trials, with their networks. */
  readonly #kept = new Map<Live, readonly TaskResult[]>();

  constructor(plan: Plan, recorder: Recorder, executor: Executor) {
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

  /** The complete trials, best first; of equal ones the first. */
  rank(): Ended[] {
    const complete = this.trials.filter(({ outcome }) => outcome?.state === 'complete') as Ended[];
    return complete.sort((a, b) => this.#compare(a, b));
  }

  /** Compares by the last score. */
  #compare(a: Live, b: Live): number {
    const loss = ({ rungs }: Live): number => toLoss(this.#plan.metric, rungs.at(-1)!.score);
    return compare(loss(a), loss(b)) || a.number - b.number;
  }

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
    const history = this.trials.map((live) => this.#observe(live));
    const values = sampler.propose(number, history) as Values<Space>;
    const spec = canonicalJSON(`trial ${number}`, describe(values, shape));
    const domains = new Map(space.map(({ name, domain }) => [name, domain]));
    await this.#recorder.create(number, values, domains, sha256(spec).slice(0, 16));
    const live: Live = {
      number,
      values,
      spec: JSON.parse(spec) as TrialSpec,
      thresholds: pruner?.kind === 'median' ? medianThresholds(pruner, this.#listCurves()) : undefined,
      recorded: this.#recorder.outcomeOf(number),
      results: [],
      rungs: [],
      seconds: 0,
    };
    this.trials.push(live);
    this.#start(live, bracket, 0);
    return live;
  }

  /** What the sampler may know of a trial. */
  #observe({ values, rungs, outcome }: Live): Observation {
    const last = rungs.at(-1);
    const isOut = outcome?.state === 'diverged' || outcome?.state === 'failed';
    if (isOut || !last) return { values, score: Infinity, ...(!outcome && { isPending: true }) };
    const score = toLoss(this.#plan.metric, last.score);
    return outcome?.state === 'complete' ? { values, score } : { values, score, steps: last.epochs };
  }

  /** The losses of the complete trials, epoch by epoch. */
  #listCurves(): number[][] {
    const complete = this.trials.filter(({ outcome }) => outcome?.state === 'complete');
    return complete.map(({ outcome }) => outcome!.scores.map((score) => toLoss(this.#plan.metric, score)));
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
    const { seeds, signal } = this.#plan;
    const rest = new AbortController();
    const stop = (): void => rest.abort(signal!.reason);
    signal?.addEventListener('abort', stop);
    if (signal?.aborted) stop();
    const running = seeds.map((_, p) => this.#runPart(live, p, until, rest.signal));
    for (const one of running) one.catch(() => undefined);
    const results: TaskResult[] = [];
    try {
      for (const one of running) {
        const result = await one;
        results.push(result);
        const { state, error } = result;
        if (state === 'pruned' || state === 'diverged')
          return { state, results, ...(error !== undefined && { error }) };
      }
    } catch (error) {
      if (signal?.aborted || !(error instanceof TypeError || error instanceof RangeError)) throw error;
      return { state: 'failed', results, error: error.message };
    } finally {
      rest.abort();
      signal?.removeEventListener('abort', stop);
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
    return await this.#executor.run(this.#describeTask(live, part, until), { progress, signal });
  }

  #describeTask({ number, spec, thresholds }: Live, part: number, until?: number): Task {
    const { division, metric, pruner, seeds } = this.#plan;
    return {
      trial: number,
      ...seeds[part]!,
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
    if (state !== 'stopped') await this.#finish(live, describeOutcome(live, state, error));
  }

  async #settleRecorded(live: Live, recorded: TrialOutcome, hasRungs: boolean): Promise<void> {
    const scored = recorded.rungs[live.rungs.length];
    if (scored) live.rungs.push(scored);
    const isAtEnd = live.rungs.length === recorded.rungs.length;
    // In a bracket with rungs a trial is pruned when others are promoted.
    const ends = { complete: isAtEnd, pruned: isAtEnd && !hasRungs, diverged: !scored, failed: !scored };
    if (ends[recorded.state]) await this.#finish(live, recorded);
  }

  async #finish(live: Live, outcome: TrialOutcome): Promise<void> {
    live.outcome = outcome;
    await this.#recorder.finish(live.number, outcome);
    if (outcome.state === 'complete') this.#keep(live);
    delete live.running;
    live.results = [];
    await this.#plan.onTrial?.(publish(live));
  }

  /** Keeps the networks of the best trials, where they are here. */
  #keep(live: Live): void {
    if (live.results[0]?.network) this.#kept.set(live, live.results);
    const best = new Set<Live>(this.listCandidates());
    for (const one of this.#kept.keys()) if (!best.has(one)) this.#kept.delete(one);
  }

  /** The trials that the ensemble is chosen from, best first. */
  listCandidates(): Ended[] {
    return this.rank().slice(0, this.#plan.rounds === 1 ? 1 : MOST_CANDIDATES);
  }

  /** Prunes all but the best trials of a rung. @returns those that go on, in the order of their numbers */
  async #promote(rivals: readonly Live[], factor: number): Promise<Live[]> {
    const ranked = rivals
      .filter(({ outcome }) => !outcome || outcome.state === 'complete')
      .sort((a, b) => this.#compare(a, b));
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
    const { seeds, signal } = this.#plan;
    const results = await Promise.all(
      seeds.map((_, part) =>
        this.#executor.run(this.#describeTask(live, part), { needsNetwork: true, signal }),
      ),
    );
    for (const [part, { hash }] of results.entries()) {
      const before = live.outcome.parts[part]!.hash;
      if (hash === before) continue;
      throw new StateError({
        place: `trial ${live.number}, fold ${seeds[part]!.fold}`,
        problem: `trained again, its weights have the hash ${hash}, not ${before}`,
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
export function publish({ number, values, spec, outcome, seconds }: Live): StudyTrial {
  const { state, score, epochs, error } = outcome!;
  return {
    number,
    values,
    spec,
    state,
    score: score ?? undefined,
    epochs,
    ...(error !== undefined && { error }),
    ...(seconds > 0 && { seconds }),
  };
}
