import type { ColumnImportance } from '../../explain/index.js';
import { formatPrecise } from '../terminal/format.js';
import { minus } from './axis.js';
import { bar } from './classes.js';
import { html, numbersTable, type Markup } from './html.js';

/** The most important first. */
export const rankColumns = (columns: readonly ColumnImportance[]): ColumnImportance[] =>
  [...columns].sort((a, b) => b.importance - a.importance);

/** A bar for each column. @param columns the most important first */
export function importanceSection(columns: readonly ColumnImportance[]): Markup {
  const largest = Math.max(...columns.map(({ importance }) => importance));
  const share = (importance: number): number => (largest > 0 ? Math.max(0, importance / largest) : 0);
  return html`<figure>
    ${numbersTable(
      ['column', 'the loss grows by', '±'],
      columns.map(
        ({ column, importance, deviation }) =>
          html`<tr>
            <th scope="row"><span>${column}</span></th>
            <td>${minus(formatPrecise(importance, 3))}${bar(share(importance))}</td>
            <td>${formatPrecise(deviation, 2)}</td>
          </tr>`,
      ),
    )}
    <p class="aside">
      How much the loss grows if the values of a column are permuted among the samples. ±: its standard
      deviation over the permutations. If two columns say the same, each alone may seem unimportant.
    </p>
  </figure>`;
}
