import type { Importance } from 'bp4/explain';
import type { JSX } from 'preact';
import { precise } from '../format.js';
import { enLate } from '../words/en-late.js';
import { addEnglish, say } from '../words/say.js';
import './importance.css';

addEnglish(enLate);

/** The most columns that are shown. */
const MOST = 12;

/** How much the network depends on each column of a table, the most important first. */
export function ImportanceBars({ importance }: { readonly importance: Importance }): JSX.Element {
  const sorted = [...importance.columns].sort((one, other) => other.importance - one.importance);
  const shown = sorted.slice(0, MOST);
  const most = Math.max(shown[0]!.importance, 1e-12);
  return (
    <figure class="importance" data-testid="importance">
      <ol>
        {shown.map(({ column, importance, deviation }) => (
          <li key={column}>
            <span class="importance-column" title={column}>
              {column}
            </span>
            <span class="importance-bar">
              <span style={{ width: `${Math.max(0, (100 * importance) / most)}%` }} />
            </span>
            <span class="importance-value">
              {precise(importance)} <small>± {precise(deviation)}</small>
            </span>
          </li>
        ))}
      </ol>
      {sorted.length > MOST && <p>{say('network.more', { n: sorted.length - MOST })}</p>}
      <figcaption>{say('importance.caption', { loss: precise(importance.score) })}</figcaption>
    </figure>
  );
}
