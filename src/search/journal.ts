import { sha256 } from '../base/sha256.js';
import { StateError } from '../errors.js';
import { canonicalJSON } from './canonical-json.js';
import type { CheckedSpace, Dimension } from './domains.js';

// The journal of a study, a JSON object on each line, in the format of Optuna's JournalStorage. A study that is run again with
// its journal takes the trials that stand there, and appends the others: so a study that was killed goes on where it was.

/** Stores the lines of a study, for example in a file. */
export interface Journal {
  /** The lines so far. */
  read(): Promise<readonly string[]>;
  /** Appends lines. They survive a crash once the promise resolves. */
  append(lines: readonly string[]): Promise<void>;
  /** Called once, after the last line, even if the study fails. */
  close?(): Promise<void>;
}

// The operations of Optuna's journal that bp4 writes.
const CREATE_STUDY = 0;
const SET_STUDY_ATTRIBUTE = 2;
const CREATE_TRIAL = 4;
const SET_TRIAL_STATE = 6;
const SET_INTERMEDIATE_VALUE = 7;
const SET_TRIAL_ATTRIBUTE = 8;

/** Optuna's states of a trial. */
const states = { complete: 1, pruned: 2, diverged: 3, failed: 3 } as const;

export type EndState = keyof typeof states;

/** The score of a trial after so many epochs, the most of any fold. */
export interface RungScore {
  readonly epochs: number;
  readonly score: number;
}

/** The part of a trial's result that is the same on every machine. */
export interface TrialOutcome {
  readonly state: EndState;
  /** The mean over folds and repetitions; null if there is none. */
  readonly score: number | null;
  /** The most epochs of a fold. */
  readonly epochs: number;
  readonly rungs: readonly RungScore[];
  /** By fold, then by repetition. */
  readonly parts: readonly { readonly score: number; readonly epochs: number; readonly hash: string }[];
  readonly error?: string;
  /** By epoch, if each is scored. */
  readonly scores: readonly number[];
}

/** The ensemble that was chosen after so many trials, in so many rounds. */
export interface Combination {
  readonly trials: number;
  readonly rounds: number;
  /** The numbers of trials, each with how often it was chosen; best trial first. */
  readonly chosen: readonly (readonly [trial: number, times: number])[];
  /** The metric over all held-out samples, of the ensemble and of the best trial alone. */
  readonly score: number;
  readonly bestScore: number;
}

/** What bp4 keeps of a study, by the names of its attributes. */
interface StudyAttributes {
  readonly bp4?: object;
  readonly bp4_ensemble?: Combination;
}

interface Line {
  readonly op_code: number;
  readonly [field: string]: unknown;
}

/** What differs from run to run. */
const isIncidental = (key: string): boolean =>
  key === 'worker_id' || key === 'datetime_start' || key === 'datetime_complete';

const essence = (line: Line): string =>
  canonicalJSON('line', Object.fromEntries(Object.entries(line).filter(([key]) => !isIncidental(key))));

const now = (): string => new Date().toISOString().slice(0, -1);

/** Writes a study's journal, and checks what stands there already. */
export class Recorder {
  readonly #journal: Journal;
  /** The lines of the journal, by what they say something of. */
  readonly #written = new Map<string, { readonly number: number; readonly line: Line }>();
  readonly #outcomes = new Map<number, TrialOutcome>();
  /** How Optuna describes the domain of each hyperparameter. */
  readonly #distributions = new Map<Dimension, string>();
  readonly #combinations: Combination[] = [];

  private constructor(journal: Journal, lines: readonly Line[]) {
    this.#journal = journal;
    let created = 0;
    for (const [l, line] of lines.entries()) {
      const { op_code, trial_id, user_attr } = line;
      this.#written.set(nameSubject(line, created), { number: l + 1, line });
      if (op_code === CREATE_TRIAL) created++;
      const { bp4_ensemble } = (user_attr ?? {}) as StudyAttributes;
      if (op_code === SET_STUDY_ATTRIBUTE && bp4_ensemble) this.#combinations.push(bp4_ensemble);
      const outcome = (user_attr as { bp4?: TrialOutcome } | undefined)?.bp4;
      if (op_code === SET_TRIAL_ATTRIBUTE && outcome) this.#outcomes.set(trial_id as number, outcome);
    }
  }

  static async open(journal: Journal): Promise<Recorder> {
    const lines = await journal.read();
    return new Recorder(
      journal,
      lines.map((line, l) => parseLine(line, l)),
    );
  }

  /** The outcome of a trial that the journal holds. */
  outcomeOf(trial: number): TrialOutcome | undefined {
    return this.#outcomes.get(trial);
  }

  /** The ensemble that the journal holds. */
  combinationOf(trials: number, rounds: number): Combination | undefined {
    return this.#combinations.find((one) => one.trials === trials && one.rounds === rounds);
  }

