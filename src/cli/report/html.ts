/** Text that is already HTML, or SVG within it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template: text is escaped, lists follow one another, and nothing stands for what is left out. */
export type Content = Markup | string | number | undefined | false | readonly Content[];

/**
 * A piece of a page: html`<p>${text}</p>`. Values are escaped, unless they are pieces themselves. So no name of a column
 * or a class can become an element, an attribute or a script: attributes are in double quotes.
 */
export function html(strings: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = strings[0]!;
  for (const [i, content] of contents.entries()) text += renderContent(content) + strings[i + 1]!;
  return new Markup(text);
}

function renderContent(content: Content): string {
  if (content === undefined || content === false) return '';
  if (content instanceof Markup) return content.text;
  if (typeof content === 'object') return content.map(renderContent).join('');
  return escape(String(content));
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Characters that HTML forbids are shown as such. */
const escape = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => entities[character]!)
    // eslint-disable-next-line no-control-regex -- they are what is looked for
    .replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');

/** The name of a column of numbers, or `word`, the name of a column of words; false if the column is left out. */
type ColumnHead = string | { readonly word: string } | false;

/** A table of numbers. @param rows each is a `tr` that begins with a `th` */
export function numbersTable(columns: readonly ColumnHead[], rows: readonly Markup[]): Markup {
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

const heading = (column: Exclude<ColumnHead, false>): Markup =>
  typeof column === 'string'
    ? html`<th scope="col">${column}</th>`
    : html`<th scope="col" class="word">${column.word}</th>`;
