import { html, type Markup } from './html.js';

/** The name of a column of numbers, or `word`, that of one of words; false where the column is left out. */
type Column = string | { readonly word: string } | false;

/** A table of numbers. @param rows each a `tr`, which begins with a `th` */
export function numbersTable(columns: readonly Column[], rows: readonly Markup[]): Markup {
  return html`<div class="scroll" tabindex="0">
    <table class="numbers">
      <thead>
        <tr>
          ${columns.map((column) => column !== false && heading(column))}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

const heading = (column: Exclude<Column, false>): Markup =>
  typeof column === 'string'
    ? html`<th scope="col">${column}</th>`
    : html`<th scope="col" class="word">${column.word}</th>`;
