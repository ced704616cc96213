import { show } from '../base/check.js';
import { openText, type Opened } from './batches.js';
import { textOf, type TextSource } from './chunks.js';
import { planOf, type Plan } from './columns.js';
import { checkJSONOptions, JSONLines, type JSONOptions } from './json.js';
import { addNames, rowOf } from './records.js';
import type { Row } from './rows.js';
import type { TextRows } from './text.js';

/** The rows of JSON Lines that come in chunks. */
class JSONRows implements TextRows {
  readonly place = 'JSON Lines';
  readonly origin = 'values';
  readonly #lines = new JSONLines();
  #names: readonly string[] | undefined;
  #known: Set<string> | undefined;
  #areArrays: boolean | undefined;
  /** Whether a name that the first row has not is an error: its value is missing there. */
  readonly #isStrict: boolean;

  /** @param names of all columns, where they are known */
  constructor(names: readonly string[] | undefined, isStrict: boolean) {
    this.#names = names;
    this.#isStrict = isStrict;
  }

  get names(): readonly string[] | undefined {
    return this.#names;
  }

  *read(chunk: string, isLast?: boolean): Generator<Row, void, void> {
    for (const { value, number } of this.#lines.read(chunk, isLast)) {
      const place = (): string => `line ${number}`;
      this.#areArrays ??= Array.isArray(value);
      if (!this.#names) {
        this.#known = new Set();
        addNames(this.#known, value, place);
        this.#names = [...this.#known];
      }
      const row = rowOf(value, this.#names, this.#areArrays, place);
      if (this.#isStrict && this.#known && !this.#areArrays) this.#checkNames(value as object, number);
      yield row;
    }
  }

  #checkNames(row: object, number: number): void {
    const unknown = Object.keys(row).find((name) => !this.#known!.has(name));
    if (unknown === undefined) return;
    throw new RangeError(
      `line ${number}, column ${show(unknown)}: the rows before have none; fill it in, or choose missing: 'drop' or 'mean', ` +
        'or name the inputs',
    );
  }
}

/**
 * @returns what opens the text from its beginning, and how its columns are to be read
 * @throws FormatError, TypeError, RangeError naming the option, or the line and column
 */
export async function openJSONLines(
  source: TextSource,
  options: JSONOptions,
): Promise<{ open: () => Opened; planOf: (names: readonly string[]) => Plan }> {
  checkJSONOptions(options);
  const { columns, ...others } = options;
  const { missing = 'error', inputs } = others;
  const names = columns ?? (missing === 'error' ? undefined : await namesIn(source));
  const isStrict = missing === 'error' && inputs === undefined;
  return {
    open: () => openText(source, () => new JSONRows(names, isStrict)),
    planOf: (all) => planOf(all, 'values', others),
  };
}

/** All names that any of the rows has. */
async function namesIn(source: TextSource): Promise<string[]> {
  const names = new Set<string>();
  const lines = new JSONLines();
  const add = (chunk: string, isLast: boolean): void => {
    for (const { value, number } of lines.read(chunk, isLast)) addNames(names, value, () => `line ${number}`);
  };
  for await (const chunk of textOf(source)) add(chunk, false);
  add('', true);
  return [...names];
}
