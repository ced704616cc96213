import { batchesOf, type Opened } from './batches.js';
import type { Plan } from './columns.js';
import { newStatistics, type Learnt } from './fit.js';
import { Means, Table, type About, type Parts } from './table.js';

/** Samples that can be read from the first on, as often as is wanted. */
export interface Source {
  readonly about: About;
  readonly count: number;
  readonly inputScale?: number;
  /** What the first reading has found of the columns, if it looked. */
  readonly learnt?: Learnt;
  /** @param rows of a batch; the last may have fewer */
  batches(rows: number): AsyncGenerator<Parts, void, undefined>;
}

/** How many rows are held before what they tell is noted. */
const ROWS_AT_A_TIME = 1024;

/**
 * Reads all rows once, and learns what must be known before they are taken in batches: classes, categories, means, and how
 * many there are.
 * @param open opens the file from its beginning
 * @param planOf how the columns are to be read, once their names are known
 * @throws TypeError, RangeError naming the row and column
 */
export async function scan(open: () => Opened, planOf: (names: readonly string[]) => Plan): Promise<Source> {
  const { source, blocks } = open();
  let columns: Columns | undefined;
  for await (const block of blocks) {
    for (const { cells, placeOf } of block) {
      columns ??= new Columns(planOf(source.names!));
      columns.table.add(cells, placeOf);
      if (columns.table.count === ROWS_AT_A_TIME) columns.note();
    }
  }
  if (!columns) throw new RangeError(`${source.place}: expected at least one row of data, got none`);
  columns.note();
  if (columns.count === 0) {
    throw new RangeError(`${source.place}: something is missing in each of the rows; there is none left`);
  }
  const plan = columns.settled();
  return {
    about: new Table(plan).parts().about,
    count: columns.count,
    ...(columns.learnt && { learnt: columns.learnt }),
    batches: (rows) => batchesOf(open(), () => plan, rows),
  };
}

/** What becomes known of the columns, row by row. */
class Columns {
  readonly table: Table;
  /** Undefined where values are missing, in whose place a mean is to be put: it is not known yet. */
  readonly learnt: Learnt | undefined;
  count = 0;
  readonly #plan: Plan;
  readonly #means: Means | undefined;

  constructor(plan: Plan) {
    this.#plan = plan;
    this.table = new Table(plan);
    const width = plan.columns.filter(({ role }) => role === 'input').length;
    if (plan.missing === 'mean') this.#means = new Means(width);
    else this.learnt = newStatistics({ width, targetWidth: plan.columns.length - width });
  }

  /** Notes what the rows of the table tell, and lets them go. */
  note(): void {
    if (this.table.count === 0) return;
    this.count += this.table.count;
    const { inputs, answers } = this.table.drain();
    this.#means?.add(inputs);
    this.learnt?.inputs.add(inputs);
    this.learnt?.targets.add(answers);
  }

  /** @throws RangeError where a column has no value of which to take the mean */
  settled(): Plan {
    const { columns } = this.#plan;
    const means = this.#means?.values;
    for (const [k, { name, isCategorical }] of columns.entries()) {
      if (means && k < means.length && !isCategorical && Number.isNaN(means[k]))
        throw new RangeError(`column '${name}': every value is missing; leave it out of inputs`);
    }
    return {
      ...this.#plan,
      columns: columns.map((column) => column.settled()),
      ...(means && { means: Array.from(means) }),
    };
  }
}
