import type { JSX } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import type { Csv } from '../protocol.js';
import { parseTable, suggestTarget } from '../run/csv.js';
import './csv-panel.css';

export interface CsvPanelProps {
  /** A table and the column to learn: the user wants it trained on. */
  readonly onCsv: (csv: Csv) => void;
  /** What the worker said of the table, if it could not be: shown below it. */
  readonly error?: string;
}

/** A table that was chosen, and how it begins. */
interface ChosenTable {
  readonly source: string;
  readonly text: string;
  readonly names: readonly string[];
  /** The first of them. */
  readonly rows: readonly (readonly string[])[];
  readonly target: string;
}

/** How many rows are shown. */
const ROWS = 4;

/**
 * Takes a table of the user's own, as a file, as text or the example, and asks which column is to be learned. Fills the
 * width of its container; wide tables scroll in it.
 */
export function CsvPanel({ onCsv, error }: CsvPanelProps): JSX.Element {
  const [table, setTable] = useState<ChosenTable>();
  const [problem, setProblem] = useState<string>();
  const latest = useRef(0);

  const take = async (source: string, read: () => Promise<string>): Promise<void> => {
    // A large file takes its time: what was chosen after it stays.
    const turn = ++latest.current;
    try {
      const text = await read();
      const chosen = await readBeginning(text);
      if (turn !== latest.current) return;
      setTable({ source, text, ...chosen });
      setProblem(undefined);
    } catch (reason) {
      if (turn !== latest.current) return;
      setTable(undefined);
      setProblem(`${source}: ${reason instanceof Error ? reason.message : String(reason)}`);
    }
  };

  return (
    <section class="csv-panel" aria-label="Your own table">
      <FileChoice take={(file) => void take(file.name, () => file.text())} />
      <TextChoice take={(text) => void take('The text', () => Promise.resolve(text))} />
      <button type="button" onClick={() => void take('Iris flowers', exampleText)}>
        Try an example: 150 iris flowers
      </button>
      {table && (
        <>
          <Beginning table={table} />
          <TargetChoice table={table} choose={(target) => setTable({ ...table, target })} />
          <button
            type="button"
            class="csv-panel-go"
            onClick={() => onCsv({ text: table.text, target: table.target })}
          >
            Learn “{table.target}”
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

const exampleText = async (): Promise<string> => (await import('./iris.csv?raw')).default;

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
      <b>Choose a CSV file</b>
      <span>or drop it here; it stays on this machine</span>
      <input
        type="file"
        accept=".csv,.tsv,.txt,text/csv,text/tab-separated-values,text/plain"
        onChange={({ currentTarget }) => {
          const file = currentTarget.files?.[0];
          if (file) take(file);
          // So that the same file, corrected, can be chosen again.
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
      <summary>Paste a table</summary>
      <textarea
        rows={5}
        aria-label="The table as text, its first line the names of the columns"
        placeholder={'height,weight,species\n12.5,40,cat\n…'}
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <button type="button" disabled={text.trim() === ''} onClick={() => take(text)}>
        Read it
      </button>
    </details>
  );
}

/** The first rows, the column to learn marked. */
function Beginning({ table: { source, names, rows, target } }: { readonly table: ChosenTable }): JSX.Element {
  const cellClass = (c: number): string | undefined => (names[c] === target ? 'csv-panel-target' : undefined);
  return (
    <div class="csv-panel-table" tabIndex={0} role="region" aria-label="The first rows">
      <table>
        <caption>{source}, the first rows</caption>
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
      <label for={id}>Column to learn</label>
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
