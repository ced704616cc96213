import type { JSX } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import type { Csv } from '../protocol.js';
import { parseTable, suggestTarget } from '../run/csv.js';
import { loaded, toFailure } from '../run/failure.js';
import { type FileText, readText } from '../run/read-text.js';
import { say, sayFailure } from '../words/say.js';
import './csv-panel.css';

export interface CsvPanelProps {
  /** The table that the user has chosen. */
  readonly table: ChosenTable | undefined;
  readonly onTable: (table: ChosenTable | undefined) => void;
  /** Called when the user starts training on a table. */
  readonly onCsv: (csv: Csv) => void;
  /** The worker's error about the table, shown below it. */
  readonly error?: string;
}

/** The chosen table, with its first rows. */
export interface ChosenTable {
  readonly source: string;
  /** Of the file, unless it's UTF-8. */
  readonly encoding?: string;
  readonly text: string;
  readonly names: readonly string[];
  /** The first rows. */
  readonly rows: readonly (readonly string[])[];
  readonly target: string;
}

/** The number of rows shown. */
const ROWS = 4;

/**
 * Loads a table from a file, from text or from the example, and asks for the column to predict. Fills the width of its
 * container; wide tables scroll.
 */
export function CsvPanel({ table, onTable, onCsv, error }: CsvPanelProps): JSX.Element {
  const [problem, setProblem] = useState<string>();
  const latest = useRef(0);

  const take = async (source: string, read: () => Promise<FileText>): Promise<void> => {
    // a large file takes a while to read: a later choice wins
    const turn = ++latest.current;
    try {
      const file = await read();
      const chosen = await readBeginning(file.text);
      if (turn !== latest.current) return;
      onTable({ source, ...file, ...chosen });
      setProblem(undefined);
    } catch (reason) {
      if (turn !== latest.current) return;
      onTable(undefined);
      setProblem(`${source}: ${sayFailure(toFailure(reason))}`);
    }
  };

  return (
    <section class="csv-panel" aria-label={say('csv.title')}>
      <FileChoice take={(file) => void take(file.name, () => readText(file))} />
      <TextChoice take={(text) => void take(say('csv.pasted'), () => Promise.resolve({ text }))} />
      <button type="button" onClick={() => void take(say('csv.iris'), exampleText)}>
        {say('csv.useExample')}
      </button>
      {table && (
        <>
          <Beginning table={table} />
          <TargetChoice table={table} choose={(target) => onTable({ ...table, target })} />
          <button
            type="button"
            class="csv-panel-go"
            onClick={() => onCsv({ text: table.text, target: table.target })}
          >
            {say('csv.predict', { column: table.target })}
          </button>
        </>
      )}
      <p class="csv-panel-problem" role="alert">
        {problem ?? (table ? error : undefined)}
      </p>
    </section>
  );
}

async function readBeginning(text: string): Promise<Pick<ChosenTable, 'names' | 'rows' | 'target'>> {
  const table = await parseTable(text);
  const target = await suggestTarget(table);
  const rows = Array.from({ length: Math.min(ROWS, table.count) }, (_, r) =>
    table.names.map((_, c) => String(table.cell(r, c))),
  );
  return { names: table.names, rows, target };
}

const exampleText = async (): Promise<FileText> => ({
  text: (await loaded(import('../../../examples/iris.csv?raw'))).default,
});

/** A file, chosen or dropped. */
function FileChoice({ take }: { readonly take: (file: File) => void }): JSX.Element {
  const [isOver, setOver] = useState(false);
  return (
    <label
      class={isOver ? 'csv-panel-file csv-panel-over' : 'csv-panel-file'}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const file = event.dataTransfer?.files[0];
        if (file) take(file);
      }}
    >
      <b>{say('csv.choose')}</b>
      <span>{say('csv.drop')}</span>
      <input
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file) take(file);
          // so that the user can choose the same file again after editing it
          currentTarget.value = '';
        }}
      />
    </label>
  );
}

function TextChoice({ take }: { readonly take: (text: string) => void }): JSX.Element {
  const [text, setText] = useState('');
  return (
    <details>
      <summary>{say('csv.paste')}</summary>
      <textarea
        rows={5}
        aria-label={say('csv.text')}
        placeholder={say('csv.placeholder')}
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="button" disabled={text.trim() === ''} onClick={() => take(text)}>
        {say('csv.load')}
      </button>
    </details>
  );
}

/** The first rows, with the target column marked. */
function Beginning({
  table: { source, encoding, names, rows, target },
}: {
  readonly table: ChosenTable;
}): JSX.Element {
  const cellClass = (c: number): string | undefined => (names[c] === target ? 'csv-panel-target' : undefined);
  return (
    <div class="csv-panel-table" tabIndex={0} role="region" aria-label={say('csv.firstRows')}>
      <table>
        <caption>
          {say('csv.caption', { source })}
          {encoding !== undefined && ` ${say('csv.encoding', { encoding: encoding.toUpperCase() })}`}
        </caption>
        <thead>
          <tr>
            {names.map((name, c) => (
              <th key={c} scope="col" class={cellClass(c)}>
                {name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={r}>
              {names.map((_, c) => (
                <td key={c} class={cellClass(c)}>
                  {row[c]}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

interface TargetChoiceProps {
  readonly table: ChosenTable;
  readonly choose: (target: string) => void;
}

function TargetChoice({ table: { names, target }, choose }: TargetChoiceProps): JSX.Element {
  const id = useId();
  return (
    <p class="csv-panel-choice">
      <label for={id}>{say('csv.target')}</label>
      <select id={id} value={target} onChange={({ currentTarget }) => choose(currentTarget.value)}>
        {names.map((name, c) => (
          <option key={c} value={name}>
            {name}
          </option>
        ))}
      </select>
    </p>
  );
}
