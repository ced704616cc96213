import { RangeFault } from '../errors.js';
import type { ColumnPlan } from './columns.js';
import { createStatistics, type ColumnStatistics } from './fit-transforms.js';
import type { RowBlocks, RowSource } from './rows.js';
import { buildBatches, checkCount, Means, preferKnown, SampleBuilder } from './samples.js';
import type { SampleArrays, Schema } from './schema.js';

/** Samples that can be read from the beginning any number of times. */
export interface SampleSource {
  readonly schema: Schema;
  readonly count: number;
  readonly inputScale?: number;
  /** Statistics from the first pass, if it computed them. */
  readonly statistics?: ColumnStatistics;
  /** @param rows per batch; the last may have fewer */
  batches(rows: number): AsyncGenerator<SampleArrays, void, undefined>;
}

const ROWS_AT_A_TIME = 1024;

/**
 * Reads all rows once, to find everything that reading in batches requires: classes, categories, means, and the number
 * of rows.
 * @param open opens the file from the beginning
 * @param planFor plans how to read the columns once their names are known
 * @throws TypeError or RangeError naming the row and column
 */
export async function surveyRows(
  open: () => RowBlocks,
  planFor: (source: RowSource) => ColumnPlan,
): Promise<SampleSource> {
  const { source, blocks } = open();
  let survey: Survey | undefined;
  for await (const block of blocks) {
    for (const row of block) {
      survey ??= new Survey(planFor(source), source);
      survey.builder.add(row);
      if (survey.builder.count === ROWS_AT_A_TIME) survey.sumUp();
    }
  }
  survey?.sumUp();
  checkCount(source, survey?.count);
  const { count, statistics } = survey!;
  const plan = survey!.settlePlan();
  return {
    schema: new SampleBuilder(plan).build().schema,
    count,
    ...(statistics && { statistics }),
    batches: (rows) => buildBatches(open(), () => plan, rows),
  };
}

/** Collects the statistics and categories of the columns. */
class Survey {
  readonly builder: SampleBuilder;
  /** Undefined if the mean replaces missing values, because the first pass doesn't know it yet. */
  readonly statistics: ColumnStatistics | undefined;
  count = 0;
  readonly #plan: ColumnPlan;
  readonly #means: Means | undefined;

  constructor(plan: ColumnPlan, source: RowSource) {
    this.#plan = plan;
    this.builder = new SampleBuilder(plan, source);
    const width = plan.columns.filter(({ role }) => role === 'input').length;
    if (plan.missing === 'mean' || plan.missing === 'category') this.#means = new Means(width);
    else this.statistics = createStatistics({ width, targetWidth: plan.columns.length - width });
  }

  /** Drains the builder and keeps only sums. */
  sumUp(): void {
    if (this.builder.count === 0) return;
    this.count += this.builder.count;
    const { inputs, answers } = this.builder.drain();
    this.#means?.add(inputs);
    this.statistics?.inputs.add(inputs);
    this.statistics?.targets.add(answers);
  }

  /** @throws RangeError if every value of a column is missing, so that it has no mean */
  settlePlan(): ColumnPlan {
    const { columns } = this.#plan;
    const means = this.#means && preferKnown(this.#plan.means, this.#means.values);
    for (const [k, { name, isCategorical }] of columns.entries()) {
      if (means && k < means.length && !isCategorical && Number.isNaN(means[k]))
        throw new RangeFault({
          place: `column '${name}'`,
          problem: 'every value is missing',
          cure: 'leave it out of inputs',
        });
    }
    return {
      ...this.#plan,
      columns: columns.map((column) => column.settled()),
      ...(means && { means: Array.from(means) }),
    };
  }
}
