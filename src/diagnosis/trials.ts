import { Random } from '../base/random.js';
import type { Work } from '../base/work.js';
import type { Kernels } from '../kernels/kernels.js';
import { createModel, type Model, plainRule, type RuleOptions } from '../model/model.js';
import { drawParameters } from '../model/parameters.js';
import { checkSpec, countWeights, describeSpec, type CheckedSpec, type NetworkSpec } from '../model/spec.js';
import { clearTally } from '../training/evaluate.js';
import { allRows, measure, measureBaseline, writeRows, type Table } from './table.js';

// Cures are tried before they are advised: a new network of the same shape takes some steps with them.

const MOST_STEPS = 300;
/** With fewer steps, a trial shows nothing. */
const FEWEST_STEPS = 60;
/** Multiplications of a trial, which take some tenths of a second. */
const MOST_WORK = 6e8;
const MOST_BATCH = 32;
/** With fewer samples, all are learned and measured. */
const FEWEST_TO_SPLIT = 40;
/** Of the initial weights and the order of samples: another draw than that of most networks. */
const SEED = 20_000;

/** How a network is trained. */
export interface Settings {
  readonly rule: RuleOptions;
  readonly frozen: readonly number[];
  /** Of the optimizer, for each parameter. */
  readonly slots: number;
  readonly rate: number;
  readonly miniBatchSize: number;
}

/** What a trial changes. */
export interface Change {
  readonly layers?: (layers: NetworkSpec['layers']) => NetworkSpec['layers'];
  readonly loss?: NetworkSpec['loss'];
  readonly rule?: Partial<RuleOptions>;
  readonly rate?: number;
  readonly table?: Table;
}

/** The rows that trials learn, and those on which they are measured. */
interface Split {
  readonly learned: Uint32Array;
  readonly measured: Uint32Array;
}

/** Trains new networks like a given one, and measures them on samples that they haven't learned. */
export class Trials {
  readonly settings: Settings;
  readonly #model: Model;
  readonly #table: Table;
  readonly #kernels: Kernels;
  readonly #split: Split;
  /** The steps of a trial. */
  readonly steps: number;

  /** @param kernels with a memory of their own */
  constructor(model: Model, table: Table, settings: Settings, kernels: Kernels) {
    this.settings = settings;
    this.#model = model;
    this.#table = table;
    this.#kernels = kernels;
    this.#split = split(table);
    this.steps = countTrialSteps(model.spec, settings);
  }

  /** A trial that leaves this share of the baseline's loss may have learned nothing: on a few samples, it varies. */
  get leastUseless(): number {
    return 0.95 - 0.5 / Math.sqrt(this.#split.measured.length);
  }

  /** The share of the baseline's loss that the network itself leaves, on the samples that trials don't learn. */
  *measureNetwork(): Work<number> {
    return yield* measureLeft(this.#model, this.#table, this.#split.measured);
  }

  /**
   * Trains a new network with a change.
   * @returns the share of the baseline's loss that it leaves; Infinity if it diverges
   */
  *try({ layers, loss, rule, rate = this.settings.rate, table = this.#table }: Change): Work<number> {
    const { settings } = this;
    const spec = changeSpec(this.#model.spec, layers, loss);
    const model = createModel(spec, this.#kernels);
    const { learned, measured } = this.#split;
    const size = Math.min(settings.miniBatchSize || MOST_BATCH, MOST_BATCH, learned.length);
    model.reserve(size, settings.slots);
    const random = Random.fromSeed(SEED);
    drawParameters(model, random);
    const keys = { key0: random.bits(), key1: random.bits() };
    model.useRule({ ...settings.rule, ...rule, ...keys, step: 0, isPlain: 0 }, settings.frozen);
    model.isWeighted = table.weights !== undefined;
    clearTally(model.tally);
    const order = learned.slice();
    let next = order.length;
    for (let step = 0; step < this.steps; step++) {
      if (next + size > order.length) {
        shuffle(order, random);
        next = 0;
      }
      writeRows(model, table, order.subarray(next, next + size));
      next += size;
      const done = this.#kernels.descend(model.layout.net, 0, 0, size, size, rate);
      if (done < size) return Infinity;
      if (step % 16 === 15) yield;
    }
    return yield* measureLeft(model, table, measured);
  }
}

/** The steps that a trial can take; 0 if it would take too long. */
export function countTrialSteps(spec: CheckedSpec, { miniBatchSize }: Settings): number {
  const rows = Math.min(miniBatchSize || MOST_BATCH, MOST_BATCH);
  // Forward, BP2 and BP4 multiply by each weight once; a step also costs some time of its own.
  const work = (3 * countWeights(spec) + 1000) * rows;
  const steps = Math.min(MOST_STEPS, Math.floor(MOST_WORK / work));
  return steps < FEWEST_STEPS ? 0 : steps;
}

/** The share of the baseline's loss that a network leaves: 0 if it's perfect, 1 if it's no better, Infinity if it's NaN. */
function* measureLeft(model: Model, table: Table, rows: Uint32Array): Work<number> {
  const { loss } = yield* measure(model, table, rows);
  const { loss: most, perfect } = yield* measureBaseline(model, table, rows);
  const left = (loss - perfect) / (most - perfect);
  return Number.isNaN(left) ? Infinity : left;
}

/** The rule that a model uses now. */
export function readRule({ rule }: Model): RuleOptions {
  const names = Object.keys(plainRule) as (keyof RuleOptions)[];
  return Object.fromEntries(names.map((name) => [name, rule[name]])) as unknown as RuleOptions;
}

/** Every fourth row of a random order is measured, the others are learned; all rows are both if they are few. */
function split(table: Table): Split {
  const rows = allRows(table);
  if (table.count < FEWEST_TO_SPLIT) return { learned: rows, measured: rows };
  shuffle(rows, Random.fromSeed(SEED));
  const held = Math.floor(table.count / 4);
  return { measured: rows.slice(0, held), learned: rows.slice(held) };
}

function shuffle(rows: Uint32Array, random: Random): void {
  for (let i = rows.length - 1; i > 0; i--) {
    const j = random.below(i + 1);
    [rows[i], rows[j]] = [rows[j]!, rows[i]!];
  }
}

/** The spec with default initializers, without transforms, and with a change. */
function changeSpec(
  spec: CheckedSpec,
  change: Change['layers'] = (layers) => layers,
  loss?: NetworkSpec['loss'],
): CheckedSpec {
  const { inputs, layers, loss: same, seed } = describeSpec(spec);
  return checkSpec({ inputs, layers: change(layers), loss: loss ?? same!, seed: seed! });
}
