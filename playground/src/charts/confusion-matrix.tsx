import type { JSX } from 'preact';
import { useRef, useState } from 'preact/hooks';
import { whole } from '../format.js';
import type { Confusion } from '../protocol.js';
import { Pixels } from './pixels.js';
import { say } from '../words/say.js';
import './confusion-matrix.css';

export interface ConfusionMatrixProps {
  readonly confusion: Confusion;
  readonly classNames: readonly string[];
}

/** A true class and a predicted class. */
type Cell = readonly [truth: number, answer: number];

/** The most examples shown for a cell. */
const EXAMPLES = 4;

/**
 * The confusion matrix: a row for each true class, a column for each predicted class. The selected cell, at first the most
 * frequent mistake, shows examples. Fills the width of its container. The height depends on the number of classes and on
 * whether the samples are images. If the classes don't fit the width, the table scrolls.
 */
export function ConfusionMatrix({ confusion, classNames }: ConfusionMatrixProps): JSX.Element {
  const { counts, examples } = confusion;
  const [chosen, setChosen] = useState<Cell>();
  const table = useRef<HTMLTableElement>(null);
  const isThere = chosen && Math.max(...chosen) < counts.length;
  const [truth, answer] = isThere ? chosen : worstMistake(counts);
  const totals = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  // in rem: room for 'true', and for most of a long name
  const names = Math.min(6, Math.max(2.6, ...classNames.map(measureName)));
  const arePictures = examples.some((row) => row.some((cell) => cell.length > 0));

  const move = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] }[event.key];
    if (!step) return;
    event.preventDefault();
    const within = (index: number): number => Math.min(counts.length - 1, Math.max(0, index));
    const [row, column] = [within(truth + step[0]!), within(answer + step[1]!)];
    table.current!.rows[row + 2]!.querySelectorAll('button')[column]!.focus();
  };

  return (
    <figure class="confusion">
      <div class="confusion-scroll">
        <table ref={table} onKeyDown={move} style={{ minWidth: `${names + 1.4 * counts.length}rem` }}>
          <caption>{say('confusion.title')}</caption>
          <col style={{ width: `${names}rem` }} />
          <thead>
            <tr>
              <td />
              <th scope="colgroup" colSpan={counts.length}>
                {say('confusion.predicted')}
              </th>
            </tr>
            <tr>
              <th scope="col" class="confusion-corner">
                {say('confusion.true')}
              </th>
              {classNames.map((name) => (
                <th key={name} scope="col" title={name}>
                  <span>{name}</span>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counts.map((row, c) => (
              <tr key={c}>
                <th scope="row" title={classNames[c]}>
                  <span>{classNames[c]}</span>
                </th>
                {row.map((count, a) => (
                  <td
                    key={a}
                    class={c === a ? 'confusion-right' : 'confusion-wrong'}
                    style={{ '--shade': shade(count, totals[c]!) }}
                  >
                    <button
                      type="button"
                      tabIndex={c === truth && a === answer ? 0 : -1}
                      aria-pressed={c === truth && a === answer}
                      onClick={() => setChosen([c, a])}
                      onFocus={() => setChosen([c, a])}
                    >
                      {count || <span class="confusion-none">·</span>}
                    </button>
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <figcaption aria-live={isThere ? 'polite' : 'off'}>
        {arePictures && (
          <div class="confusion-examples">
            {examples[truth]![answer]!.slice(0, EXAMPLES).map((pixels, i) => (
              <Pixels
                key={i}
                pixels={pixels}
                label={say('confusion.example', { truth: classNames[truth]!, answer: classNames[answer]! })}
              />
            ))}
          </div>
        )}
        <p>{describe([truth, answer], confusion, classNames, totals)}</p>
      </figcaption>
    </figure>
  );
}

/** The cell off the diagonal with the largest count; the first cell if the network makes no mistake. */
function worstMistake(counts: Confusion['counts']): Cell {
  let worst: Cell = [0, 0];
  let most = 0;
  counts.forEach((row, truth) =>
    row.forEach((count, answer) => {
      if (truth === answer || count <= most) return;
      most = count;
      worst = [truth, answer];
    }),
  );
  return worst;
}

/** In rem. A Chinese character is about twice as wide as a letter. */
const measureName = (name: string): number =>
  Array.from(name).reduce((width, letter) => width + (letter > '\u2e80' ? 1.05 : 0.6), 0);

/** From 0 to 1. The square root makes a few mistakes among many samples visible. */
const shade = (count: number, total: number): number => (total > 0 ? Math.sqrt(count / total) : 0);

function describe(
  [truth, answer]: Cell,
  { counts }: Confusion,
  classNames: readonly string[],
  totals: readonly number[],
): string {
  const values = {
    truth: classNames[truth]!,
    count: whole(counts[truth]![answer]!),
    total: whole(totals[truth]!),
  };
  return truth === answer
    ? say('confusion.right', values)
    : say('confusion.wrong', { ...values, answer: classNames[answer]! });
}