  /** @throws StateError if the journal has more trials: their study would be lost in a smaller one */
  checkCount(trials: number): void {
    const count = Math.max(0, ...this.#outcomes.keys()) + Number(this.#outcomes.size > 0);
    if (count <= trials) return;
    throw new StateError({
      place: 'trials',
      problem: `the journal has ${count} trials, more than ${trials}`,
      cure: `set trials to ${count} or more, or start a new journal`,
    });
  }

  /** @throws StateError if the journal is of another study */
  async begin(name: string, isLoss: boolean, identity: object): Promise<void> {
    await this.#write([
      { op_code: CREATE_STUDY, study_name: name, directions: [isLoss ? 1 : 2] },
      { op_code: SET_STUDY_ATTRIBUTE, study_id: 0, user_attr: { bp4: identity } },
    ]);
  }

  async create(
    trial: number,
    values: Readonly<Record<string, unknown>>,
    space: CheckedSpace,
    spec: string,
  ): Promise<void> {
    const present = space.filter(({ name }) => Object.hasOwn(values, name));
    const byName = (value: (dimension: Dimension) => unknown): object =>
      Object.fromEntries(present.map((dimension) => [dimension.name, value(dimension)]));
    const line = {
      op_code: CREATE_TRIAL,
      study_id: 0,
      datetime_start: now(),
      params: byName((dimension) => internalValue(dimension, values[dimension.name])),
      distributions: byName((dimension) => this.#distributionOf(dimension)),
      user_attrs: { spec: sha256(spec).slice(0, 16) },
      system_attrs: {},
      intermediate_values: {},
    };
    await this.#write([line], trial);
  }

  #distributionOf(dimension: Dimension): string {
    const known = this.#distributions.get(dimension) ?? JSON.stringify(describeDistribution(dimension));
    this.#distributions.set(dimension, known);
    return known;
  }

  async finish(trial: number, outcome: TrialOutcome): Promise<void> {
    const { state, score, scores, rungs } = outcome;
    const steps = scores.length > 0 ? scores.map((score, e) => ({ epochs: e + 1, score })) : rungs;
    await this.#write([
      ...steps.map(({ epochs, score }) => ({
        op_code: SET_INTERMEDIATE_VALUE,
        trial_id: trial,
        step: epochs,
        intermediate_value: score,
      })),
      { op_code: SET_TRIAL_ATTRIBUTE, trial_id: trial, user_attr: { bp4: outcome } },
      {
        op_code: SET_TRIAL_STATE,
        trial_id: trial,
        state: states[state],
        values: score === null ? null : [score],
        datetime_complete: now(),
      },
    ]);
  }

  async combine(combination: Combination): Promise<void> {
    const user_attr: StudyAttributes = { bp4_ensemble: combination };
    await this.#write([{ op_code: SET_STUDY_ATTRIBUTE, study_id: 0, user_attr }]);
  }

  /** Checks the lines that are in the journal already, and appends the others. @param created the number of a created trial */
  async #write(lines: readonly Line[], created = 0): Promise<void> {
    const fresh: string[] = [];
    for (const line of lines) {
      const before = this.#written.get(nameSubject(line, created));
      if (!before) fresh.push(JSON.stringify({ ...line, worker_id: 'bp4' }));
      else if (essence(before.line) !== essence(line)) throw differing(before.number, before.line, line);
    }
    if (fresh.length > 0) await this.#journal.append(fresh);
  }
}

/** What a line says something of: each of them has at most one line. */
function nameSubject({ op_code, trial_id, step, user_attr }: Line, created: number): string {
  if (op_code === CREATE_TRIAL) return JSON.stringify([op_code, created]);
  const attributes = (user_attr ?? {}) as StudyAttributes;
  const { trials, rounds } = attributes.bp4_ensemble ?? {};
  return JSON.stringify([op_code, trial_id, step, Object.keys(attributes), trials, rounds]);
}

function parseLine(line: string, l: number): Line {
  try {
    return JSON.parse(line) as Line;
  } catch (cause) {
    throw new StateError(
      { place: `journal, line ${l + 1}`, problem: 'expected a JSON object', cure: 'start a new journal' },
      { cause },
    );
  }
}

/** The journal says something else than this study would. */
function differing(number: number, before: Line, line: Line): StateError {
  const difference =
    before.op_code === SET_STUDY_ATTRIBUTE && line.op_code === SET_STUDY_ATTRIBUTE
      ? `these differ: ${listDifferences(before, line)}`
      : 'its trials differ from those that this study proposes';
  return new StateError({
    place: `journal, line ${number}`,
    problem: `the journal belongs to another study: ${difference}`,
    cure: 'resume with the same data and options, or start a new journal',
  });
}

function listDifferences(before: Line, line: Line): string {
  const identity = ({ user_attr }: Line): Record<string, unknown> =>
    (user_attr as { bp4?: Record<string, unknown> } | undefined)?.bp4 ?? {};
  const [a, b] = [identity(before), identity(line)];
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return names
    .filter((name) => canonicalJSON(name, a[name] ?? null) !== canonicalJSON(name, b[name] ?? null))
    .join(', ');
}

/** Optuna knows choices of null, booleans, numbers and strings. */
const optunaChoice = (value: unknown): unknown =>
  typeof value === 'object' && value !== null ? canonicalJSON('choice', value) : value;

/** A choice is its place in the list of values. */
const internalValue = ({ name, domain, toCoordinate }: Dimension, value: unknown): unknown =>
  domain.kind === 'choice' ? toCoordinate(value, `values.${name}`) : value;

function describeDistribution({ domain }: Dimension): object {
  if (domain.kind === 'choice')
    return { name: 'CategoricalDistribution', attributes: { choices: domain.values.map(optunaChoice) } };
  const { low, high, log = false, step } = domain;
  return domain.kind === 'float'
    ? { name: 'FloatDistribution', attributes: { step: step ?? null, low, high, log } }
    : { name: 'IntDistribution', attributes: { log, step: step ?? 1, low, high } };
}
